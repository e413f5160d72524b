"""Pairs that a corpus labelled itself."""

from __future__ import annotations

from data_prep.pairing import same_link
from data_prep.sources import Label
from tests.data_prep.bakery import post

POSTS = [post("a", "Bread today"), post("b", "Come and get bread"), post("c", "bread TODAY!")]


def test_a_label_gives_a_pair_of_which_we_are_nine_tenths_sure() -> None:
    [match] = same_link.pair(POSTS, [Label("a", "b", "train")])
    assert (match.worse.post_id, match.better.post_id, match.p_better, match.lift) == ("a", "b", 0.9, None)


def test_labels_that_contradict_each_other_give_none_however_often_they_are_repeated() -> None:
    labels = [Label("a", "b", "train"), Label("b", "a", "train"), Label("a", "b", "train")]
    assert same_link.pair(POSTS, labels) == []


def test_a_post_that_was_not_kept_or_says_the_same_gives_none() -> None:
    assert same_link.pair(POSTS, [Label("a", "gone", "train"), Label("a", "c", "train")]) == []


def test_a_pair_that_stands_in_two_files_belongs_to_the_one_that_is_held_out() -> None:
    for order in (("train", "validation"), ("validation", "train")):
        [match] = same_link.pair(POSTS, [Label("a", "b", file) for file in order])
        assert match.file == "validation"
