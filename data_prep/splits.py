"""Honest splits: what could tell a model the answer never stands on both sides.

A component is the unit of splitting: pairs joined by a test, a link, an author's time block, a post or near-duplicate
text are one component and land in one split. A random row split is not offered; on headlines it is worth 13 to 20
points of leakage. Splits are decided before engagement is looked at, so no outcome moves a pair to another part.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError

Mode = Literal["component", "time", "author", "by_file", "test_only"]
MODES: tuple[str, ...] = ("component", "time", "author", "by_file", "test_only")
PARTS = ("test", "validation", "judge", "train")
"""In the order of their rank: what two parts share is left out of the later one."""

RECURRING = 20
"""A text that stands in more posts than this is a phrase: it joins nothing."""

_DEALT = len(PARTS)
_MOST_BLOCKS = 1_000_000
_TRAIN = PARTS.index("train")
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the components (time: of the pairs) in each part; what is left over is `train`."""

    judge: float
    validation: float
    test: float


@dataclass(frozen=True, slots=True)
class Keys:
    """What posts may have in common, for every post by its number: (posts,) each; -1 is 'none'.

    Fields:
        account: the first post of the same account.
        t: seconds since 1970.
        block: number of the time block, counted from 1970.
        content: the first post with the same link, image or test.
        copies: the first post with nearly the same text; -1 for phrases and for texts without a copy.
        near: the first post with nearly the same text, of phrases too; -1 for texts without a copy. What recurs often
            joins nothing, and still stands in one part only.
        same: the first post of the very same words, of short texts too.
    """

    account: Ints
    t: Ints
    block: Ints
    content: Ints
    copies: Ints
    near: Ints
    same: Ints


@dataclass(frozen=True, slots=True)
class Sides:
    """Pairs of posts as numbers.

    Fields:
        a, b: (P,) the posts, b the later one (or the one with the greater number).
        keys: of all posts.
        file: (P,) index into `files`, of the label; -1 is 'none'.
        files: stems of the files that labels stand in.
        given: (P,) index into PARTS where pairs have their split from an earlier run.
    """

    a: Ints
    b: Ints
    keys: Keys
    file: Ints
    files: tuple[str, ...] = ()
    given: Ints | None = None

    def account(self) -> Ints:
        """(P,) of both; -1 where there is none or the two differ."""
        own = self.keys.account
        return np.where(own[self.a] == own[self.b], own[self.b], -1)

    def block(self) -> Ints:
        """(P,) of the later post; -1 where one of the two has no time."""
        own = self.keys.block
        return np.where((own[self.a] >= 0) & (own[self.b] >= 0), own[self.b], -1)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each pair goes.

    Fields:
        component: (P,) a post of the component, one and the same for all its pairs that are kept; -1 for those that
            are left out. No component is in two splits.
        split: (P,) index into PARTS; -1 where the pair would leak and is left out.
        leaks: reason -> pairs left out.
    """

    component: Ints
    split: NDArray[np.int8]
    leaks: dict[str, int]


def place(
    sides: Sides, mode: Mode, shares: Shares, *, posts: int, seed: int, name: Callable[[Ints], list[str]]
) -> Placed:
    """Components and splits of pairs, none of which is moved by the order of rows or by the author key.

    Args:
        sides: the pairs.
        mode: `component`; `time` (the latest blocks of each account are the test, the blocks before them are dealt to
            the other parts); `author` (whole accounts); `by_file` (a file called test or validation is that split,
            and a file called validation is the test where there is none called test); `test_only`.
        shares: of judge, validation and test.
        posts: how many there are.
        seed: of the deal.
        name: post numbers -> post ids, which decide the order of the deal.

    Raises:
        ViralityError: the mode needs accounts, times or files that the corpus does not have.
    """
    if not len(sides.a):
        return Placed(sides.a, np.zeros(0, np.int8), {})
    if mode in ("time", "author") and (split_up := _of_two(sides)).any():
        return _without_two(sides, split_up, mode, shares, posts=posts, seed=seed, name=name)
    fixed, wanted = _fixed(sides, mode, shares)
    component = _components(sides, mode, fixed, posts)
    split = fixed.copy()
    free = fixed == _DEALT
    split[free] = _deal(component[free], wanted, seed, name)
    split, leaks = _without_leaks(sides, split, posts)
    kept = split >= 0
    named = np.full(len(split), -1, dtype=np.int64)
    # by the posts that are left; where parts are fixed, two components may have lost the same post
    named[kept] = _smallest(component[kept] * (_DEALT + 1) + split[kept], sides.b[kept]) if kept.any() else 0
    return Placed(named, split, leaks)


def _of_two(sides: Sides) -> NDArray[np.bool_]:
    """Which pairs are of two accounts (of one community): such modes have no place for them."""
    one, two = sides.keys.account[sides.a], sides.keys.account[sides.b]
    return np.asarray((one >= 0) & (two >= 0) & (one != two))


def _without_two(
    sides: Sides, split_up: NDArray[np.bool_], mode: Mode, shares: Shares, *, posts: int, seed: int,
    name: Callable[[Ints], list[str]],
) -> Placed:  # fmt: skip
    kept = ~split_up
    rest = Sides(sides.a[kept], sides.b[kept], sides.keys, sides.file[kept], sides.files,
                 None if sides.given is None else sides.given[kept])  # fmt: skip
    placed = place(rest, mode, shares, posts=posts, seed=seed, name=name)
    component, split = np.full(len(sides.a), -1, dtype=np.int64), np.full(len(sides.a), -1, dtype=np.int8)
    component[kept], split[kept] = placed.component, placed.split
    return Placed(component, split, {"of two accounts": int(split_up.sum())} | placed.leaks)


def largest_share(component: Ints) -> float:
    """Share of all pairs that lie in the largest component; 0 for none."""
    return float(np.unique(component, return_counts=True)[1].max() / len(component)) if len(component) else 0.0


def connected(size: int, one: NDArray[Any], two: NDArray[Any]) -> Ints:
    """For each of `size` things the smallest number of its connected component, given links between them."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(one), np.int8), (one, two)), shape=(size, size))
    count, group = connected_components(graph.tocsr(), directed=False)
    smallest = np.full(count, size, np.int64)
    np.minimum.at(smallest, group, np.arange(size))
    return smallest[group]


