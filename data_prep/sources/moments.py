"""One cell as a time, in each way that exports write it."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

NOTHING = frozenset(["", "nan", "nat", "none", "null", "-"])
"""What exports write where they have nothing."""
FIRST_YEAR = 1990
"""No post that is read here is older."""
AHEAD = dt.timedelta(days=2)
"""How far in the future a time may lie: clocks differ, and so do zones that an export leaves out."""
_MOST_NANOSECONDS = 10**20


class BadValue(ValueError):
    """A cell that cannot be what its column says."""


def is_null(value: object) -> bool:
    """None, NaN and NaT (which alone differ from themselves)."""
    return value is None or value != value


def moment(value: object, now: dt.datetime | None = None) -> dt.datetime | None:
    """A cell as a time in UTC, to the second. A time without zone is taken as UTC.

    ISO 8601; seconds, milliseconds or microseconds since 1970; `Tue Mar 02 06:48:15 +0000 2021` (X); `10/16/17 22:59`
    (month first); `Jul 4, 2023 3:05 PM`; `2023-07-04 15:05:00 UTC`; any of them in quotes.

    Args:
        value: the cell.
        now: the time of reading; None = when this process first asked.

    Raises:
        BadValue: it is no time, before 1990, or more than two days after `now`.
    """
    if is_null(value):
        return None
    found: dt.datetime | None
    if isinstance(value, dt.datetime):
        found = value
    elif isinstance(value, int) and abs(value) > _MOST_NANOSECONDS:  # one of 5,000 digits is no text
        raise BadValue
    else:
        text = str(value).strip().strip("\"'")
        try:
            found = dt.datetime.fromisoformat(text) if text[4:5] == "-" else _other(text)
        except ValueError:
            found = _other(text)
        if found is None:
            return None
    try:
        found = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (OverflowError, ValueError) as error:
        raise BadValue(str(value)) from error
    if found.year < FIRST_YEAR or found > (now or _started()) + AHEAD:
        raise BadValue(str(value))
    return found.replace(microsecond=0)


@lru_cache(maxsize=1)
def _started() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
_OFFSET = r"(?: (?P<zone>[+-]\d{4}))?"
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"[A-Za-z]{{3}} {_NAME} (?P<day>\d{{1,2}}) {_TIME}{_OFFSET} (?P<year>\d{{4}})",
        rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}|\d\d)(?:,? {_TIME})?",
        rf"{_NAME} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})(?:,? {_TIME})?",
        rf"(?:[A-Za-z]{{3,9}}, )?(?P<day>\d{{1,2}}) {_NAME} (?P<year>\d{{4}})(?:,? {_TIME})?{_OFFSET}",
    )
)  # not strptime: it takes 10 to 100 microseconds a cell, and its names of months depend on the machine
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_SINCE_1970 = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]*)?(?:[eE]\+?[0-9]{1,2})?")
_YEAR_5138 = 1e11
_LONGEST_MOMENT = 64
_ZONE = re.compile(r" (?:UTC|GMT|Z)$")
_BLANK_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)")


def _other(text: str) -> dt.datetime | None:
    """The other ways to write a time; None for nothing at all.

    Raises:
        BadValue: it is none of them.
    """
    if text.lower() in NOTHING:
        return None
    if len(text) > _LONGEST_MOMENT:
        raise BadValue(text)
    if _SINCE_1970.fullmatch(text) and not (len(text) == 8 and text.isdigit() and "19" <= text[:2] <= "20"):
        return _since_1970(text)
    text = " ".join(text.split()).replace(" at ", " ")
    if text[:4].isdecimal() and text[4:5] in ("-", "/"):
        return _iso(text)
    text = _ZONE.sub("", text)
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _built(found.groupdict())
    return _iso(text)


def _iso(text: str) -> dt.datetime:
    """ISO 8601 with the liberties that people take: slashes, a blank before the zone, the zone by name."""
    text = _ZONE.sub("+00:00", text.replace("/", "-"))
    try:
        return dt.datetime.fromisoformat(_BLANK_ZONE.sub("", text))
    except ValueError as error:
        raise BadValue(text) from error


def _built(parts: dict[str, str | None]) -> dt.datetime:
    year, hour = parts["year"] or "", int(parts["hour"] or 0)
    if half := parts["half"]:
        hour = hour % 12 + 12 * (half in "Pp")
    zone = parts.get("zone") or "+0000"
    east = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    try:
        there = dt.datetime(
            int(year) + 2000 * (len(year) == 2), _month(parts["month"] or ""), int(parts["day"] or 0), hour,
            int(parts["minute"] or 0), int(parts["second"] or 0), tzinfo=dt.UTC,
        )  # fmt: skip
        return there - east
    except (ValueError, OverflowError) as error:
        raise BadValue(str(parts)) from error


def _month(name: str) -> int:
    """1 to 12 of a number or of a name's beginning; 0 where it is none."""
    if name.isdecimal():
        return int(name)
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower())), 0)


def _since_1970(text: str) -> dt.datetime:
    number = float(text)
    for _ in range(3):  # milliseconds, microseconds, nanoseconds
        if abs(number) > _YEAR_5138:
            number /= 1000
    try:
        return dt.datetime.fromtimestamp(number, dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadValue(text) from error
