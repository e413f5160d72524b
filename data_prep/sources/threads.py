"""Threads: posts of the download (`threads_and_replies.json`, no counts), and answers of the Threads API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.cells import truth
from data_prep.sources.instagram import downloaded
from data_prep.sources.platform_files import check_rows, members_named
from data_prep.sources.platform_rows import at, made, objects, of_objects, words

FIELDS: tuple[str, ...] = ()

_COUNTS = {
    "impressions": ("views", "view_count"),
    "likes": ("likes", "like_count"),
    "replies": ("replies", "reply_count"),
    "reposts": ("reposts", "repost_count"),
    "quotes": ("quotes", "quote_count"),
    "shares": ("shares", "share_count"),
}


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("media", "text_post_app_text_posts", "id", "text", "timestamp", "data")
    check_rows(path, about, FIELDS, blocks, expected, "threads_and_replies.json, or answers of the Threads API")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Posts as they come; of a download's zip `threads_and_replies.json` only."""
    return members_named(path, ("*threads_and_replies.json",))


@of_objects("threads")
def items(row: Row, about: About) -> Iterator[Item]:
    """One post, or those of a page. Drops: `repost`."""
    for key in ("text_post_app_text_posts", "data"):
        if isinstance(row.get(key), list) and "text" not in row and "media" not in row:
            for one in objects(row[key]):
                yield from items(one, about)
            return
    if isinstance(row.get("media"), list) or "creation_timestamp" in row:
        yield downloaded(row, about, "threads")
        return
    counts = {field: _count(row, names) for field, names in _COUNTS.items()}
    yield made(
        about,
        "threads",
        {
            "post_id": row.get("id"),
            "author": words(row.get("username")) or at(row, "owner", "id"),
            "text": row.get("text"),
            "alt": row.get("alt_text"),
            "posted_at": row.get("timestamp"),
            "reply": truth(row.get("is_reply")) if "is_reply" in row else None,
            "thread": at(row, "root_post", "id"),
            "content_key": row.get("link_attachment_url"),
            "media": words(row.get("media_type")),
            **counts,
        },
        "repost" if row.get("media_type") == "REPOST_FACADE" or "reposted_post" in row else None,
    )


def _count(row: Row, names: tuple[str, ...]) -> Any:
    """A count that stands at the post, or among its insights (`{name: likes, values: [{value: 3}]}`)."""
    for name in names:
        if name in row:
            return row[name]
    insights = row["insights"] if isinstance(row.get("insights"), list) else at(row, "insights", "data")
    for one in objects(insights):
        if one.get("name") in names:
            value = at(one, "values", 0, "value")
            return value if value is not None else at(one, "total_value", "value")
    return next((at(row, "insights", name) for name in names if at(row, "insights", name) is not None), None)
