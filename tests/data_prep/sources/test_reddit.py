"""Reddit's submissions, plain and as a dump."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import zstandard

from data_prep.sources import reddit
from tests.data_prep.sources.exports import FIXTURES, dropped, read


def test_a_submission_is_title_and_body_with_its_score() -> None:
    post = read(reddit, "reddit_submissions.ndjson")[0][0]
    assert post.text == "My first sourdough & what went wrong\n\nIt did not rise.\n\nWhat now?"
    assert (post.likes, post.replies, post.community, post.author_id) == (214, 31, "Breadit", "crumb")
    assert (post.post_id, post.content_key, post.reposts) == ("t3_1b6a001", None, None)
    assert post.collected_at == dt.datetime(2024, 3, 7, 7, 30, tzinfo=dt.UTC)


def test_a_link_post_has_its_link_and_a_score_below_zero_is_not_a_count_of_likes() -> None:
    post = read(reddit, "reddit_submissions.ndjson")[0][1]
    assert (post.content_key, post.likes, post.author_id) == ("https://bakery.example/oven", None, None)


def test_a_crosspost_is_about_the_same_link() -> None:
    post = read(reddit, "reddit_submissions.ndjson")[0][2]
    assert (post.text, post.content_key) == ("Look what my neighbour built", "https://bakery.example/oven")


def test_a_hidden_score_is_null() -> None:
    assert read(reddit, "reddit_submissions.ndjson")[0][3].likes is None


def test_what_its_author_or_a_moderator_took_away_is_not_kept() -> None:
    drops = dropped(reddit, "reddit_submissions.ndjson")
    assert [drop.reason for drop in drops] == ["removed", "removed", "pinned", "over_18", "comment"]
    assert {drop.post.text for drop in drops[:2]} == {""}


def test_a_dump_with_the_widest_window_is_read_like_the_plain_file(tmp_path: Path) -> None:
    path = tmp_path / "RS_2024-03.zst"
    widest = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, enable_ldm=True)
    path.write_bytes(
        zstandard.ZstdCompressor(compression_params=widest).compress(
            (FIXTURES / "reddit_submissions.ndjson").read_bytes()
        )
    )
    assert read(reddit, path) == read(reddit, "reddit_submissions.ndjson")
