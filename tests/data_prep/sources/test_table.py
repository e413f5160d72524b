"""Any table of posts by a mapping of columns."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.records import Dropped, Post
from data_prep.sources import About, Item, table
from tests.data_prep.bakery import write_csv
from tests.data_prep.sources.reading import drops, items, posts
from virality.errors import ViralityError

COLUMNS = {"text": "caption", "author": "who", "posted_at": "when", "likes": "hearts", "reply": "answers"}


def read(path: Path, columns: dict[str, str] | None = None, account: str | None = None) -> list[Item]:
    return items(table, path, About("bakery", "own_export", "x", account, columns or COLUMNS))


def row(**cells: Any) -> dict[str, Any]:
    return {"caption": "Bread is ready", "who": "Jo", "when": "2024-03-04", "hearts": "3", "answers": ""} | cells


def test_rows_become_posts_with_nulls_where_nothing_was_counted(tmp_path: Path) -> None:
    [post] = posts(read(write_csv(tmp_path / "a.csv", [row(hearts="", answers="0")])))
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
    assert [(drop.reason, drop.field, drop.value) for drop in drops(out)] == [
        ("no_text", "text", None), ("bad_likes", "likes", "lots"), ("bad_posted_at", "posted_at", "soon"),
    ]  # fmt: skip
    assert [drop.post.text for drop in drops(out)] == ["", "Bread is ready", "Bread is ready"]
    assert len(posts(out)) == 1


def test_a_repost_is_dropped_by_the_column_that_says_so(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(answers="True"), row(answers="False"), row(answers="")])
    columns = {"text": "caption", "repost": "answers"}
    assert Counter(drop.reason for drop in drops(read(path, columns))) == {"repost": 1}


def test_a_column_that_only_some_objects_have_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    short = {key: value for key, value in row().items() if key != "answers"}
    path.write_text(json.dumps(short) + "\n" + json.dumps(row(answers="77")) + "\n")
    assert [post.reply for post in posts(read(path))] == [False, True]


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


def test_a_column_may_be_inside_an_object_and_a_text_in_several_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        {"title": "Rye", "body": "is out", "counts": {"like": 3}, "a.b": "en-GB"},
        {"title": "Oat", "body": None, "counts": {}, "a.b": "und"},
        {"title": "Bun", "counts": 7},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    found = posts(read(path, {"text": "title + body", "likes": "counts.like", "lang": "a.b"}))
    assert [(post.text, post.likes) for post in found] == [("Rye\nis out", 3), ("Oat", None), ("Bun", None)]
    assert found[0].lang == "en"
    with pytest.raises(
        ViralityError, match=r"source\.columns\.likes: no column 'counts\.likes' \(did you mean counts\.like"
    ):
        read(path, {"text": "title", "likes": "counts.likes"})
    with pytest.raises(ViralityError, match=r"source\.columns\.text: no column 'boddy'"):
        read(path, {"text": "title+boddy"})


def test_a_column_that_is_called_with_a_plus_or_a_dot_is_itself(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"a+b": "Bread is ready", "n.likes": "3"}])
    [post] = posts(read(path, {"text": "a+b", "likes": "n.likes"}))
    assert (post.text, post.likes) == ("Bread is ready", 3)


def test_a_time_that_is_still_to_come_is_bad_by_the_clock_of_the_reading() -> None:
    about = About("bakery", "own_export", columns=COLUMNS)
    now = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    [late] = table.items(row(), about, now)
    [kept] = table.items(row(when="2024-03-02"), about, now)
    assert [getattr(late, "reason", None), getattr(kept, "reason", None)] == ["bad_posted_at", None]


def test_an_account_of_the_whole_file_and_a_time_of_collection_are_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"t": "Bread is ready", "id": "12.0", "seen": "1709510400000"}])
    [post] = posts(read(path, {"text": "t", "post_id": "id", "collected_at": "seen"}, account="Jo"))
    assert (post.author_id, post.collected_at) == ("Jo", dt.datetime(2024, 3, 4, tzinfo=dt.UTC))


def test_nothing_that_a_json_object_can_hold_stops_a_row() -> None:
    about = About("bakery", "own_export", columns=COLUMNS | {"media": "media", "lang": "lang"})
    odd: list[Any] = [None, True, [1], {"a": [2]}, "\ud800", "x\0y", 10**400, -1, float("inf"), "=HYPERLINK(1)"]
    for value in odd:
        whole = dict.fromkeys([*COLUMNS.values(), "media", "lang"], value)
        [item] = table.items(whole, about)
        post = item.post if isinstance(item, Dropped) else item
        assert isinstance(post, Post)
        f"{post.text} {post.media} {item.value if isinstance(item, Dropped) else ''}".encode()


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
    assert len(cells) == len(out) == len(posts(out)) + len(drops(out))


@pytest.mark.parametrize("nothing", ["NULL", "None", "nan", "-", ""])
def test_words_for_nothing_are_no_account_link_or_id(nothing: str, tmp_path: Path) -> None:
    columns = COLUMNS | {"content_key": "link", "post_id": "id"}
    path = write_csv(tmp_path / "a.csv", [row(who=nothing, link=nothing, id=nothing, answers=nothing)])
    [post] = posts(read(path, columns))
    assert (post.author_id, post.content_key, post.reply) == (None, None, False)
    assert post.post_id != nothing


def test_a_code_that_is_no_known_language_is_asked_of_the_text(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(caption="الخبز جاهز اليوم في المخبز", code="ara"), row(code="en-GB")])
    assert [post.lang for post in posts(read(path, COLUMNS | {"lang": "code"}))] == ["ar", "en"]


def test_posts_are_found_where_the_config_says_that_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"users": [{"id": 1}], "data": [{"text": "Bread is ready", "likes": 3}]}))
    about = About("bakery", "own_export", "x", None, {"text": "text", "likes": "likes"}, items_at="data")
    table.check(path, about)
    assert [post.likes for post in posts(items(table, path, about))] == [3]


def test_columns_of_parquet_may_be_joined_with_blanks_around(tmp_path: Path) -> None:
    pq.write_table(pa.table({"Caption": ["Bread is ready"], "Tags": ["#bread"]}), tmp_path / "a.parquet")
    [post] = posts(read(tmp_path / "a.parquet", {"text": "Caption + Tags"}))
    assert post.text == "Bread is ready\n#bread"
