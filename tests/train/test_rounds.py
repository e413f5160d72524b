"""When rounds stop and which writer is kept: told from what guide and judge said of each."""

from __future__ import annotations

import json

import pytest

from train.improve.rounds import best, stop, told
from train.improve.watching import Seen
from virality.statistics import Interval


def seen(improved: float, gap: float = 0.0, low: float | None = None) -> Seen:
    return Seen(
        passing=Interval(0.8, 0.7, 0.9, 64),
        returned=Interval(0.7, 0.6, 0.8, 64),
        improved=Interval(improved, improved - 0.1, improved + 0.1, 64),
        gap=Interval(gap, gap - 1 if low is None else low, gap + 1, 200),
        rewrites=256,
        seconds=12.5,
    )


def test_rounds_go_on_while_the_judge_rises() -> None:
    assert stop([seen(0.1), seen(0.3)], 10) is None
    assert stop([seen(0.1), seen(0.3), seen(0.4)], 10) is None


def test_a_first_round_that_does_not_rise_gets_a_second() -> None:
    assert stop([seen(0.3), seen(0.2)], 10) is None
    assert stop([seen(0.3), seen(0.2), seen(0.25)], 10) == "the judge's share stopped rising"


def test_an_open_proxy_gap_ends_the_rounds_and_its_writer_is_not_kept() -> None:
    rising = [seen(0.1), seen(0.3), seen(0.6, gap=14.0)]
    assert stop(rising, 10) == "the proxy gap opened (+14.0 points)"
    assert best(rising, 10) == 1
    assert best(rising, 20) == 2


def test_a_gap_that_chance_may_have_made_is_no_gap() -> None:
    assert stop([seen(0.1), seen(0.3, gap=14.0, low=-1.0)], 10) is None


def test_the_earlier_of_two_equal_writers_is_kept() -> None:
    assert best([seen(0.3), seen(0.4), seen(0.4)], 10) == 1
    assert best([seen(0.3, gap=30.0)], 10) == 0


NONE = Interval(0.0, None, None, 8)


@pytest.mark.parametrize("one", [seen(0.3), Seen(NONE, NONE, NONE, NONE, rewrites=0, seconds=0.0)])
def test_a_look_is_kept_as_json(one: Seen) -> None:
    assert Seen.of(json.loads(json.dumps(one.about()))) == one
    assert "the judge prefers it for" in told(one)
