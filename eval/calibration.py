"""Is a scorer as sure as it should be: reliability by bin, calibration error and slope, each beside what chance gives.

Letters: N pairs, B bins. `p` is P(better beats worse), in (0, 1); confidence is that of the likelier side, in [1/2, 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.metrics import Array, confidence_and_right
from virality.statistics import Interval, bootstrap, share

BINS = 5
DRAWS = 2000
_BLOCK = 4_000_000
"""Numbers drawn at once."""
_NEVER = 1e-9
"""Probabilities are kept this far from 0 and 1, where their log-odds have no end."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of like confidence.

    Fields:
        confidence: their mean.
        right: share of which the better one is preferred, with its interval.
        low: lower end of where 95 of 100 perfectly calibrated scorers of this confidence would be, and `high`.
    """

    confidence: float
    right: Interval
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chance:
    """What a perfectly calibrated scorer with the same probabilities shows on as many pairs.

    Fields:
        bands: of each bin, 95% of its shares right, (B, 2).
        error: mean calibration error.
        most: its 95% quantile: an error above it is more than chance gives.
    """

    bands: Array
    error: float
    most: float


def reliability(p: Array, clusters: Sequence[str], bins: int = BINS, seed: int = 0) -> tuple[list[Bin], Chance]:
    """Bins of equal mass, least confident first, and what chance alone gives.

    The band of a bin is a consistency band (Broecker and Smith 2007, doi:10.1175/WAF993.1).

    Args:
        p: (N,).
        clusters: of each pair, (N,).
        bins: as many, or N where that is less.
        seed: of the drawings.
    """
    confidence, right = confidence_and_right(p)
    chance = by_chance(p, bins, seed)
    found = [
        Bin(float(confidence[part].mean()), share(right[part], [clusters[at] for at in part], seed), *map(float, band))
        for part, band in zip(_parts(confidence, bins), chance.bands, strict=True)
    ]
    return found, chance


def by_chance(p: Array, bins: int = BINS, seed: int = 0, draws: int = DRAWS) -> Chance:
    """The error and the bands where each pair comes out right with the confidence the scorer has in it, by itself."""
    confidence, right = confidence_and_right(p)
    parts = _parts(confidence, bins)
    order = np.concatenate(parts)
    sure, tied = confidence[order], right[order] == 0.5
    starts = np.cumsum([0, *(part.size for part in parts[:-1])])
    sizes = np.asarray([part.size for part in parts], dtype=np.float64)
    said = np.add.reduceat(sure, starts) / sizes
    shares = np.concatenate(
        [
            np.add.reduceat(np.where(tied, 0.5, drawn < sure), starts, axis=1) / sizes
            for drawn in _drawn(sure.size, seed, draws)
        ]
    )
    errors = np.abs(shares - said) @ sizes / sizes.sum()
    return Chance(np.quantile(shares, [0.025, 0.975], axis=0).T, float(errors.mean()), float(np.quantile(errors, 0.95)))


def error(p: Array, clusters: Sequence[str], bins: int = BINS, seed: int = 0) -> Interval:
    """Expected calibration error over bins of equal mass: mean |confidence - accuracy| by bin (Naeini et al. 2015).

    Never below 0, so even a perfectly calibrated scorer has one: read it beside `by_chance`.
    """

    def statistic(rows: NDArray[np.intp]) -> float:
        confidence, right = confidence_and_right(p[rows])
        apart = [part.size * abs(confidence[part].mean() - right[part].mean()) for part in _parts(confidence, bins)]
        return float(sum(apart) / rows.size)

    return bootstrap(len(p), clusters, statistic, seed)


def slope(p: Array, clusters: Sequence[str], seed: int = 0) -> Interval | None:
    """Calibration slope: of a logistic regression of the outcome on the log-odds of p (Cox 1958; Miller et al. 1991).

    Without an intercept, since P(A beats B) = 1 - P(B beats A). 1 is perfect; below 1 the scorer is too sure, above 1
    it is less sure than it could be.

    Returns:
        None where no slope is the likeliest: every pair right, every pair wrong, or all at one half.
    """
    clipped = np.clip(p, _NEVER, 1 - _NEVER)
    odds = np.log(clipped / (1 - clipped))
    found = bootstrap(len(p), clusters, lambda rows: _slope(odds[rows]), seed)
    return found if np.isfinite(found.value) else None


def _slope(odds: Array) -> float:
    """The b with the greatest sum(log sigmoid(b odds)), by Newton's method; a step that goes too far is halved."""
    if not (odds > 0).any() or not (odds < 0).any():
        return float("nan")
    b, at = 0.0, float(odds.size * np.log(0.5))
    for _ in range(100):
        wrong = 1 / (1 + np.exp(np.clip(b * odds, -500, 500)))
        step = float((odds * wrong).sum() / max((odds**2 * wrong * (1 - wrong)).sum(), 1e-300))
        new = -float(np.logaddexp(0, -(b + step) * odds).sum())
        while new < at and abs(step) > 1e-12:
            step /= 2
            new = -float(np.logaddexp(0, -(b + step) * odds).sum())
        b, at = b + step, new
        if abs(step) < 1e-9 * max(1.0, abs(b)):
            break
    return b


def _parts(confidence: Array, bins: int) -> list[NDArray[np.intp]]:
    """Indices of the pairs of each bin."""
    return [part for part in np.array_split(np.argsort(confidence, kind="stable"), bins) if part.size]


def _drawn(count: int, seed: int, draws: int) -> Iterator[Array]:
    """Uniform numbers, `draws` rows of `count`, in blocks that fit in memory."""
    generator = np.random.default_rng(seed)
    rows = max(1, _BLOCK // count)
    for begin in range(0, draws, rows):
        yield generator.random((min(rows, draws - begin), count))
