"""Units that a post names in words, with a number or without one: so that a unit put in another's place is seen."""

from __future__ import annotations

import re
from functools import lru_cache

from virality.text.normalise import fold
from virality.text.units import KINDS, UNITS
from virality.text.vocabulary import vocabulary

_KIND = {unit: kind for kind, rows in KINDS.items() for unit in rows}
_MEASURES = {fold(word): unit for word, unit in UNITS.items() if len(word) > 1 and _KIND[unit] not in ("time", "share")}
_COUNTED = {
    fold(word): (kind, unit)
    for kind, unit, row in (
        ("share", "half", "half halved نصف نص النصف النص"),
        ("share", "quarter", "quarter ربع الربع"),
        ("share", "third", "ثلث الثلث تلت التلت"),
        ("times", "double", "double doubled doubles doubling twice twofold ضعف الضعف ضعفين تضاعف تضاعفت مضاعف"),
        ("times", "triple", "triple tripled triples tripling thrice threefold"),
        ("count", "point", "point points نقطة نقاط نقطتين"),
        ("count", "goal", "goal goals هدف أهداف هدفين"),
        ("count", "lap", "lap laps لفة لفات"),
    )
    for word in row.split()
}
_ADVERBS = {
    fold(word): unit
    for unit, row in (
        ("hour", "hourly ساعيا"),
        ("day", "daily nightly يوميا يومي يومية اليومي اليومية"),
        ("week", "weekly أسبوعيا أسبوعي أسبوعية الأسبوعي الأسبوعية"),
        ("month", "monthly شهريا شهري شهرية الشهري الشهرية"),
        ("year", "yearly annual annually سنويا سنوي سنوية السنوي السنوية"),
    )
    for word in row.split()
}
_TIMES = {fold(word): unit for word, unit in UNITS.items() if _KIND[unit] == "time"}
_ONE_OF = frozenset(map(fold, vocabulary("دقيقة ساعة أسبوع أسبوعا شهر شهرا سنة")))
"""Indefinite singulars: 'for an hour'; after a number or 'half' they are counted with it."""
_PARTS = frozenset(("نص", "نصف", "ربع", "ثلث", "تلت"))
_EVERY = frozenset(("كل", "وكل", "فكل", "بكل", "اول"))
_PER = re.compile(
    r"(?<!\w)(?:(?:an?|per|(?:each|every)(?: second| third| fourth| other)?|one|first|third) "
    r"|[وفبل]?(?:كل|اول) |في ال|فال|بال)(?P<unit>\w+)"
)
_CLITICS = re.compile(r"^(?:[وف]?(?:بال|كال|لل|ال)|[وفبل])(?=\w{2})")


@lru_cache(maxsize=8192)
def unit_words(text: str) -> dict[str, tuple[str, ...]]:
    """Kind -> the units named, as often as they are: 'the kilo', '5 miles', 'every week', 'weekly', 'half'.

    Time counts only where it measures (per, each, first, an Arabic indefinite singular): 'today' and 'this
    week' are dates, see `virality.text.dates`.
    """
    folded = fold(text)
    found: dict[str, list[str]] = {}
    before = ""
    for word in folded.split():
        measured = before.isdecimal() or before in _PARTS or before in _EVERY
        before = word
        bare = word if word in _MEASURES or word in _COUNTED else _CLITICS.sub("", word)
        if unit := _MEASURES.get(bare):
            found.setdefault(_KIND[unit], []).append(unit)
        elif counted := _COUNTED.get(bare):
            found.setdefault(counted[0], []).append(counted[1])
        elif unit := _ADVERBS.get(word) or (_TIMES[word] if word in _ONE_OF and not measured else None):
            found.setdefault("time", []).append(unit)
    for match in _PER.finditer(folded):
        if unit := _TIMES.get(match["unit"]):
            found.setdefault("time", []).append(unit)
    return {kind: tuple(units) for kind, units in found.items()}
