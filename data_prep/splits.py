"""Honest splits: what could tell a model the answer never stands on both sides.

A component is the unit of splitting: pairs joined by a test, a link, an author's time block, a post or near-duplicate
text are one component and land in one split. A random row split is not offered; on headlines it is worth 13 to 20
points of leakage.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.sources.table import identifier
from virality.errors import ViralityError
from virality.text.similarity import connected, near_duplicates

Mode = Literal["component", "time", "author", "by_file", "test_only"]
MODES: tuple[str, ...] = ("component", "time", "author", "by_file", "test_only")

RECURRING = 20
"""A text that stands in more posts than this is a phrase: it joins nothing."""

_RANK = {"test": 0, "validation": 1, "judge": 2, "train": 3}


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
        components: one name a match. No component has matches in two splits.
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
            the other parts); `author` (whole accounts); `by_file` (a file called test or validation is that split,
            and a file called validation is the test where there is none called test); `test_only`.
        shares: of judge, validation and test.
        block_days: length of an author's time block.
        seed: of the deal.

    Raises:
        ViralityError: the mode needs accounts, times or files that the corpus does not have.
    """
    if not matches:
        return Placed([], [], {})
    shared = _shared(matches)
    fixed, wanted = _fixed(matches, mode, shares, block_days)
    # A part that is fixed beforehand has components of its own: what would join it to another part is a leak
    keys = [
        [(part, key) for key in _joining(match, mode, block_days, mine)]
        for match, part, mine in zip(matches, fixed, shared, strict=True)
    ]
    components = _components(matches, keys)
    rest = [name for name, part in zip(components, fixed, strict=True) if part is None]
    dealt = iter(_deal(rest, wanted, seed))
    splits = [part if part is not None else next(dealt) for part in fixed]
    return _without_leaks(components, splits, shared)


def largest_share(components: Sequence[str]) -> float:
    """Share of all pairs that lie in the largest component; 0 for none."""
    return max(Counter(components).values()) / len(components) if components else 0.0


