"""What makes a post loud, counted: emoji, shouted and stretched words, exclamation marks. They work on any script."""

from __future__ import annotations

import re

from virality.text.normalise import HASHTAG, without_mentions, words
from virality.text.platforms import graphemes

_STRETCHED = re.compile(r"([^\W\d_])\1\1|\u0640\u0640", re.IGNORECASE)
_LAUGHTER = re.compile(r"(.)\1*")
_ROMAN = re.compile("[IVXLC]+")


def emoji(text: str) -> int:
    """Emoji, a sequence of several code points as one; no ©, ™, ° or plain arrows."""
    return 0 if text.isascii() else sum(map(_is_emoji, graphemes(text)))


def shouted(text: str) -> list[str]:
    """Words of two letters and more in capitals, without hashtags; acronyms count, for 'FREE' looks like 'NASA'.

    A script without capitals has none: there `stretched` is how a post shouts.
    """
    return [word for word in words(HASHTAG.sub(" ", text)) if word.isupper() and sum(map(str.isalpha, word)) > 1]


def stretched(text: str) -> list[str]:
    """Words with a letter three times in a row ('sooo', 'رااائع') or drawn out by tatweel ('جـــدا').

    Laughter of one letter ('ههههه') and Roman numbers are none.
    """
    return [word for word in words(text) if _STRETCHED.search(word) and not _plain(word)]


def exclamations(text: str) -> int:
    """Exclamation marks outside links."""
    bare = without_mentions(text)
    return bare.count("!") + bare.count("！")


def _is_emoji(grapheme: str) -> bool:
    first = grapheme[0]
    return (
        "\U0001f000" <= first <= "\U0001faff"
        or "\u2600" <= first <= "\u27bf"
        or "\ufe0f" in grapheme
        or "\u20e3" in grapheme
        or first in "⌚⌛⏩⏪⏫⏬⏰⏳⬛⬜⭐⭕"
    )


def _plain(word: str) -> bool:
    return _LAUGHTER.fullmatch(word.lower()) is not None or _ROMAN.fullmatch(word) is not None