def named_copies(cluster: Ints) -> tuple[Ints, Ints]:
    """Clusters of near-duplicates, each named by its first post: `Keys.copies` and `Keys.near`; -1 for one post alone.

    A phrase, which `copies` leaves out, is what more than `RECURRING` posts say.
    """
    sizes = np.bincount(cluster, minlength=len(cluster))[cluster]
    return np.where((sizes > 1) & (sizes <= RECURRING), cluster, -1), np.where(sizes > 1, cluster, -1)


def _components(sides: Sides, mode: Mode, fixed: NDArray[np.int8], posts: int) -> Ints:
    """A number for each pair's component: the smallest b in it.

    Nodes are posts, once for each part that is fixed beforehand: what would join it to another part is a leak, not a
    component. Posts with a key in common are linked in a chain.
    """
    if mode == "time":
        _need(sides, "time")  # posts on the edge of two blocks would join them all; they leave as leaks instead
        codes = (sides.account() * _MOST_BLOCKS + sides.block()) * (_DEALT + 1) + fixed
        return _smallest(codes, sides.b)
    if mode == "author":
        _need(sides, "author")
    parts = _DEALT + 1 if (fixed != fixed[0]).any() else 1
    offset = fixed.astype(np.int64) * posts if parts > 1 else 0
    there = np.zeros(parts * posts, dtype=bool)
    there[offset + sides.a] = there[offset + sides.b] = True
    nodes = np.flatnonzero(there)
    place_of = np.zeros(parts * posts, dtype=np.int32)
    place_of[nodes] = np.arange(len(nodes), dtype=np.int32)
    later, earlier = place_of[offset + sides.b], place_of[offset + sides.a]
    post, part = nodes % posts, nodes // posts
    keys = [sides.keys.content[post], sides.keys.copies[post]]
    if mode == "author":
        keys.append(sides.keys.account[post])
    elif mode != "by_file":
        blocks = sides.keys.account * _MOST_BLOCKS + sides.keys.block
        blocked = np.zeros(len(nodes), dtype=bool)
        blocked[later[(sides.account() >= 0) & (sides.block() >= 0)]] = True
        keys.append(np.where(blocked, blocks[post], -1))
    links = [(later, earlier), *(_chain(key, part) for key in keys)]
    group = connected(len(nodes), *(np.concatenate(side) for side in zip(*links, strict=True)))
    return _smallest(group[later], sides.b)


