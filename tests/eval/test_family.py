"""The tests of one report share a level, say what they could have seen, and pay for what luck chose."""

from __future__ import annotations

import numpy as np
import pytest

from eval.claims import claims
from eval.family import family, in_words, less_luck, p_words, unscored
from eval.metrics import accuracy, difference
from eval.place import Place
from eval.records import Claim, Figure
from train.records import Score
from virality.statistics import share

PLACE = Place(corpus="c", source="scores.parquet")
CLUSTERS = [f"c{at // 4}" for at in range(240)]


def figure(value: float, reach: float, unit: str = "share") -> Figure:
    return Figure.model_validate({"name": "f", "value": value, "low": value - reach, "high": value + reach, "n": 400,
                                  "unit": unit, "corpus": "c", "source": "s"})  # fmt: skip


def report(seed: int, effect: float = 0.0) -> list[Claim]:
    """The claims of a report on rows that say nothing, or whose writer wins by `effect` more than half the time."""
    draw = np.random.default_rng(seed)
    shared = draw.normal(size=60).repeat(4)
    p, other = (1 / (1 + np.exp(-draw.normal(size=240) - 0.5 * shared * draw.choice([-1, 1]))) for _ in range(2))
    won, beat = (np.where(draw.random(240) < 0.5, 0.5, (draw.random(240) < 0.5 + effect).astype(float)) for _ in "12")
    return claims(
        [
            PLACE.figure("scorer.pair_accuracy", accuracy(p, CLUSTERS, seed)),
            PLACE.figure("scorer.gain_over.length_only", difference(p, other, CLUSTERS, seed), "points"),
            PLACE.figure("writer.win_rate.versus_draft", share(won, CLUSTERS, seed)),
            PLACE.figure("writer.win_rate.versus_base", share(beat, CLUSTERS, seed)),
        ]
    )


def test_reports_on_nothing_claim_nothing_in_95_of_100() -> None:
    silent = sum(all(claim.verdict == "unclear" for claim in report(seed)) for seed in range(500, 600))
    assert silent >= 95  # of 2,500 such reports 95.2%


def test_an_effect_that_was_put_in_is_claimed_in_most_reports() -> None:
    made = [report(seed, effect=0.2)[2:] for seed in range(1000, 1020)]
    assert sum(one.verdict == "yes" for claims in made for one in claims) >= 36


def test_an_interval_that_shows_alone_does_not_among_many_questions() -> None:
    alone, *_ = family([(figure(0.55, 0.049), 0.5, None)])
    among = family([(figure(0.55, 0.049), 0.5, None)] + [(figure(0.5, 0.049), 0.5, None)] * 3)[0]
    assert alone.p == among.p == pytest.approx(0.0455, abs=1e-4)  # z = 1.96 x 0.05 / 0.049 = 2
    assert (alone.holds, among.holds) == (True, False)
    assert among.adjusted == pytest.approx(4 * 0.0455, abs=1e-3)
    named = {"name": "writer.win_rate.versus_draft"}
    others = ["scorer.pair_accuracy", "writer.win_rate.versus_base"]
    found = claims([figure(0.55, 0.049).model_copy(update=named)]
                   + [figure(0.5, 0.049).model_copy(update={"name": name}) for name in others])  # fmt: skip
    claim = next(one for one in found if one.figures[0] == named["name"])
    assert claim.verdict == "unclear"
    assert claim.answer == "Not shown: the interval lies above 50%, but not clearly enough for one of 3 questions."
    assert claim.p_adjusted == pytest.approx(3 * 0.0455, abs=1e-3)


def test_what_was_not_measured_is_no_test_and_makes_others_no_stricter() -> None:
    missing = figure(0.5, 0.1).model_copy(update={"value": None, "low": None, "high": None})
    found = family([(missing, 0.5, None), (figure(0.6, 0.05), 0.5, None)])
    assert (found[0].p, found[0].adjusted, found[0].smallest, found[0].holds) == (None, None, None, False)
    assert found[1].tests == 1
    assert found[1].p == found[1].adjusted


def test_the_smallest_effect_is_that_of_80_of_100_at_the_level_of_the_family() -> None:
    # standard error 0.02: (1.95996 + 0.84162) x 0.02 alone, (2.24140 + 0.84162) x 0.02 for one of two
    alone = family([(figure(0.55, 0.02 * 1.959964), 0.5, None)])[0]
    among = family([(figure(0.55, 0.02 * 1.959964), 0.5, None)] * 2)[0]
    assert alone.smallest == pytest.approx(0.5 + 0.0560317, abs=1e-6)
    assert among.smallest == pytest.approx(0.5 + 0.0616605, abs=1e-6)
    assert in_words(alone, "share") == "p = 0.012; a true 55.6% would have been seen in 80 of 100"
    assert in_words(among, "share") == (
        "p = 0.012, adjusted for 2 tests 0.025; a true 56.2% would have been seen in 80 of 100"
    )


def test_a_test_too_small_for_any_share_says_so() -> None:
    assert in_words(family([(figure(0.6, 0.4), 0.5, None)])[0], "share").endswith(
        "a true 100% might not have been seen"
    )


def test_a_test_of_its_own_keeps_its_p() -> None:
    assert family([(figure(0.1, 0.09, "nats"), 0.0, 0.2)])[0].p == 0.2


def test_p_is_printed_to_three_decimals() -> None:
    assert (p_words(0.0123), p_words(0.0004)) == ("p = 0.012", "p < 0.001")


def test_what_was_not_scored_is_counted_with_its_reasons() -> None:
    scores = [Score("a", "judge", "v", 0.6, None), Score("b", "judge", "v", None, "nothing was returned")]
    scores += [Score(name, "scorer", "v", None, "failed a gate") for name in "cd"]
    found = unscored(scores, PLACE)
    assert (found.value, found.n, found.note) == (3, 4, "2 failed a gate, 1 nothing was returned")
    with pytest.raises(ValueError, match="no scores"):
        unscored([], PLACE)


def test_whichever_is_chosen_stands_there_less_its_luck() -> None:
    values = np.asarray([[1.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    found = less_luck("writer.win_rate", values, ["step_20", "step_10"], list("abcd"), PLACE)
    assert [one.name for one in found] == ["writer.win_rate.shrunk.step_20", "writer.win_rate.shrunk.step_10"]
    assert [one.value for one in found] == pytest.approx([0.5 + 1 / 6, 0.5 - 1 / 6])
    assert found[0].note.startswith("of 2 to choose from")
    assert less_luck("writer.win_rate", values[:1], ["step_20"], list("abcd"), PLACE) == []
    assert less_luck("writer.win_rate", values, ["step_20", "step_10"], list("aaaa"), PLACE) == []
