"""Lengths as platforms count them."""

from __future__ import annotations

import pytest

from virality.errors import ViralityError
from virality.text.platforms import LIMITS, excess, graphemes, length

_FAMILY = "👩\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 280, 280),
        ("قطار" * 70, 280),
        ("漢字", 4),
        ("한국", 4),
        ("…", 2),
        ("“hi”", 4),
        ("😀", 2),
        (_FAMILY, 2),
        ("🇯🇴", 2),
        ("👍🏽", 2),
        ("1\ufe0f\u20e3", 2),
        ("❤\ufe0f", 2),
        ("\u00a9", 1),
        ("cafe\u0301", 4),
        ("see https://a.example/a/very/long/path/that/never/ends?x=1 now", 31),
        ("see a.com", 27),
    ],
)
def test_x_counts_weighted_characters(text: str, expected: int) -> None:
    assert length(text, "x") == expected


def test_bluesky_counts_what_a_reader_sees_as_one_character() -> None:
    assert length(f"ab{_FAMILY}🇯🇴🇯🇴e\u0301قَ\r\n", "bluesky") == 8
    assert graphemes("🇯🇴🇪🇬!") == ["🇯🇴", "🇪🇬", "!"]
    assert length("นี่", "bluesky") == 1


def test_mastodon_counts_links_as_23_and_leaves_the_server_of_a_handle_out() -> None:
    assert length("https://a.example/" + "x" * 100, "mastodon") == 23
    assert length("@ali@social.example hi", "mastodon") == len("@ali hi")
    assert length("bit.ly/abc", "mastodon") == 10


def test_threads_counts_emoji_by_their_bytes() -> None:
    assert length("hi 😀", "threads") == 7


def test_titles_are_counted_in_code_points_and_feeds_in_utf16() -> None:
    assert length("hi 😀", "reddit") == length("hi 😀", "hackernews") == length("hi 😀", "headline") == 4
    assert length("hi 😀", "linkedin") == length("hi 😀", "instagram") == length("hi 😀", "facebook") == 5


def test_every_platform_with_a_limit_can_count() -> None:
    assert {name: length("", name) for name in LIMITS} == dict.fromkeys(LIMITS, 0)


def test_an_unknown_platform_is_a_mistake_that_names_the_nearest() -> None:
    with pytest.raises(ViralityError, match=r"'blusky' is not known; did you mean 'bluesky'\?"):
        length("hi", "blusky")
    with pytest.raises(ViralityError, match="known are x, bluesky"):
        length("hi", "qqq")


@pytest.mark.parametrize(
    ("text", "platform", "reason"),
    [
        ("a" * 280, "x", ""),
        ("a" * 281, "x", "281 characters as x counts, the limit is 280"),
        ("a" * 301, "reddit-title", "301 characters as reddit-title counts, the limit is 300"),
        ("a" * 81, "hackernews", "81 characters as hackernews counts, the limit is 80"),
        (_FAMILY * 121, "bluesky", "3025 bytes, bluesky takes 3000"),
        (_FAMILY * 119, "bluesky", ""),
        ("#tag " * 31, "instagram", "31 hashtags, instagram takes 30"),
        ("#tag " * 31, "mastodon", ""),
    ],
)
def test_what_is_too_much_is_said_in_the_unit_of_the_limit(text: str, platform: str, reason: str) -> None:
    assert excess(text, platform) == reason
