"""Stories of Hacker News: items of its API (JSON, JSONL), Algolia's search, tables of BigQuery and Kaggle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.cells import truth
from data_prep.sources.platform_files import check_rows, rows_of
from data_prep.sources.platform_rows import cells, made, objects, of_objects, words

_KNOWN = {
    "post_id": ("id", "objectID", "story_id"),
    "text": ("title",),
    "content_key": ("url",),
    "author": ("by", "author"),
    "posted_at": ("time", "created_at_i", "created_at", "timestamp", "time_ts"),
    "likes": ("score", "points", "num_points"),
    "replies": ("descendants", "num_comments"),
    "type": ("type",),
    "deleted": ("deleted",),
    "dead": ("dead",),
}
FIELDS = tuple(_KNOWN)


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    check_rows(path, about, FIELDS, blocks, ("title", "id", "hits", "objectID"), "items of Hacker News")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Items as they come."""
    return rows_of(path)


@of_objects("hackernews")
def items(row: Row, about: About) -> Iterator[Item]:
    """One item, or those of a search (`hits`). The text is the title; `likes` are points.

    Drops: `not_a_story` (comments, jobs, polls) and `removed` (deleted or dead).
    """
    if isinstance(row.get("hits"), list) and "title" not in row:
        for one in objects(row["hits"]):
            yield from items(one, about)
        return
    found = cells(row, _KNOWN, about.columns)
    yield made(about, "hackernews", found, _reason(row, found))


def _reason(row: Row, found: Row) -> str | None:
    if truth(found["deleted"]) or truth(found["dead"]):
        return "removed"
    kind = words(found["type"])
    if kind is None and isinstance(tags := row.get("_tags"), list):
        kind = "story" if "story" in tags else words(tags[0]) if tags else None
    return None if kind in (None, "story") else "not_a_story"
