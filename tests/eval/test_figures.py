"""Figures of a scorer and of a writer: stable names, units, and 'not measured' with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from data_prep.records import Pair
from eval import controls, figures, gains
from eval.controls import Control
from eval.outcomes import Outcome
from eval.place import Place
from eval.records import Figure
from tests.train.worlds import corpus_pairs

PLACE = Place(corpus="world", source="scores.parquet", family="encoder", seed=0)
NO_COUNTS = [replace(pair, lift=None, p_better=0.9) for pair in corpus_pairs(40, split="test")]
COUNTED = [replace(pair, lift=0.4, p_better=0.8, p_value=0.001 * (at + 1))
           for at, pair in enumerate(corpus_pairs(40, split="test"))]  # fmt: skip
ELSEWHERE = Control(np.ones((1, 10)), note="leaks", family="linear", clusters=[str(at) for at in range(10)])


def beside(pairs: list[Pair]) -> dict[str, Control]:
    return {
        **controls.rules(pairs),
        "features_only": Control.missing("no training pair is here", "linear"),
        "metadata_only": Control.of(np.full(len(pairs), 0.5), "linear"),
        "shuffled": Control(np.zeros((1, len(pairs))), family="encoder"),
        "judge": Control.of(np.full(len(pairs), 0.8), "linear"),
        "random_split": ELSEWHERE,
    }


def of_scorer(pairs: list[Pair], p: float = 0.7, **more: Any) -> dict[str, Figure]:
    given: dict[str, Any] = {"sure": 0.6, "languages": {"en": 40}} | more
    made, _ = figures.of_scorer(pairs, np.full(len(pairs), p), PLACE, beside(pairs), seed=0, **given)
    assert len({figure.name for figure in made}) == len(made)
    return {figure.name: figure for figure in made}


def test_the_names_that_others_build_on_are_there() -> None:
    accuracies = ("length_only", "clickbait_only", "features_only", "metadata_only", "shuffled", "judge", "ceiling",
                  "random_split", "p01", "p05", "p01.ceiling", "confident_quarter", "confident_half",
                  "answered")  # fmt: skip
    names = {"scorer.pair_accuracy", *(f"scorer.pair_accuracy.{name}" for name in accuracies), "scorer.ece",
             "scorer.ece.by_chance", "scorer.ece.by_chance_most", "scorer.calibration_slope", "scorer.brier",
             "scorer.answered", "scorer.gain_over.length_only", "scorer.gain_over.features_only"}  # fmt: skip
    assert names <= set(of_scorer(COUNTED))


def test_what_is_measured_has_its_number_of_pairs_and_family() -> None:
    found = of_scorer(COUNTED)
    assert (found["scorer.pair_accuracy"].value, found["scorer.pair_accuracy"].n) == (1.0, 40)
    assert found["scorer.pair_accuracy"].family == "encoder"
    assert found["scorer.pair_accuracy.judge"].family == "linear"
    assert found["scorer.pair_accuracy.shuffled"].value == 0.0
    assert found["scorer.pair_accuracy.length_only"].family is None
    assert found["scorer.pair_accuracy.p01"].n == 9
    assert found["scorer.pair_accuracy.p01"].subset == "p01"
    assert found["scorer.pair_accuracy.p05"].n == 40
    assert found["scorer.pair_accuracy.confident_quarter"].n == 10
    assert found["scorer.pair_accuracy.confident_half"].n == 20
    assert found["scorer.pair_accuracy.ceiling"].value == pytest.approx(0.8)


def test_the_leak_rests_on_pairs_of_its_own_and_says_so() -> None:
    leak = of_scorer(COUNTED)["scorer.pair_accuracy.random_split"]
    assert (leak.n, leak.subset, leak.family, leak.note) == (10, "random_split", "linear", "leaks")


def test_a_scorer_that_abstains_is_measured_on_what_it_answers() -> None:
    found = of_scorer(COUNTED, sure=0.65)
    assert (found["scorer.answered"].value, found["scorer.pair_accuracy.answered"].value) == (1.0, 1.0)
    silent = of_scorer(COUNTED, sure=0.75)
    assert silent["scorer.answered"].value == 0.0
    assert silent["scorer.pair_accuracy.answered"].value is None
    assert silent["scorer.pair_accuracy.answered"].note == "of no pair is the scorer 75% sure"


def test_a_handful_of_pairs_says_nothing_of_calibration() -> None:
    found = of_scorer(COUNTED[:6])
    for name in ("ece", "ece.by_chance", "ece.by_chance_most", "calibration_slope"):
        assert found[f"scorer.{name}"].value is None
        assert found[f"scorer.{name}"].note.startswith("6 pairs are too few")
    assert found["scorer.pair_accuracy"].value == 1.0


def test_each_language_has_its_figure_and_one_never_seen_says_so() -> None:
    arabic = [replace(pair, lang="ar") for pair in COUNTED[:10]]
    found = of_scorer([*arabic, *COUNTED[10:]])
    assert (found["scorer.pair_accuracy.lang_en"].n, found["scorer.pair_accuracy.lang_ar"].n) == (30, 10)
    assert found["scorer.pair_accuracy.lang_ar"].note == "the scorer never saw it"
    assert found["scorer.pair_accuracy.lang_en"].note == "learned from 40 pairs of it"
    assert figures.never_saw(arabic, {"en": 40}) == {"ar": 10}
    assert "scorer.pair_accuracy.lang_ar" in of_scorer(arabic)


def test_a_handful_of_pairs_in_a_language_has_no_figure() -> None:
    few = [replace(pair, lang="ar") for pair in COUNTED[:3]]
    found = of_scorer([*few, *COUNTED[3:]])
    assert found["scorer.pair_accuracy.lang_ar"].value is None
    assert found["scorer.pair_accuracy.lang_ar"].note == "3 pairs are too few; the scorer never saw it"
    assert not [name for name in of_scorer([*few, *COUNTED[3:]], languages={"en": 9, "ar": 9}) if ".lang_" in name]


def test_one_language_that_the_scorer_knows_needs_no_figure_of_its_own() -> None:
    assert not [name for name in of_scorer(COUNTED) if ".lang_" in name]
    assert figures.never_saw(COUNTED, {}) == {}  # it learned from no pair, so nothing is known


def test_a_gain_is_in_percentage_points() -> None:
    found = of_scorer(COUNTED)
    gain = found["scorer.gain_over.length_only"]
    length = found["scorer.pair_accuracy.length_only"].value
    assert length is not None
    assert gain.unit == "points"
    assert gain.value == pytest.approx(100 * (1.0 - length))


def test_what_cannot_be_measured_says_why_and_is_not_zero() -> None:
    found = of_scorer([replace(pair, p_value=None) for pair in NO_COUNTS])
    assert found["scorer.pair_accuracy.p01"].value is None
    assert found["scorer.pair_accuracy.p01"].note == "no pair of this corpus has a p-value"
    assert found["scorer.pair_accuracy.ceiling"].value is None
    assert "labels without counts" in found["scorer.pair_accuracy.ceiling"].note
    assert (
        of_scorer([replace(pair, p_value=0.5) for pair in COUNTED])["scorer.pair_accuracy.p01"].note == "no such pair"
    )


def test_what_stands_beside_and_was_not_measured_says_why_and_its_gain_too() -> None:
    found = of_scorer(COUNTED)
    for name in ("scorer.pair_accuracy.features_only", "scorer.gain_over.features_only"):
        assert found[name].value is None
        assert found[name].note == "no training pair is here"


def test_a_learning_curve_says_what_the_last_doubling_brought() -> None:
    clusters = [str(at) for at in range(40)]
    learned = {10: np.zeros(40), 20: np.r_[np.ones(20), np.zeros(20)], 40: np.ones(40)}
    (gained,), (curve,) = figures.of_learning(learned, "", clusters, PLACE, 0)
    assert (gained.value, gained.unit) == (50.0, "points")
    assert gained.note == "accuracy with 40 training pairs less that with 20"
    assert (curve.x, curve.y, curve.n) == ([10.0, 20.0, 40.0], [0.0, 0.5, 1.0], [40] * 3)
    (missing,), none = figures.of_learning({}, "refit = false", clusters, PLACE, 0)
    assert (missing.value, missing.note, none) == (None, "refit = false", [])


def outcome(at: int, judge: float | None, *, text: str = "a livelier post, with the same facts") -> Outcome:
    returned = None if judge is None else 0
    return Outcome(
        example_id=str(at),
        component=str(at),
        draft=f"a post with facts {at}",
        rewrites=[text + "!" * (at % 4), "noise"],
        passed=[judge is not None, False],
        scorer=[None if judge is None else 0.6, None],
        returned=returned,
        judge=judge,
        judged=[judge, None],
        first={1: judge, 2: judge},
    )


def of_writer(mine: list[Outcome], base: list[Outcome], versus: float = 0.5) -> dict[str, Figure]:
    made, _ = gains.of_writer({"writer": mine, "base": base}, np.full(len(mine), versus), PLACE, 0)
    assert len({figure.name for figure in made}) == len(made)
    return {figure.name: figure for figure in made}


def test_a_draft_that_nothing_was_returned_for_counts_as_not_won() -> None:
    mine = [outcome(at, 0.8 if at < 10 else None) for at in range(40)]
    found = of_writer(mine, [outcome(at, None) for at in range(40)])
    assert (found["writer.win_rate"].value, found["writer.win_rate"].n) == (0.25, 40)
    assert (found["writer.win_rate.returned"].value, found["writer.win_rate.returned"].n) == (1.0, 10)
    assert found["writer.win_rate.base"].value == 0.0
    assert found["writer.gate_pass_rate"].value == pytest.approx(10 / 80)
    assert found["writer.drafts_with_suggestion"].value == 0.25
    assert found["writer.gain"].value == pytest.approx(np.log(4))
    assert found["writer.gain"].unit == "nats"
    assert found["writer.length_ratio"].unit == "ratio"


def test_two_systems_that_give_the_same_tie() -> None:
    nothing = [outcome(at, None) for at in range(10)]
    assert of_writer(nothing, nothing)["writer.win_rate.versus_base"].value == 0.5


def test_where_nothing_was_returned_gains_are_not_measured() -> None:
    nothing = [outcome(at, None) for at in range(10)]
    found = of_writer(nothing, nothing)
    for name in ("win_rate.returned", "gain", "net_gain", "edit_ratio", "length_ratio"):
        assert found[f"writer.{name}"].value is None
        assert found[f"writer.{name}"].note == "no rewrite passed the gates and was preferred by the scorer"
    assert found["writer.win_rate"].value == 0.0


def test_too_few_returns_have_no_net_gain() -> None:
    mine = [outcome(at, 0.8 if at < 3 else None) for at in range(10)]
    net = of_writer(mine, mine)["writer.net_gain"]
    assert net.value is None
    assert "too few" in net.note


def test_more_rewrites_never_lose_drafts_in_the_curve() -> None:
    mine = [outcome(at, 0.8 if at % 2 else None) for at in range(20)]
    _, (curve, passing, of_base) = gains.of_writer({"writer": mine, "base": mine}, np.full(20, 0.5), PLACE, 0)
    assert (curve.name, curve.x, curve.y) == ("writer.best_of", [1.0, 2.0], [0.5, 0.5])
    assert (passing.name, of_base.name) == ("writer.passing", "writer.passing.base")
    assert passing.y == of_base.y == sorted(passing.y)


def test_curves_of_the_scorer_have_points_intervals_and_bands() -> None:
    p = np.linspace(0.3, 0.9, 40)
    _, curves = figures.of_scorer(COUNTED, p, PLACE, beside(COUNTED), sure=0.6, languages={"en": 40}, seed=0)
    assert [curve.name for curve in curves] == ["scorer.reliability", "scorer.coverage"]
    assert sum(curves[0].n) == 40
    assert len(curves[0].band_low) == len(curves[0].band_high) == len(curves[0].x) == 5
    assert curves[1].x[-1] == 1.0
    assert None not in curves[0].low + curves[1].low


def test_a_lead_pairs_drafts_by_their_id_where_two_drafts_have_the_same_words() -> None:
    mine = [replace(outcome(at, p), draft="the same words") for at, p in enumerate([0.9, 0.9, 0.1, 0.1])]
    theirs = [replace(outcome(at, p), draft="the same words") for at, p in enumerate([0.1, 0.9, 0.1, 0.9])]
    lead = of_writer(mine, theirs)["writer.lead_over.base"]
    assert lead.value == pytest.approx(0.0)
    assert (lead.low or 0) < 0 < (lead.high or 0)
