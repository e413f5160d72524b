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
_LEARNED = re.compile(r"\bTIL\b")
"""'Today I learned'."""
_ARABIC_LETTER = re.compile("[\u0620-\u064a]")


def _compiled(rows: tuple[tuple[str, str], ...]) -> Rows:
    """Each row as a pattern of whole words."""
    return tuple((mark, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.MULTILINE)) for mark, pattern in rows)


def _by_start(rows: tuple[tuple[str, str], ...], starts: frozenset[str]) -> dict[str, frozenset[int]]:
    """Which rows may match where a word begins so: those in whose pattern the beginning is written."""
    return {start: frozenset(at for at, (_, pattern) in enumerate(rows) if start in pattern) for start in starts}


_EN_ROWS, _AR_ROWS = _compiled(ENGLISH), _compiled(ARABIC)
_EN_BY, _AR_BY = _by_start(ENGLISH, ENGLISH_STARTS), _by_start(ARABIC, ARABIC_STARTS)
_EN_LENGTHS = sorted({len(start) for start in ENGLISH_STARTS})
_EN_WORD = re.compile("[a-z0-9]+")


@lru_cache(maxsize=8192)
def find_dates(text: str) -> dict[str, frozenset[str]]:
    """Slot (one of `SLOTS`) -> its values: {'weekday': {'fri'}}; 'this evening' is day '0' and a part."""
    found: dict[str, set[str]] = {}
    lowered = without_mentions(text).lower()
    marks = [f"month:{match[1][:3].lower()}" for match in _MAY.finditer(text)]
    if "TIL" in text and _LEARNED.search(text):
        marks.append("day:0")
    starts = {word[:n] for word in _EN_WORD.findall(lowered) for n in _EN_LENGTHS} & _EN_BY.keys()
    marks += _matches(_EN_ROWS, frozenset[int]().union(*(_EN_BY[start] for start in starts)), lowered)
    if _ARABIC_LETTER.search(text):
        folded = fold(text)
        starts = {word[at : at + 3] for word in folded.split() for at in range(4)} & _AR_BY.keys()
        marks += _matches(_AR_ROWS, frozenset[int]().union(*(_AR_BY[start] for start in starts)), folded)
    for mark in marks:
        slot, _, value = mark.partition(":")
        found.setdefault(slot, set()).add(value)
    return {slot: frozenset(values) for slot, values in found.items()}


def _matches(rows: Rows, which: frozenset[int], text: str) -> list[str]:
    return [rows[at][0] for at in sorted(which) if rows[at][1].search(text)]
