"""Figures of a scorer and of a writer: stable names, units, and 'not measured' with its reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_prep.records import Pair
from eval import figures, gains
from eval.figures import Place
from eval.outcomes import Outcome
from eval.records import Figure
from tests.train.worlds import corpus_pairs
from train.scorers import fitting

PLACE = Place(corpus="world", source="scores.parquet", family="encoder", seed=0)
TRAINING = fitting.Training(corpus_pairs(40), corpus_pairs(20, split="validation"))
NO_COUNTS = [replace(pair, lift=None, p_better=0.9) for pair in corpus_pairs(40, split="test")]
COUNTED = [replace(pair, lift=0.4, p_better=0.8, p_value=0.001 * (at + 1))
           for at, pair in enumerate(corpus_pairs(40, split="test"))]  # fmt: skip


def of_scorer(pairs: list[Pair], p: float = 0.7, training: fitting.Training | None = TRAINING) -> dict[str, Figure]:
    others = {"shuffled": ("encoder", np.full(len(pairs), 0.4)), "judge": ("linear", np.full(len(pairs), 0.8))}
    made, _ = figures.of_scorer(pairs, np.full(len(pairs), p), PLACE, training, others, 0)
    assert len({figure.name for figure in made}) == len(made)
    return {figure.name: figure for figure in made}


def test_the_names_that_others_build_on_are_there() -> None:
    names = {"scorer.pair_accuracy", "scorer.pair_accuracy.length_only", "scorer.pair_accuracy.features_only",
             "scorer.pair_accuracy.shuffled", "scorer.pair_accuracy.judge", "scorer.pair_accuracy.p01",
             "scorer.pair_accuracy.p05", "scorer.pair_accuracy.p01.ceiling", "scorer.pair_accuracy.ceiling",
             "scorer.pair_accuracy.confident_quarter", "scorer.ece", "scorer.brier", "scorer.gain_over.length_only",
             "scorer.gain_over.features_only"}  # fmt: skip
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
    assert found["scorer.pair_accuracy.ceiling"].value == pytest.approx(0.8)


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


def test_without_training_pairs_the_baseline_of_form_is_not_measured() -> None:
    found = of_scorer(COUNTED, training=None)
    for name in ("scorer.pair_accuracy.features_only", "scorer.gain_over.features_only"):
        assert found[name].value is None
        assert found[name].note


def test_a_control_that_no_run_is_named_for_is_not_measured() -> None:
    made, _ = figures.of_scorer(COUNTED, np.full(40, 0.7), PLACE, TRAINING, {}, 0)
    (shuffled,) = [figure for figure in made if figure.name == "scorer.pair_accuracy.shuffled"]
    assert (shuffled.value, shuffled.note) == (None, "no control run is named (controls.shuffled)")


def outcome(at: int, judge: float | None, *, text: str = "a livelier post, with the same facts") -> Outcome:
    returned = None if judge is None else 0
    return Outcome(
        component=str(at),
        draft=f"a post with facts {at}",
        rewrites=[text + "!" * (at % 4), "noise"],
        passed=[judge is not None, False],
        scorer=[None if judge is None else 0.6, None],
        returned=returned,
        judge=judge,
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
    _, (curve,) = gains.of_writer({"writer": mine, "base": mine}, np.full(20, 0.5), PLACE, 0)
    assert (curve.name, curve.x, curve.y) == ("writer.best_of", [1.0, 2.0], [0.5, 0.5])


def test_curves_of_the_scorer_have_points() -> None:
    _, curves = figures.of_scorer(COUNTED, np.linspace(0.3, 0.9, 40), PLACE, TRAINING, {}, 0)
    assert [curve.name for curve in curves] == ["scorer.reliability", "scorer.coverage"]
    assert sum(curves[0].n) == 40
    assert curves[1].x[-1] == 1.0
