"""Emoji, shouted and stretched words, exclamation marks."""

from __future__ import annotations

import pytest

from virality.text.marks import emoji, exclamations, shouted, stretched


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("plain words, 20° and © and ™ and ← no picture", 0),
        ("bread 🥐🥐 is ready ❤", 3),
        ("one family 👨‍👩‍👧 under one flag 🇪🇬", 2),
        ("1️⃣ thumbs up 👍🏽", 2),
        ("رائع جدا 😂😂", 2),
    ],
)
def test_an_emoji_of_several_code_points_counts_once(text: str, count: int) -> None:
    assert emoji(text) == count


def test_words_in_capitals_are_shouted_and_single_letters_and_hashtags_are_not() -> None:
    assert shouted("This is HUGE: NASA goes back to the moon #MOON https://a.example/BIG") == ["HUGE", "NASA"]
    assert shouted("I saw a U.S. flag on plan B") == []
    assert shouted("خبر عاجل جدا") == []


def test_stretched_words_are_how_a_script_without_capitals_shouts() -> None:
    assert stretched("soooo good, NOOO, 1000 books, level III") == ["soooo", "NOOO"]
    assert stretched("رااااائع جـــدا والله") == ["رااااائع", "جـــدا"]
    assert stretched("هههههه محـمد الله") == []


def test_exclamation_marks_in_links_do_not_count() -> None:
    assert exclamations("Wow! Now!! https://a.example/x!y") == 3
    assert exclamations("هيا! الآن！") == 2
