"""The Upworthy Research Archive: randomised headline tests (Matias et al. 2021, doi 10.1038/s41597-021-00934-7).

A package is a headline and an image, shown to random visitors of one test. Headlines are compared under the same image
only. The archive's own correction of 2024: tests of 25 June 2013 to 10 January 2014 were probably not all randomised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.records import Dropped, Post
from data_prep.sources import About, Bad, Block, Item, Row, files
from data_prep.sources.blocking import shown
from data_prep.sources.cells import BadValue, count, identifier
from data_prep.sources.columns import check_columns, check_fields, value_at
from virality.text.lang import detect
from virality.text.normalise import normalise

FIELDS = ("clickability_test_id", "headline", "eyecatcher_id", "impressions", "clicks", "test_week")
"""The archive's own columns; `source.columns` gives another name for one of them."""
BAD_WEEKS = (201326, 201402)
"""First and last week (YYYYWW) in which the archive doubts its randomisation."""


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`.

    Raises:
        ViralityError: a field that there is not, or a column that the file has not.
    """
    check_fields(about.columns, FIELDS)
    check_columns(path, _columns(about))


def blocks(path: Path, about: About) -> Iterator[Block]:
    """The packages of the archive's own CSVs, or of a parquet with the same columns."""
    return files.blocks(path, columns=tuple(_columns(about).values()))


def items(row: Row, about: About) -> Iterator[Item]:
    """One package. `content_key` is the test, `media` the image (None: unknown), `posted_at` the Monday of its week.

    Drops: `bad_impressions` and `bad_clicks` (hidden ones too: there is no rate then), `no_text`, `no_test`,
    `bad_test_week` and `not_randomised` (the weeks above). Whether a test's packages were shown equally often is a
    question to the whole test, asked elsewhere.
    """
    cells = {field: value_at(row, column) for field, column in _columns(about).items()}
    impressions, clicks, week = (_count(cells[field]) for field in ("impressions", "clicks", "test_week"))
    text, test, image = (_words(cells[field]) for field in ("headline", "clickability_test_id", "eyecatcher_id"))
    monday = _monday(week)
    post = Post(
        post_id=identifier(about.source, test, image, text, impressions, clicks),
        source=about.source,
        platform=about.platform,
        text=text,
        lang=detect(text) if text else None,
        posted_at=monday,
        content_key=test or None,
        media=image or None,
        rights=about.rights,
        impressions=impressions,
        clicks=clicks,
    )
    wrong = _wrong(post, week, cells)
    yield post if wrong is None else Dropped(post, wrong.reason, field=wrong.field, value=wrong.value)


def _columns(about: About) -> dict[str, str]:
    return {field: about.columns.get(field, field) for field in FIELDS}


def _wrong(post: Post, week: int | None, cells: dict[str, Any]) -> Bad | None:
    if post.impressions is None:
        return _bad("impressions", cells)
    if post.clicks is None or post.clicks > post.impressions:
        return _bad("clicks", cells)
    if not post.text:
        return Bad("no_text", "headline")
    if post.content_key is None:
        return Bad("no_test", "clickability_test_id")
    if post.posted_at is None or week is None:
        return _bad("test_week", cells)
    return Bad("not_randomised", "test_week", str(week)) if BAD_WEEKS[0] <= week <= BAD_WEEKS[1] else None


def _bad(field: str, cells: dict[str, Any]) -> Bad:
    return Bad(f"bad_{field}", field, shown(cells[field]))


def _words(value: object) -> str:
    return "" if value is None or value != value else normalise(str(value))


def _count(value: object) -> int | None:
    try:
        return count(value)
    except BadValue:
        return None


def _monday(week: int | None) -> dt.datetime | None:
    """Monday of a week YYYYWW. The archive counts weeks from Monday, 00 before the year's first one (`%W`)."""
    if week is None or not 200000 <= week <= 209953 or week % 100 > 53:
        return None
    first = dt.datetime(week // 100, 1, 1, tzinfo=dt.UTC)
    return first + dt.timedelta(days=7 * (week % 100) - first.weekday() - (7 if first.weekday() == 0 else 0))
