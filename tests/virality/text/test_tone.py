"""The tone of a post, beside the posts that it stands among."""

from __future__ import annotations

import pytest

from tests.tones import NEUTRAL, TONED
from virality.models.prompts import tones
from virality.text.tone import FEWEST, LANGUAGES, TONES, Tone, Usual

CASES = [(lang, tone, post) for lang, of in TONED.items() for tone, posts in of.items() for post in posts]


@pytest.mark.parametrize(("lang", "tone", "post"), CASES)
def test_a_post_in_a_tone_has_it_among_neutral_ones(lang: str, tone: Tone, post: str) -> None:
    assert Usual.of(NEUTRAL[lang], lang).tone(post) == tone


@pytest.mark.parametrize("lang", LANGUAGES)
def test_neutral_posts_are_neither_warm_nor_bold_nor_formal(lang: str) -> None:
    usual = Usual.of(NEUTRAL[lang], lang)
    found = [usual.tone(post) for post in NEUTRAL[lang]]
    assert set(found) <= {None, "plain"}
    assert found.count("plain") <= len(found) / 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_formal_is_more_formal_than_most(lang: str) -> None:
    """Among a hundred posts that are as formal, or more so, the same post is nothing special."""
    first, second = TONED[lang]["formal"]
    among = [f"{first} {at}" for at in range(50)] + [f"{second} {at}" for at in range(50)]
    assert Usual.of(NEUTRAL[lang], lang).tone(second) == "formal"
    assert Usual.of(among, lang).tone(f"{second} 7") is None


def test_what_the_prompt_rules_out_rules_a_tone_out() -> None:
    usual = Usual.of(NEUTRAL["en"], "en")
    formal, plain, bold = TONED["en"]["formal"][1], TONED["en"]["plain"][0], TONED["en"]["bold"][2]
    assert usual.tone(formal.replace(".", "!")) != "formal"
    assert usual.tone(f"{formal} lol") != "formal"
    assert usual.tone(f"{plain} 🎉") != "plain"
    assert usual.tone(f"{bold} Maybe.") != "bold"


def test_a_corpus_that_is_too_small_and_a_post_that_is_too_short_tell_nothing() -> None:
    post = TONED["en"]["bold"][0]
    assert Usual.of(NEUTRAL["en"][: FEWEST - 1], "en").tone(post) is None
    assert Usual.of([NEUTRAL["en"][0]] * 100, "en").tone(post) is None
    assert Usual.of([], "ar").tone(post) is None
    assert Usual.of(NEUTRAL["en"], "en").tone("Thank you") is None
    assert Usual.of(NEUTRAL["en"], "en").tone("") is None


def test_links_handles_and_hashtags_do_not_speak() -> None:
    usual = Usual.of(NEUTRAL["en"], "en")
    neutral = NEUTRAL["en"][0]
    assert usual.tone(f"{neutral} @love #thankyou https://a.example/thank-you!!!") == usual.tone(neutral)


def test_an_and_before_an_arabic_word_does_not_hide_it() -> None:
    usual = Usual.of(NEUTRAL["ar"], "ar")
    assert usual.tone("أنهينا العمل في البيت وشكرا لكم") == "warm"


@pytest.mark.parametrize("prompt", ["assist_en", "assist_ar"])
def test_every_tone_has_a_sentence_that_asks_for_it_and_witty_alone_cannot_be_told(prompt: str) -> None:
    assert set(tones(prompt)) - set(TONES) == {"witty"}
    assert set(TONES) < set(tones(prompt))