def _chain(key: Ints, part: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Links between each two nodes that follow each other among those of one key and part."""
    known = np.flatnonzero(key >= 0)
    order = known[np.lexsort((key[known], part[known]))]
    same = (key[order[1:]] == key[order[:-1]]) & (part[order[1:]] == part[order[:-1]])
    return order[:-1][same].astype(np.int32), order[1:][same].astype(np.int32)


def _smallest(group: Ints, numbers: Ints) -> Ints:
    _, codes = np.unique(group, return_inverse=True)
    least = np.full(int(codes.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, codes, numbers)
    return np.asarray(least[codes], dtype=np.int64)


def _need(sides: Sides, mode: str) -> None:
    if (sides.account() < 0).any():
        raise ViralityError(
            f"splits.mode = {mode}: these posts have no accounts; use component" + (" or time" * (mode == "author"))
        )
    if mode == "time" and (sides.block() < 0).any():
        raise ViralityError("splits.mode = time: these posts have no times; map posted_at, or use component or by_file")


def _deal(
    component: Ints, shares: Mapping[str, float], seed: int, name: Callable[[Ints], list[str]]
) -> NDArray[np.int8]:
    """Whole components to parts, in an order that the seed decides, until each part has its share of the pairs."""
    numbers, codes, sizes = np.unique(component, return_inverse=True, return_counts=True)
    order = np.argsort(np.fromiter((_lot(seed, post_id) for post_id in name(numbers)), np.uint64, len(numbers)))
    parts = np.full(len(numbers), _TRAIN, dtype=np.int8)
    wanted = [(PARTS.index(part), share * len(component)) for part, share in shares.items()]
    held = dict.fromkeys(range(len(PARTS)), 0)
    for at in order.tolist():
        size = int(sizes[at])
        part = next((part for part, most in wanted if held[part] + size / 2 < most), _TRAIN)
        parts[at] = part
        held[part] += size
    return parts[codes]


def _lot(seed: int, post_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\x1f{post_id}".encode()).digest()[:8], "big")


def _fixed(sides: Sides, mode: Mode, shares: Shares) -> tuple[NDArray[np.int8], dict[str, float]]:
    """The part of each pair that the mode itself decides (`_DEALT`: it is dealt), and the shares of the dealt parts."""
    wanted = {"judge": shares.judge, "validation": shares.validation}
    if sides.given is not None:
        return sides.given.astype(np.int8), {}
    dealt = np.full(len(sides.a), _DEALT, dtype=np.int8)
    if mode == "test_only":
        return np.full(len(sides.a), PARTS.index("test"), dtype=np.int8), {}
    if mode == "time":
        _need(sides, "time")
        left = max(1 - shares.test, 1e-9)
        dealt[_late(sides, shares.test)] = PARTS.index("test")
        return dealt, {part: wanted[part] / left for part in wanted}
    if mode == "by_file":
        parts = _by_file(sides)
        if PARTS.index("validation") in parts:
            del wanted["validation"]
        return parts, wanted
    return dealt, wanted | {"test": shares.test}


def _late(sides: Sides, share: float) -> NDArray[np.bool_]:
    """Whether each pair lies in the last blocks of its account that hold about `share` of the account's pairs."""
    if share <= 0:
        return np.zeros(len(sides.a), dtype=bool)
    accounts, blocks = sides.account(), sides.block()
    order = np.lexsort((blocks, accounts))
    accounts, blocks = accounts[order], blocks[order]
    starts = np.flatnonzero(np.concatenate([[True], accounts[1:] != accounts[:-1]]))
    ends = np.concatenate([starts[1:], [len(order)]])
    cut = np.minimum(starts + np.rint((ends - starts) * (1 - share)).astype(np.int64), ends - 1)
    since = np.full(len(starts), np.iinfo(np.int64).max)
    for at in range(len(starts)):  # something comes before a test
        mine = blocks[starts[at] : ends[at]]
        later = mine[(mine >= blocks[cut[at]]) & (mine > mine[0])]
        if len(later):
            since[at] = later[0]
    if (since == np.iinfo(np.int64).max).all():
        raise ViralityError(
            "splits.block_days: all pairs of each account lie in one block of so many days, so none is later than "
            "another; use a smaller one, or splits.mode=component"
        )
    late = np.zeros(len(order), dtype=bool)
    late[order] = blocks >= np.repeat(since, ends - starts)
    return late


def _by_file(sides: Sides) -> NDArray[np.int8]:
    files = set(sides.files)
    if not files & {"test", "validation"}:
        raise ViralityError(
            "splits.mode = by_file: no pair is from a file called validation or test "
            + (f"(there are {', '.join(sorted(files))})" if files else "(only labelled pairs know their file)")
            + "; use component or time"
        )
    parts = {"test": "test", "validation": "validation" if "test" in files else "test"}
    codes = [PARTS.index(parts[file]) if file in parts else _DEALT for file in sides.files]
    return np.asarray([*codes, _DEALT], dtype=np.int8)[sides.file]


def _without_leaks(sides: Sides, split: NDArray[np.int8], posts: int) -> tuple[NDArray[np.int8], dict[str, int]]:
    """Leave out (-1) pairs that share a post, link or text with a part before theirs; PARTS has the order."""
    best = np.full(len(split), _DEALT, dtype=np.int8)
    for of_post in (np.arange(posts), sides.keys.content, sides.keys.near, sides.keys.same):
        highest = np.full(posts + 1, _DEALT, dtype=np.int8)  # the last place is 'none'
        for side in (sides.a, sides.b):
            np.minimum.at(highest, of_post[side], split)
        highest[-1] = _DEALT
        for side in (sides.a, sides.b):
            best = np.minimum(best, highest[of_post[side]])
    leaking = best < split
    named = Counter(zip(split[leaking].tolist(), best[leaking].tolist(), strict=True))
    leaks = {f"{PARTS[part]}: text or link recurs in {PARTS[first]}": count for (part, first), count in named.items()}
    return np.where(leaking, -1, split).astype(np.int8), dict(sorted(leaks.items()))
