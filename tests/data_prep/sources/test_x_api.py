"""Answers of X's API v2 as a page, as pages one a line, and as posts one a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data_prep.sources import x_api
from tests.data_prep.sources.exports import read


@pytest.mark.parametrize("name", ["x_api_page.json", "x_api_pages.jsonl"])
def test_a_page_gives_its_posts_with_account_followers_and_pictures(name: str) -> None:
    posts, reasons = read(x_api, name)
    assert (len(posts), reasons) == (3, {"repost": 1})
    first = posts[0]
    assert (first.author_id, first.followers, first.alt) == ("corner_bakery", 812, "An oven door, half open")
    assert first.text == "New oven, same bread https://bakery.example/oven"
    assert (first.likes, first.replies, first.reposts, first.quotes, first.saves, first.impressions) == (
        31, 2, 4, 1, 5, 2100,
    )  # fmt: skip


def test_views_of_a_time_when_none_were_counted_are_null_and_the_language_is_what_the_text_says() -> None:
    post = read(x_api, "x_api_flat.jsonl")[0][1]
    assert (post.impressions, post.likes, post.author_id, post.lang) == (None, 3, "77", "en")
    assert post.text.endswith("this is the end of it.")


def test_a_reply_says_so_and_names_its_thread() -> None:
    post = read(x_api, "x_api_flat.jsonl")[0][2]
    assert (post.reply, post.thread) == (True, "1899")


def test_a_version_that_was_edited_later_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"id": name, "text": f"Version {name}", "edit_history_tweet_ids": ["1", "2"]} for name in ("1", "2")]
    path.write_text("\n".join(map(json.dumps, rows)))
    posts, reasons = read(x_api, path)
    assert ([post.text for post in posts], reasons) == (["Version 2"], {"superseded": 1})
