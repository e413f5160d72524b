"""Krippendorff's alpha gives the values of its inventor's examples, and its interval knows about clusters."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval.rate.agreement import agreeing, alpha, alpha_interval, counts

PUBLISHED = {  # Krippendorff (2011), examples A, B and C: one string a rater, '.' is no answer
    "two raters, two values": (["0100000010", "1110010000"], 0.095),
    "two raters, five values": (["aabbdcccedda", "babbbccceddd"], 0.692),
    "four raters, answers missing": (["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743),
}


def by_item(raters: list[str]) -> list[list[str]]:
    return [[one for one in column if one != "."] for column in zip(*raters, strict=True)]


@pytest.mark.parametrize("example", PUBLISHED)
def test_alpha_is_that_of_the_published_examples(example: str) -> None:
    raters, value = PUBLISHED[example]
    assert alpha(counts(by_item(raters))) == pytest.approx(value, abs=0.0006)


def test_alpha_of_full_agreement_is_one_and_of_full_disagreement_below_zero() -> None:
    assert alpha(counts([["a", "a"], ["b", "b"]])) == 1
    # both items hold a and b: disagreement 1, by chance 1 - 2 * (2/4 * 1/3) = 2/3, so alpha is 1 - 3/2
    assert alpha(counts([["a", "b"], ["b", "a"]])) == pytest.approx(-0.5)


def test_alpha_has_no_value_where_nobody_could_disagree() -> None:
    assert math.isnan(alpha(counts([["a", "a"], ["a", "a"]])))
    assert math.isnan(alpha(counts([["a"], ["b"]])))
    assert alpha_interval(counts([["a"], ["b"]]), ["x", "y"]) is None


def test_an_item_with_one_answer_says_nothing_of_agreement() -> None:
    answers = [["a", "a"], ["b", "b"], ["a", "b"]]
    with_one = counts([*answers, ["b"]])
    assert alpha(with_one) == alpha(counts(answers))
    found = alpha_interval(with_one, ["w", "x", "y", "z"])
    assert found is not None
    assert found.n == 3


def test_plain_agreement_is_the_share_of_pairs_that_are_the_same() -> None:
    shares = agreeing(counts([["a", "a", "b"], ["a", "a"], ["b"]]))
    np.testing.assert_allclose(shares, [1 / 3, 1, np.nan])


def test_items_of_one_component_are_drawn_together_so_the_interval_is_wider() -> None:
    generator = np.random.default_rng(3)
    answers = [["a", "a"] if generator.random() < 0.7 else ["a", "b"] for _ in range(30)] + [["b", "b"]] * 10
    counted = counts([one for one in answers for _ in range(4)])
    alone = alpha_interval(counted, [str(at) for at in range(len(counted))])
    together = alpha_interval(counted, [str(at // 4) for at in range(len(counted))])
    assert alone is not None
    assert together is not None
    assert alone.value == together.value
    assert alone.low is not None
    assert together.low is not None
    assert together.low < alone.low < alone.value