def block_of(posts: Sequence[Post], block_days: int) -> int:
    """Number of the time block of a pair (or a post), counted from 1970; that of its latest post."""
    times = [post.posted_at for post in posts if post.posted_at is not None]
    if len(times) < len(posts):
        raise ViralityError("splits.mode = time: these posts have no times; map posted_at, or use component or by_file")
    return int(max(times).timestamp() // (block_days * 86400))


def span(times: Sequence[dt.datetime | None]) -> tuple[str | None, str | None]:
    """First and last day of `times` as ISO dates, or None where there are none."""
    known = sorted(time for time in times if time is not None)
    return (known[0].date().isoformat(), known[-1].date().isoformat()) if known else (None, None)


def _shared(matches: Sequence[Match]) -> list[list[Hashable]]:
    """What no two splits may have in common, for each match: its posts, their link or test, their words."""
    sides = [post for match in matches for post in (match.worse, match.better)]
    copies = near_duplicates([post.text for post in sides])
    posts: defaultdict[int, set[str]] = defaultdict(set)
    for copy, post in zip(copies, sides, strict=True):
        posts[copy].add(post.post_id)
    out: list[list[Hashable]] = []
    for at, match in enumerate(matches):
        keys: list[Hashable] = [("post", match.worse.post_id), ("post", match.better.post_id)]
        keys += [("content", key) for key in (match.worse.content_key, match.better.content_key) if key is not None]
        keys += [("copy", copy) for copy in copies[2 * at : 2 * at + 2] if len(posts[copy]) <= RECURRING]
        out.append(keys)
    return out


def _joining(match: Match, mode: Mode, block_days: int, shared: list[Hashable]) -> list[Hashable]:
    """Keys that make matches one component."""
    author = match.worse.author_id
    if mode == "time":  # posts on the edge of two blocks would join them all; they leave as leaks instead
        return [("block", author, block_of((match.worse, match.better), block_days))]
    if mode == "author":
        if author is None:
            raise ViralityError("splits.mode = author: these posts have no accounts; use component or time")
        return [*shared, ("author", author)]
    if mode == "by_file" or author is None or match.worse.posted_at is None or match.better.posted_at is None:
        return shared
    return [*shared, ("block", author, block_of((match.worse, match.better), block_days))]


def _components(matches: Sequence[Match], keys: Sequence[Sequence[Hashable]]) -> list[str]:
    """Components of matches that have a key in common; named by their smallest pair of post ids."""
    first: dict[Hashable, int] = {}
    links = [(first.setdefault(key, at), at) for at, mine in enumerate(keys) for key in mine]
    groups = connected(len(matches), links)
    smallest: dict[int, str] = {}
    for match, group in zip(matches, groups, strict=True):
        name = identifier(match.worse.post_id, match.better.post_id)
        smallest[group] = min(smallest.get(group, name), name)
    return [smallest[group] for group in groups]


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


def _fixed(
    matches: Sequence[Match], mode: Mode, shares: Shares, block_days: int
) -> tuple[list[str | None], dict[str, float]]:
    """The part of each match that the mode itself decides (None: it is dealt), and the shares of the dealt parts."""
    wanted = {"judge": shares.judge, "validation": shares.validation}
    if mode == "test_only":
        return ["test"] * len(matches), {}
    if mode == "time":
        left = max(1 - shares.test, 1e-9)
        late = _late(matches, shares.test, block_days)
        return ["test" if is_late else None for is_late in late], {part: wanted[part] / left for part in wanted}
    if mode == "by_file":
        named = _by_file(matches)
        if "validation" in named:
            del wanted["validation"]
        return named, wanted
    return [None] * len(matches), wanted | {"test": shares.test}


def _late(matches: Sequence[Match], share: float, block_days: int) -> list[bool]:
    """Whether each match lies in the last blocks of its account that hold about `share` of the account's pairs."""
    of = [(match.worse.author_id, block_of((match.worse, match.better), block_days)) for match in matches]
    blocks: defaultdict[str | None, list[int]] = defaultdict(list)
    for author, block in sorted(of, key=lambda item: item[1]):
        blocks[author].append(block)
    since: dict[str | None, int] = {}
    for author, mine in blocks.items():
        cut = mine[min(round(len(mine) * (1 - share)), len(mine) - 1)]
        later = [block for block in mine if block >= cut and block > mine[0]]  # something comes before a test
        if later and share > 0:
            since[author] = later[0]
    if share > 0 and not since:
        raise ViralityError(
            f"splits.block_days = {block_days}: all pairs of each account lie in one block of so many days, so none is "
            "later than another; use a smaller one, or splits.mode=component"
        )
    return [author in since and block >= since[author] for author, block in of]


def _by_file(matches: Sequence[Match]) -> list[str | None]:
    files = {match.file for match in matches}
    if not files & {"test", "validation"}:
        named = ", ".join(sorted(str(file) for file in files if file is not None))
        raise ViralityError(
            "splits.mode = by_file: no pair is from a file called validation or test "
            + (f"(there are {named})" if named else "(only labelled pairs know their file); use component or time")
        )
    parts = {"test": "test", "validation": "validation" if "test" in files else "test"}
    return [parts.get(match.file or "") for match in matches]


def _without_leaks(components: list[str], splits: list[str], shared: Sequence[Sequence[Hashable]]) -> Placed:
    """Leave out matches that share a post, link or text with a part before theirs: test, validation, judge, train."""
    highest: dict[Hashable, int] = {}
    for split, keys in zip(splits, shared, strict=True):
        for key in keys:
            highest[key] = min(highest.get(key, 9), _RANK[split])
    kept: list[str | None] = []
    leaks: Counter[str] = Counter()
    names = {number: name for name, number in _RANK.items()}
    for split, keys in zip(splits, shared, strict=True):
        best = min((highest[key] for key in keys), default=9)
        leaking = best < _RANK[split]
        if leaking:
            leaks[f"{split}: text or link recurs in {names[best]}"] += 1
        kept.append(None if leaking else split)
    return Placed(components, kept, dict(sorted(leaks.items())))
