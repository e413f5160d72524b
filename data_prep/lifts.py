"""What is believed of a difference after seeing it: shrunk lift and the probability that the better one is better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_prep.engine import Table

Floats = NDArray[np.float64]

LEAST_EFFECT = 1e-4
"""Variance of true differences that is assumed at least."""
STRENGTH = 20
"""Posts that what is usual among accounts counts for when an account's own noise is estimated."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What the corpus says of chance.

    Fields:
        noise: variance of a gap between two posts that say the same, in nats squared.
        effect: variance of true gaps around zero (the prior).
        typical: typical variance of one account's engagement around its own baseline.
        repeats: postings of the same words that the noise was estimated from; 0 where half of the spread was taken.
    """

    noise: float
    effect: float
    typical: float = 0.0
    repeats: int = 0


def posterior(difference: Floats, noise: Floats, effect: Floats) -> tuple[Floats, Floats]:
    """Normal-normal posterior of true differences, given observed ones.

    Args:
        difference: observed, in nats.
        noise: variance of each observation around the truth.
        effect: variance of true differences around zero (the prior), positive.

    Returns:
        Expected true differences in nats, shrunk towards zero, and the probabilities that they are positive, in (0, 1).
    """
    from scipy.special import ndtr

    shrink = effect / (effect + noise)
    spread = np.maximum(np.sqrt(shrink * noise), 1e-9)
    lift = shrink * difference
    return lift, np.clip(ndtr(lift / spread), 1e-6, 1 - 1e-6)


def two_rate_p(successes: tuple[Floats, Floats], trials: tuple[Floats, Floats]) -> Floats:
    """Two-sided p-values of the pooled z-test that two rates are equal."""
    from scipy.special import erfc

    pooled = (successes[0] + successes[1]) / (trials[0] + trials[1])
    variance = pooled * (1 - pooled) * (1 / trials[0] + 1 / trials[1])
    change = np.abs(successes[0] / trials[0] - successes[1] / trials[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, erfc(change / np.sqrt(2 * variance)), 1.0)


def with_noise(gaps: Table, baselines: Table, chance: Chance) -> Table:
    """Gaps with `scale`, how much the account varies against the typical one, and `noise`, the variance of chance.

    The account's own variance counts for as many posts as its past holds, the typical one for `STRENGTH`. Where an
    account varies more, chance and true differences are both taken to be larger: a gap is judged by the account's own
    spread. How often the posts were counted comes on top of the noise.
    """
    import ibis

    mine = baselines.select(b="n", spread="spread", past="past")
    both = gaps.left_join(mine, "b").drop("b_right", "scale")
    past = both.past.fill_null(0)
    own = (both.spread * both.spread).fill_null(chance.typical)
    ratio = (past * own + STRENGTH * chance.typical) / ((past + STRENGTH) * max(chance.typical, 1e-9))
    scale: Table = ratio.clip(0.1, 10.0) if chance.typical > 0 else ibis.literal(1).cast("float64")
    both = both.mutate(scale=scale)
    return both.mutate(noise=chance.noise * both.scale + both.sampling.fill_null(0.0)).drop("spread", "past")


def effect_of(squares: float, noise: float, scales: float) -> float:
    """Variance of true differences at scale 1, by moments: (sum of squared gaps - sum of noise) / sum of scales."""
    return max((squares - noise) / scales, LEAST_EFFECT) if scales else LEAST_EFFECT
