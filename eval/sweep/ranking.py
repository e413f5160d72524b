"""Values of several settings on the same examples -> how good each is, less luck, and which may be the best.

Letters: S settings, R seeds of each, N examples. Nothing here chooses a seed: runs of one setting are averaged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import Array
from virality.statistics import Interval, Spread, covariance, mean, share, spread

_LEVEL = 0.05
_DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """What is known of one setting.

    Fields:
        at: its number, from 0.
        value: mean over seeds and examples; the interval is over other examples, by whole clusters, and other seeds.
        shrunk: less the luck of the choice; None where chance is not known (one setting, or one cluster).
        best: probability that it is truly the best; None as above.
        behind: how much better the first one does, positive where it does, on the same examples; None of the first.
        may_be_best: False where another is shown to do better, all settings compared at once.
    """

    at: int
    value: Interval
    shrunk: Interval | None
    best: float | None
    behind: Interval | None
    may_be_best: bool


def rank(values: Array, clusters: Sequence[str], *, lower_is_better: bool, hits: bool, seed: int) -> list[Ranked]:
    """The settings, the best first; of those alike the earlier.

    Estimates are drawn towards their mean as far as chance explains their spread (empirical Bayes, Efron and Morris
    1975): that is what the lead of the best of several owes to having been chosen (the winner's curse). The settings
    that may be the best hold the truly best one in 95 of 100 sweeps (Gupta 1965; Hsu 1984): one leaves where another
    is better by more than Student's quantile, of a level that all others share, times the error of their difference:
    that of examples and that of seeds each with its own degrees of freedom.

    Args:
        values: (S, R, N).
        clusters: of each example, (N,).
        lower_is_better: of errors.
        hits: each value is a hit, a miss or a tie.
        seed: of bootstraps and draws.
    """
    of_settings = values.mean(1)
    means = of_settings.mean(1)
    sign = -1.0 if lower_is_better else 1.0
    order = sorted(range(len(means)), key=lambda at: (-sign * means[at], at))
    besides = of_seeds(values)
    enough = len(means) > 1 and len(set(clusters)) > 1
    found = spread(of_settings, clusters, besides) if enough else None
    chances = _best(found, sign, seed) if found else None
    candidates = _may_be_best(values, clusters, sign) if found else [True] * len(means)
    ends = found.drawn(len(clusters)) if found else None
    whole = hits and values.shape[1] == 1
    first = order[0]
    return [
        Ranked(
            at=at,
            value=_wider((share if whole else mean)(of_settings[at], clusters, seed), besides, values, within=True),
            shrunk=None if ends is None else ends[at],
            best=None if chances is None else float(chances[at]),
            behind=None
            if at == first
            else _wider(
                mean(sign * (of_settings[first] - of_settings[at]), clusters, seed), 2 * besides, values, within=False
            ),
            may_be_best=bool(candidates[at]),
        )
        for at in order
    ]


def of_seeds(values: Array) -> float:
    """Variance of the mean of a setting's runs (S, R, N) that other seeds would give, pooled over settings.

    0 with one seed: nothing is known of it.
    """
    seeds = values.shape[1]
    return float(values.mean(2).var(axis=1, ddof=1).mean() / seeds) if seeds > 1 else 0.0


def _wider(found: Interval, besides: float, values: Array, *, within: bool) -> Interval:
    """An interval over examples, over other seeds too: variances add up (as `eval.metrics.over_drawings`)."""
    if found.low is None or found.high is None or not besides:
        return found
    from scipy.special import stdtrit

    settings, seeds, _ = values.shape
    reach = float(stdtrit(settings * (seeds - 1), 0.975)) * math.sqrt(besides)
    low = found.value - math.hypot(found.value - found.low, reach)
    high = found.value + math.hypot(found.high - found.value, reach)
    return Interval(found.value, max(low, 0.0) if within else low, min(high, 1.0) if within else high, found.n)


def _best(found: Spread, sign: float, seed: int) -> Array:
    """Probability of each setting that it is the best, given the data: draws of all their true values, (S,).

    True values are normal around the drawn ones with variance kept x chance; where nothing is kept, all are alike.
    """
    drawn = np.asarray([one.value for one in found.drawn(1)])
    noise = np.random.default_rng(seed).normal(size=(_DRAWS, len(found.means)))
    true = sign * drawn + math.sqrt(found.kept * max(0.0, found.chance)) * noise
    top = np.isclose(true, true.max(1, keepdims=True), rtol=0, atol=1e-12)
    chances: Array = (top / top.sum(1, keepdims=True)).mean(0)
    return chances


def _may_be_best(values: Array, clusters: Sequence[str], sign: float) -> list[bool]:
    from scipy.special import stdtrit

    settings, seeds, _ = values.shape
    level = 1 - _LEVEL / (settings - 1)
    found = covariance(values.mean(1), clusters)
    variances = np.diag(found)[:, None] + np.diag(found)[None, :] - 2 * found
    reach = float(stdtrit(len(set(clusters)) - 1, level)) ** 2 * np.clip(variances, 0.0, None)
    if besides := of_seeds(values):
        reach = reach + float(stdtrit(settings * (seeds - 1), level)) ** 2 * 2 * besides
    means = values.mean((1, 2))
    ahead = sign * (means[None, :] - means[:, None])  # [i, j]: how much better j does than i
    beaten = (reach > 1e-24) & (ahead > np.sqrt(reach))
    np.fill_diagonal(beaten, False)
    return [not one for one in beaten.any(1).tolist()]
