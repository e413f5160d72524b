"""Honest splits: what could tell a model the answer never stands on both sides.

A component is the unit of splitting: pairs joined by a test, a link, an author's time block, a post or near-duplicate
text are one component and land in one split. A random row split is not offered; on headlines it is worth 13 to 20
points of leakage.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from data_prep.pairing import Match
from data_prep.sources.table import identifier
from virality.errors import ViralityError
from virality.text.similarity import near_duplicates

Mode = Literal["component", "time", "author", "by_file", "test_only"]
MODES: tuple[str, ...] = ("component", "time", "author", "by_file", "test_only")

RECURRING = 20
"""A text that stands in more posts than this is a phrase: it joins nothing."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the components (time: of the posts) in each part; what is left over is `train`."""

    judge: float
    validation: float
    test: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each match goes.

    Fields:
        components: one name a match.
        splits: one split a match; None where the match would leak and is left out.
        leaks: reason -> matches left out.
    """

    components: list[str]
    splits: list[str | None]
    leaks: dict[str, int]


def place(matches: Sequence[Match], mode: Mode, shares: Shares, *, block_days: int, seed: int) -> Placed:
    """Components and splits of `matches`, none of which is moved by the order of rows or by the author key.

    Args:
        matches: measured ones.
        mode: `component`; `time` (the latest blocks of each account are the test, the blocks before them are dealt to
            the other parts); `author` (whole accounts); `by_file` (a file called test or validation is that split, and a
            file called validation is the test where there is none called test); `test_only`.
        shares: of judge, validation and test.
        block_days: length of an author's time block.
        seed: of the deal.

    Raises:
        ViralityError: the mode needs accounts, times or files that the corpus does not have.
    """
    texts = [text for match in matches for text in (match.worse.text, match.better.text)]
    copies = near_duplicates(texts)
    often = {copy for copy, times in Counter(copies).items() if times > RECURRING}
    keys = [_keys(match, mode, block_days, [c for c in copies[2 * at : 2 * at + 2] if c not in often])
            for at, match in enumerate(matches)]  # fmt: skip
    components = _components(matches, keys)
    if mode == "test_only":
        return Placed(components, ["test"] * len(matches), {})
    if mode == "by_file":
        splits = _by_file(matches, components, shares, seed)
    elif mode == "time":
        splits = _by_time(matches, components, shares, block_days, seed)
    else:
        splits = list(
            _deal(components, {"judge": shares.judge, "validation": shares.validation, "test": shares.test}, seed)
        )
    return _without_leaks(components, splits, copies, often)


def largest_share(components: Sequence[str]) -> float:
    """Share of all pairs that lie in the largest component; 0 for none."""
    return max(Counter(components).values()) / len(components) if components else 0.0


def _keys(match: Match, mode: str, block_days: int, copies: list[int]) -> list[Hashable]:
    keys: list[Hashable] = []
    author = match.worse.author_id
    if mode == "author":
        if author is None:
            raise ViralityError("splits.mode = author: these posts have no accounts; use component or time")
        keys.append(("author", author))
    if mode == "time":
        keys.append(("block", author, block_of(match, block_days)))
        return keys
    if mode == "component" and author is not None and match.worse.posted_at is not None:
        keys.append(("block", author, block_of(match, block_days)))
    if match.worse.content_key is not None:
        keys.append(("content", match.worse.content_key))
    keys += [("post", match.worse.post_id), ("post", match.better.post_id)]
    if mode != "by_file":  # there, copies across files leave the training part instead
        keys += [("copy", copy) for copy in copies]
    return keys


def block_of(match: Match, block_days: int) -> int:
    """Number of the time block of a match, counted from 1970; that of its later post."""
    times = [post.posted_at for post in (match.worse, match.better)]
    if None in times:
        raise ViralityError("splits.mode = time: these posts have no times; map posted_at, or use component or by_file")
    return int(max(time for time in times if time is not None).timestamp() // (block_days * 86400))


def _components(matches: Sequence[Match], keys: list[list[Hashable]]) -> list[str]:
    """Connected components by union-find; named by their smallest pair of post ids."""
    parent = list(range(len(matches)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    first: dict[Hashable, int] = {}
    for at, mine in enumerate(keys):
        for key in mine:
            parent[root(at)] = root(first.setdefault(key, at))
    smallest: dict[int, str] = {}
    for at, match in enumerate(matches):
        name = identifier(match.worse.post_id, match.better.post_id)
        smallest[root(at)] = min(smallest.get(root(at), name), name)
    return [smallest[root(at)] for at in range(len(matches))]


def _deal(components: Sequence[str], shares: dict[str, float], seed: int) -> list[str]:
    """Whole components to parts, in an order that the seed decides, until each part has its share of the pairs."""
    sizes = Counter(components)
    order = sorted(sizes, key=lambda name: identifier(seed, name))
    part: dict[str, str] = {}
    wanted = {name: share * len(components) for name, share in shares.items()}
    held: Counter[str] = Counter()
    for name in order:
        open_parts = [key for key in wanted if held[key] + sizes[name] / 2 < wanted[key]]
        part[name] = open_parts[0] if open_parts else "train"
        held[part[name]] += sizes[name]
    return [part[name] for name in components]


def _by_time(
    matches: Sequence[Match], components: Sequence[str], shares: Shares, block_days: int, seed: int
) -> list[str]:
    blocks = [block_of(match, block_days) for match in matches]
    authors = [match.worse.author_id for match in matches]
    cut = {
        author: sorted(block for block, who in zip(blocks, authors, strict=True) if who == author)
        for author in set(authors)
    }
    last = {author: mine[min(round(len(mine) * (1 - shares.test)), len(mine) - 1)] for author, mine in cut.items()}
    late = [block >= last[author] for block, author in zip(blocks, authors, strict=True)]
    left = max(1 - shares.test, 1e-9)
    early = [name for name, is_late in zip(components, late, strict=True) if not is_late]
    dealt = iter(_deal(early, {"judge": shares.judge / left, "validation": shares.validation / left}, seed))
    return ["test" if is_late else next(dealt) for is_late in late]


def _by_file(matches: Sequence[Match], components: Sequence[str], shares: Shares, seed: int) -> list[str]:
    files = [match.file or match.worse.source for match in matches]
    held_out = {name for name in files if name in ("test", "validation")}
    if not held_out:
        raise ViralityError(
            f"splits.mode = by_file: no file is called validation or test (there are {', '.join(sorted(set(files)))})"
        )
    named = {"test": "test", "validation": "validation" if "test" in held_out else "test"}
    rest = [name for name, file in zip(components, files, strict=True) if file not in held_out]
    wanted = {"judge": shares.judge} | ({} if "validation" in named.values() and "validation" in held_out and "test" in held_out
                                        else {"validation": shares.validation})  # fmt: skip
    dealt = iter(_deal(rest, wanted, seed))
    return [named[file] if file in held_out else next(dealt) for file in files]


def _without_leaks(components: list[str], splits: list[str], copies: list[int], often: set[int]) -> Placed:
    """Leave out matches one of whose texts (or a near copy) stands in a later part: test before validation before judge."""
    rank = {"test": 0, "validation": 1, "judge": 2, "train": 3}
    highest: dict[int, int] = {}
    for at, split in enumerate(splits):
        for copy in copies[2 * at : 2 * at + 2]:
            highest[copy] = min(highest.get(copy, 9), rank[split])
    kept: list[str | None] = []
    leaks: Counter[str] = Counter()
    names = {number: name for name, number in rank.items()}
    for at, split in enumerate(splits):
        best = min((highest[copy] for copy in copies[2 * at : 2 * at + 2] if copy not in often), default=9)
        if best < rank[split]:
            leaks[f"{split}: text recurs in {names[best]}"] += 1
            kept.append(None)
        else:
            kept.append(split)
    return Placed(components, kept, dict(leaks))


def span(times: Sequence[dt.datetime | None]) -> tuple[str | None, str | None]:
    """First and last day of `times` as ISO dates, or None where there are none."""
    known = sorted(time for time in times if time is not None)
    return (known[0].date().isoformat(), known[-1].date().isoformat()) if known else (None, None)
