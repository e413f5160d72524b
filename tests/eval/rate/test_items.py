"""What is rated is what a person would get, in an order and on sides that are each rater's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.rate.items import chosen, items, rewrite_first
from tests.eval.rate.world import POSTS, evaluated, session, shown
from virality.errors import ViralityError


def test_the_passing_rewrite_that_the_guide_likes_best_is_rated_and_no_other_systems(tmp_path: Path) -> None:
    found = items(evaluated(tmp_path / "run", judge=[0.9, 0.1, 0.2, 0.3, 0.4, 0.5]))
    assert [(one.draft, one.rewrite) for one in found] == POSTS
    assert [one.example_id for one in found] == [f"post:{at}" for at in range(6)]
    assert [one.judge for one in found] == pytest.approx([0.9, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_draft_for_which_nothing_was_returned_is_not_rated(tmp_path: Path) -> None:
    found = items(evaluated(tmp_path / "run", returned=[False, True, False, False, True, False]))
    assert [one.example_id for one in found] == ["post:1", "post:4"]


def test_where_nothing_was_returned_there_is_nothing_to_rate(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run", returned=[False] * 6)
    with pytest.raises(ViralityError, match="returned no rewrite"):
        items(run)


def test_scores_of_other_rewrites_are_refused(tmp_path: Path) -> None:
    run, other = evaluated(tmp_path / "run"), evaluated(tmp_path / "other", POSTS[:3])
    (other / "rewrites.parquet").replace(run / "rewrites.parquet")
    with pytest.raises(ViralityError, match="differ on draft post:3"):
        items(run)


def test_each_rater_has_an_order_and_sides_of_his_own_that_stay(tmp_path: Path) -> None:
    posts = [(f"In street {at} the fair opens today.", f"Today: fair in street {at}!") for at in range(40)]
    run = evaluated(tmp_path / "run", posts)
    seen = []
    for rater in ("anna", "anna", "bert"):
        with session(run, rater) as opened:
            seen.append(shown(opened))
    assert seen[0] == seen[1] != seen[2]
    assert {frozenset(pair) for pair in seen[0]} == {frozenset(pair) for pair in seen[2]}
    orders = [[frozenset(pair) for pair in mine] for mine in seen]
    assert orders[0] != orders[2]


def test_the_rewrite_stands_first_as_often_as_second() -> None:
    first = [rewrite_first(f"rater{at % 20}", f"post{at // 20}") for at in range(4000)]
    assert 0.47 < sum(first) / len(first) < 0.53


def test_raters_of_a_part_rate_the_same_part(tmp_path: Path) -> None:
    there = items(evaluated(tmp_path / "run"))
    anna, bert = chosen(there, 3, "anna"), chosen(there, 3, "bert")
    assert len(anna) == 3
    assert {one.example_id for one in anna} == {one.example_id for one in bert}
    assert {one.example_id for one in anna} < {one.example_id for one in chosen(there, 5, "anna")}
