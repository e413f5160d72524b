"""Numbers written out as words, English and Arabic (standard and spoken), put into digits."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from virality.text.normalise import fold, without_harakat
from virality.text.units import UNITS

_ALEFS = str.maketrans("أإآ", "ااا")


def _counted(row: str, first: int, step: int = 1) -> dict[str, int]:
    """Value by word of a row of numbers; '/' parts the spellings of one number."""
    return {word: first + i * step for i, group in enumerate(row.split()) for word in group.split("/")}


_ONES = _counted("one two three four five six seven eight nine", 1)
_TEENS = _counted("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10)
_TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ENGLISH = _ONES | _TEENS | _TENS | _SCALES | {"a": 1, "an": 1}

_AR_ONES = _counted(
    "اثنان/اثنين/اثنتان/اثنتين/اتنين/تنين/ثنين/جوج/زوز ثلاث/ثلاثة/تلات/تلاتة/تلت أربع/أربعة/ربعة خمس/خمسة ستة سبع/سبعة"
    " ثماني/ثمانية/ثمان/تمانية/تمن/تماني/ثمنية/تمنية تسع/تسعة/تسعود",
    2,
)
_AR_TEENS = _counted(
    "حداشر/احداشر/إحدعش/حدعشر/حدعش/حداش اتناشر/اطنعش/تناشر/اثناعشر/طنعش/اثنعش/طناش تلتاشر/تلاتاشر/تلطعش/تلتعش/ثلطعش"
    "/تلطاش"
    " أربعتاشر/أربعطعش/أربعتعش/ربعطاش خمستاشر/خمسطعش/خمستعش/خمسطاش ستاشر/سطعش/ستعش/سطاش سبعتاشر/سبعطعش/سبعتعش/سبعطاش"
    " تمنتاشر/تمنطعش/تمنتعش/ثمنطعش/تمنطاش تسعتاشر/تسعطعش/تسعتعش/تسعطاش",
    11,
)
_AR_TENS = _counted(
    "عشرون/عشرين ثلاثون/ثلاثين/تلاتين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين ثمانون/ثمانين/تمانين تسعون/تسعين",
    20,
    10,
)
_AR_HUNDREDS = _counted(
    "مئة/مائة مئتان/مئتين/مئتا/مئتي/مائتا/مائتي/مائتان/مائتين/ميتين/ميتان"
    " ثلاثمئة/ثلاثمائة/تلتمية/ثلاثمية أربعمئة/أربعمائة/ربعمية/أربعمية"
    " خمسمئة/خمسمائة/خمسمية ستمئة/ستمائة/ستمية سبعمئة/سبعمائة/سبعمية ثمانمئة/ثمانمائة/تمنمية/ثمنمية"
    " تسعمئة/تسعمائة/تسعمية",
    100,
    100,
)
_AR_SCALES = {"ألف": 10**3, "ألفا": 10**3, "آلاف": 10**3, "تلاف": 10**3, "مليون": 10**6, "مليونا": 10**6}
_AR_SCALES |= {"ملايين": 10**6, "مليار": 10**9, "مليارا": 10**9, "مليارات": 10**9}
_AR_CONSTRUCT = {"ألفا": 2000, "ألفي": 2000, "مليونا": 2 * 10**6, "مليوني": 2 * 10**6}
_AR_CONSTRUCT |= {"مليارا": 2 * 10**9, "ملياري": 2 * 10**9}
"""Two of them, before what is counted; behind a number three of these are the one that it counts (خمسون ألفا)."""
_AR_DOUBLED = {"ألفان": 2000, "ألفين": 2000, "مليونان": 2 * 10**6, "مليونين": 2 * 10**6}
_AR_DOUBLED |= {"ملياران": 2 * 10**9, "مليارين": 2 * 10**9}


def _below_hundred() -> dict[str, int]:
    table = _AR_ONES | _AR_TENS | _AR_TEENS | {"عشر": 10, "عشرة": 10}
    ones = _AR_ONES | {"واحد": 1, "واحدة": 1, "إحدى": 1}
    table |= {f"{one} و{ten}": t + n for ten, t in _AR_TENS.items() for one, n in ones.items()}
    table |= {f"{one} {ten}": 10 + n for ten in ("عشر", "عشرة") for one, n in _AR_ONES.items()}
    return table | {"أحد عشر": 11, "إحدى عشرة": 11, "اثنا عشر": 12, "اثني عشر": 12, "اثنتا عشرة": 12, "اثنتي عشرة": 12}


def _bare(table: dict[str, int]) -> dict[str, int]:
    """The table, also with bare alefs and with final haa for taa marbuta, as many people type."""
    table = table | {word.translate(_ALEFS): n for word, n in table.items()}
    return table | {re.sub("ة(?= |$)", "ه", word): n for word, n in table.items()}


_AR_SMALL, _AR_BIG, _AR_SCALE, _AR_TWICE = map(_bare, (_below_hundred(), _AR_HUNDREDS, _AR_SCALES, _AR_DOUBLED))
_AR_TWO_OF = _bare(_AR_CONSTRUCT)
_ARABIC_VALUES = _AR_SMALL | _AR_BIG | _AR_TWO_OF | _AR_SCALE | _AR_TWICE


def number_words(lang: str) -> frozenset[str]:
    """The single words that numbers are written with, folded; `lang` is 'en' or 'ar'. English 'a' is none of them."""
    if lang == "en":
        return frozenset(_ENGLISH) - {"a", "an"}
    return frozenset(fold(part) for word in _ARABIC_VALUES for part in word.split())


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_UNIT = rf"(?:(?:{_any(_TENS)})(?:[- ](?:{_any(_ONES)}))?|{_any(_TEENS)}|{_any(_ONES)})\b"
_PART = rf"(?:(?:{_UNIT}|an?)[- ]hundred\b(?: (?:and )?{_UNIT})?|{_UNIT})"
_LARGE = r"(?:thousand|million|billion|trillion)\b"
_EN_RUN = re.compile(rf"\b(?:(?:(?:{_PART}|\ban?)[- ]{_LARGE}(?:,? (?:and )?(?={_PART}))?)+(?:{_PART})?|{_PART})", re.I)
_EN_HALF = re.compile(rf"\b(?:(half) (?:an? )?(?={_LARGE}|dozen\b)|(an?) (?=dozen\b))", re.I)
_FORTNIGHT = re.compile(r"\b(?:an? )?fortnight(?:['’]s)?\b", re.IGNORECASE)
_DOZEN = re.compile(r"\b(\d+(?:\.\d+)?)[- ]dozen\b", re.I)
_AND_HALF = re.compile(r"\b(\d+)(?: and a half\b| ?½)|½|\b(an?) (?=hour and a half\b)", re.I)

_AR_PART = rf"(?:(?:{_any(_AR_BIG)})(?: و(?:{_any(_AR_SMALL)})\b)?|{_any(_AR_SMALL)})\b"
_AR_LARGE = rf"(?:{_any(_AR_SCALE)})\b"
_AR_AND_PART = re.compile(rf"\b(?:(\d+) )?({_any(_AR_SCALE | _AR_TWICE)}) و(نصف|نص|ربع)\b")
_AR_PARTS = {10**3: ("خمسمئة", "مئتين وخمسين"), 10**6: ("خمسمئة ألف", "مئتين وخمسين ألف")}
_AR_PARTS[10**9] = ("خمسمئة مليون", "مئتين وخمسين مليون")
"""Thousand, million or milliard -> half and a quarter of it, in words."""
_AR_SPOKEN_HUNDRED = re.compile(rf"\bمي[ةه](?= و(?:{_any(_AR_SMALL)})\b)")
_AR_HALF = re.compile(rf"\b[وفبل]?(نصف|نص|ربع) (?={_AR_LARGE})")
_ARABIC_UNITS = "|".join(word for word in UNITS if not word.isascii() and " " not in word)
_LONE_SCALE = re.compile(
    rf"(?<![\w.,])(?<!\d )(?:(?:ألف|الف)(?= (?:{_ARABIC_UNITS})\b)|(?:مليون|مليار)\b(?! (?:مبروك|شكر|تحيه|تحية|سلام)))"
)
_HOURS = _bare(
    _counted("الواحدة الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة", 1)
    | {"الحادية عشرة": 11, "الحادية عشر": 11, "الثانية عشرة": 12, "الثانية عشر": 12}
)
_PART_OF_DAY = r"(?:صباحا?|فجرا|ظهرا|عصرا|مساء|مساءا|ليلا|(?:ال)?(?:صبح|ضهر|عصر|مسا|عشيه|عشية|ليل))"
_HOUR = re.compile(
    rf"(?:(?<=الساعة )|(?<=الساعه ))({_any(_HOURS)})\b"
    rf"|\b(?P<glued>[وفبل]?)({_any(_HOURS)})(?= (?:والنصف |والربع |ونصف |إلا ربع |إلا ربعا )?{_PART_OF_DAY}\b)"
)
_SIX = re.compile(
    r"\bست(?= (?:ثوان|دقائق|دقايق|ساعات|أيام|ايام|أسابيع|اسابيع|أشهر|اشهر|شهور|سنوات|سنين|مرات|مئة|مئات))"
)
_AR_WORD = re.compile(rf"(?:{_any(_ARABIC_VALUES)})\b")


_EN_FIRST = frozenset((*_ONES, *_TEENS, *_TENS, *_SCALES, "dozen", "half", "fortnight", "½")) - {"one"}
_AR_FIRST = frozenset(word.split()[0] for word in _ARABIC_VALUES)
_EN_WORD = re.compile("[a-z]+|½")
_AR_LETTERS = re.compile("[\u0620-\u064a]+")


@lru_cache(maxsize=1)
def _arabic_run() -> re.Pattern[str]:
    """A number of one or more Arabic words; it takes a quarter of a second to compile, so only where one is met."""
    return re.compile(
        rf"\b(?P<glued>(?:[وفبل]?ال|لل)(?=(?!م[ئا])\w+[ةه]\b|(?:{_any(_AR_TENS)})\b)|[وفبل]?)"
        rf"(?P<run>(?:(?:{_AR_PART} {_AR_LARGE}|(?:{_any(_AR_TWICE)})\b|(?:{_any(_AR_TWO_OF)})\b(?= \w)"
        rf"|{_AR_LARGE}(?= و{_AR_PART}))"
        rf"(?: و(?={_AR_PART}))?)+(?:{_AR_PART})?|{_AR_PART})"
    )


def english_in_digits(text: str) -> str:
    """'two hundred and fifty' as '250', 'half a million' as '0.5 million', 'a dozen' as '12'; a lone 'one' stays."""
    if _EN_FIRST.isdisjoint(_EN_WORD.findall(text.lower())):
        return text
    text = _EN_HALF.sub(lambda m: "0.5 " if m[1] else "1 ", _FORTNIGHT.sub("2 weeks", text))
    text = _EN_RUN.sub(_english, text)
    text = _DOZEN.sub(lambda m: f"{Decimal(m[1]) * 12:f}".removesuffix(".0"), text)
    return _AND_HALF.sub(lambda m: f"{m[1]}.5" if m[1] else "1 " if m[2] else "0.5", text)


def arabic_in_digits(text: str) -> str:
    """'خمسة وعشرين' as '25', 'ألفين' as '2000'; glued particles stay apart: 'بخمسين' is 'ب 50'."""
    text = _AR_AND_PART.sub(_and_part, _AR_SPOKEN_HUNDRED.sub("مئة", _hours(without_harakat(text))))
    text = _SIX.sub("ستة", _AR_HALF.sub(lambda m: "0.25 " if m[1] == "ربع" else "0.5 ", text))
    if not any(word[at:] in _AR_FIRST for word in _AR_LETTERS.findall(text) for at in range(4)):
        return text
    return _LONE_SCALE.sub(r"1 \g<0>", _arabic_run().sub(_arabic, text))


def _and_part(match: re.Match[str]) -> str:
    """'مليون ونصف' as 'مليون وخمسمئة ألف', '5 ملايين ونصف' as '5.5 ملايين'."""
    count, word, part = match.groups()
    if count is not None:
        return f"{count}.{'25' if part == 'ربع' else '5'} {word}"
    whole = max(one for one in _AR_PARTS if (_AR_SCALE | _AR_TWICE)[word] >= one)
    return f"{word} و{_AR_PARTS[whole][part == 'ربع']}"


def _hours(text: str) -> str:
    """'الساعة التاسعة' as 'الساعة 9', 'التاسعة صباحا' as '9 صباحا'."""
    return _HOUR.sub(lambda m: str(_HOURS[m[1]]) if m[1] else f"{m['glued']} {_HOURS[m[3]]}".lstrip(), text)


def _english(match: re.Match[str]) -> str:
    words = re.findall(r"[a-z]+", match[0].lower())
    return match[0] if words == ["one"] else str(_sum([_ENGLISH[w] for w in words if w != "and"]))


def _arabic(match: re.Match[str]) -> str:
    run = match["run"]
    values = [_AR_TWO_OF[one[0]] if one[0] in _AR_TWO_OF and run[: one.start()][-1:] != " " else _ARABIC_VALUES[one[0]]
              for one in _AR_WORD.finditer(run)]  # fmt: skip
    return f"{match['glued']} {_sum(values)}" if match["glued"] else str(_sum(values))


def _sum(values: list[int]) -> int:
    """20, 5 is 25; 2, 100, 50 is 250; 3, 1000, 500 is 3500."""
    total = current = 0
    for value in values:
        if value == 100:
            current = max(current, 1) * 100
        elif value in (10**3, 10**6, 10**9, 10**12):
            total += max(current, 1) * value
            current = 0
        elif value > 1000:  # two thousands, millions or milliards in a word
            total += value
        else:
            current += value
    return total + current
