"""Bluesky's feeds and posts: byte offsets, clocks, and what accounts say about the use of their posts."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from data_prep.sources import bluesky
from data_prep.sources.bluesky import with_links
from data_prep.sources.bluesky_intents import intents_of
from tests.data_prep.sources.exports import ARABIC, read


def test_a_cut_link_is_written_out_by_byte_offsets_and_a_named_one_stays() -> None:
    post = read(bluesky, "bluesky_feed.json")[0][0]
    assert post.text == "Café news 🥖: https://bakery.example/recipes/sourdough and our menu"
    assert (post.likes, post.reposts, post.replies, post.quotes, post.saves) == (9, 2, 1, 0, 4)
    assert (post.author_id, post.lang, post.alt, post.media) == ("bakery.example", "en", "Three loaves", "images")


def test_arabic_comes_out_whole() -> None:
    post = read(bluesky, "bluesky_feed.json")[0][1]
    assert (post.text, post.lang) == (ARABIC, "ar")


def test_replies_name_their_thread_and_reposts_are_dropped() -> None:
    posts, reasons = read(bluesky, "bluesky_feed.json")
    assert [post.reply for post in posts] == [False, False, True, False]
    assert posts[2].thread is not None
    assert posts[2].thread.endswith("/app.bsky.feed.post/3kr")
    assert reasons == {"repost": 1}


def test_a_clock_that_is_ahead_does_not_count() -> None:
    assert read(bluesky, "bluesky_feed.json")[0][3].posted_at == dt.datetime(2024, 3, 4, 7, 30, 1, tzinfo=dt.UTC)


def test_an_account_that_hides_from_strangers_has_said_so() -> None:
    assert json.loads(read(bluesky, "bluesky_feed.json")[0][3].intents or "") == {"no_unauthenticated": True}


def test_a_declaration_anywhere_in_the_file_reaches_all_posts_of_its_account_and_no_others() -> None:
    posts, reasons = read(bluesky, "bluesky_posts.jsonl")
    assert reasons == {"declaration": 1}
    assert posts[0].intents is None
    denied = {"generative_ai": False, "archiving": True, "bulk_data": None, "no_unauthenticated": True}
    assert json.loads(posts[1].intents or "") == denied
    assert json.loads(posts[2].intents or "") == {"generative_ai": True, "archiving": None, "bulk_data": False}


@pytest.mark.parametrize(
    ("stated", "answer"),
    [
        ({"syntheticContentGeneration": {"allow": False}}, False),
        ({"syntheticContentGeneration": {"allow": True}}, True),
        ({"syntheticContentGeneration": {"updatedAt": "2025-01-01"}}, None),
        ({"org.user-intents.syntheticContentGeneration": {"allow": False}}, False),
        ({"generative_ai": "deny"}, False),
        ({"preferences": {"generativeAI": True}}, True),
        ({"generative_ai": 7}, None),
    ],
)
def test_intents_have_three_values_in_all_their_spellings(stated: dict[str, object], answer: bool | None) -> None:
    assert intents_of(stated)["generative_ai"] is answer


def test_no_stands_where_two_statements_differ() -> None:
    assert intents_of({"generative_ai": True}, {"generative_ai": False})["generative_ai"] is False
    assert intents_of({"generative_ai": False}, {"generative_ai": True})["generative_ai"] is False
    assert intents_of("nonsense", None) == {}


def test_offsets_that_fit_no_letter_change_nothing() -> None:
    facets = [{"index": {"byteStart": 1, "byteEnd": 2}, "features": [{"uri": "https://a.example"}]}]
    assert with_links("é.example", facets) == "é.example"
