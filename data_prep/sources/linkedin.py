"""LinkedIn: a page's posts (XLSX or CSV of its analytics), a creator's top posts (XLSX), and `Shares.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.linkedin_tables import sheets_or_csv
from data_prep.sources.platform_files import check_rows
from data_prep.sources.platform_rows import cells, made, of_objects, words

_KNOWN = {
    "text": ("Post title", "ShareCommentary", "Post text"),
    "post_id": ("Post link", "ShareLink", "Post URL"),
    "posted_at": ("Created date", "Date", "Post publish date"),
    "content_key": ("SharedUrl",),
    "media": ("Content Type",),
    "type": ("Post type",),
    "impressions": ("Impressions",),
    "likes": ("Likes", "Reactions"),
    "replies": ("Comments",),
    "reposts": ("Reposts", "Shares"),
    "clicks": ("Clicks",),
}
FIELDS = tuple(_KNOWN)
_HEADER = frozenset(name.casefold() for names in _KNOWN.values() for name in names) - {"date"}


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("Post title", "Post link", "Post URL", "ShareLink", "ShareCommentary", *about.columns.values())
    check_rows(path, about, FIELDS, blocks, expected, "posts of LinkedIn (page analytics, top posts or Shares.csv)")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Posts as they come: of a workbook 'All posts' or 'TOP POSTS', of the download's zip `Shares.csv`."""
    return sheets_or_csv(path, _HEADER | {name.casefold() for name in about.columns.values()})


@of_objects("linkedin")
def items(row: Row, about: About) -> Iterator[Item]:
    """One post. A creator's top posts come without their text, so they end as `no_text`.

    Engagements and Views are sums of things that other columns count, or that nobody can name, and are not kept.
    Drops: `sponsored`: its reach was bought.
    """
    found = cells(row, _KNOWN, about.columns)
    if isinstance(found["text"], str) and "ShareCommentary" in row:
        found["text"] = unquoted(found["text"])
    paid = (words(found["type"]) or "").casefold() == "sponsored"
    yield made(about, "linkedin", found, "sponsored" if paid else None)


def unquoted(text: str) -> str:
    """A commentary of `Shares.csv`, which puts each line into quotes of its own and doubles those within."""
    lines = text.replace("\r\n", "\n").split("\n")
    if all(line.endswith('"') for line in lines[:-1]) and all(line.startswith('"') for line in lines[1:]):
        last = len(lines) - 1
        lines = [line[at > 0 : len(line) - (at < last)] for at, line in enumerate(lines)]
    return "\n".join(lines).replace('""', '"')
