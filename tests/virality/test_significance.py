"""Tests of values with intervals: what p is, what a family of them costs, what one could have seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from virality.significance import holm, p_value, smallest_effect
from virality.statistics import Interval, share


def names(count: int) -> list[str]:
    return [f"cluster {number}" for number in range(count)]


def test_p_is_that_of_the_normal_and_below_a_twentieth_where_the_interval_leaves_the_null_out() -> None:
    found = Interval(0.6, 0.55, 0.66, 100)
    # the longer half, 0.06, is 1.96 standard errors
    assert p_value(found, 0.5) == pytest.approx(math.erfc(1.959964 * 10 / 6 / math.sqrt(2)), rel=1e-4)
    assert p_value(found, 0.66) == pytest.approx(0.05)
    assert p_value(found, 0.54) == pytest.approx(0.05)
    assert p_value(found, 0.6) == 1.0


def test_a_few_wins_among_many_ties_show_nothing() -> None:
    generator = np.random.default_rng(5)
    called = 0
    for _ in range(100):
        hits = np.where(generator.random(40) < 0.9, 0.5, generator.integers(0, 2, 40))
        p = p_value(share(hits, names(40)), 0.5)
        called += p is not None and p < 0.05
    assert called <= 8  # by the half of the interval that faces 50% it would be a quarter of them


def test_p_of_a_share_of_all_is_that_of_as_many_throws_of_a_coin() -> None:
    every = share([1.0] * 10, names(10))
    assert p_value(every, 0.5, of_share=True) == pytest.approx(2 * 0.5**10)
    none = share([0.0] * 10, names(10))
    assert p_value(none, 0.2, of_share=True) == pytest.approx(2 * 0.8**10)


def test_nothing_is_tested_without_an_interval_that_has_a_width() -> None:
    assert p_value(Interval(0.6, None, None, 3), 0.5) is None
    assert p_value(Interval(100.0, 100.0, 100.0, 3), 0.0) is None
    assert p_value(Interval(0.0, 0.0, 0.0, 3), 0.0) == 1.0
    assert smallest_effect(Interval(0.6, None, None, 3)) is None
    assert smallest_effect(Interval(1.0, 1.0, 1.0, 3)) is None


def test_holm_multiplies_the_smallest_most_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_smallest_effect_is_seen_in_80_of_100() -> None:
    # the longer half, 0.04, is 1.96 standard errors; needed are 1.95996 + 0.84162, or 2.24140 for one of two tests
    found = Interval(0.5, 0.46, 0.53, 100)
    assert smallest_effect(found) == pytest.approx(0.04 / 1.959964 * 2.801585, abs=1e-6)
    assert smallest_effect(found, tests=2) == pytest.approx(0.04 / 1.959964 * 3.083024, abs=1e-6)
