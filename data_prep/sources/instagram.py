"""Instagram: a creator's insights (CSV), Meta Business Suite's CSV, and posts of 'Download your information' (JSON)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.meta import SUITE, daily, mended, suite_id
from data_prep.sources.platform_files import check_rows, members_named
from data_prep.sources.platform_rows import at, cells, made, objects, of_objects, words

_KNOWN = SUITE | {
    "text": ("Caption", "Description"),
    "hashtags": ("Hashtags",),
    "author": ("Account username", "Account name", "Account ID"),
    "likes": ("Likes",),
}
FIELDS = tuple(_KNOWN)
_MEMBERS = ("*content/posts_*.json", "*media/posts_*.json", "*media/reels.json", "*.csv")


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("media", "creation_timestamp", "Caption", "Post ID", "Publish time", *about.columns.values())
    check_rows(path, about, FIELDS, blocks, expected, "posts_1.json of the download, or a CSV of insights")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Posts as they come; of the download's zip posts and reels only."""
    return members_named(path, _MEMBERS)


@of_objects("instagram")
def items(row: Row, about: About) -> Iterator[Item]:
    """One post. The text is the caption, with the hashtags where they have a column of their own.

    Reach and Follows are no counts of ours. Drops: `daily_row`, an export by day.
    """
    if isinstance(row.get("media"), list) or "creation_timestamp" in row:
        yield downloaded(row, about, "instagram")
        return
    found = cells(row, _KNOWN, about.columns)
    caption, tags = words(found["text"]), words(found["hashtags"])
    if tags and tags not in (caption or ""):
        found["text"] = f"{caption}\n{tags}" if caption else tags
    found["post_id"] = suite_id(found)
    yield made(about, "instagram", found, "daily_row" if daily(found) else None)


def downloaded(row: Row, about: About, platform: str) -> Item:
    """A post of Meta's download in the form that Instagram and Threads share; nothing is counted there.

    A post of one picture has its caption and time at the picture, a post of several at itself.
    """
    media = objects(row.get("media")) or [row]
    first = media[0]
    return made(
        about,
        platform,
        {
            "text": mended(row.get("title") or first.get("title")),
            "posted_at": row.get("creation_timestamp") or first.get("creation_timestamp"),
            "reply": at(first, "text_app_post", "is_reply"),
            "media": _kind(first.get("uri")),
        },
    )


def _kind(uri: object) -> str | None:
    name = words(uri)
    return None if name is None else "video" if name.lower().endswith((".mp4", ".mov")) else "photo"
