"""Pairs of posts of different accounts by their engagement rate: for corpora with hardly more than a post an account.

`virality prepare` pairs posts of one account (`neighbour`), one link or one test; nothing there sets two accounts
beside each other, for an audience is not a wording. So these pairs measure, and are never learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from data_prep.records import ACTIONS, Pair, Post, post_schema
from data_prep.sources.table import identifier
from virality import tables

LEAST_GAP = 0.336
"""Nats between the two rates: 40%, as `pairs.least_gap` has it."""


def read(folder: str) -> list[Pair]:
    """Pairs of a prepared run's posts that have views: see `pairs`."""
    return pairs(tables.read(Path(folder) / "posts.parquet", post_schema(), Post))


def pairs(posts: Sequence[Post]) -> list[Pair]:
    """Two posts each, of two accounts, in one language and with audiences of like size, at least 40% apart in rate.

    One post an account (drawn by its id), in the order of followers, every two neighbours: so no post and no account
    stands in two pairs, and each pair is a component of its own. The rate is that of all actions a view.
    """
    shown = [one for one in posts if one.impressions and one.followers is not None and one.author_id is not None]
    own = sorted(shown, key=lambda one: (str(one.author_id), identifier(one.post_id)))
    drawn = [next(iter(mine)) for _, mine in groupby(own, key=lambda one: one.author_id)]
    drawn.sort(key=lambda one: (one.lang or "", one.followers or 0, one.post_id))
    found = []
    for _, mine in groupby(drawn, key=lambda one: one.lang):
        some = list(mine)
        both = (_pair(*two) for two in zip(some[::2], some[1::2], strict=False))
        found += [pair for pair in both if pair is not None]
    return found


def _pair(one: Post, two: Post) -> Pair | None:
    worse, better = sorted((one, two), key=_rate)
    lift = float(np.log(_rate(better) / _rate(worse)))
    if lift < LEAST_GAP:
        return None
    return Pair(pair_id=identifier(worse.post_id, better.post_id), kind="neighbour", component=worse.post_id,
                split="test", lang=one.lang, platform=one.platform, rights=one.rights, worse_id=worse.post_id,
                better_id=better.post_id, worse=worse.text, better=better.text, difference=lift, weight=1.0,
                faithful=False, gates_hash="")  # fmt: skip


def _rate(post: Post) -> float:
    """Actions a view, smoothed as `data_prep.engagement.log_rate` does."""
    actions = sum(getattr(post, name) or 0 for name in ACTIONS)
    return (actions + 0.5) / ((post.impressions or 0) + 1.0)
