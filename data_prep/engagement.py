"""From counts to lift: what a count says once the account, the time and chance are taken out of it.

Counts are never compared raw. Where impressions exist, rates are compared with their sampling error; where only
counts exist, posts of one account near in time are compared on the log scale, against the noise that the account's
own repeated posts show.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from data_prep.records import Post
from virality.text.normalise import fold

ACTIONS = ("likes", "replies", "reposts", "quotes", "shares", "saves", "clicks")
LEAST_REPEATS = 20
"""Fewer repeated posts than this do not tell the noise; then half of the spread is taken to be noise."""


def engagement(post: Post) -> float | None:
    """Mean of log(1 + count) over the actions that were counted, in nats; None where none was."""
    counts = [value for name in ACTIONS if (value := getattr(post, name)) is not None]
    return sum(map(math.log1p, counts)) / len(counts) if counts else None


def gap(one: Post, two: Post) -> float | None:
    """Engagement of `one` less that of `two` over the actions counted for both, in nats; None where there is none."""
    counts = [
        (first, second)
        for name in ACTIONS
        if (first := getattr(one, name)) is not None and (second := getattr(two, name)) is not None
    ]
    if not counts:
        return None
    mine, other = (sum(math.log1p(pair[side]) for pair in counts) / len(counts) for side in (0, 1))
    return mine - other


def running_baseline(values: Sequence[float], window: int = 50, least: int = 10) -> list[float | None]:
    """For each value the median of up to `window` values before it, never of later ones.

    None for the first `least` values, whose past is too short.
    """
    out: list[float | None] = []
    for at in range(len(values)):
        past = sorted(values[max(0, at - window) : at])
        middle = len(past) // 2
        known = len(past) >= least
        out.append((past[middle] + past[~middle]) / 2 if known else None)
    return out


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of a difference after seeing it once.

    Fields:
        lift: expected true difference in nats, shrunk towards zero.
        p_better: probability that the true difference is positive, in (0, 1).
    """

    lift: float
    p_better: float


def posterior(difference: float, noise: float, effect: float) -> Posterior:
    """Normal-normal posterior of a true difference, given an observed one.

    Args:
        difference: observed, in nats.
        noise: variance of the observation around the truth.
        effect: variance of true differences around zero (the prior).
    """
    if effect <= 0:
        return Posterior(0.0, 0.5)
    shrink = effect / (effect + noise)
    spread = math.sqrt(shrink * noise) if noise > 0 else 1e-9
    return Posterior(shrink * difference, _normal_cdf(shrink * difference / spread))


def effect_variance(differences: Sequence[float], noises: Sequence[float]) -> float:
    """Variance of true differences, by moments: mean of difference^2 - noise, at least 1e-4."""
    if not differences:
        return 1e-4
    excess = sum(d * d - v for d, v in zip(differences, noises, strict=True)) / len(differences)
    return max(excess, 1e-4)


def log_rate(successes: int, trials: int) -> tuple[float, float]:
    """Log of a rate in nats, smoothed so that zero stays finite, and the variance of that estimate (delta method)."""
    smoothed, out_of = successes + 0.5, trials + 1.0
    return math.log(smoothed / out_of), 1.0 / smoothed - 1.0 / out_of


def two_rate_p(successes: tuple[int, int], trials: tuple[int, int]) -> float:
    """Two-sided p-value of the pooled z-test that two rates are equal."""
    pooled = sum(successes) / sum(trials)
    variance = pooled * (1 - pooled) * (1 / trials[0] + 1 / trials[1])
    if variance <= 0:
        return 1.0
    z = (successes[0] / trials[0] - successes[1] / trials[1]) / math.sqrt(variance)
    return math.erfc(abs(z) / math.sqrt(2))


def sample_ratio_p(impressions: Sequence[int]) -> float:
    """p-value of the chi-square test that all arms were shown equally often; 1 for one arm, 0 for none shown."""
    from scipy.stats import chi2

    total = sum(impressions)
    if total == 0:
        return 0.0
    if len(impressions) < 2:
        return 1.0
    expected = total / len(impressions)
    statistic = sum((seen - expected) ** 2 / expected for seen in impressions)
    return float(chi2.sf(statistic, len(impressions) - 1))


def repeat_noise(posts: Sequence[Post], hours: float) -> float | None:
    """Variance of the difference in engagement between two postings of the same words by one account within `hours`.

    The median absolute difference estimates it (times 1.4826, squared), so that a post that went through the roof on
    its second posting does not. None where fewer than `LEAST_REPEATS` repeats exist.
    """
    by_words: defaultdict[tuple[str | None, str], list[tuple[dt.datetime, str, Post]]] = defaultdict(list)
    for post in posts:
        if post.posted_at is not None:
            by_words[post.author_id, fold(post.text)].append((post.posted_at, post.post_id, post))
    differences: list[float] = []
    for same in by_words.values():
        for (earlier, _, one), (later, _, two) in itertools.pairwise(sorted(same, key=lambda item: item[:2])):
            difference = gap(two, one)
            if difference is not None and (later - earlier).total_seconds() <= hours * 3600:
                differences.append(abs(difference))
    if len(differences) < LEAST_REPEATS:
        return None
    differences.sort()
    middle = len(differences) // 2
    return (1.4826 * (differences[middle] + differences[~middle]) / 2) ** 2


def _normal_cdf(x: float) -> float:
    return min(max(0.5 * math.erfc(-x / math.sqrt(2)), 1e-6), 1 - 1e-6)
