"""One spelling for what is written in several, for gates that count words: 'U.S.' and 'US', '5 dollars' and '$5'."""

from __future__ import annotations

import re
from functools import lru_cache

from virality.text.units import UNITS

_SIGNS = frozenset("$€£¥₹%")
_DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}")
_TITLE = re.compile(r"(?<![\w.])(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? (?=[A-Z])|(?:د|أ|م)\. ?(?=[\u0621-\u064a]))")
_SIGNED = "|".join(sorted((re.escape(word) for word, unit in UNITS.items() if unit in _SIGNS), key=len, reverse=True))
_BEHIND_NUMBER = re.compile(
    rf"(?<=\d) (?:(?:million|billion|thousand|مليون|مليار|ألف|الف) )?(?:{_SIGNED})(?!\w)", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def spelt_alike(text: str) -> str:
    """The text without dots in abbreviations, without titles, and without a currency or 'percent' behind a number.

    For counting words alone: the gate of numbers compares units.
    """
    if "." in text or "r " in text or "s " in text:
        text = _TITLE.sub("", _DOTTED.sub(lambda found: found[0].replace(".", ""), text))
    return _BEHIND_NUMBER.sub(_scale, text)


def _scale(found: re.Match[str]) -> str:
    """What is left of ' million dollars': ' million'."""
    words = found[0].split()
    return f" {words[0]}" if len(words) > 1 and words[0].lower() not in UNITS else ""
