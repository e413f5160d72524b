"""`ab_test`: two wordings that a test showed to random visitors under the same image."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

from data_prep.engagement import effect_variance, log_rate, posterior, two_rate_p
from data_prep.pairing import Match
from data_prep.records import Post
from virality.text.normalise import fold


def pair(posts: Sequence[Post]) -> list[Match]:
    """Every two different wordings of one test (`content_key`) and image (`media`).

    Posts without a test, or without counts that make a rate, are passed over.
    Rates are clicks over impressions. `lift` is shrunk by an empirical-Bayes prior: the variance of true log-rate
    differences over all pairs, by moments. Equal rates give no pair, for neither is better.
    """
    arms: defaultdict[tuple[str, str | None], list[Post]] = defaultdict(list)
    for post in posts:
        shown, clicks = post.impressions or 0, post.clicks
        if post.content_key is not None and clicks is not None and shown >= max(clicks, 1):
            arms[post.content_key, post.media].append(post)
    found: list[tuple[Post, Post, float, float]] = []
    for same in arms.values():
        for one, two in itertools.combinations(sorted(same, key=lambda post: post.post_id), 2):
            if fold(one.text) == fold(two.text):
                continue
            (first, first_noise), (second, second_noise) = (_log_rate(post) for post in (one, two))
            if first != second:
                worse, better = (one, two) if first < second else (two, one)
                found.append((worse, better, abs(second - first), first_noise + second_noise))
    effect = effect_variance([gap for *_, gap, _ in found], [noise for *_, noise in found])
    return [_match(worse, better, gap, noise, effect) for worse, better, gap, noise in found]


def _log_rate(post: Post) -> tuple[float, float]:
    return log_rate(post.clicks or 0, post.impressions or 0)


def _match(worse: Post, better: Post, gap: float, noise: float, effect: float) -> Match:
    belief = posterior(gap, noise, effect)
    trials = (worse.impressions or 0, better.impressions or 0)
    successes = (worse.clicks or 0, better.clicks or 0)
    return Match(
        kind="ab_test",
        worse=worse,
        better=better,
        lift=belief.lift,
        p_better=belief.p_better,
        p_value=two_rate_p(successes, trials),
        trials=trials,
        successes=successes,
        hours_apart=0.0,
    )
