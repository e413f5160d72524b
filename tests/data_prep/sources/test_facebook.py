"""Facebook's download with its damaged letters, and a page's CSV."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data_prep.sources import About, facebook
from data_prep.sources.meta import mend
from tests.data_prep.sources.exports import ARABIC, FIXTURES, read
from tests.data_prep.sources.reading import items, posts


def test_the_download_is_mended_and_counts_nothing() -> None:
    found, reasons = read(facebook, "facebook_your_posts_1.json", account="bakery")
    assert [post.text for post in found] == [ARABIC, "Our café’s new oven 🔥 is here", "Brötchen, fresh at seven"]
    assert reasons == {"no_text": 1}
    assert (found[0].lang, found[0].likes, found[0].author_id) == ("ar", None, "bakery")
    assert found[1].content_key == "https://bakery.example/oven"
    assert (found[2].media, found[2].posted_at) == ("photo", dt.datetime(2024, 3, 4, 9, 30, tzinfo=dt.UTC))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_page_s_csv_has_counts_where_meta_wrote_some(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "page.csv"
    path.write_text((FIXTURES / "facebook_page.csv").read_text("utf-8-sig"), encoding=encoding)
    found, reasons = read(facebook, path)
    assert reasons == {"repost": 1}
    first, second = found
    assert (first.impressions, first.likes, first.replies, first.shares, first.clicks) == (1204, 20, 3, 2, 41)
    assert first.posted_at == dt.datetime(2024, 3, 31, 18, 30, tzinfo=dt.UTC)
    assert first.text == "Bread at seven, cake at ten ☕"
    assert (second.impressions, second.clicks, second.text) == (None, None, "مساء الخير")


def test_an_id_that_a_spreadsheet_has_rounded_is_not_an_id() -> None:
    assert read(facebook, "facebook_page.csv")[0][1].post_id == "https://www.facebook.com/100/posts/2"


def test_columns_in_another_language_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "page.csv"
    path.write_text("Beitrags-ID,Beschreibung,Reaktionen\n7,Frisches Brot um sieben,12\n", encoding="utf-8")
    named = {"post_id": "Beitrags-ID", "text": "Beschreibung", "likes": "Reaktionen"}
    [post] = posts(items(facebook, path, About("bakery", "own_export", columns=named)))
    assert (post.text, post.likes, post.post_id) == ("Frisches Brot um sieben", 12, "7")


@pytest.mark.parametrize("text", [ARABIC, "café", "Müller’s 🍰", "plain", "日本", "naïve — «bon»", "£5", "½ loaf"])
def test_damage_is_undone_exactly_and_sound_text_is_left_alone(text: str) -> None:
    assert mend(text.encode().decode("latin-1")) == text
    assert mend(text) == text


def test_a_text_that_was_cut_within_a_letter_loses_that_letter_only() -> None:
    assert mend("خبز".encode()[:-1].decode("latin-1")) == "خب"
