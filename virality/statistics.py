"""Intervals that know about clusters: rows of one component are not independent.

All intervals are 95% percentile bootstraps over whole components (Miller 2024, arXiv:2411.00640, argues for
clustered errors; the bootstrap is the cluster bootstrap of Field and Welsh 2007), expanded for few of them. Of fewer
than `FEW` no resample goes far enough: means then get Student's t by clustered standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
ENDS = NormalDist().inv_cdf(0.975)
"""Standard errors of a normal from a value to the end of its 95% interval."""
FEW = 8
"""Components of which resamples say too little."""
_ROUNDING = 1e-12
"""Of a value: a smaller error is that of the arithmetic, among clusters that agree."""
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
    if count < FEW:
        error = math.sqrt(float(covariance(x[None], clusters)[0, 0]))
        half = student(count) * error if error > _ROUNDING * np.abs(x).max() else 0.0
        return Interval(float(x.mean()), float(x.mean()) - half, float(x.mean()) + half, x.size)
    sums = np.bincount(codes, weights=x, minlength=count)
    sizes = np.bincount(codes, minlength=count)
    means = np.concatenate([(drawn @ sums) / (drawn @ sizes) for drawn in _draws(count, seed)])
    low, high = np.quantile(means, _tails(count))
    return Interval(float(x.mean()), float(low), float(high), x.size)


def share(hits: Sequence[float] | NDArray[np.float64], clusters: Sequence[str], seed: int = 0) -> Interval:
    """Mean of hits and misses (1 and 0; a tie is 1/2), as `mean`, but with an interval that is open where all agree.

    Where every row is a hit, or none is, resampling draws the same again and would claim certainty. Then the interval
    is the exact one (Clopper and Pearson 1934) for as many independent trials as there are clusters.
    """
    found = mean(hits, clusters, seed)
    count = len(set(clusters))
    if found.low is None or found.high is None:
        return found
    if found.value not in (0.0, 1.0):
        return Interval(found.value, max(found.low, 0.0), min(found.high, 1.0), found.n)
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
    low, high = np.quantile(kept, _tails(count))
    return Interval(value, float(low), float(high), rows)


@dataclass(frozen=True, slots=True)
class Spread:
    """How far K means lie apart, and how much of that is chance.

    Fields:
        means: of each system.
        center: their mean.
        kept: share of each distance from the center that is not chance, in [0, 1].
        chance: variance of one mean around the others that chance gives.
        of_center: variance of the center.
    """

    means: list[float]
    center: float
    kept: float
    chance: float
    of_center: float

    def drawn(self, rows: int) -> list[Interval]:
        """The means of so many rows drawn towards their center, with the 95% interval of the true value."""
        systems = len(self.means)
        reach = ENDS * math.sqrt(max(0.0, self.of_center + self.kept * self.chance * (systems - 1) / systems))
        values = [self.center + self.kept * (one - self.center) for one in self.means]
        return [Interval(one, one - reach, one + reach, rows) for one in values]


def spread(values: NDArray[np.float64], clusters: Sequence[str], besides: float = 0.0) -> Spread:
    """How far the means of K systems on the same rows lie apart (empirical Bayes, Efron and Morris 1975).

    True values are normal around their mean: of each distance from it max(0, 1 - (K - 1) v / S) is kept, S being the
    sum of squares of the distances, v what chance gives, paired and clustered.

    Args:
        values: (K, N), K at least 2.
        clusters: of each row, at least two different ones, (N,).
        besides: variance that each mean has beside that of the rows, by itself: of other training seeds.
    """
    systems, count = len(values), len(set(clusters))
    if systems < 2 or count < 2:
        raise ValueError(f"{systems} systems on {count} clusters: what is chance is told from two of each at least")
    means = values.mean(1)
    center = float(means.mean())
    found = covariance(values, clusters)
    of_center = float(found.mean())
    chance = (float(np.trace(found)) - systems * of_center) / (systems - 1) + besides
    apart = float(((means - center) ** 2).sum())
    kept = max(0.0, 1 - (systems - 1) * chance / apart) if apart > 0 else 0.0
    return Spread(means.tolist(), center, kept, chance, of_center + besides / systems)


def covariance(values: NDArray[np.float64], clusters: Sequence[str]) -> NDArray[np.float64]:
    """Of the means of K systems on the same rows (K, N), by whole clusters, at least two of them: (K, K)."""
    rows = values.shape[1]
    codes, count = _codes(clusters, rows)
    sums = np.stack([np.bincount(codes, weights=one, minlength=count) for one in values - values.mean(1)[:, None]])
    found: NDArray[np.float64] = sums @ sums.T / rows**2 * count / (count - 1)
    return found


def shrunk(values: NDArray[np.float64], clusters: Sequence[str]) -> list[Interval]:
    """Means of K systems on the same rows, drawn towards their common mean as far as chance explains their spread.

    The best of several, chosen on the rows it is measured on, owes part of its lead to luck: the winner's curse.

    Args:
        values: (K, N), K at least 2.
        clusters: of each row, at least two different ones, (N,).

    Returns:
        One a system, with the 95% interval of the true value given the data, the spread taken as known.
    """
    return spread(values, clusters).drawn(values.shape[1])


def student(clusters: int) -> float:
    """Standard errors from a mean of so many clusters to the end of its 95% interval."""
    from scipy.special import stdtrit

    return float(stdtrit(clusters - 1, 0.975))


def _tails(count: int) -> tuple[float, float]:
    """Which quantiles of resamples are the ends: expanded for few clusters (Hesterberg 2015, arXiv:1411.5279).

    Resamples of G clusters spread by sqrt((G - 1) / G) too little, and a normal has thinner tails than Student's t.
    """
    tail = NormalDist().cdf(-math.sqrt(count / (count - 1)) * student(count))
    return tail, 1 - tail


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
