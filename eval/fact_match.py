"""Which facts of one post stand in another: exact F1 of numbers, links, handles and names."""

from __future__ import annotations

import re

from virality.text.arabic_names import find_arabic_names
from virality.text.facts import facts
from virality.text.normalise import fold

KINDS = ("numbers", "links", "handles", "names")
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")


def stated(kind: str, text: str) -> frozenset[str]:
    """The facts of one kind, each once however often it is said; handles without case.

    Names in Arabic are those of a list (`virality.text.arabic_names`), others those that capitals mark.
    """
    found = facts(text)
    if kind == "handles":
        return frozenset(handle.casefold() for handle in found.handles)
    if kind == "names":
        return frozenset((*found.names, *find_arabic_names(text)))
    return frozenset(found.numbers if kind == "numbers" else found.links)


def standing(kind: str, these: frozenset[str], text: str) -> int:
    """How many of `these` facts stand in `text`.

    A name stands where its words do, in any case: capitals at the start of a sentence or in a headline do not tell.
    """
    if not these:
        return 0
    here = stated(kind, text)
    known = set(fold(_POSSESSIVE.sub(" ", text)).split()) if kind == "names" else set()
    return sum(fact in here or (kind == "names" and known.issuperset(fold(fact).split())) for fact in these)


def f1(kind: str, draft: str, rewrite: str) -> float | None:
    """Exact F1 between the facts of two posts, 0 to 1; None where neither states one.

    2 PR / (P + R), with P the share of the rewrite's facts that stand in the draft and R the share of the draft's that
    stand in the rewrite; 0 where only one of them states any that the other lacks.
    """
    before, after = stated(kind, draft), stated(kind, rewrite)
    if not before and not after:
        return None
    kept, grounded = standing(kind, before, rewrite), standing(kind, after, draft)
    recall = kept / len(before) if before else float(grounded == len(after))
    precision = grounded / len(after) if after else float(kept == len(before))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def holds(premise: str, hypothesis: str) -> bool:
    """Whether every fact of the hypothesis stands in the premise; a lone 1 may be a word ('one', 'a') there."""
    for kind in KINDS:
        these = stated(kind, hypothesis)
        if kind == "numbers":
            these = frozenset(number for number in these if number != "1" and not number.startswith("1 "))
        if standing(kind, these, premise) < len(these):
            return False
    return True
