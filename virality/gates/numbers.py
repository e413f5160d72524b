"""Numbers stay: none lost, none new, in value and unit (as `virality.text.quantities` reads them)."""

from __future__ import annotations

import re

from virality.gates.verdict import Context, Verdict, counted, failed, listed
from virality.text.facts import facts
from virality.text.normalise import fold
from virality.text.unit_words import unit_words
from virality.text.units import UNITS

GATE = "numbers"
IN_WORDS = {
    "1": "one single lone sole once واحد واحده الاول الاولي وحده",
    "2": "both twice pair couple double مرتين كلا كلتا كلاهما ثنائيه",
    "3": "thrice triple third hat trick trio ثالث ثلاثيه",
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
LISTS = IN_WORDS
_WORDS = {number: frozenset(row.split()) for number, row in IN_WORDS.items()}
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")
_HOUR = re.compile(r"^0(?=\d:)")
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
        gone, come = sorted(named[kind] - said[kind]), sorted(said[kind] - named[kind])
        if gone and come:
            return failed(GATE, f"a unit has changed: {listed(gone)} to {listed(come)}", *gone, *come)
    return Verdict(GATE, "pass")


def _unexplained(numbers: set[str], others: set[str], other: str) -> list[str]:
    """The numbers, sorted, without those that the other text has in another spelling or as a word."""
    known = {_plain(number) for number in others}
    return sorted(n for n in numbers if _plain(n) not in known and not _in_words(n, other))


def _in_words(number: str, other: str) -> bool:
    """Whether a word of the other text may be this number; a unit must stand there too ('1 day': 'a day')."""
    value, _, unit = number.partition(" ")
    words = fold(other).split()
    if unit and unit not in map(UNITS.get, words):
        return False
    return not _WORDS.get(value, frozenset()).isdisjoint(words) or (value == "1" and bool(unit))


def _plain(number: str) -> str:
    """'3rd' and '3 year' as '3', '08:00' as '8:00', '£5' and '5 lb' as '5 pound'."""
    if pounds := _POUNDS.match(number):
        return f"{pounds[1] or pounds[2]} pound"
    return _HOUR.sub("", _ORDINAL.sub("", number.removesuffix(" year")))
