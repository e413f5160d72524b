"""Any table of posts by a mapping of columns."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.sources import Read, table
from data_prep.sources.table import BadValue, count, moment
from tests.data_prep.bakery import write_csv
from virality.errors import ViralityError

COLUMNS = {"text": "caption", "author": "who", "posted_at": "when", "likes": "hearts", "reply": "answers"}


def read(path: Path, columns: dict[str, str] | None = None) -> Read:
    return table.read([path], columns or COLUMNS, source="bakery", platform="x", rights="own_export")


def row(**cells: Any) -> dict[str, Any]:
    return {"caption": "Bread is ready", "who": "Jo", "when": "2024-03-04", "hearts": "3", "answers": ""} | cells


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12", 12), ("1,204", 1204), (7, 7), (7.0, 7), ("7.0", 7), (0, 0), ("", None), (None, None), (float("nan"), None),
     ("-", None), ("NaN", None)],
)  # fmt: skip
def test_a_count_is_a_number_or_not_counted(cell: object, value: int | None) -> None:
    assert count(cell) == value


@pytest.mark.parametrize("cell", ["1.5", "-1", "many", "inf", "1e30", "1.2K"])
def test_what_is_no_count_is_not_guessed(cell: str) -> None:
    with pytest.raises(BadValue):
        count(cell)


@pytest.mark.parametrize(
    "cell",
    ["2021-03-02T06:48:15Z", "2021-03-02 06:48:15", "2021-03-02T08:48:15+02:00", "Tue Mar 02 06:48:15 +0000 2021",
     "03/02/2021 06:48:15", "1614667695", 1614667695, 1614667695.0, dt.datetime(2021, 3, 2, 6, 48, 15)],
)  # fmt: skip
def test_a_moment_is_read_in_each_way_that_exports_write_it(cell: object) -> None:
    assert moment(cell) == dt.datetime(2021, 3, 2, 6, 48, 15, tzinfo=dt.UTC)


def test_no_moment_is_null_and_a_broken_one_is_refused() -> None:
    import pandas as pd

    assert moment(None) is moment("  ") is moment(float("nan")) is moment(pd.NaT) is None
    with pytest.raises(BadValue):
        moment("last Tuesday")


def test_rows_become_posts_with_nulls_where_nothing_was_counted(tmp_path: Path) -> None:
    [post] = read(write_csv(tmp_path / "a.csv", [row(hearts="", answers="0")])).posts
    assert (post.text, post.author_id, post.likes, post.reposts, post.reply) == (
        "Bread is ready",
        "Jo",
        None,
        None,
        False,
    )
    assert post.posted_at == dt.datetime(2024, 3, 4, tzinfo=dt.UTC)
    assert (post.source, post.platform, post.rights, post.lang) == ("bakery", "x", "own_export", "en")


def test_a_row_that_cannot_be_a_post_is_dropped_with_the_reason(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(caption=" "), row(hearts="lots"), row(when="soon"), row()])
    out = read(path)
    assert [drop.reason for drop in out.dropped] == ["no_text", "bad_likes", "bad_posted_at"]
    assert (out.rows, len(out.posts)) == (4, 1)


def test_a_repost_is_dropped_by_the_column_that_says_so(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(answers="True"), row(answers="False"), row(answers="")])
    columns = {"text": "caption", "repost": "answers"}
    assert Counter(drop.reason for drop in read(path, columns).dropped) == {"repost": 1}


def test_a_column_that_only_some_objects_have_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    short = {key: value for key, value in row().items() if key != "answers"}
    path.write_text(json.dumps(short) + "\n" + json.dumps(row(answers="77")) + "\n")
    assert [post.reply for post in read(path).posts] == [False, True]


def test_columns_that_are_not_there_are_named_one_a_line_with_the_nearest(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"captoin": "Bread", "who": "Jo", "when": "", "answers": ""}])
    with pytest.raises(ViralityError) as caught:
        read(path)
    first, second = str(caught.value).splitlines()
    assert first == (
        f"{path}: source.columns.text: no column 'caption' (did you mean captoin?); "
        "the file has 'captoin', 'who', 'when', 'answers'"
    )
    assert second.startswith(f"{path}: source.columns.likes: no column 'hearts'")


def test_a_field_that_is_misspelt_in_the_config_is_not_passed_over(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row()])
    with pytest.raises(ViralityError) as caught:
        read(path, {"txt": "caption", "like": "hearts"})
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("source.columns.txt is not a field (did you mean text?)")
    assert lines[1].startswith("source.columns.like is not a field (did you mean likes?)")
    assert lines[2].startswith("source.columns: no column is named for text")


_CELLS = st.text("a1,.-\n\"' \u2028é😀", max_size=6) | st.sampled_from(["2024-03-04", "12", "nan", "true"])


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.tuples(_CELLS, _CELLS, _CELLS, _CELLS, _CELLS), min_size=1, max_size=8))
def test_whatever_the_cells_hold_read_is_kept_and_dropped(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("table") / "a.jsonl"
    named = [dict(zip(COLUMNS.values(), values, strict=True)) for values in cells]
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in named), encoding="utf-8")
    out = read(path)
    assert out.rows == len(cells) == len(out.posts) + len(out.dropped)
