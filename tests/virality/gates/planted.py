"""Distortions of the hand-written drafts that code makes from their marked facts.

Each planted distortion stands in an honest restatement, so that the distortion alone is what a gate can catch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from tests.virality.gates.labelled import PLATFORM, Row
from virality.text.normalise import LINK, normalise, without_harakat, words
from virality.text.platforms import LIMITS, length

EXACT = frozenset(
    ("language_changed", "half_language", "preamble", "number_claim_added", "unit_changed", "date_changed")
)
"""Hand-written kinds that are numbers, language or format: hard ones. The others are soft."""
APART = frozenset(("hashtag_dropped",))
"""Planted kinds of no pool: a hashtag at the end may be decoration, and dropping it no distortion."""

_DIGITS = re.compile(r"\d+(?:[.,:٫٬-]\d+)*")
_RUN = re.compile(r"\d+(?!\d|st\b|nd\b|rd\b|th\b)")
_TO_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_COUNTS = {
    "en": ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
    "ar": ["ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع", "عشر"],
}
_INTO_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابكديفجهيجكلمنوبقرستوفوخيز")
_INTO_LATIN = str.maketrans(
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤ", "abttjhkddrzssdttzaghqklmnhwyaaaaeaeo"
)  # fmt: skip
_FOREIGN = "Vous trouverez toutes les informations nécessaires demain matin sur notre page."
_FRAMES = {
    "en": ("Sure! Here is the post:", "Option 1:", "(Note: the facts are unchanged.)"),
    "ar": ("إليك المنشور بعد إعادة صياغته:", "الخيار الأول:", "(ملاحظة: لم تتغير المعلومات.)"),
}


def planted(row: Row) -> dict[str, str]:
    """Kind -> a distortion made by code, as far as the kind applies to the draft."""
    light = row.restatements[0]
    found = {kind: plant(row, light) for kind, plant in _ANYWHERE.items()}
    found |= {kind: _at_fact(row, fact, change) for kind, (fact, change) in _AT_FACTS.items()}
    return {kind: text for kind, text in found.items() if text is not None}


def _at_fact(row: Row, kind: str, change: Callable[[str, str, str], str | None]) -> str | None:
    """The first restatement that spells a fact as the draft does, with it changed; None where none can be."""
    for text in (*row.restatements, row.text):
        for fact in row.facts[kind]:
            if fact in text and (made := change(text, fact, row.lang)) is not None and normalise(made) != text:
                return made
    return None


def _number_changed(text: str, fact: str, lang: str) -> str | None:
    counts = _COUNTS[lang]
    for word in fact.split():
        if word.lower() in counts:
            return text.replace(fact, fact.replace(word, counts[(counts.index(word.lower()) + 2) % len(counts)]), 1)
    found = list(_RUN.finditer(fact))
    return None if not found else text.replace(fact, _other(found[-1], fact), 1)


def _other(digits: re.Match[str], fact: str) -> str:
    """`fact` with another number of as many digits in that place, in the same shapes of digits."""
    value = int(digits[0])
    made = str(value + 3 if value < 27 else value - 3).zfill(len(digits[0]))
    made = made if digits[0].isascii() else made.translate(_TO_ARABIC_INDIC)
    return fact[: digits.start()] + made + fact[digits.end() :]


def _digits_swapped(text: str, fact: str, lang: str) -> str | None:
    for at in range(len(fact) - 1, 0, -1):
        one, two = fact[at - 1], fact[at]
        opens = at < 2 or not fact[at - 2].isdigit()
        if one.isdigit() and two.isdigit() and one != two and not (opens and int(two) == 0):
            return text.replace(fact, fact[: at - 1] + two + one + fact[at + 1 :], 1)
    return None


def _number_dropped(text: str, fact: str, lang: str) -> str | None:
    found = _DIGITS.search(fact)
    number = rf"(?<![\w.,:-])[€£$]?{re.escape(found[0])}(?![\d.,:-]*\d)[%٪]?-?" if found else ""
    stands = re.findall(number, LINK.sub(" ", text)) if found else []
    return None if len(stands) != 1 else re.sub(number, " ", text)


def _number_added(row: Row, text: str) -> str:
    number = next(one for one in (37, 53, 59) if str(one) not in row.text)
    return f"{text} ({number})"


def _link_changed(text: str, fact: str, lang: str) -> str:
    return text.replace(fact, fact[:-1] + ("b" if fact[-1] == "a" else "a"))


def _dropped(text: str, fact: str, lang: str) -> str:
    return text.replace(fact, "")


def _transliterated(text: str, lang: str) -> str:
    """Letter for letter into the other script, links left alone."""
    table = _INTO_LATIN if lang == "ar" else _INTO_ARABIC
    parts, at = [], 0
    for link in LINK.finditer(text):
        parts += [_letters(text[at : link.start()], table), link[0]]
        at = link.end()
    return "".join([*parts, _letters(text[at:], table)])


def _letters(text: str, table: dict[int, int]) -> str:
    return without_harakat(text).lower().translate(table)


def _half(row: Row, text: str) -> str:
    tokens = text.split()
    middle = len(tokens) // 2
    return " ".join(tokens[:middle]) + " " + _transliterated(" ".join(tokens[middle:]), row.lang)


def _over_limit(row: Row, text: str) -> str:
    more = cycle(reversed(words(LINK.sub(" ", text))))
    while length(text, PLATFORM) <= LIMITS[PLATFORM]:
        text += " " + next(more)
    return text


def _under_half(row: Row, text: str) -> str:
    kept: list[str] = []
    for token in text.split():
        if len(" ".join([*kept, token])) >= 0.45 * len(row.text):
            break
        kept.append(token)
    return " ".join(kept)


def _repeated(row: Row, text: str) -> str:
    phrase = " ".join(islice(words(LINK.sub(" ", text)), 5))
    return f"{text} {phrase} {phrase} {phrase}"


def _unchanged(row: Row, text: str) -> str:
    return without_harakat(row.text).swapcase() + " !"


def _spread(template: str) -> Callable[[Row, str], str]:
    return lambda row, text: template.format(text=text, first=text.split()[0], rest=text.partition(" ")[2])


def _framed(which: int, template: str) -> Callable[[Row, str], str]:
    return lambda row, text: template.format(frame=_FRAMES[row.lang][which], text=text)


_AT_FACTS: dict[str, tuple[str, Callable[[str, str, str], str | None]]] = {
    "number_changed": ("numbers", _number_changed),
    "digits_swapped": ("numbers", _digits_swapped),
    "number_dropped": ("numbers", _number_dropped),
    "link_changed": ("links", _link_changed),
    "link_dropped": ("links", _dropped),
    "handle_changed": ("handles", _link_changed),
    "handle_dropped": ("handles", _dropped),
    "hashtag_dropped": ("hashtags", _dropped),
}
_ANYWHERE: dict[str, Callable[[Row, str], str | None]] = {
    "number_added": _number_added,
    "link_added": _spread("{text} https://example.com/more"),
    "handle_added": _spread("{text} @example_desk"),
    "hashtag_added": lambda row, text: f"{text} {'#MustRead' if row.lang == 'en' else '#لازم_تقرأ'}",
    "script_changed": lambda row, text: _transliterated(text, row.lang),
    "script_mixed": _half,
    "foreign_sentence": lambda row, text: f"{text} {_FOREIGN}",
    "html": _spread("<p><b>{first}</b> {rest}</p>"),
    "markdown": _spread("**{first}** {rest}"),
    "heading": _spread("## {first}\n\n{text}"),
    "opening": _framed(0, "{frame}\n{text}"),
    "option": _framed(1, "{frame}\n{text}"),
    "note": _framed(2, "{text}\n\n{frame}"),
    "quoted": _spread("“{text}”"),
    "link_slot": _spread("{text} <link3>"),
    "handle_slot": _spread("{text} @3"),
    "over_limit": _over_limit,
    "under_half": _under_half,
    "repeated": _repeated,
    "empty": lambda row, text: "",
    "unchanged": _unchanged,
}
KINDS = (*_AT_FACTS, *_ANYWHERE)
"""What `planted` can plant."""


def distortions(row: Row) -> Iterator[tuple[str, str]]:
    """(kind, rewrite) of every distortion of a draft, hand-written first."""
    yield from row.distorted.items()
    yield from planted(row).items()


def hard(kind: str) -> bool | None:
    """Whether a kind is a hard one (numbers, links, handles, language, format); None: of no pool."""
    return None if kind in APART else kind in EXACT or kind in KINDS
