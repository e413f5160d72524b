"""How far raters agree beyond chance: Krippendorff's alpha for names, with an interval, and plain agreement.

Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. Answers may be missing: an item counts with as many
answers as it has, and not at all with one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from virality.statistics import Interval, bootstrap

Counts = NDArray[np.float64]


def counts(answers: Sequence[Sequence[str]]) -> Counts:
    """The answers to each item -> how often each value was given: (items, values)."""
    values = sorted({one for mine in answers for one in mine})
    return np.asarray([[list(mine).count(value) for value in values] for mine in answers], dtype=np.float64)


def alpha(counted: Counts) -> float:
    """Krippendorff's alpha: 1 is full agreement, 0 as much as by chance. `counted`: (items, values).

    NaN where no item has two answers, or all answers are the same, so that chance would agree as well.
    """
    counted = counted[counted.sum(axis=1) >= 2]
    sizes, totals = counted.sum(axis=1), counted.sum(axis=0)
    n = float(sizes.sum())
    expected = n**2 - float((totals**2).sum())
    if expected <= 0:
        return float("nan")
    observed = float(((sizes**2 - (counted**2).sum(axis=1)) / (sizes - 1)).sum())
    return 1 - (n - 1) * observed / expected


def alpha_interval(counted: Counts, clusters: Sequence[str], seed: int = 0) -> Interval | None:
    """Alpha with an interval from resampling whole clusters of items; None where alpha has no value.

    `n` counts the items with two answers or more, which alone say something of agreement.
    """
    if not np.isfinite(alpha(counted)):
        return None
    kept = counted.sum(axis=1) >= 2
    rated, theirs = counted[kept], [cluster for cluster, keep in zip(clusters, kept, strict=True) if keep]
    return bootstrap(len(rated), theirs, lambda rows: alpha(rated[rows]), seed)


def agreeing(counted: Counts) -> NDArray[np.float64]:
    """Of all pairs of answers to an item, the share that is the same: (items,), NaN where there is no pair."""
    sizes = counted.sum(axis=1)
    pairs = sizes * (sizes - 1)
    same = (counted * (counted - 1)).sum(axis=1)
    shares: Counts = np.divide(same, pairs, out=np.full(len(counted), np.nan), where=pairs > 0)
    return shares
