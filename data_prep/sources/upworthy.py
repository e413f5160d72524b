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
from data_prep.sources.files import Row, require, rows
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
        Drops: `no_text`, `bad_impressions`, `bad_clicks`, `bad_week`, `not_randomised` (the weeks above) and
        `sample_ratio` (impressions of a test's packages differ more than chance allows, p < 0.01).
    """
    named = {name: columns.get(name, name) for name in COLUMNS}
    out = Read()
    tests: defaultdict[str, list[Post]] = defaultdict(list)
    for path in files:
        for number, row in enumerate(rows(path)):
            if number == 0:
                require(path, row, list(named.values()), "columns")
            out.rows += 1
            post, reason = _post({name: row[column] for name, column in named.items()}, source, platform, rights)
            if reason is not None:
                out.dropped.append(Dropped(post, reason))
            else:
                tests[post.content_key or ""].append(post)
    for packages in tests.values():
        fair = sample_ratio_p([post.impressions or 0 for post in packages]) >= LEAST_P
        if fair:
            out.posts.extend(packages)
        else:
            out.dropped.extend(Dropped(post, "sample_ratio") for post in packages)
    return out


def _post(row: Row, source: str, platform: str | None, rights: str) -> tuple[Post, str | None]:
    reason: str | None = None
    counts: dict[str, int | None] = {}
    for name in ("impressions", "clicks"):
        try:
            counts[name] = count(row[name])
        except BadValue:
            counts[name], reason = None, f"bad_{name}"
    text = normalise(str(row["headline"] or ""))
    week = _week(row["test_week"])
    if not text:
        reason = reason or "no_text"
    elif week is None:
        reason = reason or "bad_week"
    elif BAD_WEEKS[0] <= week <= BAD_WEEKS[1]:
        reason = reason or "not_randomised"
    elif (counts["clicks"] or 0) > (counts["impressions"] or 0):
        reason = reason or "bad_clicks"
    test, image = str(row["clickability_test_id"]), str(row["eyecatcher_id"])
    post = Post(
        post_id=identifier(source, test, image, text, counts["impressions"], counts["clicks"]),
        source=source,
        platform=platform,
        text=text,
        lang=detect(text),
        posted_at=_monday(week),
        content_key=test,
        media=image,
        rights=rights,
        **counts,
    )
    return post, reason


def _week(value: object) -> int | None:
    try:
        week = count(value)
    except BadValue:
        return None
    return week if week is not None and 200000 <= week <= 209953 and week % 100 <= 53 else None


def _monday(week: int | None) -> dt.datetime | None:
    """The archive counts weeks from Monday, 00 before the year's first one (`%W`)."""
    if week is None:
        return None
    return dt.datetime.strptime(f"{week // 100} {week % 100} 1", "%Y %W %w").replace(tzinfo=dt.UTC)
