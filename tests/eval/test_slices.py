"""Accuracy by what is known of a pair, and in sets of posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from eval import slices
from eval.place import Place
from tests.train.worlds import corpus_pairs

PLACE = Place(corpus="c", source="scores.parquet", family="linear")


def test_each_way_of_slicing_that_gives_two_large_slices_is_told() -> None:
    pairs = [
        replace(one, platform="x" if at < 40 else "bluesky", hours_apart=-3.0 if at % 2 else 30.0,
                difference=0.05 if at < 90 else 2.0)
        for at, one in enumerate(corpus_pairs(100, split="test"))
    ]  # fmt: skip
    known = {pair.better_id: {"posted_at": dt.datetime(2024, 1, 1), "followers": 500} for pair in pairs}
    p = np.where(np.arange(100) < 40, 0.9, 0.1)
    found = {one.subset: (one.value, one.n) for one in slices.slices(pairs, p, known, PLACE, 0)}
    assert found == {"platform_x": (1.0, 40), "platform_bluesky": (0.0, 60),
                     "hours_0": (0.4, 50), "hours_2": (0.4, 50)}  # fmt: skip
    assert slices.slices(pairs[:40], p[:40], known, PLACE, 0) == []


def test_tau_and_top_1_are_those_worked_out_by_hand() -> None:
    one = corpus_pairs(1, split="test")[0]

    def pair(better: str, worse: str, component: str) -> object:
        return replace(one, pair_id=better + worse, better_id=better, worse_id=worse, component=component)

    pairs = [pair("a", "b", "1"), pair("a", "c", "1"), pair("b", "c", "1"),
             pair("d", "e", "2"), pair("d", "f", "2"), pair("g", "h", "3")]  # fmt: skip
    p = np.asarray([0.8, 0.7, 0.4, 0.3, 0.4, 0.9])
    tau, top = slices.sets(pairs, p, PLACE, 0)  # type: ignore[arg-type]
    assert tau.value == pytest.approx((1 / 3 - 1) / 2)
    assert (top.value, top.n) == (0.5, 2)
    assert top.note == "by chance 33.3%"
    assert tau.name == "scorer.sets.tau"


def test_without_sets_nothing_is_measured() -> None:
    found = slices.sets(corpus_pairs(4, split="test"), np.full(4, 0.9), PLACE, 0)
    assert [one.value for one in found] == [None, None]
