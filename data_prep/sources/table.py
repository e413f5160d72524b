"""Any table of posts, by a mapping from our fields to its columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from data_prep.records import COUNTS, Dropped, Post
from data_prep.sources import About, Bad, Block, Item, Row, files
from data_prep.sources.blocking import shown
from data_prep.sources.cells import BadValue, count, identifier, is_null, moment, truth
from data_prep.sources.columns import check_columns, check_fields, names, value_at
from data_prep.sources.platform_rows import language
from virality.text.normalise import normalise

__all__ = ["COUNTS", "FIELDS", "BadValue", "blocks", "check", "count", "identifier", "items", "moment"]

FIELDS = ("text", "post_id", "author", "posted_at", "collected_at", "lang", "reply", "repost", "thread", "content_key",
          "media", "community", "alt", *COUNTS)  # fmt: skip
JOINED = ("text", "alt")
"""Fields that may be several columns, `Caption+Hashtags`."""


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`.

    Raises:
        ViralityError: a field that there is not, no column for the text, or a column that the file has not; all at
            once.
    """
    check_fields(about.columns, FIELDS, ("text",))
    check_columns(path, about.columns, JOINED, about.items_at)


def blocks(path: Path, about: About) -> Iterator[Block]:
    """The rows of all tables in a file."""
    return files.blocks(path, columns=tuple(about.columns.values()), items_at=about.items_at)


def items(row: Row, about: About, now: dt.datetime | None = None) -> Iterator[Item]:
    """One post, with the account's own name in `author_id` (the caller hashes it); or one drop.

    `reply` and `repost` are true where the cell holds anything but nothing, 0 or false. Drops: `bad_<field>` for
    counts and times, `repost`, `no_text`.

    Args:
        row: column -> value.
        about: what the config says.
        now: times more than two days later are bad; None = when this process began to read.
    """
    cells = _cells(row, tuple(about.columns.items()))
    values: dict[str, Any] = {}
    wrong = _numbers(cells, values, now)
    text = _text(cells.get("text"))
    author = _name(cells.get("author")) or about.account
    post = Post(
        post_id=_name(cells.get("post_id")) or identifier(about.source, author, values.get("posted_at"), text),
        source=about.source,
        platform=about.platform,
        author_id=author,
        text=text,
        alt=_text(cells.get("alt")) or None,
        lang=language(cells.get("lang"), text),
        reply=truth(cells["reply"]) if "reply" in cells else None,
        community=_name(cells.get("community")),
        thread=_name(cells.get("thread")),
        content_key=_name(cells.get("content_key")),
        media=_name(cells.get("media")),
        rights=about.rights,
        **values,
    )
    if wrong is not None:
        yield Dropped(post, wrong.reason, field=wrong.field, value=wrong.value)
    elif truth(cells.get("repost")):
        yield Dropped(post, "repost")
    elif not text:
        yield Dropped(post, "no_text", field="text")
    else:
        yield post


@lru_cache(maxsize=64)
def _plan(columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, bool], ...]:
    """Field, column, and whether the column may be more than a plain name."""
    return tuple((field, column, "." in column or (field in JOINED and "+" in column)) for field, column in columns)


def _cells(row: Row, columns: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Our field -> the value, for the fields that are mapped."""
    cells: dict[str, Any] = {}
    for field, column, compound in _plan(columns):
        value = row.get(column)
        if value is None and compound and column not in row:
            value = _joined(row, column) if field in JOINED else value_at(row, column)
        cells[field] = value
    return cells


def _joined(row: Row, column: str) -> str:
    found = [value_at(row, name) for name in names(column)]
    return "\n".join(str(value) for value in found if not is_null(value) and value != "")


def _numbers(cells: dict[str, Any], values: dict[str, Any], now: dt.datetime | None) -> Bad | None:
    """Fill `values` with counts and times. Returns the first that cannot be what its column says."""
    wrong: Bad | None = None
    for name in COUNTS:
        if name in cells:
            try:
                values[name] = count(cells[name])
            except BadValue:
                wrong = wrong or Bad(f"bad_{name}", name, shown(cells[name]))
    for name in ("posted_at", "collected_at"):
        if name in cells:
            try:
                values[name] = moment(cells[name], now)
            except BadValue:
                wrong = wrong or Bad(f"bad_{name}", name, shown(cells[name]))
    return wrong


def _text(value: object) -> str:
    return "" if value is None or value != value else normalise(value if isinstance(value, str) else str(value))


_NO_NAME = frozenset(["", "-", "nan", "NaN", "NaT", "None", "none", "NULL", "Null", "null"])
"""What data frames and dumps of databases write where there is no account, id or link."""


def _name(value: object) -> str | None:
    """An id, account or link; a number that came as 12.0 is 12."""
    if isinstance(value, str) and value.isalnum() and value.isascii():
        return None if value in _NO_NAME else value
    if isinstance(value, float) and value == value and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    text = _text(value)
    return None if text in _NO_NAME else text
