"""Figures of one value for each returned rewrite."""

from __future__ import annotations

import pytest

from eval.returned import NOTHING, Returned
from tests.eval.returned_world import PLACE, by_name, returned

FOUR = returned([("a draft", "a rewrite")] * 4, suffix=".base")


def test_a_figure_is_the_mean_of_what_was_measured_and_says_of_how_many() -> None:
    found = FOUR.figure("some.share", [1.0, 0.0, None, 1.0], note="by hand")
    assert (found.name, found.n, found.subset, found.note) == ("writer.some.share.base", 3, "returned", "by hand")
    assert found.value == pytest.approx(2 / 3)
    assert (found.corpus, found.family, found.best_of) == ("hand", "linear", 4)


def test_a_difference_is_paired_and_of_shares_in_points() -> None:
    found = by_name(FOUR.before_and_after("harm", [0.0, 1.0, 0.0, None], [1.0, 1.0, None, 1.0]))
    assert [found[f"harm.{when}.base"].value for when in ("before", "after", "difference")] == [0.5, 1.0, 50.0]
    assert {figure.n for figure in found.values()} == {2}
    assert found["harm.difference.base"].unit == "points"
    counts = by_name(FOUR.before_and_after("emoji", [0.0, 1.0, 0.0, 3.0], [2.0, 1.0, 1.0, 3.0], "ratio"))
    assert counts["emoji.difference.base"].value == 0.75
    assert counts["emoji.difference.base"].unit == "ratio"


def test_where_all_are_the_same_no_certainty_is_claimed() -> None:
    share = FOUR.figure("share", [1.0] * 4)
    assert share.low == pytest.approx(0.025 ** (1 / 4))
    change = by_name(FOUR.before_and_after("harm", [0.0] * 4, [0.0] * 4))["harm.difference.base"]
    assert (change.value, change.low, change.high) == (0.0, None, None)


def test_nothing_measured_is_missing_with_its_reason_and_never_zero() -> None:
    found = FOUR.figure("names", [None] * 4, why="no draft has names")
    assert (found.value, found.n, found.note) == (None, 0, "no draft has names")
    none = returned([]).figure("names", [], why="no draft has names")
    assert (none.value, none.note) == (None, NOTHING)


def test_rows_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in number"):
        Returned(["one"], ["one", "two"], ["c"], ["en"], PLACE)
