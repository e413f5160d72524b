"""Engagement of candidates made comparable, and which of them become pairs."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_prep import measures, steps
from data_prep.engine import Engine, Table
from data_prep.records import Post
from data_prep.sources import Label
from data_prep.splits import Shares
from tests.data_prep.bakery import WARES, at, post
from tests.data_prep.worlds import gathered, told
from virality.errors import ViralityError

MINING = {"max_hours": 72.0, "least_similar": 0.2, "most_similar": 0.9}
NO_TESTS = np.zeros(0, dtype=np.int64)


def placed(engine: Engine, candidates: Table) -> Table:
    """Candidates as if nothing leaked."""
    return engine.keep(candidates.mutate(component=candidates.b, split=3), "placed")


def noisy(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Candidates with their gaps."""
    import ibis

    common = {"kind": "neighbour", "similar": 0.5, "label": None}
    columns = {"kind": pa.string(), "a": pa.int64(), "b": pa.int64(), "similar": pa.float64(), "label": pa.int64(),
               "gap": pa.float64()}  # fmt: skip
    every = [common | dict(row) for row in rows]
    return ibis.memtable(
        pa.table({name: pa.array([row[name] for row in every], kind) for name, kind in columns.items()})
    )


def chosen(engine: Engine, rows: Sequence[Mapping[str, Any]], per_post: int = 2) -> set[tuple[str, int, int]]:
    found = told(engine, measures.choose(noisy(rows), least_gap=0.3, per_post=per_post))
    return {(row["kind"], row["a"], row["b"]) for row in found}


def test_neighbours_are_pairs_where_one_did_clearly_better(engine: Engine) -> None:
    gaps = (0.1, 0.3, -0.3, -0.9, None, 0.29)
    rows = [{"a": number, "b": 10 + number, "gap": gap} for number, gap in enumerate(gaps)]
    assert chosen(engine, rows) == {("neighbour", 1, 11), ("neighbour", 2, 12), ("neighbour", 3, 13)}


def test_a_post_has_no_more_neighbours_than_it_may_and_those_are_the_most_similar(engine: Engine) -> None:
    rows = [
        {"a": number, "b": 9, "gap": 1.0, "similar": similar} for number, similar in enumerate((0.3, 0.5, 0.5, 0.7))
    ]
    assert chosen(engine, rows) == {("neighbour", 3, 9), ("neighbour", 1, 9)}
    assert chosen(engine, rows, per_post=3) == {("neighbour", 3, 9), ("neighbour", 1, 9), ("neighbour", 2, 9)}


def test_a_neighbour_that_did_about_as_well_does_not_take_anothers_place(engine: Engine) -> None:
    rows = [{"a": 1, "b": 9, "gap": 0.0, "similar": 0.9}, {"a": 2, "b": 9, "gap": 1.0, "similar": 0.3}]
    assert chosen(engine, rows, per_post=1) == {("neighbour", 2, 9)}


def test_pairs_of_tests_links_and_labels_need_a_winner_and_no_more(engine: Engine) -> None:
    rows: list[dict[str, Any]] = [
        {"kind": "ab_test", "a": 1, "b": 2, "gap": 0.01},
        {"kind": "same_link", "a": 1, "b": 3, "gap": -0.01},
        {"kind": "same_link", "a": 1, "b": 4, "gap": 0.0},
        {"kind": "same_link", "a": 1, "b": 5, "gap": None},
        {"kind": "same_link", "a": 1, "b": 6, "gap": None, "label": -1},
    ]
    assert chosen(engine, rows) == {("ab_test", 1, 2), ("same_link", 1, 3), ("same_link", 1, 6)}


# --- a small corpus


def feed(*, evening: int = 1, repeats: bool = False, seed: int = 0) -> list[Post]:
    """A post every five hours for a year; what is posted in the evening gains `evening` times as much."""
    chance = random.Random(seed)
    posts = []
    for number in range(1000):
        moment = at(5 * number)
        size = 60 * (evening if moment.hour >= 18 else 1) * chance.lognormvariate(0, 0.3)
        said = f"Our {WARES[number // 3 % 12]} is warm, and next comes {WARES[number * 5 % 12]}"
        if repeats:
            said = f"Our {WARES[number // 2 % 12]} is warm, and next comes {WARES[number // 24 % 12]}"
        posts.append(post(f"{number:04}", said, author_id="baker", posted_at=moment, likes=round(size)))
    return posts


def test_the_hour_is_taken_out_of_the_gaps(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, feed(evening=4))
    measured = measures.measure(engine, found, NO_TESTS, None)
    curve = list(measured.model.coefficients["hour"].values())
    late, early = (float(np.mean([curve[hour] for hour in hours])) for hours in (range(18, 24), range(18)))
    assert late - early == pytest.approx(np.log(4), abs=0.1)
    candidates = steps.propose(engine, found, ("neighbour",), mining=MINING)
    pairs, chance, _ = measures.gaps(engine, found, placed(engine, candidates), measured, 72)
    gaps = np.asarray([row["gap"] for row in told(engine, pairs)])
    assert len(gaps) > 300
    assert float(np.mean(np.abs(gaps) > 1)) < 0.1  # 4 times as much would be 1.4
    assert chance.noise > 0


