"""Dates in words stay: weekdays, months, seasons, feasts, 'tomorrow', 'last week', 'in the morning'."""

from __future__ import annotations

import re

from virality.gates.verdict import Context, Verdict, counted, failed, not_checked
from virality.gates.wording import KNOWN, language_of
from virality.text.date_words import ARABIC, ENGLISH
from virality.text.dates import SLOTS, find_dates
from virality.text.facts import facts
from virality.text.normalise import fold

GATE = "dates"
LISTS = (ENGLISH, ARABIC)
_NOW = frozenset(("0", "week=0", "month=0", "year=0", "season=0"))
_WEEKEND = frozenset(("sat", "sun"))
_LOOSE = ("part", "edge")
_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})(?:/\d{2,4})?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OF_YEAR = re.compile(
    r"\b(?:last|next|this|past|coming) (?:winter|spring|summer|autumn|fall|january|february|march|april|may|june|july"
    r"|august|september|october|november|december)\b"
    r"|(?:شتاء?|ربيع|صيف|خريف|شتويه?|الشهر) (?:المقبل|القادم|الجاي|الماضي|الفايت|اللي فات)"
)
"""A season or a month beside which 'last year' or 'next year' may be said or left out."""
_CLOCK = re.compile(r"^\d{1,2}:\d\d$")


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a date of one text that the other does not have, by meaning and not by wording.

    'Today' and 'this week' may be left out, and come in beside another day of the draft. A part of the day may be left
    out, and come in where the draft has the hour.
    """
    before, after = _known(draft), _known(rewrite)
    for slot in SLOTS if before != after else ():
        had, has = before.get(slot, frozenset()), after.get(slot, frozenset())
        new, lost = sorted(has - had - _told(slot, draft)), sorted(had - has - _told(slot, rewrite))
        loose = slot in _LOOSE
        if new and ((loose and lost) or not _fits(slot, new, draft, before)):
            return failed(GATE, f"{counted(_called(slot), new)} not in the draft", *new)
        if gone := [value for value in lost if not loose and value not in _NOW]:
            return failed(GATE, f"{counted(_called(slot), gone, ' of the draft')} gone", *gone)
    if not before and not after and (lang := language_of(draft, rewrite, context.lang)) not in KNOWN:
        return not_checked(GATE, f"the words for dates are not known for {lang or 'an unknown language'}")
    return Verdict(GATE, "pass")


def _told(slot: str, text: str) -> frozenset[str]:
    """Values of a slot that a text gives in another way: the month of '12/3', the year of 'last autumn'."""
    if slot == "month":
        dates = (_DATE.match(number) for number in facts(text).numbers)
        return frozenset(_MONTHS[at - 1] for date in dates if date for at in map(int, date.groups()) if 1 <= at <= 12)
    if slot == "span" and _OF_YEAR.search(fold(text)):
        return frozenset(("year-1", "year+1", "year=0"))
    return frozenset()


def _known(text: str) -> dict[str, frozenset[str]]:
    """The dates of a text, with 'Saturday and Sunday' as the weekend."""
    found = find_dates(text)
    days = found.get("weekday", frozenset())
    return found | {"weekday": days - _WEEKEND | {"weekend"}} if days >= _WEEKEND else found


def _fits(slot: str, new: list[str], draft: str, before: dict[str, frozenset[str]]) -> bool:
    """Whether what is new says no more than the draft: the part of day of its hour, 'today' beside its days."""
    if slot == "part":
        return any(map(_CLOCK.match, facts(draft).numbers))
    return _NOW.issuperset(new) and any(before.get(other) for other in ("day", "weekday", "span"))


def _called(slot: str) -> str:
    return {"span": "time", "part": "part of day", "edge": "part of a time"}.get(slot, slot)
