"""What an edit changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality.text.similarity import edit_ratio, marked, reworded


def test_the_edit_ratio_is_the_share_of_words_that_changed() -> None:
    assert edit_ratio("the bread is warm", "the bread is warm") == 0
    assert edit_ratio("the bread is warm", "two cold cakes here") == 1
    assert edit_ratio("the bread is warm", "the bread is cold") == pytest.approx(0.25)
    assert edit_ratio("", "") == 0


def test_capitals_alone_reword_nothing() -> None:
    assert edit_ratio("The Bread Is Warm", "the bread is warm") > 0.7
    assert reworded("The Bread Is Warm", "the bread is warm") == 0
    assert reworded("The Bread Is Warm", "the bread is cold") == edit_ratio("the bread is warm", "the bread is cold")


def test_marks_show_what_went_and_what_came() -> None:
    assert marked("the bread is warm", "the bread is very fresh") == "the bread is [-warm-] {+very fresh+}"
    assert marked("same", "same") == "same"


_WORDS = st.lists(st.sampled_from(["bread", "cake", "warm", "today", "oven", "the", "a", "is"]), max_size=9).map(
    " ".join
)


@given(_WORDS, _WORDS)
def test_an_edit_ratio_lies_between_nothing_and_all(first: str, second: str) -> None:
    assert 0 <= edit_ratio(first, second) <= 1
