"""`paraphrase`: a post that did well and a plain restatement of it, made backwards so that the target is real.

Rules restate (`virality.text.edits`): a base model of 135M parameters loses or invents facts when asked to.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence

from data_prep.engagement import engagement, running_baseline
from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.sources.table import identifier
from virality.text.edits import restate
from virality.text.similarity import edit_ratio

LEAST_EDIT = 0.1


def pair(
    posts: Sequence[Post], keeps_facts: Callable[[str, str], bool], *, best: float, seed: int, winners: frozenset[str]
) -> list[Match]:
    """A match for each good post that the rules can restate without losing a fact.

    Args:
        posts: of any number of accounts.
        keeps_facts: the fact gates, called with (restatement, post).
        best: share of an account's posts, by engagement above its own running median, that counts as good. Where
            posts have no counts, no time or no account, `winners` alone are good.
        seed: of the choice of rules.
        winners: ids of posts that won a measured pair.

    Returns:
        Matches whose draft is the restatement. The weight grows with how good the post was, from 0.5 (just good) to 1.5
        (the best); 1 where that is not known.
    """
    chosen: list[Match] = []
    for post, weight in _good(posts, best, winners):
        draft = restate(post.text, seed=int(identifier(seed, post.post_id)[:8], 16))
        if draft is None or edit_ratio(draft, post.text) < LEAST_EDIT or not keeps_facts(draft, post.text):
            continue
        chosen.append(Match(kind="paraphrase", worse=post, better=post, draft=draft, weight=weight))
    return chosen


def _good(posts: Sequence[Post], best: float, winners: frozenset[str]) -> list[tuple[Post, float]]:
    accounts: defaultdict[str, list[tuple[dt.datetime, str, float, Post]]] = defaultdict(list)
    good: list[tuple[Post, float]] = []
    for post in posts:
        value = engagement(post)
        if post.author_id is not None and post.posted_at is not None and value is not None:
            accounts[post.author_id].append((post.posted_at, post.post_id, value, post))
        elif post.post_id in winners:
            good.append((post, 1.0))
    for mine in accounts.values():
        mine.sort(key=lambda item: item[:2])
        bases = running_baseline([value for *_, value, _ in mine])
        above = [(value - base, post) for (*_, value, post), base in zip(mine, bases, strict=True) if base is not None]
        above.sort(key=lambda item: (item[0], item[1].post_id))
        best_ones = above[round(len(above) * (1 - best)) :]
        good.extend((post, 0.5 + (at + 1) / len(best_ones)) for at, (_, post) in enumerate(best_ones))
    return sorted(good, key=lambda item: item[0].post_id)
