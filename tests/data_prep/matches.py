"""Pairs of hand-written posts as the numbers that splits work on, made without an engine."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Post
from data_prep.splits import PARTS, Ints, Keys, Mode, Placed, Shares, Sides, connected, named_copies, place
from virality.text.normalise import fold

SHARES = Shares(judge=0.2, validation=0.1, test=0.3)


@dataclass(frozen=True, slots=True)
class Match:
    """Two posts, and the file that says which did better."""

    one: Post
    two: Post
    file: str | None = None


def known(matches: Iterable[Match], others: Sequence[Post] = ()) -> list[Post]:
    """All posts in the order of their ids: a post's number is its place."""
    every = [*others, *(side for match in matches for side in (match.one, match.two))]
    return sorted({each.post_id: each for each in every}.values(), key=lambda each: each.post_id)


def copies(texts: Sequence[str]) -> Ints:
    """The first post of each cluster of near-duplicates, by looking at every two."""
    words = [fold(text).split() for text in texts]
    shingles = [{tuple(mine[at : at + 4]) for at in range(len(mine) - 3)} for mine in words]
    links = [
        (one, two)
        for one, two in itertools.combinations(range(len(texts)), 2)
        if (words[one] and words[one] == words[two])
        or (shingles[one] and len(shingles[one] & shingles[two]) >= 0.7 * len(shingles[one] | shingles[two]))
    ]
    return connected(len(texts), *(np.asarray([link[side] for link in links], dtype=np.int64) for side in (0, 1)))


def names_of(files: Sequence[str | None]) -> tuple[Ints, tuple[str, ...]]:
    """Files as numbers, -1 for none, and their names in order."""
    there = tuple(sorted({file for file in files if file is not None}))
    return np.asarray([-1 if file is None else there.index(file) for file in files], dtype=np.int64), there


def keys_of(posts: Sequence[Post], block_days: int = 14) -> Keys:
    """What splits know of each post."""
    times = np.asarray([-1 if each.posted_at is None else int(each.posted_at.timestamp()) for each in posts])
    joined, near = named_copies(copies([each.text for each in posts]))
    return Keys(
        account=_firsts([each.author_id for each in posts]),
        content=_firsts([each.content_key for each in posts]),
        copies=joined,
        near=near,
        same=_firsts([fold(each.text) or None for each in posts]),
        t=times.astype(np.int64),
        block=np.where(times >= 0, times // (block_days * 86400), -1).astype(np.int64),
    )


def sides(matches: Sequence[Match], others: Sequence[Post] = (), given: Sequence[str] | None = None) -> Sides:
    """Matches as numbers, the later post in `b`."""
    posts = known(matches, others)
    keys = keys_of(posts)
    number = {each.post_id: at for at, each in enumerate(posts)}
    both = [sorted((number[match.one.post_id], number[match.two.post_id])) for match in matches]
    both = [[b, a] if keys.t[a] > keys.t[b] >= 0 else [a, b] for a, b in both]
    a, b = np.asarray(both, dtype=np.int64).reshape(-1, 2).T
    file, files = names_of([match.file for match in matches])
    return Sides(
        a=a,
        b=b,
        keys=keys,
        file=file,
        files=files,
        given=None if given is None else np.asarray([PARTS.index(part) for part in given], dtype=np.int64),
    )


def placed(
    matches: Sequence[Match], mode: Mode, shares: Shares = SHARES, seed: int = 0, given: Sequence[str] | None = None
) -> Placed:
    """Where the matches go."""
    posts = known(matches)

    def ids(numbers: Ints) -> list[str]:
        return [posts[at].post_id for at in numbers.tolist()]

    return place(sides(matches, given=given), mode, shares, posts=len(posts), seed=seed, name=ids)


def splits_of(found: Placed) -> list[str | None]:
    """The split of each match; None where it is left out."""
    return [PARTS[part] if part >= 0 else None for part in found.split.tolist()]


def _firsts(values: Sequence[str | None]) -> NDArray[np.int64]:
    first: dict[str, int] = {}
    codes = [-1 if value is None else first.setdefault(value, at) for at, value in enumerate(values)]
    return np.asarray(codes, dtype=np.int64)
