"""What a writer may restate: posts that nothing ties to a pair outside the training part."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Sequence

from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.splits import RECURRING, Mode, block_of
from virality.text.similarity import near_duplicates


def open_posts(
    posts: Sequence[Post], matches: Sequence[Match], splits: Sequence[str | None], mode: Mode, block_days: int
) -> list[Post]:
    """Posts whose restatements may stand in `train`, in the order of `posts`.

    Left out are the posts of pairs in judge, validation and test, what shares a link or test, an author's time block
    (`splits.mode=author`: the author) or near-duplicate text with one of them, and in `time` what an account posted
    since its test began. In `test_only` nothing is left.

    Args:
        posts: all that were kept.
        matches: measured ones.
        splits: one for each match; None for a match that is left out.
        mode: of the splits.
        block_days: length of an author's time block.
    """
    if mode == "test_only":
        return []
    held = [match for match, split in zip(matches, splits, strict=True) if split not in (None, "train")]
    keys = {key for match in held for key in _keys((match.worse, match.better), mode, block_days)}
    tests = [match for match, split in zip(matches, splits, strict=True) if split == "test"]
    ends = _first_moments(tests) if mode == "time" else {}
    free = [post for post in posts if keys.isdisjoint(_keys((post,), mode, block_days)) and _is_before(post, ends)]
    return _without_copies(free, held)


def _keys(posts: Sequence[Post], mode: Mode, block_days: int) -> set[Hashable]:
    keys: set[Hashable] = {("post", post.post_id) for post in posts}
    keys |= {("content", post.content_key) for post in posts if post.content_key is not None}
    author = posts[0].author_id
    if author is None:
        return keys
    if mode == "author":
        keys.add(("author", author))
    elif mode in ("component", "time") and all(post.posted_at is not None for post in posts):
        keys.add(("block", author, block_of(posts, block_days)))
    return keys


def _first_moments(tests: Sequence[Match]) -> dict[str | None, dt.datetime]:
    """When the test of each account begins."""
    first: dict[str | None, dt.datetime] = {}
    for post in (post for match in tests for post in (match.worse, match.better)):
        if post.posted_at is not None:
            first[post.author_id] = min(first.get(post.author_id, post.posted_at), post.posted_at)
    return first


def _is_before(post: Post, ends: dict[str | None, dt.datetime]) -> bool:
    end = ends.get(post.author_id)
    return end is None or (post.posted_at is not None and post.posted_at < end)


def _without_copies(free: list[Post], held: Sequence[Match]) -> list[Post]:
    sides = {post.post_id: post for match in held for post in (match.worse, match.better)}
    everything = sorted([*free, *sides.values()], key=lambda post: post.post_id)
    copies = dict(
        zip([post.post_id for post in everything], near_duplicates([post.text for post in everything]), strict=True)
    )
    members: defaultdict[int, int] = defaultdict(int)
    for copy in copies.values():
        members[copy] += 1
    barred = {copies[post_id] for post_id in sides if members[copies[post_id]] <= RECURRING}
    return [post for post in free if copies[post.post_id] not in barred]
