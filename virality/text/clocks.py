"""Times of day in one form: '6 in the evening', 'half past six pm' and '٦ المسا' become '18:00' and '18:30'."""

from __future__ import annotations

import re

_HALVES = "[ap]\\.?m\\b\\.?"
_RANGE = re.compile(
    rf"(?<![\d:.,/-])(\d{{1,2}})(:\d\d)?\s?(-|–|—|to|till|until)\s?(\d{{1,2}})(:\d\d)?\s?({_HALVES})", re.I
)
_PAST = re.compile(
    r"\bhalf[- ]past (\d{1,2})\b|\b(?:a )?quarter (past|to) (\d{1,2})\b|\bhalf (\d{1,2})(?= (?:am|pm)\b)", re.I
)
_DOTTED = re.compile(rf"(?<![\d:.,])(\d{{1,2}})\.(\d\d)(?= ?{_HALVES})", re.IGNORECASE)
_OCLOCK = re.compile(r"(?<=\d) ?o['’]clock\b", re.I)
_IN_THE = re.compile(r"(?<![\d:.,/$€£-])(\d{1,2})(:\d\d)?,? (?:in the (morning|afternoon|evening)|at (night))\b", re.I)
_PARTS = {
    "am": "صباح صباحا صبح فجر فجرا سحرا",
    "noon": "ظهر ظهرا ضهر ضهرا",
    "pm": "عصر عصرا عشيه عشية عشيا مسا مساء مساءا مغرب",
    "night": "ليل ليلا",
}
_PART = {word: part for part, row in _PARTS.items() for word in row.split()}
_PART_WORDS = "|".join(sorted(_PART, key=len, reverse=True))
_LETTERS = {"ص": "am", "م": "pm"}
_AND = {"نصف": 30, "نص": 30, "ربع": 15, "ثلث": 20, "تلت": 20, "النصف": 30, "الربع": 15, "الثلث": 20}
_SAA = re.compile(
    rf"(?P<saa>(?:ال)?ساعة )?(?<![\d:.,/-])(?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))?(?![\d:.,]\d)"
    rf"(?: ?و ?(?P<and>{'|'.join(_AND)})\b| إ?ا?لا (?P<less>ربع|ثلث|تلت)\b)?"
    rf"(?: (?:ديال |متاع |تاع |في |من )?(?:ب|ف)?(?:ال)?(?P<part>{_PART_WORDS})(?!\w)"
    rf"| ?(?P<letter>[صم])(?![\w.]))?"
)


def with_clocks(text: str) -> str:
    """The text (digits in ASCII) with the times of day that it writes out as HH:MM; 'o'clock' goes."""
    text = _DOTTED.sub(r"\1:\2", text)
    text = _OCLOCK.sub("", text) if "clock" in text else text
    text = _PAST.sub(_past, text) if "past" in text or "quarter" in text or "half" in text else text
    text = _IN_THE.sub(lambda m: _clock(m, m[3] or m[4]), text)
    if not text.isascii():
        text = _SAA.sub(_arabic, text)
    return _RANGE.sub(_range, text)


def _past(match: re.Match[str]) -> str:
    if hour := match[1] or match[4]:
        return f"{hour}:30"
    hour, to = int(match[3]), match[2].lower() == "to"
    return f"{(hour + 10) % 12 + 1 if to else hour}:{45 if to else 15}"


def _clock(match: re.Match[str], part: str) -> str:
    hour = int(match[1])
    if not 1 <= hour <= 12:
        return match[0]
    late = part.lower() in ("afternoon", "evening") or (part.lower() == "night" and 5 <= hour < 12)
    return f"{hour % 12 + 12 * late:02d}{match[2] or ':00'}"


def _range(match: re.Match[str]) -> str:
    """'5-7pm' as '5pm - 7pm': the first hour has the half of the second where it comes before it."""
    first, second = int(match[1]), int(match[4])
    if not 1 <= first < second < 12:
        return match[0]
    return f"{first}{match[2] or ''}{match[6]} {match[3]} {second}{match[5] or ''}{match[6]}"


def _arabic(match: re.Match[str]) -> str:
    hour, part = int(match["hour"]), _PART.get(match["part"] or "")
    if match["letter"] and (match["saa"] or match["minute"]):  # else metres, or a letter of a list
        part = _LETTERS[match["letter"]]
    half = match["and"] or match["less"]
    if not 1 <= hour <= 12 or not (part or (match["saa"] and (half or match["minute"]) and not match["letter"])):
        return match[0]
    minute = int(match["minute"] or _AND.get(match["and"] or "", 0))
    if match["less"]:
        hour, minute = (hour - 2) % 12 + 1, 60 - _AND[match["less"]]
    if part is None:
        return f"{hour}:{minute:02d}"
    late = part == "pm" or (part == "noon" and hour < 10) or (part == "night" and 5 <= hour < 12)
    midday = hour == 12 and part != "am" and part != "night"
    return f"{12 if midday else hour % 12 + 12 * late:02d}:{minute:02d}"
