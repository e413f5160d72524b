"""Filters: each answers None (keep) or the reason to drop, a word that reads after 'dropped because'."""

from __future__ import annotations

import re

from data_prep.records import Post
from virality.text.normalise import words

_REPOST = re.compile(r"^\s*(?:RT\b\s*:?\s*@|[\"“”']\s*\.?@\w+)", re.IGNORECASE)
_REPLY = re.compile(r"^\s*\.?@\w")


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
    return "too_short" if len(words(post.text)) < min_words else None
