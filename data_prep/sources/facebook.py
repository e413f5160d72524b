"""Facebook: posts of 'Download your information' (JSON, no counts), and a page's CSV of Meta Business Suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.cells import truth
from data_prep.sources.meta import SUITE, daily, mended, suite_id
from data_prep.sources.platform_files import check_rows, members_named
from data_prep.sources.platform_rows import at, cells, joined, made, objects, of_objects, words

_KNOWN = SUITE | {
    "text": ("Description", "Post message", "Message"),
    "title": ("Title",),
    "author": ("Page name", "Account name", "Page ID"),
    "likes": ("Reactions", "Likes and reactions"),
    "clicks": ("Total clicks", "Clicks"),
    "repost": ("Is share",),
}
FIELDS = tuple(_KNOWN)
_MEMBERS = ("*your_posts*.json", "*.csv")


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("timestamp", "data", "Post ID", "Publish time", "Permalink", *about.columns.values())
    check_rows(path, about, FIELDS, blocks, expected, "your_posts_1.json, or a CSV of Meta Business Suite")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Posts as they come; of the download's zip `your_posts*.json` only."""
    return members_named(path, _MEMBERS)


@of_objects("facebook")
def items(row: Row, about: About) -> Iterator[Item]:
    """One post. Times of a Business Suite export have no zone and are taken as UTC; Reach is no count of ours.

    Drops: `repost` (`Is share`), and `daily_row`: an export by day, where no row holds a post's counts.
    """
    if any(key in row for key in ("timestamp", "attachments")) or isinstance(row.get("data"), list):
        yield _downloaded(row, about)
        return
    found = cells(row, _KNOWN, about.columns)
    title, text = words(found["title"]), words(found["text"])
    if text is None or (title and text.startswith(title)):
        found["text"] = text or found["title"]
    found["post_id"] = suite_id(found)
    reason = "repost" if truth(found["repost"]) else "daily_row" if daily(found) else None
    yield made(about, "facebook", found, reason)


def _downloaded(row: Row, about: About) -> Item:
    parts = [one for group in objects(row.get("attachments")) for one in objects(group.get("data"))]
    media = [one["media"] for one in parts if isinstance(one.get("media"), dict)]
    written = next((one["post"] for one in objects(row.get("data")) if one.get("post")), None)
    captions = [mended(one.get("description")) for one in media]
    return made(
        about,
        "facebook",
        {
            "text": joined(dict.fromkeys(filter(None, map(words, captions)))) if written is None else mended(written),
            "posted_at": row.get("timestamp"),
            "content_key": next((url for one in parts if (url := words(at(one, "external_context", "url")))), None),
            "media": _kind(media[0]) if media else None,
        },
    )


def _kind(media: Row) -> str:
    return "video" if (words(media.get("uri")) or "").lower().endswith((".mp4", ".mov")) else "photo"
