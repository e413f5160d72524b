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


def coverage(p: Array, shares: Sequence[float], clusters: Sequence[str], seed: int = 0) -> list[tuple[float, Interval]]:
    """(share of pairs answered, accuracy on them) when only the most confident pairs are answered."""
    confidence, correct = confidence_and_right(p)
    order = np.argsort(-confidence, kind="stable")
    found = []
    for answered in shares:
        rows = order[: max(1, round(answered * len(p)))]
        found.append((answered, share(correct[rows], [clusters[at] for at in rows], seed)))
    return found


def most_confident(p: Array, share: float) -> NDArray[np.intp]:
    """Indices of the `share` of pairs that the scorer is surest of; at least one."""
    confidence, _ = confidence_and_right(p)
    return np.sort(np.argsort(-confidence, kind="stable")[: max(1, round(share * len(p)))])


def answered(p: Array, sure: float) -> NDArray[np.intp]:
    """Indices of the pairs that a scorer answers which abstains below the confidence `sure`; may be none."""
    confidence, _ = confidence_and_right(p)
    return np.flatnonzero(confidence >= sure)


def difference(first: Array, second: Array, clusters: Sequence[str], seed: int = 0) -> Interval:
    """Paired difference of two accuracies on the same pairs, in percentage points."""
    return mean((right(first) - right(second)) * 100, clusters, seed)


def over_drawings(correct: Array, clusters: Sequence[str], seed: int = 0) -> Interval:
    """Mean accuracy of several scorers on the same pairs, with an interval over other pairs and other such scorers.

    The two kinds of variation are added as variances; that between K scorers is Student's (1908), with K - 1 degrees
    of freedom.

    Args:
        correct: 1, 0 or 1/2 of each of K scorers, (K, N).
        clusters: of each pair, (N,).
        seed: of the bootstrap; with K = 1 the interval is over the pairs alone.
    """
    if len(correct) == 1:
        return share(correct[0], clusters, seed)
    from scipy.stats import t

    count = len(correct)
    found = mean(correct.mean(0), clusters, seed)
    if found.low is None or found.high is None:
        return found
    between = float(t.ppf(0.975, count - 1) * correct.mean(1).std(ddof=1) / np.sqrt(count))
    low = found.value - np.hypot(found.value - found.low, between)
    high = found.value + np.hypot(found.high - found.value, between)
    return Interval(found.value, float(max(low, 0.0)), float(min(high, 1.0)), found.n)


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


def confidence_and_right(p: Array) -> tuple[Array, Array]:
    """How sure the scorer is of the side it prefers, in [1/2, 1), and whether that is the better one: (N,) each."""
    return np.maximum(p, 1 - p), right(p)
