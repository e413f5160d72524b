"""Nothing is turned into its opposite: 'rose' and 'fell', 'opens' and 'closes', 'فاز' and 'خسر'.

Opposites are those of `virality.gates.lexicon`. One that goes with a changed denial ('is not safe', 'is dangerous') is
no contradiction. What contradicts in other words is not seen.
"""

from __future__ import annotations

from virality.gates.alignment import aligned, folded, is_free, replaced
from virality.gates.lexicon import opposite
from virality.gates.negation import negations
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import KNOWN, language_of

GATE = "contradiction"
_IN_PLACE = ("en",)
"""Languages in which a word that alone has changed in its place must be a synonym; for Arabic the names gate asks."""


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a word of the draft is gone and its opposite is new, beside the same word or where the rest is kept.

    In a text that keeps nearly all of its words, one in another's place must be a synonym.
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no opposites for {lang or 'an unknown language'}")
    if len(negations(draft, lang)) != len(negations(rewrite, lang)):
        return Verdict(GATE, "pass")
    found = aligned(draft, rewrite, lang)
    before, after = folded(draft, lang), folded(rewrite, lang)
    gone = [key for key in before if key not in after]
    fresh = [key for key in after if key not in before]
    free = is_free(draft, rewrite, lang, context.max_free_words)
    for one in gone:
        for other in fresh:
            if opposite(before[one], after[other], lang) and (
                not free or _beside(found.before, found.after, one, other)
            ):
                return failed(GATE, f"{before[one]!r} became {after[other]!r}", before[one], after[other])
    if lang in _IN_PLACE and not free and (pair := replaced(draft, rewrite, lang)):
        return failed(GATE, f"{pair[0]!r} became {pair[1]!r}, and no list knows them for the same", *pair)
    return Verdict(GATE, "pass")


def _beside(before: tuple[str, ...], after: tuple[str, ...], one: str, other: str) -> bool:
    """Whether the two words have a neighbour in common."""
    i, j = before.index(one), after.index(other)
    return not {*before[max(i - 1, 0) : i], *before[i + 1 : i + 2]}.isdisjoint(
        {*after[max(j - 1, 0) : j], *after[j + 1 : j + 2]}
    )
