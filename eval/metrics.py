"""Metrics: numbers -> a value with its interval, clustered by component. A metric of nothing raises.

Letters: N pairs or drafts. `p` is P(better beats worse) or P(rewrite beats draft), in (0, 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from virality.statistics import Interval, bootstrap, mean, share

Array = NDArray[np.float64]


def right(p: Array) -> Array:
    """1 where the scorer prefers the better one, 0 where the worse, 1/2 where it cannot tell: (N,)."""
    return np.where(p > 0.5, 1.0, np.where(p < 0.5, 0.0, 0.5))


def accuracy(p: Array, clusters: Sequence[str], seed: int = 0) -> Interval:
    """Share of pairs of which the better one is preferred."""
    return share(right(p), clusters, seed)


def brier(p: Array, clusters: Sequence[str], seed: int = 0) -> Interval:
    """Mean of (1 - p)^2 over pairs (Brier 1950); 0.25 is what 'always 1/2' gets."""
    return mean((1 - p) ** 2, clusters, seed)


def calibration_error(p: Array, clusters: Sequence[str], bins: int = 5, seed: int = 0) -> Interval:
    """Expected calibration error over bins of equal mass: mean |confidence - accuracy| by bin (Naeini et al. 2015)."""

    def statistic(rows: NDArray[np.intp]) -> float:
        confidence, correct = _confidence(p[rows])
        order = np.argsort(confidence, kind="stable")
        parts = [part for part in np.array_split(order, bins) if part.size]
        return float(sum(part.size * abs(confidence[part].mean() - correct[part].mean()) for part in parts) / rows.size)

    return bootstrap(len(p), clusters, statistic, seed)


def reliability(p: Array, bins: int = 5) -> list[tuple[float, float, int]]:
    """(mean confidence, accuracy, pairs) of each bin of equal mass, least confident first."""
    confidence, correct = _confidence(p)
    order = np.argsort(confidence, kind="stable")
    return [
        (float(confidence[part].mean()), float(correct[part].mean()), int(part.size))
        for part in np.array_split(order, bins)
        if part.size
    ]


def coverage(p: Array, shares: Sequence[float]) -> list[tuple[float, float, int]]:
    """(share of pairs answered, accuracy on them, pairs) when only the most confident pairs are answered."""
    confidence, correct = _confidence(p)
    order = np.argsort(-confidence, kind="stable")
    counts = [max(1, round(share * len(p))) for share in shares]
    return [(share, float(correct[order[:count]].mean()), count) for share, count in zip(shares, counts, strict=True)]


def most_confident(p: Array, share: float) -> NDArray[np.intp]:
    """Indices of the `share` of pairs that the scorer is surest of; at least one."""
    confidence, _ = _confidence(p)
    return np.sort(np.argsort(-confidence, kind="stable")[: max(1, round(share * len(p)))])


def difference(first: Array, second: Array, clusters: Sequence[str], seed: int = 0) -> Interval:
    """Paired difference of two accuracies on the same pairs, in percentage points."""
    return mean((right(first) - right(second)) * 100, clusters, seed)


def net_of(gain: Array, changes: Array, clusters: Sequence[str], seed: int = 0) -> Interval | None:
    """What is left of a gain where no feature of form changed: the intercept of a least-squares fit.

    Args:
        gain: log-odds that the rewrite wins, nats: (N,).
        changes: feature of rewrite minus feature of draft, (N, K). Features that never change are left out.
        clusters: of each draft, (N,).
        seed: of the bootstrap.

    Returns:
        None where the rows cannot tell: too few, or a feature changes by the same amount in all.
    """
    moves = changes.std(0) > 1e-9
    if bool((np.abs(changes[:, ~moves]) > 1e-9).any()):
        return None
    moving = changes[:, moves]

    def statistic(rows: NDArray[np.intp]) -> float:
        design = np.column_stack([np.ones(rows.size), moving[rows]])
        if rows.size <= design.shape[1] + 1:
            return float("nan")
        found, *_ = np.linalg.lstsq(design, gain[rows], rcond=None)
        return float(found[0])

    found = bootstrap(len(gain), clusters, statistic, seed)
    return found if np.isfinite(found.value) else None


def log_odds(p: Array) -> Array:
    """log(p / (1 - p)), in nats."""
    return np.asarray(np.log(p / (1 - p)))


def _confidence(p: Array) -> tuple[Array, Array]:
    return np.maximum(p, 1 - p), right(p)
