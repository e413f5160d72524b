"""What the data sheet says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_prep import facts
from data_prep.engine import Engine, Table
from data_prep.ingest import plain
from data_prep.records import pair_schema
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import numbered, table


def pairs(*rows: dict[str, Any]) -> Table:
    import ibis

    common = {
        "kind": "neighbour", "split": "train", "rights": "own_export", "worse": "a", "better": "b", "weight": 1.0,
        "worse_id": "a", "better_id": "b", "faithful": False, "gates_hash": "0", "p_better": 0.8,
    }  # fmt: skip
    named = [common | {"pair_id": f"{at_row}", "component": f"c{at_row}"} | row for at_row, row in enumerate(rows)]
    return ibis.memtable(pa.Table.from_pylist(named, schema=plain(pair_schema())))


def test_pairs_are_counted_by_kind_and_split_and_by_faithfulness(engine: Engine) -> None:
    found = facts.of_pairs(engine, pairs(
        {"faithful": True}, {"split": "test"}, {"split": "test", "component": "c1"}, {"kind": "same_link"},
        {"kind": "paraphrase", "faithful": True, "p_better": None},
    ))  # fmt: skip
    assert found["pairs"] == {
        "neighbour": {"train": 1, "test": 2},
        "paraphrase": {"train": 1},
        "same_link": {"train": 1},
    }
    assert found["faithful"] == {"neighbour": 1, "same_link": 0, "paraphrase": 1}
    assert found["components_of"] == {"test": 1, "train": 2}  # restatements are measured on nothing


def test_the_mean_certainty_is_what_a_perfect_scorer_would_reach(engine: Engine) -> None:
    found = facts.of_pairs(engine, pairs({"p_better": 0.6}, {"p_better": 0.62}, {"p_better": 1.0}))["certainty"]
    assert found["neighbour"]["ceiling"] == pytest.approx((0.6 + 0.62 + 1) / 3, abs=1e-5)
    assert found["neighbour"]["bins"] == {"0.60": 2, "0.95": 1}


def test_no_pairs_expect_nothing(engine: Engine) -> None:
    found = facts.of_pairs(engine, pairs())
    assert (found["pairs"], found["faithful"], found["expectations"]) == ({}, {}, None)


def test_values_are_counted_most_first_and_null_is_unknown(engine: Engine) -> None:
    posts = numbered([post("a", lang="ar"), post("b", lang="en"), post("c", lang="en"), post("d", lang=None)])
    assert list(facts.counts(engine, posts, "lang").items()) == [("en", 2), ("ar", 1), ("unknown", 1)]


def test_expectations_follow_the_learning_curve_and_say_what_cannot_be_seen() -> None:
    assert facts.expectation(9121, 1000).startswith("9,121 measured pairs to learn from: about 66% with the linear")
    assert "66% or more" in facts.expectation(20_000, 1000)
    assert "about 60%" in facts.expectation(500, 1000)  # more than half way from 200 to 1,000 on a log scale
    assert "too few for any scorer" in facts.expectation(49, 1000)
    assert "no pair to test on" in facts.expectation(500, 0)
    found = re.search(r"differences under (\S+) points", facts.expectation(500, 2401))
    assert found is not None
    assert found[1] == "2"  # 196 * sqrt(0.25 / 2401)


def test_the_summary_names_every_reason_and_every_part_that_stayed_empty(tmp_path: Path) -> None:
    told = {
        "rows": 1200, "kept": 1000, "dropped": {"too_short": 150, "repost": 50},
        "pairs": {"neighbour": {"train": 300, "test": 20}}, "faithful": {"neighbour": 7},
        "leaks": {"train: text or link recurs in test": 3}, "expectations": "nothing much",
        "splits": {"mode": "component", "judge": 0.15, "validation": 0, "test": 0.2},
        "model": {"trouble": ["a few posts decide the means"]},
    }  # fmt: skip
    said = facts.summary(told, tmp_path)
    assert "1,200 rows = 1,000 kept + 200 dropped" in said
    for line in ("150  too_short", "neighbour: train 300  test 20   faithful 7", "left out 3 pairs: train: text",
                 "no pair in judge:", "fits badly: a few posts decide the means", "nothing much"):  # fmt: skip
        assert line in said
    only = told | {"splits": {"mode": "test_only", "judge": 0.15, "validation": 0.1, "test": 0.2}}
    assert "no pair in" not in facts.summary(only, tmp_path)


def test_the_share_that_a_factor_explains_is_epsilon_squared() -> None:
    chance = np.random.default_rng(0)
    groups = [chance.normal(mean, 1, 40) for mean in (0, 1, 3)]
    units = 1_000_000
    rows, sums, squares = ([float(f(group)) for group in groups] for f in (len, np.sum, lambda g: np.sum(g**2)))
    every = np.concatenate(groups)
    within = sum(((group - group.mean()) ** 2).sum() for group in groups) / (len(every) - 3)
    found = facts._between(np.asarray(rows), units * np.asarray(sums), units * np.asarray(squares))
    assert found == pytest.approx(1 - within / every.var(ddof=1), abs=1e-5)
    same = [chance.normal(0, 1, 40) for _ in range(2)]
    flat = facts._between(
        np.asarray([40, 40]), units * np.asarray([0.0, 0.0]), units * np.asarray([float((g**2).sum()) for g in same])
    )
    assert flat == 0


def test_unreadable_rows_are_told_by_reason_and_field_with_the_first_place(engine: Engine) -> None:
    unread = table({
        "file": ["/home/jo/posts.csv"] * 4, "row": [9, 4, 5, 6],
        "reason": ["bad_likes", "bad_likes", "too_short", "bad_json"],
        "field": ["likes", "likes", None, None], "value": ["many", "some", None, "{"],
    })  # fmt: skip
    found = facts._bad(engine, unread)
    assert [(row["reason"], row["row"], row["rows"], row["value"], row["file"]) for row in found] == [
        ("bad_json", 6, 1, "{", "posts.csv"), ("bad_likes", 4, 2, "some", "posts.csv")
    ]  # fmt: skip


def test_months_and_accounts_are_told_without_a_name(engine: Engine) -> None:
    posts = numbered([post("a", author_id="jo", posted_at=at(0), followers=10), post("c", author_id="mill"), post("d"),
                      post("b", author_id="jo", posted_at=at(24 * 40))])  # fmt: skip
    assert facts._when(engine, posts) == {
        "first_post": "2024-03-04", "last_post": "2024-04-13", "months": {"2024-03": 1, "2024-04": 1}
    }  # fmt: skip
    found = facts._accounts(engine, posts)
    assert found["count"] == 2
    assert (found["posts"][0], found["posts"][-1], found["followers"]) == (1, 2, [10.0] * 11)
    assert "jo" not in str(found)


def test_counts_are_told_in_quarters_of_a_decade(engine: Engine) -> None:
    posts = numbered([post("a", likes=0), post("b", likes=9), post("c", likes=9), post("d", likes=None)])
    assert facts._counted(engine, posts) == ["likes"]
    assert facts._distribution(engine, posts, "likes") == {"counted": 3, "bins": {"0": 1, "4": 2}}
