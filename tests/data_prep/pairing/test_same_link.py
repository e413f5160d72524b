"""Pairs round one link, and pairs that a corpus labelled itself."""

from __future__ import annotations

from collections.abc import Sequence

from data_prep.engine import Engine
from data_prep.pairing import same_link
from data_prep.records import Post
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import numbered, pairs, table, told

POSTS = [post("a", "Bread today"), post("b", "Come and get bread"), post("c", "bread TODAY!")]


def labelled(engine: Engine, *labels: tuple[str, str, str]) -> list[tuple[int, int, str, int]]:
    columns = dict(zip(("worse_id", "better_id", "file"), zip(*labels, strict=True), strict=True))
    found = same_link.labelled(table(columns), numbered(POSTS))
    return [(row["a"], row["b"], row["file"], row["label"]) for row in told(engine, found, "a", "b")]


def test_a_label_gives_a_pair_that_knows_which_did_better(engine: Engine) -> None:
    assert labelled(engine, ("a", "b", "train"), ("c", "b", "train")) == [(0, 1, "train", 1), (1, 2, "train", -1)]


def test_labels_that_contradict_each_other_give_none_however_often_they_are_repeated(engine: Engine) -> None:
    assert labelled(engine, ("a", "b", "train"), ("b", "a", "train"), ("a", "b", "train")) == []


def test_a_post_that_was_not_kept_or_says_the_same_gives_none(engine: Engine) -> None:
    assert labelled(engine, ("a", "gone", "train"), ("a", "c", "train"), ("a", "a", "train")) == []


def test_a_pair_that_stands_in_two_files_belongs_to_the_one_that_is_held_out(engine: Engine) -> None:
    for files, held in ((("train", "validation"), "validation"), (("validation", "train"), "validation"),
                        (("train", "test", "validation"), "test"), (("more", "also"), "also")):  # fmt: skip
        assert labelled(engine, *(("a", "b", file) for file in files)) == [(0, 1, held, 1)]


def linked(post_id: str, text: str, hour: float, **more: str | None) -> Post:
    return post(post_id, text, **({"content_key": "https://mill.example"} | more), posted_at=at(hour))


def candidates(engine: Engine, posts: Sequence[Post]) -> set[tuple[int, int]]:
    return pairs(engine, same_link.candidates(numbered(posts)))


def test_two_wordings_that_one_account_put_round_one_link_are_a_pair_the_earlier_first(engine: Engine) -> None:
    posts = [linked("a", "Bread today", 9, author_id="jo"), linked("b", "Come and get bread", 1, author_id="jo")]
    assert candidates(engine, posts) == {(1, 0)}


def test_two_wordings_that_one_community_put_round_one_link_are_a_pair_once(engine: Engine) -> None:
    both = {"community": "bread", "author_id": "jo"}
    posts = [
        linked("a", "Bread today", 1, **both),
        linked("b", "Come and get bread", 2, **both),
        linked("c", "Fresh bread here", 3, community="bread", author_id="mill"),
        linked("d", "All about bread", 4, community="cake", author_id="mill"),
    ]
    assert candidates(engine, posts) == {(0, 1), (0, 2), (1, 2), (2, 3)}


def test_what_has_no_link_or_account_in_common_or_says_the_same_is_no_pair(engine: Engine) -> None:
    first = linked("a", "Bread today", 1, author_id="jo")
    others = [
        linked("b", "Come and get bread", 2, author_id="mill"),
        linked("c", "Come and get bread", 2),
        linked("d", "Come and get bread", 2, author_id="jo", content_key="https://oven.example"),
        linked("e", "Get your bread", 2, author_id="jo", content_key=None),
        linked("f", "bread TODAY!", 2, author_id="jo"),
    ]
    assert candidates(engine, [first, *others]) == set()
