"""Whatever an export holds, no source raises, and each row is a post or a drop."""

from __future__ import annotations

import copy
import importlib
from functools import lru_cache
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.records import Dropped, Post
from data_prep.sources import About, Bad
from data_prep.sources.files import expand
from tests.data_prep.sources.exports import FIXTURES

FILES = {
    "x_archive": "x_community_archive.json", "x_api": "x_api_pages.jsonl", "mastodon": "mastodon_statuses.json",
    "bluesky": "bluesky_posts.jsonl", "reddit": "reddit_submissions.ndjson", "hackernews": "hackernews_items.jsonl",
    "facebook": "facebook_your_posts_1.json", "instagram": "instagram_posts_1.json", "threads": "threads_api.json",
    "linkedin": "linkedin_all_posts.csv", "youtube": "youtube_Table data.csv",
}  # fmt: skip
ABOUT = About("bakery", "own_export")

_NASTY = ["", "12", "-3", "1e400", "RT @a", "[removed]", "2024-03-04T07:30:00Z", "9999-12-31T23:59:59-23:59", "a" * 300,
          "<p>&#x110000;<![x", "\ud800", "at://did:plc:a/b/c", "http://["]  # fmt: skip
_NUMBERS = st.integers(-5, 5) | st.integers() | st.floats()
_SCALARS = st.none() | st.booleans() | _NUMBERS | st.sampled_from(_NASTY) | st.text(max_size=8)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)


JSON = st.recursive(_SCALARS, _containers, max_leaves=6)


def source(kind: str) -> ModuleType:
    return importlib.import_module(f"data_prep.sources.{kind}")


@lru_cache
def rows(kind: str) -> list[dict[str, Any]]:
    found = [row for block in source(kind).blocks(FIXTURES / FILES[kind], ABOUT) for _, row in expand(block)]
    return [row for row in found if not isinstance(row, Bad)]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each container in a row with each of its keys."""
    keys: list[Any] = []
    if isinstance(value, (dict, list)):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


def check(kind: str, row: Any) -> None:
    found = list(source(kind).items(row, ABOUT))
    assert all(isinstance(one, (Post, Dropped)) for one in found)
    for one in found:
        post = one.post if isinstance(one, Dropped) else one
        assert post.post_id
        (post.text + (post.author_id or "") + post.post_id + (getattr(one, "value", None) or "")).encode()
        if isinstance(one, Dropped) and one.reason.startswith("bad_"):
            assert one.field is not None
            assert len(one.value or "") <= 200
        if isinstance(one, Post):
            assert one.text


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_row_with_anything_anywhere_is_a_post_or_a_drop(kind: str, data: st.DataObject) -> None:
    row = copy.deepcopy(data.draw(st.sampled_from(rows(kind))))
    for _ in range(data.draw(st.integers(1, 3))):
        there = places(row)
        if there:
            container, key = there[data.draw(st.integers(0, len(there) - 1))]
            if data.draw(st.booleans()) or isinstance(container, list):
                container[key] = data.draw(JSON)
            else:
                del container[key]
    check(kind, row)


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=15, deadline=None)
@given(row=JSON)
def test_any_json_is_a_post_or_a_drop(kind: str, row: Any) -> None:
    check(kind, row)


@pytest.mark.parametrize("kind", FILES)
def test_one_row_of_a_file_is_one_post_or_drop(kind: str) -> None:
    found = [item for row in rows(kind) for item in source(kind).items(row, ABOUT)]
    assert len(found) == (4 if kind == "x_api" else len(rows(kind)))  # a page of four posts, and one of none
