"""Intervals that know about clusters: rows of one component are not independent.

All intervals are 95% percentile bootstraps over whole components (Miller 2024, arXiv:2411.00640, argues for
clustered errors; the bootstrap is the cluster bootstrap of Field and Welsh 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_BLOCK = 4_000_000
"""Numbers drawn at once."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95% interval. `n` counts rows, not clusters; with one cluster low and high are None."""

    value: float
    low: float | None
    high: float | None
    n: int


def mean(values: Sequence[float] | NDArray[np.float64], clusters: Sequence[str], seed: int = 0) -> Interval:
    """Mean of `values` with an interval from resampling whole clusters.

    Raises:
        ValueError: there are no values; a mean of nothing is not zero.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.size == 0:
        raise ValueError("the mean of no values is not defined")
    codes, count = _codes(clusters, x.size)
    if count == 1:
        return Interval(float(x.mean()), None, None, x.size)
    sums = np.bincount(codes, weights=x, minlength=count)
    sizes = np.bincount(codes, minlength=count)
    means = np.concatenate([(drawn @ sums) / (drawn @ sizes) for drawn in _draws(count, seed)])
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(x.mean()), float(low), float(high), x.size)


def share(hits: Sequence[float] | NDArray[np.float64], clusters: Sequence[str], seed: int = 0) -> Interval:
    """Mean of hits and misses (1 and 0; a tie is 1/2), as `mean`, but with an interval that is open where all agree.

    Where every row is a hit, or none is, resampling draws the same again and would claim certainty. Then the interval
    is the exact one (Clopper and Pearson 1934) for as many independent trials as there are clusters.
    """
    found = mean(hits, clusters, seed)
    count = len(set(clusters))
    if found.low is None or found.value not in (0.0, 1.0):
        return found
    rest = 0.025 ** (1 / count)
    low, high = (0.0, 1 - rest) if found.value == 0.0 else (rest, 1.0)
    return Interval(found.value, low, high, found.n)


def bootstrap(
    rows: int,
    clusters: Sequence[str],
    statistic: Callable[[NDArray[np.intp]], float],
    seed: int = 0,
    resamples: int = 500,
) -> Interval:
    """Any statistic of row indices, with an interval from resampling whole clusters.

    `statistic` is called with the indices of the rows drawn, repeated as often as their cluster was; a resample on
    which it returns NaN is left out.
    """
    if rows == 0:
        raise ValueError("a statistic of no rows is not defined")
    codes, count = _codes(clusters, rows)
    value = statistic(np.arange(rows))
    if count == 1:
        return Interval(value, None, None, rows)
    members = [np.flatnonzero(codes == code) for code in range(count)]
    generator = np.random.default_rng(seed)
    drawn = [
        statistic(np.concatenate([members[code] for code in generator.integers(0, count, count)]))
        for _ in range(resamples)
    ]
    kept = np.asarray([one for one in drawn if np.isfinite(one)])
    if kept.size < resamples // 2:
        return Interval(value, None, None, rows)
    low, high = np.quantile(kept, [0.025, 0.975])
    return Interval(value, float(low), float(high), rows)


def _codes(clusters: Sequence[str], rows: int) -> tuple[NDArray[np.intp], int]:
    if len(clusters) != rows:
        raise ValueError(f"{rows} values and {len(clusters)} clusters; there is one cluster for each value")
    names, codes = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    return codes.astype(np.intp), len(names)


def _draws(count: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each of `count` clusters is drawn, one row a resample, in blocks that fit in memory: (rows, count)."""
    generator = np.random.default_rng(seed)
    rows = max(1, _BLOCK // count)
    for begin in range(0, RESAMPLES, rows):
        size = min(rows, RESAMPLES - begin)
        yield generator.multinomial(count, np.full(count, 1 / count), size=size).astype(np.float64)
