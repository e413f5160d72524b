"""Intervals that know about clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virality.significance import p_value
from virality.statistics import FEW, Interval, bootstrap, mean, share, shrunk


def width(interval: Interval) -> float:
    assert interval.low is not None
    assert interval.high is not None
    return interval.high - interval.low


def names(count: int, each: int = 1) -> list[str]:
    return [f"cluster {number // each}" for number in range(count * each)]


def test_an_interval_of_independent_rows_is_that_of_the_textbook() -> None:
    values = np.random.default_rng(1).normal(size=400)
    found = mean(values, names(400))
    assert found.value == pytest.approx(values.mean())
    assert width(found) == pytest.approx(2 * 1.96 * values.std() / math.sqrt(400), rel=0.1)
    assert found.n == 400


def test_rows_repeated_within_their_cluster_add_no_certainty() -> None:
    values = np.random.default_rng(2).normal(size=50)
    once, often = mean(values, names(50)), mean(np.repeat(values, 20), names(50, each=20))
    assert often.value == pytest.approx(once.value)
    assert width(often) == pytest.approx(width(once))
    assert width(mean(np.repeat(values, 20), names(1000))) < width(once) / 3


def test_one_cluster_says_nothing_of_its_own_error() -> None:
    assert mean([1.0, 2.0], ["a", "a"]) == Interval(1.5, None, None, 2)
    assert bootstrap(2, ["a", "a"], lambda rows: float(len(rows))) == Interval(2.0, None, None, 2)


def test_the_mean_of_nothing_is_not_zero() -> None:
    with pytest.raises(ValueError, match="mean of no values"):
        mean([], [])
    with pytest.raises(ValueError, match="statistic of no rows"):
        bootstrap(0, [], lambda rows: 0.0)


def test_every_value_has_a_cluster() -> None:
    with pytest.raises(ValueError, match="3 values and 2 clusters"):
        mean([1, 2, 3], ["a", "b"])


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        shared = np.repeat(generator.normal(size=40), 5)
        found = mean(0.7 + shared + generator.normal(size=200), names(40, each=5))
        held += found.low is not None and found.high is not None and found.low <= 0.7 <= found.high
    assert 0.89 <= held / 200 <= 0.985


def test_an_interval_of_few_clusters_is_as_wide_as_student_s() -> None:
    values = np.random.default_rng(6).normal(size=8)
    # t of 7 degrees of freedom is 2.3646; a resample of a mean varies by the plain standard deviation over 8
    assert width(mean(values, names(8))) == pytest.approx(2 * 2.3646 * values.std(ddof=1) / math.sqrt(8), rel=0.15)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_an_interval_of_very_few_clusters_holds_the_truth_as_often_as_it_says(count: int) -> None:
    generator = np.random.default_rng(8)
    held = called = 0
    for _ in range(300):
        shared = np.repeat(generator.normal(size=count) * 0.1, 40)
        hits = (generator.random(count * 40) < 0.5 + shared).astype(float)
        found = share(hits, names(count, each=40))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.5 <= found.high
        p = p_value(found, 0.5, of_share=True, clusters=count)
        called += p is not None and p < 0.05 / 7
    assert held / 300 >= 0.92
    assert called / 300 <= 0.02


def test_the_bootstrap_of_a_mean_is_the_interval_of_the_mean() -> None:
    values = np.random.default_rng(4).normal(size=200)
    clusters = names(50, each=4)
    found = bootstrap(200, clusters, lambda rows: float(values[rows].mean()), resamples=1500)
    assert found.value == pytest.approx(values.mean())
    assert width(found) == pytest.approx(width(mean(values, clusters)), rel=0.12)


def test_resamples_without_an_answer_are_left_out_and_too_many_of_them_give_no_interval() -> None:
    def rare(rows: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.intp]]) -> float:
        return 1.0 if 0 in rows and 1 in rows and 2 in rows else math.nan

    assert bootstrap(3, names(3), rare) == Interval(1.0, None, None, 3)


def test_many_clusters_need_no_more_memory_than_few() -> None:
    import tracemalloc

    values = np.ones(20_000)
    tracemalloc.start()
    mean(values, names(20_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * 2**20  # all resamples at once would be 640 MB


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.sampled_from("abcdefghij")), min_size=1, max_size=30))
def test_a_seed_decides_the_interval_and_it_lies_among_the_values(rows: list[tuple[float, str]]) -> None:
    values, clusters = [value for value, _ in rows], [cluster for _, cluster in rows]
    found = mean(values, clusters, seed=5)
    assert found == mean(values, clusters, seed=5)
    if found.low is not None and found.high is not None and len(set(clusters)) >= FEW:
        assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


def test_a_share_of_none_or_all_is_not_certain() -> None:
    clusters = [str(at) for at in range(48)]
    none, every = share([0.0] * 48, clusters), share([1.0] * 48, clusters)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 48))
    assert (every.value, every.high) == (1.0, 1.0)
    assert every.low == pytest.approx(0.025 ** (1 / 48))


def test_a_share_between_is_the_mean() -> None:
    hits, clusters = [1.0, 0.0, 0.5, 1.0] * FEW, names(2 * FEW, each=2)
    assert share(hits, clusters) == mean(hits, clusters)


def test_a_share_of_few_clusters_ends_where_shares_end() -> None:
    hits, clusters = [1.0, 0.0, 0.5, 1.0], ["a", "a", "b", "c"]
    plain = mean(hits, clusters)
    assert plain.high is not None
    assert plain.high > 1
    assert (share(hits, clusters).low, share(hits, clusters).high) == (plain.low, 1.0)


def test_a_share_of_one_cluster_has_no_interval() -> None:
    assert share([0.0, 0.0], ["a", "a"]).high is None


def test_the_best_of_several_is_drawn_to_their_mean_by_what_chance_explains() -> None:
    values = np.asarray([[1.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    first, second = shrunk(values, names(4))
    # distances 0.25: S = 0.125; var(mean difference) = 1 / 12, so v = 1 / 24: two thirds are kept
    assert [first.value, second.value] == pytest.approx([0.5 + 1 / 6, 0.5 - 1 / 6])
    # the four means of both systems, 1, 0.5, 0.5 and 0, give their mean a variance of 0.5 / 16 x 4 / 3; of the distance
    # 2 / 3 x (1 / 24) / 2 is left
    assert first.high == pytest.approx(0.5 + 1 / 6 + 1.959964 * math.sqrt(1 / 24 + 1 / 72), abs=1e-6)
    for alike in shrunk(np.asarray([values[0], values[0]]), names(4)):
        assert alike.value == 0.75
    with pytest.raises(ValueError, match="two of each"):
        shrunk(values, ["a"] * 4)


def test_the_luck_of_the_best_of_eight_is_taken_back() -> None:
    generator = np.random.default_rng(8)
    raw, less = [], []
    for _ in range(200):
        values = generator.normal(size=200) + generator.normal(size=(8, 200))
        values -= values.mean()
        raw.append(values.mean(1).max())
        less.append(max(one.value for one in shrunk(values, names(200))))
    assert np.mean(raw) > 0.08
    assert np.mean(less) < np.mean(raw) / 3
