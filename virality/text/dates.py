"""When a post says that something is: weekdays, months, seasons, feasts, days and parts of day, in words.

English and Arabic with its dialects. Dates and hours in digits are numbers, see `virality.text.quantities`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from virality.text.date_words import ARABIC, ARABIC_STARTS, ENGLISH, ENGLISH_STARTS
from virality.text.normalise import fold, without_mentions

SLOTS = ("weekday", "month", "season", "feast", "day", "span", "part", "edge")
"""What a mark fixes: 'day' is near today, 'span' a week, month or year against now, 'edge' its beginning or end."""

Rows = tuple[tuple[str, re.Pattern[str]], ...]
_MAY = re.compile(r"(?<=[a-z,] )(March|May)(?=[.,;:!?]|$| (?:and|or|when|for|at|in|with|20\d\d))")
_ARABIC_LETTER = re.compile("[\u0620-\u064a]")


def _compiled(rows: tuple[tuple[str, str], ...]) -> Rows:
    """Each row as a pattern of whole words."""
    return tuple((mark, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.MULTILINE)) for mark, pattern in rows)


_EN_ROWS, _AR_ROWS = _compiled(ENGLISH), _compiled(ARABIC)
_EN_WORD = re.compile("[a-z0-9]+")


@lru_cache(maxsize=8192)
def find_dates(text: str) -> dict[str, frozenset[str]]:
    """Slot (one of `SLOTS`) -> its values: {'weekday': {'fri'}}; 'this evening' is day '0' and a part."""
    found: dict[str, set[str]] = {}
    lowered = without_mentions(text).lower()
    marks = [f"month:{match[1][:3].lower()}" for match in _MAY.finditer(text)]
    if any(word.startswith(ENGLISH_STARTS) for word in _EN_WORD.findall(lowered)):
        marks += [mark for mark, pattern in _EN_ROWS if pattern.search(lowered)]
    if _ARABIC_LETTER.search(text):
        folded = fold(text)
        if any(word[at : at + 3] in ARABIC_STARTS for word in folded.split() for at in range(4)):
            marks += [mark for mark, pattern in _AR_ROWS if pattern.search(folded)]
    for mark in marks:
        slot, _, value = mark.partition(":")
        found.setdefault(slot, set()).add(value)
    return {slot: frozenset(values) for slot, values in found.items()}
