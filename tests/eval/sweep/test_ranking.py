"""Which of several settings may be the best: nobody's luck is taken for skill, and no seed is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from eval.metrics import Array
from eval.sweep.ranking import rank


def clusters(count: int, each: int = 1) -> list[str]:
    return [f"c{at // each}" for at in range(count)]


def hits(truth: list[float], *, seeds: int = 1, examples: int = 200, seed: int = 0, apart: float = 0.0) -> Array:
    """Hits and misses (S, R, N) of settings with these true shares; `apart`: how far seeds lie from their setting."""
    draw = np.random.default_rng(seed)
    of_runs = np.asarray(truth)[:, None] + draw.normal(size=(len(truth), seeds)) * apart
    return (draw.random((len(truth), seeds, examples)) < of_runs[:, :, None]).astype(float)


def test_the_best_stands_first_and_values_are_means_over_seeds() -> None:
    values = np.asarray([[[1, 0, 0, 0], [1, 1, 0, 0]], [[1, 1, 1, 0], [1, 1, 1, 1]]], dtype=float)
    first, second = rank(values, clusters(4), lower_is_better=False, hits=True, seed=0)
    assert (first.at, first.value.value, second.at, second.value.value) == (1, 0.875, 0, 0.375)
    assert second.behind is not None
    assert second.behind.value == 0.5
    assert first.behind is None
    errors = rank(values, clusters(4), lower_is_better=True, hits=False, seed=0)
    assert [one.at for one in errors] == [0, 1]
    assert errors[1].behind is not None
    assert errors[1].behind.value == 0.5


def test_settings_that_are_alike_are_each_as_likely_the_best_and_none_is_shown_to_be_worse() -> None:
    alike = np.repeat(hits([0.6]), 4, axis=0)
    found = rank(alike, clusters(200), lower_is_better=False, hits=True, seed=0)
    assert [one.at for one in found] == [0, 1, 2, 3]
    assert all(one.best == pytest.approx(0.25) for one in found)
    assert all(one.may_be_best for one in found)


def test_a_setting_that_is_far_worse_is_said_to_be_and_the_others_are_not_told_apart() -> None:
    found = rank(hits([0.7, 0.7, 0.3], examples=600), clusters(600), lower_is_better=False, hits=True, seed=0)
    assert [one.may_be_best for one in found] == [True, True, False]
    assert found[2].at == 2
    assert found[2].best == 0.0


def test_probabilities_of_being_the_best_sum_to_one() -> None:
    found = rank(hits([0.5, 0.55, 0.6, 0.65]), clusters(200), lower_is_better=False, hits=True, seed=0)
    assert sum(one.best or 0.0 for one in found) == pytest.approx(1.0)


def test_one_setting_or_one_component_tells_nothing_of_chance() -> None:
    (alone,) = rank(hits([0.6]), clusters(200), lower_is_better=False, hits=True, seed=0)
    assert (alone.shrunk, alone.best, alone.may_be_best) == (None, None, True)
    for one in rank(hits([0.6, 0.9]), ["c"] * 200, lower_is_better=False, hits=True, seed=0):
        assert (one.shrunk, one.best, one.may_be_best, one.value.low) == (None, None, True, None)


def test_the_luck_of_the_winner_is_taken_off() -> None:
    """Of eight settings that are all at 60%, the first of a sweep is above it; less luck it is not."""
    raw, less = [], []
    for seed in range(24):
        first = rank(hits([0.6] * 8, seed=seed), clusters(200, 5), lower_is_better=False, hits=True, seed=0)[0]
        raw.append(first.value.value)
        less.append(first.shrunk.value if first.shrunk else 1.0)
    assert np.mean(raw) > 0.64
    assert abs(np.mean(less) - 0.6) < 0.015


def test_the_best_is_among_those_that_may_be_in_95_of_100_sweeps() -> None:
    truth = [0.5, 0.55, 0.6, 0.62]
    kept = [
        next(one.may_be_best for one in rank(hits(truth, seed=seed), clusters(200, 5), lower_is_better=False, hits=True,
                                             seed=0) if one.at == 3)
        for seed in range(40)
    ]  # fmt: skip
    assert np.mean(kept) >= 0.95


def test_seeds_that_differ_widen_the_interval_and_hold_back_the_verdict() -> None:
    steady = rank(hits([0.7, 0.5], seeds=3, examples=400), clusters(400), lower_is_better=False, hits=True, seed=0)
    restless = rank(hits([0.7, 0.5], seeds=3, examples=400, apart=0.2, seed=3), clusters(400), lower_is_better=False,
                    hits=True, seed=0)  # fmt: skip

    def width(found: list[float | None]) -> float:
        low, high = found
        return float(high or 0) - float(low or 0)

    assert not steady[1].may_be_best
    assert restless[1].may_be_best
    assert width([restless[0].value.low, restless[0].value.high]) > 2 * width([steady[0].value.low,
                                                                               steady[0].value.high])  # fmt: skip


def test_few_seeds_tell_little_of_what_other_seeds_would_give() -> None:
    """Two settings of two seeds each: two degrees of freedom, however many examples there are."""
    ends = [[600, 700], [500, 520]]
    values = np.asarray([[np.arange(1000) < end for end in mine] for mine in ends], dtype=float)
    first, second = rank(values, clusters(1000), lower_is_better=False, hits=True, seed=0)
    assert second.behind is not None
    assert second.behind.value == pytest.approx(0.14)
    assert first.may_be_best
    assert second.may_be_best
