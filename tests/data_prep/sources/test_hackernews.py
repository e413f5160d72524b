"""Stories of Hacker News from its API, BigQuery and Kaggle."""

from __future__ import annotations

import datetime as dt

from data_prep.sources import hackernews
from tests.data_prep.sources.exports import read


def test_stories_are_kept_and_all_else_is_dropped_with_the_reason() -> None:
    posts, reasons = read(hackernews, "hackernews_items.jsonl")
    assert [post.text for post in posts] == [
        "Show HN: An oven that tweets & bakes",
        "Ask HN: Why does my bread not rise?",
    ]
    assert reasons == {"not_a_story": 2, "removed": 2}
    assert (posts[0].likes, posts[0].replies, posts[0].content_key) == (111, 71, "https://bakery.example/oven")
    assert posts[0].author_id == "baker"


def test_the_columns_of_kaggle_are_read_and_a_missing_count_is_null() -> None:
    first, second = read(hackernews, "hackernews_kaggle.csv")[0]
    assert (first.text, first.likes, first.replies) == ("Bread, explained", 386, 52)
    assert first.posted_at == dt.datetime(2016, 8, 4, 11, 52, tzinfo=dt.UTC)
    assert (second.likes, second.replies, second.content_key) == (2, None, None)


def test_the_columns_of_bigquery_are_read() -> None:
    posts, reasons = read(hackernews, "hackernews_bigquery.csv")
    assert ([post.text for post in posts], reasons) == (["The price of flour"], {"not_a_story": 1})
    assert posts[0].posted_at == dt.datetime(2024, 3, 4, 7, 30, tzinfo=dt.UTC)
