"""Numbers in a post, each in one spelling: money, percent, times, dates, units and number words."""

from __future__ import annotations

import re
from decimal import Decimal

from virality.text.normalise import ascii_digits, without_harakat
from virality.text.vocabulary import vocabulary

_ALEFS = str.maketrans("أإآ", "ااا")


def _table(rows: dict[str, str]) -> dict[str, str]:
    """Canonical by word, from words by canonical; Arabic also with bare alefs."""
    table = {word: name for name, row in rows.items() for word in vocabulary(row)}
    return table | {word.translate(_ALEFS): name for word, name in table.items()}


_SCALES = _table(
    {
        "2": "hundred",
        "3": "k thousand ألف ألفا آلاف",
        "6": "mn mln million millions مليون مليونا ملايين",
        "9": "bn billion billions مليار مليارات بليون",
        "12": "tn trillion trillions تريليون",
    }
)
_GLUED_SCALES = {"M": "6", "B": "9", "T": "12"}
_UNITS = _table(
    {
        "%": "percent per_cent بالمئة بالمائة في_المئة في_المائة",
        "$": "dollar dollars usd us_dollars bucks دولار دولارا دولارات",
        "€": "euro euros eur يورو",
        "£": "gbp pounds",
        "km": "km kms kilometre kilometres kilometer kilometers كم كيلومتر كيلومترا كيلومترات",
        "m": "m metre metres meter meters متر مترا أمتار",
        "cm": "cm centimetres centimeters سم",
        "mi": "mile miles ميل أميال",
        "ft": "ft foot feet قدم",
        "kg": "kg kgs kilo kilos kilogram kilograms كجم كغم كيلو كيلوغرام",
        "lb": "lb lbs",
        "mph": "mph",
        "km/h": "km/h kmh kph",
        "°c": "°c",
        "°f": "°f",
        "second": "second seconds sec secs ثانية ثوان ثواني",
        "minute": "minute minutes min mins دقيقة دقائق",
        "hour": "hour hours hr hrs h ساعة ساعات",
        "day": "day days يوم يوما أيام",
        "week": "week weeks أسبوع أسبوعا أسابيع",
        "month": "month months شهر شهرا أشهر شهور",
        "year": "year years yr yrs سنة سنوات عام عاما أعوام",
    }
)
_MONEY = frozenset("$€£¥₹")


def _counted(row: str, first: int, step: int = 1) -> dict[str, int]:
    """Value by word of a row of numbers; '/' parts the spellings of one number."""
    return {word: first + i * step for i, group in enumerate(row.split()) for word in group.split("/")}


_ONES = _counted("two three four five six seven eight nine", 2)
_TEENS = _counted("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10)
_TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_AR_ONES = _counted("اثنان/اثنين/اثنتان/اثنتين ثلاث/ثلاثة أربع/أربعة خمس/خمسة ستة سبع/سبعة ثماني/ثمانية تسع/تسعة", 2)
_AR_TENS = _counted(
    "عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين ثمانون/ثمانين تسعون/تسعين",
    20,
    10,
)


def _number_words() -> dict[str, int]:
    """Every number word that is read: 'seven', 'twenty-five', 'خمسة وعشرين'; not 'one': too common."""
    ones, ar_ones = _ONES | {"one": 1}, _AR_ONES | {"واحد": 1}
    table = _ONES | _TEENS | _TENS | _AR_ONES | _AR_TENS | {"عشر": 10, "عشرة": 10}
    table |= {f"{ten}{by}{one}": t + n for ten, t in _TENS.items() for one, n in ones.items() for by in "- "}
    table |= {f"{one} و{ten}": t + n for ten, t in _AR_TENS.items() for one, n in ar_ones.items()}
    table |= {f"{one} {ten}": 10 + n for ten in ("عشر", "عشرة") for one, n in _AR_ONES.items()}
    table |= {"أحد عشر": 11, "إحدى عشرة": 11, "اثنا عشر": 12, "اثني عشر": 12, "اثنتي عشرة": 12}
    return table | {word.translate(_ALEFS): n for word, n in table.items()}


NUMBER_WORDS = _number_words()
_ONE = "two|three|four|five|six|seven|eight|nine"
_LATIN_WORD = re.compile(
    rf"\b(?:(?:{'|'.join(_TENS)})(?:[- ](?:one|{_ONE}))?|{'|'.join(_TEENS)}|{_ONE}"
    r"|one(?=[- ](?:hundred|thousand|million|billion|trillion)\b))\b",
    re.IGNORECASE,
)
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted((w for w in NUMBER_WORDS if not w.isascii()), key=len, reverse=True))})\b"
)
_MARK_SHAPES = str.maketrans({"٫": ".", "٬": ",", "٪": "%", "−": "-"})

_DATE = r"(?<![\w/.-])(?:\d{1,4}/\d{1,4}(?:/\d{1,4})?|\d{1,4}-\d{1,2}-\d{1,4})(?![\w/])"
_VALUE = r"\d{1,2}:\d\d(?::\d\d)?(?!:?\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?|(?<![\d.])\.\d+"
_QUANTITY = re.compile(
    rf"(?P<date>{_DATE})"
    r"|(?P<dotted>(?<![A-Za-z0-9.])\d+(?:\.\d+){2,}(?![A-Za-z]))"
    r"|(?P<code>(?<![A-Za-z0-9])[A-Za-z]+\d[A-Za-z0-9]*(?:\.\d+)*)"
    r"|(?P<sign>(?<![^\s(])-)?(?P<before>(?:US)?[$€£¥₹]\s?|%)?"
    rf"(?<![A-Za-z0-9_])(?P<value>{_VALUE})(?P<percent>\s?[%€£¥₹])?(?!\ufe0f?\u20e3)"
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
            text = _ARABIC_WORD.sub(_in_digits, without_harakat(text))
    return [_canonical(match) for match in _QUANTITY.finditer(_LATIN_WORD.sub(_in_digits, text))]


def _in_digits(match: re.Match[str]) -> str:
    word = match[0].lower()
    return "1" if word == "one" else str(NUMBER_WORDS[word])


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
    return f"{value} {unit}" if unit in _UNITS.values() else value + unit


def _scale_and_unit(match: re.Match[str], word: str) -> tuple[int, str]:
    """The power of ten and the unit ('' = none; an unknown glued ending, as in '3d' or '1990s', is one)."""
    mark = (match["before"] or match["percent"] or "").strip().removeprefix("US")
    glued, following = match["gap"] == "", (match["next"] or "").lower()
    if glued and (mark in _MONEY and word in ("m", "b", "t")):
        return int(_GLUED_SCALES[word.upper()]), mark
    if glued and match["word"] in _GLUED_SCALES and not mark:
        return int(_GLUED_SCALES[match["word"]]), ""
    if word in _SCALES and (glued or word != "k"):
        return int(_SCALES[word]), mark or _UNITS.get(following, "")
    unit = mark or _UNITS.get(word) or _UNITS.get(f"{word} {following}", "")
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
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _clock(value: str, half: str) -> str:
    """'5:30' and 'p' -> '17:30'; a value that is no hour stays with its 'am' or 'pm'."""
    hour, _, rest = value.partition(":")
    if not hour.isdecimal() or not 1 <= int(hour[:4]) <= 12:
        return f"{value}{half}m"
    return f"{int(hour) % 12 + (12 if half == 'p' else 0):02d}:{rest or '00'}"
