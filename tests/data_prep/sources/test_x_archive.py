"""X's archive in its zip, its tweets.js alone, and the Community Archive's JSON."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest

from data_prep.sources import About, x_archive
from tests.data_prep.sources.exports import ARABIC, FIXTURES, dropped, read
from virality.errors import ViralityError

_INSIDE = {"x_tweets.js": "data/tweets.js", "x_account.js": "data/account.js", "x_note_tweet.js": "data/note-tweet.js"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "twitter-2024-03-05.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, inner in _INSIDE.items():
            packed.write(FIXTURES / name, inner)
        for inner in ("deleted-tweets", "twitter-circle-tweet", "tweets-part1"):
            row = {"tweet": {"id_str": inner, "full_text": f"from {inner}"}}
            packed.writestr(f"data/{inner}.js", f"window.YTD.any.part0 = {json.dumps([row])}")
    return path


def test_the_zip_gives_public_posts_of_its_account_with_the_counts_it_has(archive: Path) -> None:
    posts, reasons = read(x_archive, archive)
    assert reasons == {"repost": 1, "superseded": 1, "bad_likes": 1}
    assert [post.text for post in posts if post.text.startswith("from")] == ["from tweets-part1"]
    assert {post.author_id for post in posts} == {"corner_bakery"}
    [first] = [post for post in posts if post.post_id == "1764500000000000001"]
    assert (first.platform, first.lang, first.likes, first.reposts, first.replies, first.impressions) == (
        "x", "en", 12, 3, None, None,
    )  # fmt: skip
    assert first.posted_at == dt.datetime(2024, 3, 4, 7, 30, tzinfo=dt.UTC)


def test_links_are_written_out_signs_unescaped_and_the_link_of_the_picture_goes() -> None:
    post = read(x_archive, "x_tweets.js")[0][0]
    assert post.text == "Sourdough & butter: https://bakery.example/menu?day=1&copy=2"
    assert (post.content_key, post.media) == ("https://bakery.example/menu?day=1&copy=2", "photo")


def test_arabic_comes_out_whole() -> None:
    post = read(x_archive, "x_tweets.js")[0][1]
    assert (post.text, post.lang, post.reposts) == (ARABIC, "ar", 0)


def test_a_reply_says_so() -> None:
    [reply] = [post for post in read(x_archive, "x_tweets.js")[0] if post.reply]
    assert reply.thread == "1764400000000000009"


def test_of_an_edited_post_the_last_version_is_kept_also_where_the_first_knows_of_no_other() -> None:
    texts = [post.text for post in read(x_archive, "x_tweets.js")[0]]
    assert "We open at seven tomorrow morning" in texts
    assert "We open at sevn tomorrow morning" not in texts


def test_a_long_post_is_read_whole_from_its_note(archive: Path) -> None:
    [post] = [post for post in read(x_archive, archive)[0] if post.text.startswith("We asked forty")]
    assert post.text.endswith("the first loaf of the day is worth it. https://bakery.example/forty-bakers")
    [cut] = [post for post in read(x_archive, "x_tweets.js")[0] if post.text.startswith("We asked forty")]
    assert "…" in cut.text


def test_tweets_alone_belong_to_the_account_the_config_names() -> None:
    assert {post.author_id for post in read(x_archive, "x_tweets.js", account="jo")[0]} == {"jo"}
    assert {post.author_id for post in read(x_archive, "x_tweets.js")[0]} == {None}


def test_the_community_archive_holds_account_and_notes_in_one_file() -> None:
    posts, reasons = read(x_archive, "x_community_archive.json")
    assert (len(posts), reasons) == (3, {})
    assert {post.author_id for post in posts} == {"corner_bakery"}
    assert posts[2].text.endswith("https://bakery.example/forty-bakers")


def test_a_broken_count_is_a_drop_that_names_field_and_value() -> None:
    [bad] = [drop for drop in dropped(x_archive, "x_tweets.js") if drop.reason == "bad_likes"]
    assert (bad.field, bad.value, bad.post.reposts) == ("likes", "a dozen", 3)


def test_another_file_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "like.js"
    path.write_text('window.YTD.like.part0 = [{"like": {"tweetId": "5"}}]')
    with pytest.raises(ViralityError, match=r"like\.js: not an archive of X with tweets\.js: its rows have 'like'"):
        x_archive.check(path, About("bakery", "own_export"))
    empty = tmp_path / "a.zip"
    with zipfile.ZipFile(empty, "w") as packed:
        packed.writestr("data/like.js", "window.YTD.like.part0 = []")
    with pytest.raises(ViralityError, match=r"a\.zip: nothing in this archive is an archive of X"):
        x_archive.check(empty, About("bakery", "own_export"))
