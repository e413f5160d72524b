"""What a pair says of the size of its difference, and how precisely: more than who won, where counts are large.

The log of a ratio of two rates has the variance 1/k + 1/k' for k and k' successes (the delta method; Katz et al. 1978),
and what wording does not explain of the true ratio is noise too. A regression on sizes with the inverse of both as
weights lets a test of a million views speak louder than one of a thousand, where its label is as much 'the better one'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Pair
from train.scorers import controls
from virality.errors import ViralityError

Array = NDArray[np.float64]

UNEXPLAINED = 0.25
"""Nats of a true log-ratio that wording leaves unexplained: its standard deviation, taken as such for all corpora."""
_CHANCE = 0.5
"""Added to each side's successes, so that none has an infinite variance."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of each pair.

    Fields:
        nats: observed log-ratio of better over worse, (N,).
        precision: 1 over its variance, (N,); 1 / UNEXPLAINED^2 at most.
    """

    nats: Array
    precision: Array


def sizes(pairs: Sequence[Pair], control: str | None, seed: int) -> Sizes:
    """The sizes of measured pairs; the control `shuffled` turns each with probability one half.

    A pair without counts has the precision of one with as much chance in it as there is unexplained.

    Raises:
        ViralityError: a pair has no difference.
    """
    unknown = sum(pair.difference is None for pair in pairs)
    if unknown:
        raise ViralityError(
            f"learns = size: {unknown:,} of {len(pairs):,} pairs are labels without a difference; say order"
        )
    nats = np.asarray([pair.difference for pair in pairs], dtype=np.float64)
    if control == "shuffled":
        nats = np.where(controls.turned(np.ones(len(nats)), seed) > 0.5, nats, -nats)
    return Sizes(nats, 1 / (np.asarray([_chance(pair) for pair in pairs]) + UNEXPLAINED**2))


def _chance(pair: Pair) -> float:
    """Variance of the observed log-ratio by chance alone."""
    if pair.successes_better is None or pair.successes_worse is None:
        return UNEXPLAINED**2
    return 1 / (pair.successes_better + _CHANCE) + 1 / (pair.successes_worse + _CHANCE)
