"""Threads: the download and the API."""

from __future__ import annotations

from data_prep.sources import threads
from tests.data_prep.sources.exports import read


def test_the_download_is_mended_and_knows_replies() -> None:
    posts, _ = read(threads, "threads_and_replies.json")
    assert [(post.text, post.reply, post.likes) for post in posts] == [
        ("Who else bakes at four? 🥐", False, None),
        ("I do, every day", True, None),
    ]
    assert {post.platform for post in posts} == {"threads"}


def test_the_api_has_counts_among_the_insights_or_at_the_post() -> None:
    (first, second), reasons = read(threads, "threads_api.json")
    assert (first.impressions, first.likes, first.replies, first.reposts, first.quotes, first.shares) == (
        512, 21, 3, 2, 0, 1,
    )  # fmt: skip
    assert (second.likes, second.impressions, second.alt) == (4, None, "Glowing bricks")
    assert second.content_key == "https://bakery.example/oven"
    assert reasons == {"repost": 1}
