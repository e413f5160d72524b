"""Search for better wordings under gates, and its controls."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from train.candidates import gates_of
from train.search import LEAST_EDIT, QUIET, Candidate, Source, cuts, legal, search
from virality.gates import check_all, passed
from virality.text.edits import CUTTING, EMPTY, LOUD, OPERATIONS
from virality.text.similarity import reworded

DRAFTS = [
    Source("When the oven is hot, we do not wait. Our bakers make 12 really good loaves today.", None, "en"),
    Source("The miller says that bread will get dear if flour is not sold soon https://mill.example/a", "x", "en"),
    Source("بالصور: بلدية النور تفتتح مخبزا جديدا بسبب نقص الخبز", None, "ar"),
    Source("Bread", None, "en"),
]


def longest(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
    """A guide that likes what is longer."""
    return np.array([1 / (1 + math.exp((len(b) - len(a)) / 10)) for a, b in zip(first, second, strict=True)])


def shortest(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
    return 1 - longest(first, second)


def assert_legal(draft: Source, one: Candidate, least: float = LEAST_EDIT) -> None:
    context = gates_of(thresholds={"platform": draft.platform, "lang": draft.lang})
    assert passed(check_all(draft.text, one.text, context))
    assert one.edit == reworded(draft.text, one.text) >= least
    assert one.chain
    assert set(one.chain) <= set(OPERATIONS)


def test_a_search_neither_shouts_nor_fills() -> None:
    assert set(QUIET).isdisjoint({*LOUD, *EMPTY})
    drafts = [Source("The mill by the river is open today https://mill.example/a", "x", "en")]
    assert not [one for one in search(drafts, longest, depth=4)[0] if "ore here" in one.text]


def test_what_is_found_passed_every_gate_differs_enough_and_stands_best_first() -> None:
    found = search(DRAFTS, longest, beam=4, depth=3, most=4)
    assert all(found[:3])
    assert found[3] == []
    for draft, mine in zip(DRAFTS, found, strict=True):
        assert len(mine) <= 4
        assert [one.p_better for one in mine] == sorted((one.p_better for one in mine), reverse=True)
        assert len({one.text for one in mine}) == len(mine)
        for one in mine:
            assert_legal(draft, one)


def test_the_guide_decides_what_is_found() -> None:
    long, short = (search(DRAFTS[:1], guide, beam=4, depth=2)[0] for guide in (longest, shortest))
    assert len(long[0].text) > len(short[0].text)


def test_a_search_is_the_same_each_time_and_whichever_drafts_stand_beside() -> None:
    alone = search(DRAFTS[1:2], longest, beam=4, depth=2, seed=3)
    assert alone == search(DRAFTS[1:2], longest, beam=4, depth=2, seed=3)
    assert alone[0] == search(DRAFTS, longest, beam=4, depth=2, seed=3)[1]


def test_the_guide_is_asked_once_a_depth_for_all_drafts() -> None:
    asked: list[int] = []

    def guide(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
        asked.append(len(first))
        return longest(first, second)

    search(DRAFTS, guide, beam=2, depth=2)
    assert len(asked) == 2
    assert search([], guide) == []


def test_cutting_only_leaves_out_and_shortens() -> None:
    one = cuts(DRAFTS[:1])[0]
    assert one is not None
    assert set(one.chain) <= set(CUTTING)
    assert len(one.text) < len(DRAFTS[0].text)
    assert cuts([Source("Bread is warm")]) == [None]


def test_edits_without_a_guide_are_several_legal_ones() -> None:
    found = legal(DRAFTS[:1], most=3)[0]
    assert 1 < len({one.text for one in found}) == len(found) <= 3
    for one in found:
        assert_legal(DRAFTS[0], one)
