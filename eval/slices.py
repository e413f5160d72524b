"""The scorer's accuracy by platform, year, time between the posts, audience and size of the difference; and in sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from data_prep.records import Pair
from eval import metrics
from eval.metrics import Array
from eval.place import ACCURACY, Place
from eval.records import Figure
from virality.statistics import mean, share

_FEW = 30
"""Pairs that a slice needs."""
_HOURS = ((6.0, "up to 6 hours apart"), (24.0, "6 to 24 hours apart"), (168.0, "1 to 7 days apart"))
_FOLLOWERS = ((1e3, "fewer than 1,000 followers"), (1e4, "1,000 to 10,000 followers"),
              (1e5, "10,000 to 100,000 followers"), (1e6, "100,000 to 1,000,000 followers"))  # fmt: skip
_SIZES = ((0.1, "differences below 0.1 nats"), (0.3, "differences of 0.1 to 0.3 nats"),
          (0.7, "differences of 0.3 to 0.7 nats"))  # fmt: skip
_LAST = {"hours": "more than 7 days apart", "followers": "1,000,000 followers or more",
         "size": "differences of 0.7 nats or more"}  # fmt: skip

Slice = tuple[str, str]
"""What a figure's name ends in, and what it says."""


def slices(
    pairs: Sequence[Pair], p: Array, known: Mapping[str, Mapping[str, Any]], place: Place, seed: int
) -> list[Figure]:
    """Accuracy in each slice that has enough pairs, of every way of slicing that gives two at least.

    Args:
        pairs: of the test split, (N,).
        p: P(better beats worse), (N,).
        known: post -> its row of posts.parquet.
        place: shared fields.
        seed: of bootstraps.
    """
    out = []
    ways: tuple[Callable[[Pair], Slice | None], ...] = (
        _platform,
        lambda pair: _year(known.get(pair.better_id, {})),
        lambda pair: _band("hours", _HOURS, None if pair.hours_apart is None else abs(pair.hours_apart)),
        lambda pair: _band("followers", _FOLLOWERS, known.get(pair.better_id, {}).get("followers")),
        lambda pair: _band("size", _SIZES, None if pair.difference is None else abs(pair.difference)),
    )
    for way in ways:
        rows: dict[Slice, list[int]] = {}
        for at, pair in enumerate(pairs):
            if (found := way(pair)) is not None:
                rows.setdefault(found, []).append(at)
        enough = {one: mine for one, mine in sorted(rows.items()) if len(mine) >= _FEW}
        for (name, note), mine in enough.items() if len(enough) > 1 else ():
            found_ = metrics.accuracy(p[mine], [pairs[at].component for at in mine], seed)
            out.append(place.figure(f"{ACCURACY}.{name}", found_, subset=name, note=note))
    return out


def sets(pairs: Sequence[Pair], p: Array, place: Place, seed: int) -> list[Figure]:
    """Of sets of three posts or more that pairs join: rank agreement, and how often the best post is found.

    Kendall's tau (1938) over the pairs of a set that were measured, a mean over sets; and top-1, where the post with
    the most wins of those pairs is the one that the scorer gives the most (a tie for the best of k counts 1/k).
    """
    taus, tops, clusters, chance = [], [], [], []
    for mine in _joined(pairs):
        won: dict[str, float] = {}
        thought: dict[str, float] = {}
        for at in mine:
            pair = pairs[at]
            for post, label, chances in ((pair.better_id, 1.0, p[at]), (pair.worse_id, 0.0, 1 - p[at])):
                won[post] = won.get(post, 0.0) + label
                thought[post] = thought.get(post, 0.0) + float(chances) - 0.5
        if len(won) < 3:
            continue
        best = {post for post, count in won.items() if count == max(won.values())}
        first = [post for post, value in thought.items() if value >= max(thought.values()) - 1e-12]
        taus.append(float((2 * metrics.right(p[mine]) - 1).mean()))
        tops.append(len(best & set(first)) / len(first))
        chance.append(len(best) / len(won))
        clusters.append(pairs[mine[0]].component)
    if not taus:
        why = "no three posts are joined by measured pairs"
        return [place.missing("scorer.sets.tau", why, "ratio"), place.missing("scorer.sets.top_1", why)]
    note = f"by chance {np.mean(chance):.1%}"
    return [
        place.figure("scorer.sets.tau", mean(taus, clusters, seed), "ratio", "sets", "Kendall's tau, a mean over sets"),
        place.figure("scorer.sets.top_1", share(tops, clusters, seed), subset="sets", note=note),
    ]


def _joined(pairs: Sequence[Pair]) -> Iterator[list[int]]:
    """Numbers of the pairs of each set: posts that pairs join belong together."""
    parent: dict[str, str] = {}

    def root(post: str) -> str:
        while parent.setdefault(post, post) != post:
            parent[post] = parent[parent[post]]
            post = parent[post]
        return post

    for pair in pairs:
        parent[root(pair.worse_id)] = root(pair.better_id)
    found: dict[str, list[int]] = {}
    for at, pair in enumerate(pairs):
        found.setdefault(root(pair.better_id), []).append(at)
    yield from found.values()


def _platform(pair: Pair) -> Slice | None:
    return None if pair.platform is None else (f"platform_{pair.platform}", f"posts on {pair.platform}")


def _year(row: Mapping[str, Any]) -> Slice | None:
    when = row.get("posted_at")
    return None if when is None else (f"year_{when.year}", f"posts of {when.year}")


def _band(way: str, bands: Sequence[tuple[float, str]], value: float | None) -> Slice | None:
    if value is None:
        return None
    number, words = next(((number, words) for number, (top, words) in enumerate(bands) if value < top),
                         (len(bands), _LAST[way]))  # fmt: skip
    return f"{way}_{number}", words
