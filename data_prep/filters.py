"""Filters: each answers None (keep) or the reason to drop, a word that reads after 'dropped because'."""

from __future__ import annotations

import re

from data_prep.records import Post
from virality.text.normalise import words

_START = r"^[\s\u200e\u200f\u061c\u2066-\u2069]*"
"""Blanks, and the marks of direction that Arabic posts begin with."""
_REPOST = re.compile(rf"{_START}(?:RT\b\s*:?\s*@|[\"“”'«]\s*\.?@\w+)", re.IGNORECASE)
_REPLY = re.compile(rf"{_START}\.?@\w")
_WITHOUT_BLANKS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
_LETTERS_A_WORD = 2
"""Of Chinese, Japanese, Thai, Lao, Burmese and Khmer, which put no blanks between words."""


def drop_reason(post: Post, *, min_words: int, max_characters: int, replies: bool, reposts: bool) -> str | None:
    """Why a post is not kept: `repost`, `reply`, `too_short` or `too_long`; None to keep it.

    Args:
        post: as read.
        min_words: fewer words (links and handles do not count) say too little.
        max_characters: more are an article, not a post.
        replies: keep replies. A post that begins with a handle is one.
        reposts: keep reposts, the old `RT @` form and `"@somebody: ...` included.
    """
    if not reposts and _REPOST.match(post.text):
        return "repost"
    if not replies and (post.reply or _REPLY.match(post.text)):
        return "reply"
    if len(post.text) > max_characters:
        return "too_long"
    return "too_short" if _words(post.text) < min_words else None


def _words(text: str) -> int:
    """Words; of scripts that put no blanks between them about as many."""
    found = words(text)
    if text.isascii():
        return len(found)
    runs = [run for run in _WITHOUT_BLANKS.findall(" ".join(found)) if len(run) > _LETTERS_A_WORD]
    return len(found) + sum(len(run) // _LETTERS_A_WORD - 1 for run in runs)
