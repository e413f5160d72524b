"""Numbers in a post, each in one spelling: money, percent, times, dates, units and number words."""

from __future__ import annotations

import re
from decimal import Decimal

from virality.text.clocks import with_clocks
from virality.text.normalise import ascii_digits
from virality.text.number_words import arabic_in_digits, english_in_digits
from virality.text.units import DOTTED_CURRENCY, DUAL, ISO_BEFORE, SCALES, UNITS, dotted_currency

_MONEY = frozenset("$€£¥₹")
_NAMES = frozenset(UNITS.values())
_GLUED_SCALES = {"M": "6", "B": "9", "T": "12"}
_DIGIT = re.compile("[0-9]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_MINUTES = {"نصف": 30, "نص": 30, "ربع": 15, "ثلث": 20, "تلت": 20, "half": 30, "quarter": 15}
_PART_OF_HOUR = re.compile(r"(?<![\dو])\b(نصف|نص|ربع|ثلث|تلت) ساع[ةه]\b")
_EN_PART_OF_HOUR = re.compile(r"\b(?:a )?(half|quarter)[- ](?:of )?(?:an )?hour\b(?!ly)", re.IGNORECASE)
_EN_HALF_YEAR = re.compile(r"\bhalf (?:a |the )?(year|day|dozen|decade|century)\b", re.IGNORECASE)
_AR_HALF_YEAR = re.compile(r"(?<![\dو])\b(?:نصف|نص) (?:سنة|سنه|عام|العام|السنة|السنه)\b")
_HALF_OF = {"year": "6 months", "day": "12 hours", "dozen": "6", "decade": "5 years", "century": "50 years"}
_SPEED = re.compile(r"\b(?:(k)ms?|(k)ilomet(?:re|er)s?|miles?) (?:per|an) hour\b", re.IGNORECASE)
_NUMBERED_DAY = re.compile(
    r"\bday (\d{1,3})\b(?=\s*(?:$|[^\w\s]|(?:of|without|in|since|with|and|at|on|after|is|was|done)\b))", re.IGNORECASE
)
_MARK_SHAPES = str.maketrans({"٫": ".", "٬": ",", "٪": "%", "−": "-", "‑": "-"})

_DATE = r"(?<![\w/.-])(?:\d{1,4}/\d{1,4}(?:/\d{1,4})?|\d{1,4}-\d{1,2}-\d{1,4})(?![\w/])"
_VALUE = r"\d{1,2}:\d\d(?::\d\d)?(?!:?\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?|(?<![\d.])\.\d+"
_QUANTITY = re.compile(
    rf"(?P<date>{_DATE})"
    r"|(?P<dotted>(?<![A-Za-z0-9.])\d+(?:\.\d+){2,}(?![A-Za-z]))"
    r"|(?P<code>(?<![A-Za-z0-9])[A-Za-z]+\d[A-Za-z0-9]*(?:\.\d+)*)"
    r"|(?P<sign>(?<![^\s(])-)?(?P<before>(?:US)?[$€£¥₹]\s?|%)?"
    rf"(?<![A-Za-z0-9_])(?P<value>{_VALUE})(?P<percent>\s?[%€£¥₹]|\$(?![\dA-Za-z]))?(?!\ufe0f?\u20e3)"
    r"(?=(?P<gap>[ -]?)(?P<word>[ap]\.m\b|°[CcFf]|[Kk]m/h|[^\W\d_][^\W_]*)?(?:[ -](?P<next>[^\W\d_]+))?)"
)


def find_numbers(text: str) -> list[str]:
    """The canonical numbers of a text without links, handles and hashtags, in order.

    '1,000', '1000' and '١٠٠٠' are '1000'; '$3.5 million' is '$3500000'; '5 percent' is '5%'; '5pm' is
    '17:00'; '7 days' and 'seven days' are '7 day'; '10k' is '10000'; a code ('F16') stays one number, in
    lower case.
    """
    if not text.isascii():
        text = ascii_digits(text).translate(_MARK_SHAPES)
        if _ARABIC.search(text):
            text = _AR_HALF_YEAR.sub("6 أشهر", DOTTED_CURRENCY.sub(dotted_currency, text))
            text = _PART_OF_HOUR.sub(_in_minutes, DUAL.sub(r"2 \1", arabic_in_digits(text)))
    if "half" in text or "quarter" in text or "Half" in text or "Quarter" in text:
        text = _EN_PART_OF_HOUR.sub(lambda m: f"{_MINUTES[m[1].lower()]} minutes", text)
        text = _EN_HALF_YEAR.sub(lambda m: _HALF_OF[m[1].lower()], text)
    text = english_in_digits(text)
    if not _DIGIT.search(text):
        return []
    text = with_clocks(ISO_BEFORE.sub(r"\2\3 \1", text))
    text = _SPEED.sub(lambda m: "km/h" if m[1] or m[2] else "mph", text)
    return [_canonical(match) for match in _QUANTITY.finditer(_NUMBERED_DAY.sub(r"\1 day", text))]


def _in_minutes(match: re.Match[str]) -> str:
    return f"{_MINUTES[match[1]]} دقيقة"


def _canonical(match: re.Match[str]) -> str:
    if date := match["date"] or match["dotted"]:
        return "/".join(part.lstrip("0") or "0" for part in re.split("[/-]", date))
    if match["code"]:
        return match["code"].lower()
    word = (match["word"] or "").lower()
    if word.rstrip(".") in ("am", "pm", "a.m", "p.m") and not match["before"]:
        return _clock(match["value"], word[0])
    if ":" in match["value"]:
        return match["value"]
    scale, unit = _scale_and_unit(match, word)
    value = (match["sign"] or "") + _value(match["value"], scale)
    if unit in _MONEY:
        return unit + value
    if unit in ("", "%"):
        return value + unit
    return f"{value} {unit}" if unit in _NAMES else value + unit


def _scale_and_unit(match: re.Match[str], word: str) -> tuple[int, str]:
    """The power of ten and the unit ('' = none; an unknown glued ending, as in '3d' or '1990s', is one)."""
    mark = (match["before"] or match["percent"] or "").strip().removeprefix("US")
    glued, following = match["gap"] == "", (match["next"] or "").lower()
    if glued and (mark in _MONEY and word in ("m", "b", "t")):
        return int(_GLUED_SCALES[word.upper()]), mark
    if glued and match["word"] in _GLUED_SCALES and not mark:
        return int(_GLUED_SCALES[match["word"]]), ""
    if word in SCALES and (glued or word != "k"):
        return int(SCALES[word]), mark or UNITS.get(following, "")
    unit = mark or UNITS.get(f"{word} {following}") or UNITS.get(word, "")
    return 0, unit or (word if glued else "")


def _value(written: str, scale: int) -> str:
    """'1,000' -> '1000', '3,5' -> '3.5', '2.50' -> '2.5'; times ten to the `scale`."""
    whole, _, rest = written.rpartition(",")
    decimal_comma = whole and "," not in whole and "." not in rest and len(rest) != 3
    plain = f"{whole}.{rest}" if decimal_comma else written.replace(",", "")
    if scale and len(plain) < 20:
        plain = f"{Decimal(plain).scaleb(scale):f}"
    whole, _, rest = plain.partition(".")
    rest = rest if rest == "000" else rest.rstrip("0")
    if len(whole) < _A_PHONE or rest:
        whole = whole.lstrip("0") or "0"
    return whole + (f".{rest}" if rest else "")


_A_PHONE = 7
"""Digits of a whole number whose first 0 says something: a telephone number, an account."""


def _clock(value: str, half: str) -> str:
    """'5:30' and 'p' -> '17:30'; a value that is no hour stays with its 'am' or 'pm'."""
    hour, _, rest = value.partition(":")
    if not hour.isdecimal() or not 1 <= int(hour[:4]) <= 12:
        return f"{value}{half}m"
    return f"{int(hour) % 12 + (12 if half == 'p' else 0):02d}:{rest or '00'}"
