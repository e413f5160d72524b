"""The Upworthy Research Archive's columns, weeks and shares of impressions, with packages of our own."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from data_prep.sources import About, Item, upworthy
from tests.data_prep.bakery import write_csv
from tests.data_prep.sources.reading import drops, items, posts
from virality.errors import ViralityError


def package(headline: str, **cells: Any) -> dict[str, Any]:
    """A row with the archive's own columns, in its order."""
    return {
        "": "1", "created_at": "2014-11-20 06:43:16.005", "clickability_test_id": "loaf", "excerpt": "",
        "headline": headline,
        "lede": "", "slug": "", "eyecatcher_id": "oven", "impressions": "3000", "clicks": "30", "significance": "100.0",
        "first_place": "True", "winner": "False", "share_text": "", "square": "", "test_week": "201446",
    } | cells  # fmt: skip


def read(folder: Path, rows: list[dict[str, Any]], columns: dict[str, str] | None = None) -> list[Item]:
    path = write_csv(folder / "archive.csv", rows)
    return items(upworthy, path, About("upworthy", "licence:CC-BY-4.0", "headline", columns=columns or {}))


def reasons(out: list[Item]) -> Counter[str]:
    return Counter(drop.reason for drop in drops(out))


def test_a_package_is_a_post_of_its_test_and_image_in_the_week_it_ran(tmp_path: Path) -> None:
    out = read(tmp_path, [package("Who baked this?"), package("A loaf of bread", impressions="3050")])
    first = posts(out)[0]
    assert (first.text, first.content_key, first.media) == ("Who baked this?", "loaf", "oven")
    assert (first.impressions, first.clicks) == (3000, 30)
    assert first.posted_at == dt.datetime(2014, 11, 17, tzinfo=dt.UTC)
    assert len(posts(out)) == 2


@pytest.mark.parametrize(("week", "kept"), [("201325", True), ("201326", False), ("201352", False), ("201402", False),
                                            ("201403", True)])  # fmt: skip
def test_the_weeks_of_doubtful_randomisation_are_left_out(tmp_path: Path, week: str, kept: bool) -> None:
    out = read(tmp_path, [package("A loaf", test_week=week), package("A bun", test_week=week)])
    assert reasons(out) == ({} if kept else {"not_randomised": 2})


def test_a_package_without_what_a_comparison_needs_is_dropped_with_the_reason(tmp_path: Path) -> None:
    out = read(
        tmp_path,
        [package("A loaf", impressions=""), package("A bun", clicks=""), package("A roll", clicks="4000"),
         package(""), package("A tart", test_week="soon"), package("A cake", clickability_test_id=""),
         package("A pie", test_week="201399")],
    )  # fmt: skip
    assert reasons(out) == {
        "bad_impressions": 1, "bad_clicks": 2, "no_text": 1, "bad_test_week": 2, "no_test": 1,
    }  # fmt: skip


def test_a_package_under_an_unknown_image_is_a_post_without_media(tmp_path: Path) -> None:
    [post] = posts(read(tmp_path, [package("A pie", eyecatcher_id="")]))
    assert post.media is None


def test_another_name_of_a_column_can_be_given_and_a_missing_one_is_named(tmp_path: Path) -> None:
    rows = [{**package("A loaf"), "title": "A bun"}]
    assert posts(read(tmp_path, rows, {"headline": "title"}))[0].text == "A bun"
    del rows[0]["clicks"]
    with pytest.raises(ViralityError, match=r"source\.columns\.clicks: no column 'clicks'"):
        read(tmp_path, rows)
    with pytest.raises(ViralityError, match=r"source\.columns\.headlin is not a field \(did you mean headline\?\)"):
        read(tmp_path, rows, {"headlin": "title"})
