"""What is known beside the words tells the winner where it does, and 'not measured' where posts are alike in it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_prep.records import Pair, Post, post_schema
from eval import metadata
from eval.controls import NOT_HERE
from tests.train.worlds import corpus_pairs
from train.scorers import fitting
from virality import tables

MONDAY = dt.datetime(2024, 3, 4, tzinfo=dt.UTC)


def rows(pairs: list[Pair], better: dict[str, Any], worse: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {**{pair.better_id: better for pair in pairs}, **{pair.worse_id: worse for pair in pairs}}


def world(seed: int = 0) -> tuple[fitting.Training, list[Pair]]:
    train, test = corpus_pairs(60, seed=seed), corpus_pairs(40, split="test", seed=seed)
    return fitting.Training(train, []), test


def evening(hour: int) -> dict[str, Any]:
    return {"posted_at": MONDAY.replace(hour=hour), "platform": "x", "author_id": "one"}


def test_an_hour_that_wins_is_learned_without_any_word() -> None:
    training, test = world()
    draw = random.Random(0)
    known: dict[str, Any] = {}
    for pair in [*training.train, *test]:
        known |= {pair.better_id: evening(draw.randrange(17, 22)), pair.worse_id: evening(draw.randrange(5, 10))}
    found = metadata.only(training, known, test, known)
    assert found.correct is not None
    assert found.correct.mean() == 1.0
    assert found.family == "linear"
    assert found.note == "a linear scorer of hour, without any word; 40 of 40 pairs differ in it"


def test_a_larger_audience_and_an_account_are_seen() -> None:
    training, test = world()
    many, few = {"followers": 9000, "author_id": "a"}, {"followers": 30, "author_id": "b"}
    known = rows([*training.train, *test], many, few)
    found = metadata.only(training, known, test, known)
    assert found.correct is not None
    assert found.correct.mean() == 1.0
    assert "account and followers" in found.note


def test_posts_that_are_alike_by_design_are_not_measured() -> None:
    training, test = world()
    known = rows([*training.train, *test], evening(12), evening(12))
    found = metadata.only(training, known, [replace(pair, hours_apart=0.0) for pair in test], known)
    assert found.correct is None
    known_of_them = "account, date, hour, platform and weekday"
    assert found.why == (f"beside the words the record knows {known_of_them}, in which the two posts of a pair are "
                         "alike: 0 of 40 pairs differ in it")  # fmt: skip


def test_a_record_that_knows_nothing_says_so() -> None:
    training, test = world()
    assert metadata.only(training, {}, test, {}).why == "the record knows nothing of these posts beside their words"
    assert metadata.only(None, {}, test, {}).why == NOT_HERE


def test_what_differs_in_the_test_alone_cannot_have_been_learned() -> None:
    training, test = world()
    found = metadata.only(training, {}, test, rows(test, {"followers": 9}, {"followers": 3}))
    assert found.correct is None
    assert "no pair differs in what could be learned from beside the words (followers)" in found.why


def test_a_difference_is_of_the_better_less_the_worse_where_both_are_known() -> None:
    (pair,) = corpus_pairs(1)
    better = {"posted_at": MONDAY, "media": "image", "reply": True, "alt": "a boat", "followers": 0}
    worse = {
        "posted_at": MONDAY + dt.timedelta(days=1),
        "media": "video",
        "reply": False,
        "alt": None,
        "followers": None,
    }
    found = metadata.difference(replace(pair, hours_apart=-24.0), rows([pair], better, worse))
    assert found["date"] == -1.0
    assert (found["media=image"], found["media=video"]) == (1.0, -1.0)
    assert (found["weekday=Monday"], found["weekday=Tuesday"]) == (1.0, -1.0)
    assert (found["reply"], found["described media"]) == (1.0, 1.0)
    assert found["hour sine 1"] == pytest.approx(0.0)
    assert "followers" not in found


def test_what_is_known_is_read_from_posts_parquet_of_the_pairs_alone(tmp_path: Path) -> None:
    (pair,) = corpus_pairs(1)
    posts = [Post(post_id=name, source="s", text="t", rights="own_export", followers=7)
             for name in (pair.worse_id, pair.better_id, "another")]  # fmt: skip
    tables.write(posts, post_schema(), tmp_path / "posts.parquet")
    found = metadata.read([tmp_path, tmp_path / "gone"], [pair])
    assert set(found) == {pair.worse_id, pair.better_id}
    assert found[pair.better_id]["followers"] == 7
    assert isinstance(tables.read_table(tmp_path / "posts.parquet", post_schema()), pa.Table)
