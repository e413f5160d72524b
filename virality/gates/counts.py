"""What each number counts: '3 boats and 12 people' is not '12 boats and 3 people', 'from 3 to 5' not 'from 5 to 3'."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations

from virality.gates.bounds import plain, value
from virality.gates.lexicon import entries
from virality.gates.wording import STOP_WORDS

_NUMBER = re.compile(r"^[£$€]?(\d[\d.,]*)(?:%|st|nd|rd|th|k|m|bn)?$")
_PART = re.compile(
    r"(?<!\S)(\d[\d.,]*)(?= (?:[^\W\d_]+ ){0,2}?(?:of|in|every|من|كل|اصل) (?:(?:the|every|ال) )?(\d[\d.,]*))"
)
_NEAR = 2
"""Words behind a number among which what it counts is looked for."""
_WAYS = {"from": "from", "to": "to", "من": "from", "الي": "to", "ل": "to", "by": "by"}


def exchanged(draft: str, rewrite: str, lang: str) -> tuple[str, str] | None:
    """Two numbers of both texts that changed places: one counts now what the other did, and no longer what it did.

    A number that stands more than once in a text is not looked at, nor a part beside its whole ('eight races of ten').
    """
    before, after = _counted(draft, lang), _counted(rewrite, lang)
    parts = _parts(draft) | _parts(rewrite)
    for one, other in combinations(sorted(before.keys() & after.keys()), 2):
        if (one, other) in parts or (other, one) in parts:
            continue
        for which in (0, 1):  # what is counted; from what or to what
            for mine, its in ((one, other), (other, one)):
                was, now = before[mine][which], after[mine][which]
                theirs, theirs_now = before[its][which], after[its][which]
                taken = not was.isdisjoint(theirs_now) and was.isdisjoint(now)
                if taken and was.isdisjoint(theirs) and theirs.isdisjoint(theirs_now):
                    return one, other
    return None


@lru_cache(maxsize=4096)
def _counted(text: str, lang: str) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Number -> entries of the first word of weight behind it, and 'from', 'to' or 'by' before it."""
    words = plain(text).split()
    found: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for at, word in enumerate(words):
        if match := _NUMBER.match(word):
            found.setdefault(value(match[1]), []).append((_behind(words, at, lang), _ahead(words, at)))
    return {number: places[0] for number, places in found.items() if len(places) == 1}


@lru_cache(maxsize=4096)
def _parts(text: str) -> frozenset[tuple[str, str]]:
    """A part and its whole: '8 of 10', '8 races out of 10'."""
    return frozenset((value(match[1]), value(match[2])) for match in _PART.finditer(plain(text)))


def _behind(words: list[str], at: int, lang: str) -> frozenset[str]:
    for word in words[at + 1 : at + 1 + _NEAR]:
        if word == "." or _NUMBER.match(word):
            break
        if word not in STOP_WORDS[lang]:
            return entries(word, lang)
    return frozenset()


def _ahead(words: list[str], at: int) -> frozenset[str]:
    way = _WAYS.get(words[at - 1]) if at else None
    return frozenset((way,)) if way else frozenset()
