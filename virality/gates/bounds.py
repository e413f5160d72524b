"""What stands around a number: 'at least', 'up to', 'nearly'. '40 patients' is not what 'up to 40 patients' says."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from virality.gates.lexicon import data
from virality.text.dates import find_dates
from virality.text.normalise import ascii_digits, fold
from virality.text.number_words import arabic_in_digits, english_in_digits
from virality.text.units import UNITS

Kind = Literal["least", "most", "near"]
_KINDS: tuple[Kind, ...] = ("least", "most", "near")
_OTHER_SIDE: dict[Kind, Kind] = {"least": "most", "most": "least"}

LISTS = data("bounds")
_DIGIT = re.compile(r"\d")
_NO_MARK = re.compile(r"^[^\w$£€+-]+")
_APART = re.compile(r"([^\W\d_]ـ?)(?<=[وبلفاـ])(\d)")
"""A particle and its number: 'ب50', 'الـ50'."""
_NUMBER = r"[£$€]?(?P<number>\d[\d.,]*\d|\d)"
_BETWEEN = r"(?: (?!\d)[^\W\d_]+){0,3}?"
"""Words between a number and what stands behind it: '300 people or more'."""
_TIMES = re.compile(
    r"^ ?(?:[ap]m|oclock|years?|days?|weeks?|months?|hours?|minutes?|decades?|nights?|seasons?"
    r"|صباحا|مساء|ظهرا|فجرا|ليلا|عصرا|الصبح|المسا|العصر)\b"
)
_UNTIL = frozenset(("حتي", "لغايه"))
"""'حتى 5 مساء' is 'until'."""
_SMALL = 10
_LARGE_ALONE = frozenset(("over", "about", "around", "some"))
"""Before smaller numbers these are as often no bound: 'a row over 2 seats', 'around 4 tables'."""
_BEFORE_ABOUT = frozenset(LISTS["about_after"])
"""What may stand before an 'about' that is no 'on': 'a film about 12 cats'."""


def changed(draft: str, rewrite: str) -> tuple[str, str] | None:
    """A number of both texts with a bound that is lost, new or another, and the bound as it is written; None = none.

    A number that only one of the texts writes in this way is not compared, nor a bound beside which the other text has
    a word that may stand for it wherever it stands: 'fines start at 150' for '150 and up'.
    """
    before, after = _bounds(draft), _bounds(rewrite)
    if not before and not after:
        return None
    known = _numbers(draft) & _numbers(rewrite)
    for mine, other, text in ((before, after, rewrite), (after, before, draft)):
        for (number, kind), written in mine.items():
            if number not in known or (number, kind) in other:
                continue
            against = kind != "near" and (number, "near") not in other and (number, _OTHER_SIDE[kind]) in other
            if against or not _also()[kind].search(plain(text)):
                return number, written
    return None


@lru_cache(maxsize=1)
def _also() -> dict[Kind, re.Pattern[str]]:
    return {kind: re.compile(rf"(?<!\w)(?:{'|'.join(LISTS[kind]['also'])})(?!\w)|\d\+") for kind in _KINDS}


@lru_cache(maxsize=4096)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(value(one[0]) for one in re.finditer(r"\d[\d.,]*", plain(text)))


@lru_cache(maxsize=4096)
def _bounds(text: str) -> dict[tuple[str, Kind], str]:
    """(number, kind) -> the words that say so."""
    posted = plain(text)
    if not _DIGIT.search(posted):
        return {}
    at: dict[int, tuple[str, Kind, str]] = {}  # of a number the longest: 'no more than 5' is no 'more than 5'
    for kind, pattern in _patterns():
        for match in pattern.finditer(posted):
            number, said, place = value(match["number"]), match["bound"].strip(), match.start("number")
            ahead, rest = posted[: match.start()].strip(), posted[match.end("number") :]
            if len(said) > len(at[place][2] if place in at else "") and not _says_else(said, number, ahead, rest):
                at[place] = number, kind, said
    return {(number, kind): said for number, kind, said in at.values()}


def _says_else(said: str, number: str, ahead: str, rest: str) -> bool:
    """Whether this is no bound: 'over 3 days', 'a row over 2 seats', 'a film about 12 cats', 'حتى 5 مساء'."""
    if rest.startswith(":") or (said == "over" and _unit(rest)):
        return True
    if said in _LARGE_ALONE and number.isdecimal() and int(number) < _SMALL:
        return True
    if said == "about":
        return bool(ahead) and ahead.split()[-1] not in _BEFORE_ABOUT
    if said in _UNTIL:
        return bool(_DIGIT.search(ahead[-20:]) or _TIMES.match(rest) or find_dates(f"{number}{rest[:20]}"))
    return False


def _unit(rest: str) -> bool:
    """Whether what follows measures time or space: 'over 3 days', 'over 200 m', 'over 2.4 million hectares'."""
    return bool(_TIMES.match(rest)) or any(word in UNITS for word in rest.split()[:2])


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    found: list[tuple[Kind, re.Pattern[str]]] = []
    for kind in _KINDS:
        before, behind = ("|".join(LISTS[kind][side]) for side in ("before", "behind"))
        found.append(
            (kind, re.compile(rf"(?<!\w)(?P<bound>{before}) (?:(?:a|an|the|another|some|ال|ب|ل|و|ف|من) )?{_NUMBER}"))
        )
        found.append((kind, re.compile(rf"(?<!\w){_NUMBER}(?P<bound>{_BETWEEN} (?:{behind})(?!\w))")))
    found.append(("least", re.compile(rf"(?<!\w){_NUMBER}(?P<bound>\+)")))
    return tuple(found)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Folded words, numbers in digits as they are written; a dot stands where a clause ends."""
    text = arabic_in_digits(english_in_digits(ascii_digits(text)))
    return " ".join(_piece(word) for word in _APART.sub(r"\1 \2", text).split())


def _piece(word: str) -> str:
    written = word.rstrip(".,;:!?؟،؛)\"'”’»")
    end = " ." if written != word else ""
    return (_NO_MARK.sub("", written) if _DIGIT.search(written) else fold(written)) + end


def value(written: str) -> str:
    """The digits of a number as it is written, without what groups them."""
    return written.replace(",", "").rstrip(".")
