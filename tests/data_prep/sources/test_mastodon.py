"""Statuses of Mastodon's API: HTML, visibility, boosts."""

from __future__ import annotations

import pytest

from data_prep.sources import mastodon
from data_prep.sources.mastodon import plain
from tests.data_prep.sources.exports import ARABIC, dropped, read


def test_a_status_is_what_a_person_reads_with_its_links_whole() -> None:
    post = read(mastodon, "mastodon_statuses.json")[0][0]
    link = "https://www.bakery.example/recipes/sourdough/with-a-long-name"
    assert post.text == f"Bread & butter, @miller:\n{link}\n\nSecond paragraph #bread"
    assert (post.content_key, post.alt, post.likes, post.reposts, post.replies) == (link, "A loaf on a board", 7, 2, 1)


def test_a_local_account_gets_its_server_and_what_it_states_is_kept() -> None:
    posts = read(mastodon, "mastodon_statuses.json")[0]
    assert [post.author_id for post in posts] == ["jo@bread.example", "jo@bread.example", "jo@other.example"]
    assert posts[0].intents == '{"indexable": false, "noindex": true}'


def test_arabic_comes_out_whole() -> None:
    post = read(mastodon, "mastodon_statuses.json")[0][1]
    assert (post.text, post.lang) == (ARABIC, "ar")


def test_what_is_not_public_is_dropped_and_nothing_of_it_is_kept() -> None:
    drops = dropped(mastodon, "mastodon_statuses.json")
    assert [drop.reason for drop in drops] == ["not_public", "not_public", "repost"]
    assert {(drop.post.text, drop.post.alt) for drop in drops[:2]} == {("", None)}


def test_a_content_warning_is_part_of_what_is_read() -> None:
    assert read(mastodon, "mastodon_statuses.json")[0][2].text == "The film of last night\n\nThe murderer is the baker"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ('<a href="https://bread.example/x">read more</a>', "read more"),
        (
            '<a href="https://bread.example/a/b?c=1&amp;d=2">bread.example/a/b?c…</a>',
            "https://bread.example/a/b?c=1&amp;d=2",
        ),
        ('<p class="quote-inline">RE: <a href="https://x.example/1">x</a></p><p>So true</p>', "So true"),
        ("<p>I typed &amp;lt; myself</p>", "I typed &amp;lt; myself"),
        ("no tags at all", "no tags at all"),
        ("<p>never closed <a href='https://bread.example'>bread.example", "never closed https://bread.example"),
        ("<![broken[ <p>still here</p>", "still here"),
    ],
)
def test_html_of_many_servers_becomes_text(content: str, text: str) -> None:
    assert plain(content).strip() == text or plain(content).strip().endswith(text)
