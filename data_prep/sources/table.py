"""Any table of posts, by a mapping from our fields to its columns."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data_prep.records import Dropped, Post
from data_prep.sources import Read
from data_prep.sources.columns import check_fields, require
from data_prep.sources.files import Row, rows
from virality.text.lang import detect
from virality.text.normalise import normalise

COUNTS = ("impressions", "followers", "likes", "replies", "reposts", "quotes", "shares", "saves", "clicks")
FIELDS = ("text", "post_id", "author", "posted_at", "lang", "reply", "repost", "thread", "content_key", "media",
          "community", "alt", *COUNTS)  # fmt: skip


_NOTHING = frozenset(["", "nan", "nat", "none", "null", "-"])


class BadValue(ValueError):
    """A cell that cannot be what its column says."""


def read(files: list[Path], columns: Mapping[str, str], *, source: str, platform: str | None, rights: str) -> Read:
    """Posts of every row of `files`.

    Args:
        files: tables, see `files.rows`.
        columns: our field (`FIELDS`) -> the file's column. `reply` and `repost` count as true where the cell holds
            anything but nothing, 0 or false.
        source: name of the corpus.
        platform: of all its posts, or None.
        rights: rights basis of all its rows.

    Returns:
        Posts with the account's own name in `author_id` (the caller hashes it), and dropped rows with reasons
        `bad_<field>`, `repost` and `no_text`.

    Raises:
        ViralityError: a field that there is not, no column for the text, or a column that the file has not.
    """
    check_fields(columns, FIELDS, ("text",))
    out = Read()
    for path in files:
        for number, row in enumerate(rows(path)):
            if number == 0:
                require(path, row, columns)
            out.rows += 1
            post, reason = _post(row, columns, source, platform, rights)
            if reason is None:
                out.posts.append(post)
            else:
                out.dropped.append(Dropped(post, reason))
    return out


def count(value: object) -> int | None:
    """A cell as a count: '1,204' -> 1204, an empty cell or NaN -> None (not counted).

    Raises:
        BadValue: it is negative, broken or no number.
    """
    if _is_null(value):
        return None
    text = str(value).strip().replace(",", "")
    if text.lower() in _NOTHING:
        return None
    try:
        number = float(text)
    except ValueError as error:
        raise BadValue(text) from error
    if not math.isfinite(number) or number < 0 or number != int(number) or number > 2**53:
        raise BadValue(text)
    return int(number)


def moment(value: object) -> dt.datetime | None:
    """A cell as a time in UTC: ISO 8601, the X export's `Tue Mar 02 06:48:15 +0000 2021`, or Unix seconds.

    A time without zone is taken as UTC.

    Raises:
        BadValue: it is no time.
    """
    text = str(value).strip()
    if _is_null(value) or text.lower() in _NOTHING:
        return None
    found = value if isinstance(value, dt.datetime) else next(_readings(text), None)
    if found is None:
        raise BadValue(text)
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def identifier(*parts: object) -> str:
    """A short stable id from whatever tells one thing from another: 16 hex digits of a SHA-256."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:16]


def _readings(text: str) -> Iterator[dt.datetime]:
    for reading in (
        dt.datetime.fromisoformat,
        lambda text: dt.datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y"),
        lambda text: dt.datetime.strptime(text, "%m/%d/%Y %H:%M:%S").replace(tzinfo=dt.UTC),
        lambda text: dt.datetime.fromtimestamp(float(text), dt.UTC),
    ):
        try:
            yield reading(text)
        except (ValueError, OverflowError, OSError):
            continue


def _is_null(value: object) -> bool:
    """None, NaN and NaT (which alone differ from themselves)."""
    return value is None or value != value


def _truth(value: object) -> bool:
    if _is_null(value):
        return False
    return str(value).strip().lower() not in {"", "0", "false", "nan", "none", "null", "no"}


def _post(
    row: Row, columns: Mapping[str, str], source: str, platform: str | None, rights: str
) -> tuple[Post, str | None]:
    def cell(name: str) -> Any:
        return row.get(columns[name]) if name in columns else None

    def words(name: str) -> str | None:
        value = cell(name)
        return None if _is_null(value) else normalise(str(value)) or None

    reason: str | None = None
    counts: dict[str, int | None] = {}
    for name in COUNTS:
        try:
            counts[name] = count(cell(name))
        except BadValue:
            counts[name], reason = None, f"bad_{name}"
    try:
        posted_at = moment(cell("posted_at"))
    except BadValue:
        posted_at, reason = None, "bad_posted_at"
    text = words("text") or ""
    if _truth(cell("repost")):
        reason = reason or "repost"
    if not text:
        reason = reason or "no_text"
    author = words("author")
    post_id = words("post_id") or identifier(source, author, posted_at, text)
    post = Post(
        post_id=post_id,
        source=source,
        platform=platform,
        community=words("community"),
        author_id=author,
        text=text,
        alt=words("alt"),
        lang=words("lang") or detect(text),
        posted_at=posted_at,
        reply=_truth(cell("reply")) if "reply" in columns else None,
        thread=words("thread"),
        content_key=words("content_key"),
        media=words("media"),
        rights=rights,
        impressions=counts["impressions"],
        followers=counts["followers"],
        likes=counts["likes"],
        replies=counts["replies"],
        reposts=counts["reposts"],
        quotes=counts["quotes"],
        shares=counts["shares"],
        saves=counts["saves"],
        clicks=counts["clicks"],
    )
    return post, reason
