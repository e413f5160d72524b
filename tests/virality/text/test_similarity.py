"""How alike two texts are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality.text.similarity import edit_ratio, jaccard, marked, near_duplicates

LOAF = "The long bread with many seeds is out of the warm oven this morning"


def groups(texts: list[str]) -> set[frozenset[str]]:
    """The clusters as sets of texts, whatever their numbers."""
    numbers = near_duplicates(texts)
    return {frozenset(text for text, number in zip(texts, numbers, strict=True) if number == each) for each in numbers}


def test_the_edit_ratio_is_the_share_of_words_that_changed() -> None:
    assert edit_ratio("the bread is warm", "the bread is warm") == 0
    assert edit_ratio("the bread is warm", "two cold cakes here") == 1
    assert edit_ratio("the bread is warm", "the bread is cold") == pytest.approx(0.25)
    assert edit_ratio("", "") == 0


def test_marks_show_what_went_and_what_came() -> None:
    assert marked("the bread is warm", "the bread is very fresh") == "the bread is [-warm-] {+very fresh+}"
    assert marked("same", "same") == "same"


def test_words_in_both_over_words_in_either() -> None:
    assert jaccard("Bread, warm!", "warm BREAD") == 1
    assert jaccard("bread and rolls", "bread and cake") == pytest.approx(0.5)
    assert jaccard("", "!") == 1
    assert jaccard("bread", "") == 0


@pytest.mark.parametrize(
    "copy",
    [LOAF.upper() + "!!!", LOAF.replace("morning", "evening"), f"{LOAF} https://mill.example/loaf", f"Look: {LOAF}"],
    ids=["other case", "another word", "a link more", "a word more"],
)
def test_a_near_copy_is_of_one_cluster_with_its_original(copy: str) -> None:
    assert near_duplicates(["Cake first", LOAF, copy]) == [0, 1, 1]


@pytest.mark.parametrize("other", ["The long bread with many seeds", "Warm bread is out this morning", "Cake", ""])
def test_what_merely_shares_words_is_not(other: str) -> None:
    assert near_duplicates([LOAF, other]) == [0, 1]


def test_short_texts_are_copies_only_when_they_say_the_same() -> None:
    assert near_duplicates(["Good bread", "good BREAD!", "Good breads", "bread good"]) == [0, 0, 2, 3]


def test_empty_texts_are_no_copies_of_each_other() -> None:
    assert near_duplicates(["", "!", "https://mill.example"]) == [0, 1, 2]
    assert near_duplicates([]) == []


def test_copies_of_copies_are_one_cluster() -> None:
    first = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    second = first.replace("one", "zero")
    third = second.replace("fourteen", "hundred")
    assert len(groups([first, third])) == 2
    assert len(groups([first, second, third])) == 1


def test_a_phrase_in_very_many_posts_makes_no_copies_of_them() -> None:
    posts = [f"open today from seven to noon {number}" for number in range(60)]
    assert len(groups(posts)) == 60


_WORDS = st.lists(st.sampled_from(["bread", "cake", "warm", "today", "oven", "the", "a", "is"]), max_size=9).map(
    " ".join
)


@given(st.lists(_WORDS, max_size=12), st.integers(0, 99))
def test_the_order_of_texts_changes_no_cluster(texts: list[str], seed: int) -> None:
    shuffled = texts[:]
    random.Random(seed).shuffle(shuffled)
    assert groups(texts) == groups(shuffled)


@given(_WORDS, _WORDS)
def test_likeness_goes_both_ways_and_lies_between_nothing_and_all(first: str, second: str) -> None:
    assert 0 <= edit_ratio(first, second) <= 1
    assert 0 <= jaccard(first, second) == jaccard(second, first) <= 1
