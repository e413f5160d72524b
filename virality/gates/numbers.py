"""Numbers stay: none lost, none new, in value and unit (as `virality.text.quantities` reads them)."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from virality.gates import bounds, counts
from virality.gates.verdict import Context, Verdict, counted, failed, listed
from virality.gates.wording import KNOWN, language_of
from virality.text.dates import find_dates
from virality.text.facts import facts
from virality.text.normalise import fold
from virality.text.unit_words import unit_words
from virality.text.units import UNITS

GATE = "numbers"
IN_WORDS = {
    "1": "one single lone sole once واحد واحده الاول الاولي وحده",
    "2": "both twice pair couple double half twins duo مرتين كلا كلتا كلاهما ثنائيه نصف نص النصف",
    "3": "thrice triple third hat trick trio ثالث ثلاثيه ثلث الثلث تلت التلت",
    "4": "quarter ربع الربع quartet",
    "12": "dozen noon midday",
    "50%": "half نصف نص النصف النص",
    "25%": "quarter ربع الربع",
    "100%": "all every whole entire fully كل كامل كاملا",
    "200%": "double doubled ضعف ضعفين",
    "12:00": "noon midday ظهر ظهرا الظهر الضهر",
    "00:00": "midnight منتصف",
    "0": "zero no none nil nothing not صفر لا بدون بلا دون",
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "4th": "fourth",
    "5th": "fifth",
}
"""Folded words that may stand for a number (the number of '1 day' is 1)."""
LISTS = {"words": IN_WORDS, "bounds": bounds.LISTS}
_WORDS = {number: frozenset(row.split()) for number, row in IN_WORDS.items()}
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")
_DUAL = re.compile(r"(?<!\w)\w{3,}(?:ان|تان|تين|ين)(?!\w)")
"""An Arabic noun that may be two of its kind: 'لاعبان'."""
_GLUED = re.compile(r"^(\d{1,3})(?:s|ish|\+)$")
_HOUR = re.compile(r"^0(?=\d:)")
_FULL_HOUR = re.compile(r"(?<=\d):00$")
_CLOCK = re.compile(r"^(\d\d?):(\d\d)$")
_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})(?:/\d{2,4})?$")
_EARLY, _LATE = frozenset(("morning", "dawn")), frozenset(("afternoon", "evening", "dusk", "noon", "sunset", "isha"))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_BASE = {
    "second": (1, "second"), "minute": (60, "second"), "hour": (3600, "second"), "day": (86400, "second"),
    "week": (604800, "second"), "month": (1, "month"), "year": (12, "month"), "decade": (120, "month"),
    "century": (1200, "month"),
}  # fmt: skip
"""How many of a smaller unit a unit of time is: '3 decades' are '30 years', '48 hours' 2 days."""
_VALUE = re.compile(r"^\d+(?:\.\d+)?$")
_POUNDS = re.compile(r"^(?:£(.+)|(.+) (?:pound|lb))$")


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a number stands in one text only, or a unit in another's place; repetition does not matter.

    '1' may be written out, '50%' be 'half', '3rd' be '3', '£5' be '5 pounds'. A unit that stands without a
    number ('the kilo', 'weekly') fails only where another of its kind has come in its place.
    """
    before, after = set(facts(draft).numbers), set(facts(rewrite).numbers)
    if before != after:
        if new := _unexplained(after - before, before, draft):
            return failed(GATE, f"{counted('number', new)} not in the draft", *new)
        if lost := _unexplained(before - after, after, rewrite):
            return failed(GATE, f"{counted('number', lost, ' of the draft')} gone", *lost)
    named, said = unit_words(draft), unit_words(rewrite)
    for kind in named.keys() & said.keys():
        gone = sorted(Counter(named[kind]) - Counter(said[kind]))
        come = sorted(set(said[kind]) - set(named[kind]))
        if gone and come:
            return failed(GATE, f"a unit has changed: {listed(gone)} to {listed(come)}", *gone, *come)
    if bound := bounds.changed(draft, rewrite):
        return failed(GATE, f"'{bound[1]}' of {bound[0]} stands in one text only", bound[1])
    lang = language_of(draft, rewrite, context.lang)
    if lang in KNOWN and (pair := counts.exchanged(draft, rewrite, lang)):
        return failed(GATE, f"{pair[0]} and {pair[1]} changed places", *pair)
    return Verdict(GATE, "pass")


def _unexplained(numbers: set[str], others: set[str], other: str) -> list[str]:
    """The numbers, sorted, without those that the other text has in another spelling or as a word."""
    known = {_plain(number) for number in others}
    measures = {_in_base(number) for number in others} - {None}
    return sorted(
        n
        for n in numbers
        if _plain(n) not in known and _in_base(n) not in measures
        and not _in_words(n, other) and not _same_time(n, others, other)
    )  # fmt: skip


def _in_base(number: str) -> tuple[Decimal, str] | None:
    """A length of time in the smallest unit of its kind; None where the number is none."""
    value, _, unit = number.partition(" ")
    if unit not in _IN_BASE or not _VALUE.match(value):
        return None
    times, base = _IN_BASE[unit]
    return Decimal(value) * times, base


def _same_time(number: str, others: set[str], other: str) -> bool:
    """Whether the other text has this hour without its half of the day, or this date with the month as a word."""
    if clock := _CLOCK.match(number):
        hour, parts = int(clock[1]), find_dates(other).get("part", frozenset())
        bare = str((hour - 1) % 12 + 1) + ("" if clock[2] == "00" else f":{clock[2]}")
        return bare in map(_plain, others) and not parts.isdisjoint(_EARLY if hour < 12 else _LATE)
    if date := _DATE.match(number):
        months = find_dates(other).get("month", frozenset())
        return any(
            1 <= int(month) <= 12 and _MONTHS[int(month) - 1] in months and str(int(day)) in map(_plain, others)
            for day, month in ((date[1], date[2]), (date[2], date[1]))
        )
    return number.isdecimal() and any(_holds(one, number, other) for one in others)


def _holds(one: str, number: str, other: str) -> bool:
    """Whether a date or a time of the other text holds this number: '12' in '12/3', '5' in '05:00'."""
    if date := _DATE.match(one):
        return str(int(number)) in (str(int(date[1])), str(int(date[2])))
    clock = _CLOCK.match(one)
    return clock is not None and (int(clock[1]) - 1) % 12 + 1 == int(number) and clock[2] == "00"


def _in_words(number: str, other: str) -> bool:
    """Whether a word of the other text may be this number; a unit must stand there too ('1 day': 'a day')."""
    value, _, unit = number.partition(" ")
    folded = fold(other)
    words = folded.split()
    if number == "2" and _DUAL.search(folded):
        return True
    if unit and unit not in map(UNITS.get, words):
        return False
    return not _WORDS.get(value, frozenset()).isdisjoint(words) or (value == "1" and bool(unit))


def _plain(number: str) -> str:
    """'3rd', '3ish' and '3 year' as '3', '60s' as '60', '08:00' as '8', '£5' and '5 lb' as '5 pound'."""
    if pounds := _POUNDS.match(number):
        return f"{pounds[1] or pounds[2]} pound"
    return _FULL_HOUR.sub("", _HOUR.sub("", _ORDINAL.sub("", _GLUED.sub(r"\1", number.removesuffix(" year")))))
