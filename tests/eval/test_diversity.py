"""Distinct-n and self-BLEU worked out by hand."""

from __future__ import annotations

import random
from math import exp

import pytest

from eval.diversity import distinct, figures, self_bleu
from tests.eval.returned_world import by_name, returned

VOCABULARY = [first + second for first in "bcdfghjklm" for second in ("an", "et", "il", "on", "ur", "ash")]


def of(text: str) -> list[str]:
    return text.split()


def test_distinct_by_hand() -> None:
    texts = [of("a b a b"), of("a c")]
    assert distinct(texts, 1) == 3 / 6  # a b c of a b a b a c
    assert distinct(texts, 2) == 3 / 4  # ab ba ac of ab ba ab ac
    with pytest.raises(ValueError, match="distinct-2"):
        distinct([["a"], []], 2)


def test_self_bleu_by_hand() -> None:
    first, second = of("the cat sat on the mat"), of("the cat sat on a mat")
    expected = (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25
    assert self_bleu([first, second]) == pytest.approx([expected, expected])
    assert self_bleu([first, first]) == pytest.approx([1.0, 1.0])


def test_short_texts_pay_for_brevity_and_no_match_is_smoothed() -> None:
    short, long = of("a b c d"), of("a b c d e f")
    assert self_bleu([short, long])[0] == pytest.approx(exp(1 - 6 / 4))
    assert self_bleu([long, short])[0] == pytest.approx((4 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)
    strangers = self_bleu([of("a b c d"), of("e f g h")])
    assert strangers == pytest.approx([(0.1 / 4 * 0.1 / 3 * 0.1 / 2 * 0.1) ** 0.25] * 2)
    assert self_bleu([["a"], [], ["a"]]) == pytest.approx([0.1**0.75, 0.0, 0.1**0.75])


def test_matches_are_clipped_by_the_reference_that_has_most_and_never_by_the_text_itself() -> None:
    texts = [of("a a a a b"), of("a a c"), of("a d")]
    # of the first: 'a' at most twice elsewhere, 'b' nowhere; 'a a' once; no longer run
    assert self_bleu(texts)[0] == pytest.approx((2 / 5 * 1 / 4 * 0.1 / 3 * 0.1 / 2) ** 0.25)
    with pytest.raises(ValueError, match="takes two"):
        self_bleu([["a"]])


def test_the_nearest_reference_length_is_the_shorter_of_two_as_near() -> None:
    four, two, six = list("abcd"), list("ab"), list("abcdef")
    assert self_bleu([four, two, six])[0] == pytest.approx(1.0)  # 4 is as near to 2 as to 6
    assert self_bleu([four, six, six])[0] == pytest.approx(exp(1 - 6 / 4))


@pytest.mark.parametrize(
    ("words", "refrain"),
    [
        (of("red blue green white black brown"), "come and see"),
        (of("أحمر أزرق أخضر أبيض أسود بني"), "تعالوا وانظروا الآن"),
    ],
)
def test_a_refrain_in_every_rewrite_lowers_distinct_and_raises_self_bleu(words: list[str], refrain: str) -> None:
    drafts = [f"{words[at % 6]} {words[at // 6]} {at} {words[(at * 5 + 1) % 6]}" for at in range(36)]
    found = by_name(figures(returned([(draft, f"{refrain} {draft}") for draft in drafts])))
    for name in ("distinct_1", "distinct_2"):
        change = found[f"diversity.{name}.difference"]
        assert change.high is not None
        assert change.high < 0
    alike = found["diversity.self_bleu.difference"]
    assert alike.low is not None
    assert alike.low > 0
    assert {figure.n for figure in found.values()} == {36}


@pytest.mark.slow
def test_where_nothing_differs_the_intervals_of_distinct_hold_zero_as_often_as_they_should() -> None:
    draw = random.Random(0)
    missed = 0
    for _ in range(100):
        pairs = [(" ".join(draw.choices(VOCABULARY, k=6)), " ".join(draw.choices(VOCABULARY, k=6))) for _ in range(40)]
        change = by_name(figures(returned(pairs)))["diversity.distinct_1.difference"]
        assert change.low is not None
        assert change.high is not None
        missed += not change.low <= 0 <= change.high
    assert missed <= 10


def test_unchanged_rewrites_are_as_diverse_as_their_drafts() -> None:
    found = by_name(figures(returned([("bread is ready now", "bread is ready now"), ("tea is cold", "tea is cold")])))
    for name in ("distinct_1", "distinct_2", "self_bleu"):
        assert found[f"diversity.{name}.difference"].value == 0.0
        assert found[f"diversity.{name}.before"].value == found[f"diversity.{name}.after"].value
    assert found["diversity.distinct_1.before"].value == 6 / 7


def test_a_longer_rewrite_is_not_less_diverse_for_its_length() -> None:
    pairs = [("red blue", "red blue red blue red blue"), ("green white", "green white green white")]
    assert by_name(figures(returned(pairs)))["diversity.distinct_1.difference"].value == 0.0


def test_one_component_gives_no_interval_and_too_few_texts_no_figure() -> None:
    one = by_name(figures(returned([("red blue", "red blue"), ("green", "green red")], components=["c", "c"])))
    assert one["diversity.distinct_1.after"].value == 1.0
    assert (one["diversity.distinct_1.after"].low, one["diversity.distinct_1.after"].high) == (None, None)
    single = figures(returned([("red", "blue")]))
    assert {figure.value for figure in single} == {None}
    assert {figure.note for figure in single} == {"one rewrite is too few to compare with each other"}
    assert {figure.note for figure in figures(returned([]))} == {"no rewrite was returned"}
    wordless = by_name(figures(returned([("🥐", "🥐"), ("🍞", "🍞")])))
    assert wordless["diversity.distinct_1.after"].value is None
