"""How sure the probability of a suggestion is: a 95% interval around it.

Two things are put together, each as far as it is there, and the interval holds both:

- the members of a stack: the interval spans what each member of some weight says by its own calibration;
- the calibration: of the V validation pairs a tenth are as sure as this one, so the share of them that come out so is
  known to Wilson's (1927) interval of V / 10 trials. That is what a calibration plot of ten equal bins would show. It
  knows nothing of posts that are unlike the validation pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from train.scorers import Scorer

Array = NDArray[np.float64]
_BINS = 10
_Z = 1.959964
"""Standard deviations of a 95% interval."""


def intervals(
    scorer: Scorer, p: Array, rewrites: Sequence[str], drafts: Sequence[str], validation: int | None
) -> list[tuple[float, float] | tuple[None, None]]:
    """Low and high of each probability; None where neither part is there.

    Args:
        scorer: that gave them.
        p: P(rewrite beats draft), (N,).
        rewrites: N texts.
        drafts: of each rewrite.
        validation: pairs that the scorer was calibrated on; None: not known.
    """
    bounds = [part.probability(rewrites, drafts) for part in _members(scorer)] if len(rewrites) else []
    if validation:
        bounds += wilson(p, validation / _BINS)
    if not bounds:
        return [(None, None)] * len(p)
    low, high = np.minimum.reduce([p, *bounds]), np.maximum.reduce([p, *bounds])
    return list(zip(low.tolist(), high.tolist(), strict=True))


def wilson(share: Array, trials: float) -> list[Array]:
    """Low and high of shares that were seen in so many trials, 95%."""
    centre = (share + _Z**2 / (2 * trials)) / (1 + _Z**2 / trials)
    half = _Z / (1 + _Z**2 / trials) * np.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return [np.asarray(centre - half), np.asarray(centre + half)]


def _members(scorer: Scorer) -> list[Scorer]:
    """Members of a stack that weigh anything; none of any other family."""
    parts = scorer.parts().values()
    weights = getattr(scorer.model, "weights", ()) if parts else ()
    return [part for part, weight in zip(parts, weights, strict=True) if weight > 0]
