"""The Upworthy Research Archive: randomised headline tests (Matias et al. 2021, doi 10.1038/s41597-021-00934-7).

A package is a headline and an image, shown to random visitors of one test. Headlines are compared under the same image
only. The archive's own correction of 2024: tests of 25 June 2013 to 10 January 2014 were probably not all randomised.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from data_prep.engagement import sample_ratio_p
from data_prep.records import Dropped, Post
from data_prep.sources import Read
from data_prep.sources.columns import check_fields, require
from data_prep.sources.files import Row, rows
from data_prep.sources.table import BadValue, count, identifier
from virality.text.lang import detect
from virality.text.normalise import normalise

COLUMNS = ("clickability_test_id", "headline", "eyecatcher_id", "impressions", "clicks", "test_week")
BAD_WEEKS = (201326, 201402)
"""First and last week (YYYYWW) in which the archive doubts its randomisation."""
LEAST_P = 0.01


def read(files: list[Path], columns: Mapping[str, str], *, source: str, platform: str | None, rights: str) -> Read:
    """A post for each package. `content_key` is the test, `media` the image, `posted_at` the Monday of its week.

    Args:
        files: the archive's own CSVs, or a parquet with the same columns.
        columns: another name for one of `COLUMNS`, where the file differs.
        source: name of the corpus.
        platform: of all its posts, or None.
        rights: rights basis of all its rows.

    Returns:
        Drops: `bad_impressions` and `bad_clicks` (hidden ones too: there is no rate then), `no_text`, `no_test`,
        `bad_week`, `not_randomised` (the weeks above), `sample_ratio` (impressions of a test's packages differ more
        than chance allows, p < 0.01), and last `no_image`: what was shown under an unknown image cannot be compared.

    Raises:
        ViralityError: a field that there is not, or a column that the file has not.
    """
    check_fields(columns, COLUMNS)
    named = {name: columns.get(name, name) for name in COLUMNS}
    out = Read()
    tests: defaultdict[str, list[Post]] = defaultdict(list)
    for path in files:
        for number, row in enumerate(rows(path)):
            if number == 0:
                require(path, row, named)
            out.rows += 1
            post, reason = _post({name: row[column] for name, column in named.items()}, source, platform, rights)
            if reason is not None:
                out.dropped.append(Dropped(post, reason))
            else:
                tests[post.content_key or ""].append(post)
    for packages in tests.values():
        fair = sample_ratio_p([post.impressions or 0 for post in packages]) >= LEAST_P
        for post in packages:
            if fair and post.media is not None:
                out.posts.append(post)
            else:
                out.dropped.append(Dropped(post, "no_image" if fair else "sample_ratio"))
    return out


def _post(row: Row, source: str, platform: str | None, rights: str) -> tuple[Post, str | None]:
    impressions, clicks = _count(row["impressions"]), _count(row["clicks"])
    text, test, image = (
        normalise(str(row[name] or "")) for name in ("headline", "clickability_test_id", "eyecatcher_id")
    )
    week = _week(row["test_week"])
    post = Post(
        post_id=identifier(source, test, image, text, impressions, clicks),
        source=source,
        platform=platform,
        text=text,
        lang=detect(text),
        posted_at=_monday(week),
        content_key=test or None,
        media=image or None,
        rights=rights,
        impressions=impressions,
        clicks=clicks,
    )
    return post, _reason(post, week)


def _reason(post: Post, week: int | None) -> str | None:
    if post.impressions is None:
        return "bad_impressions"
    if post.clicks is None or post.clicks > post.impressions:
        return "bad_clicks"
    if not post.text:
        return "no_text"
    if post.content_key is None:
        return "no_test"
    if week is None:
        return "bad_week"
    return "not_randomised" if BAD_WEEKS[0] <= week <= BAD_WEEKS[1] else None


def _count(value: object) -> int | None:
    try:
        return count(value)
    except BadValue:
        return None


def _week(value: object) -> int | None:
    week = _count(value)
    return week if week is not None and 200000 <= week <= 209953 and week % 100 <= 53 else None


def _monday(week: int | None) -> dt.datetime | None:
    """The archive counts weeks from Monday, 00 before the year's first one (`%W`)."""
    if week is None:
        return None
    return dt.datetime.strptime(f"{week // 100} {week % 100} 1", "%Y %W %w").replace(tzinfo=dt.UTC)
