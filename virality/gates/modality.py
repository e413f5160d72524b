"""How sure it is and for how many: 'may', 'plans', 'must' and 'some' are neither lost nor added.

A measure of small words, English and Arabic with its dialects: each kind stands in both texts or in neither.
"""

from __future__ import annotations

import re
from functools import lru_cache

from virality.gates.lexicon import data
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, language_of
from virality.text.normalise import fold

GATE = "modality"

_AGAINST = (("must", "advice"), ("all", "some"))


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where doubt, certainty, duty, 'all' or 'some' is lost, added or exchanged.

    Other words for the same pass: 'may' and 'could', 'it is said' and 'plans to' are one kind, doubt.
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no list for {lang or 'an unknown language'}")
    before, after = kinds(draft, lang), kinds(rewrite, lang)
    if "unsure" in before and "unsure" not in after and "open" not in after:
        return failed(GATE, f"a doubt of the draft is gone: {listed(before['unsure'])}", *before["unsure"])
    if "unsure" in after and "unsure" not in before and "open" not in before and not _permits(draft, after["unsure"]):
        return failed(GATE, f"a doubt is new: {listed(after['unsure'])}", *after["unsure"])
    if "certain" in after and "certain" not in before:
        return failed(GATE, f"a certainty is new: {listed(after['certain'])}", *after["certain"])
    for one, other in _AGAINST:
        for these, those in ((one, other), (other, one)):
            if these in before and these not in after and those in after and those not in before:
                words = (*before[these], *after[those])
                return failed(GATE, f"{before[these][0]!r} became {after[those][0]!r}", *words)
    return Verdict(GATE, "pass")


def _permits(draft: str, doubts: tuple[str, ...]) -> bool:
    """Whether the only doubt is a 'may' that stands for a 'can' of the draft."""
    return set(doubts) == {"may"} and "can" in fold(draft).split()


@lru_cache(maxsize=8192)
def kinds(text: str, lang: str) -> dict[str, tuple[str, ...]]:
    """The kinds of small words that a post has, with the words found, folded."""
    folded = fold(text)
    found = {kind: tuple(m[0].strip() for m in pattern.finditer(folded)) for kind, pattern in _patterns(lang).items()}
    return {kind: words for kind, words in found.items() if words}


@lru_cache(maxsize=2)
def _patterns(lang: str) -> dict[str, re.Pattern[str]]:
    return {kind: _pattern(row) for kind, row in data("small_words")["modality"][lang].items()}


def _pattern(row: list[str]) -> re.Pattern[str]:
    """Of a kind's row: what may stand before each word, then the words."""
    return re.compile(rf"(?<!\w){row[0]}(?:{'|'.join(row[1:])})(?!\w)")