def test_posts_of_the_test_do_not_teach_the_model(engine: Engine, tmp_path: Path) -> None:
    posts = feed(evening=4)
    found = gathered(engine, tmp_path, posts)
    tests = np.arange(700, 1000)
    other = [dataclasses.replace(each, likes=7) if number >= 700 else each for number, each in enumerate(posts)]
    model = measures.measure(engine, found, tests, None).model
    again = type(engine)(tmp_path / "other")  # type: ignore[call-arg]
    changed = gathered(again, tmp_path / "changed", other)
    assert measures.measure(again, changed, tests, None).model == model
    assert model.rows < 700
    again.close()


def test_noise_is_learned_from_the_same_words_posted_again_by_one_account(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, feed(repeats=True))
    measured = measures.measure(engine, found, NO_TESTS, None)
    candidates = steps.propose(engine, found, ("neighbour",), mining=MINING)
    _, chance, _ = measures.gaps(engine, found, placed(engine, candidates), measured, 72)
    assert chance.repeats > 300
    assert chance.noise == pytest.approx(2 * 0.3**2, rel=0.4)


def test_without_counts_there_is_nothing_to_measure(engine: Engine, tmp_path: Path) -> None:
    found = gathered(
        engine, tmp_path, [post("a", "Bread today"), post("b", "Come and get bread")], [Label("a", "b", "train")]
    )
    measured = measures.measure(engine, found, NO_TESTS, None)
    assert (measured.signals, measured.baselines, measured.controls) == (None, None, None)
    candidates = steps.propose(engine, found, ("same_link",), mining=MINING)
    pairs, _, _ = measures.gaps(engine, found, placed(engine, candidates), measured, 72)
    assert [(row["a"], row["b"], row["label"], row["gap"]) for row in told(engine, pairs)] == [(0, 1, 1, None)]


def test_a_profile_of_a_corpus_without_impressions_is_refused(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, [post("a", likes=3)])
    with pytest.raises(ViralityError, match="counts without impressions"):
        measures.measure(engine, found, NO_TESTS, {"likes": 1.0})


# --- candidates and splits


def test_no_candidate_is_said_with_what_the_posts_lack(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, [post("a", "Rye is back"), post("b", "Plum cake", likes=1, author_id="jo")])
    with pytest.raises(ViralityError) as told_of:
        steps.propose(engine, found, ("ab_test", "neighbour", "paraphrase"), mining=MINING)
    said = str(told_of.value)
    assert "ab_test: 2 posts have no content_key, 2 posts have no impressions" in said
    assert "neighbour: 2 posts have no posted_at, 1 posts have no account, 1 posts have no counts" in said


def test_restatements_alone_need_no_candidate(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, [post("a", "Rye is back")])
    assert steps.propose(engine, found, ("paraphrase",), mining=MINING) is None
    sides, where, kept = steps.place(
        engine, found, None, "component", Shares(0, 0, 0), block_days=14, seed=0, all_copies=True
    )
    assert kept is None
    assert (len(sides.a), len(where.split), len(sides.keys.t)) == (0, 0, 1)


def test_no_outcome_moves_a_pair_from_one_part_to_another(engine: Engine, tmp_path: Path) -> None:
    def where(folder: Path, posts: Sequence[Post]) -> list[tuple[int, int, int, int]]:
        mine = type(engine)(folder / "engine")  # type: ignore[call-arg]
        found = gathered(mine, folder, posts)
        candidates = steps.propose(mine, found, ("neighbour",), mining=MINING)
        sides, went, _ = steps.place(
            mine, found, candidates, "component", Shares(0.2, 0.1, 0.2), block_days=7, seed=0, all_copies=False
        )
        mine.close()
        return list(zip(sides.a.tolist(), sides.b.tolist(), went.component.tolist(), went.split.tolist(), strict=True))

    ways = ("warm", "ready", "sold out", "back again", "half price", "new")
    posts = [
        post(f"{n:03}", f"Our {WARES[n // 6 % 12]} of oven w{n // 6}x is {ways[n % 6]}", author_id=f"account {n // 6}",
             posted_at=at(n), likes=n * 37 % 200)
        for n in range(150)
    ]  # fmt: skip
    shuffled = [dataclasses.replace(each, likes=n * 53 % 90) for n, each in enumerate(posts)]
    random.Random(2).shuffle(shuffled)
    one, two = where(tmp_path / "one", posts), where(tmp_path / "two", shuffled)
    assert len(one) > 50
    assert len({split for *_, split in one}) >= 3
    assert sorted(one) == sorted(two)
