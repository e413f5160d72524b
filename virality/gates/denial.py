"""Nothing is denied that the draft states, and nothing stated that it denies, English and Arabic.

What is denied counts, not how often: a denial is new where its first word of weight stands in the draft and is denied
nowhere in it. What denies by itself ('refuse', 'without', 'unsafe', 'نفى') may stand for a denial, where it stands in
the sentence that states the word. A denial of what the other text says in other words is not seen.
"""

from __future__ import annotations

from virality.gates.alignment import is_free
from virality.gates.denied import LISTS, Denial, Read, read
from virality.gates.lexicon import entries
from virality.gates.negation import NEGATIONS
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import language_of

__all__ = ["GATE", "LISTS", "check"]

GATE = "negation"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a word that one text denies is stated by the other.

    Denials are counted first: one more or less passes where the word that it denies is not in the other text at all,
    and where a word that denies by itself makes up for it ('declined to comment', 'would not comment').
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in NEGATIONS:
        return not_checked(GATE, f"no list for {lang or 'an unknown language'}")
    before, after = read(draft, lang), read(rewrite, lang)
    free = is_free(draft, rewrite, lang, context.max_free_words)
    if new := _reversed(after, before, lang, free):
        return failed(GATE, f"a negation is new: {listed(new)}", *new)
    if gone := _reversed(before, after, lang, free):
        return failed(GATE, f"a negation of the draft is gone: {listed(gone)}", *gone)
    if not free and (moved := _moved(before, after, lang)):
        return failed(GATE, f"a negation has moved: {listed(moved)}", *moved)
    return Verdict(GATE, "pass")


def _reversed(these: Read, those: Read, lang: str, free: bool) -> tuple[str, ...]:
    """Denials of `these` of which `those` state a word and do not deny it; in a `free` rewrite, all their words."""
    if not these.denials and not these.maybe:
        return ()
    found = [one.told for one in these.denials if _turned(one, these, those, lang, free)]
    if these.maybe and not free and any(part.joins(beside, lang) for beside in these.maybe for part in those.sentences):
        found.append("ما")
    return tuple(found)


def _moved(before: Read, after: Read, lang: str) -> tuple[str, ...]:
    """A denial of each text whose first word the other has and nowhere denies: the same 'not' in another clause."""
    gone, come = _said_by(after, before, lang), _said_by(before, after, lang)
    return (gone[0].told, come[0].told) if gone and come else ()


def _said_by(those: Read, these: Read, lang: str) -> list[Denial]:
    """Outright denials of `these` that stand right before a word which `those` have and nowhere deny."""
    denied = those.denied
    plain = (one for one in these.denials if one.targets and not (one.soft or one.but_for or _only(one)))
    first = [(one, one.targets[0]) for one in plain if not one.targets[0].isdisjoint(one.beside[1])]
    left = [(one, word) for one, word in first if denied.isdisjoint(word)]
    if not left:
        return []
    said = frozenset[str]().union(*(entries(key, lang) for key in those.words))
    return [one for one, word in left if not said.isdisjoint(word)]


def _only(one: Denial) -> bool:
    """Whether this may be the 'غير' that says 'only' in the Maghreb."""
    return one.told.split()[0] == "غير"


def _turned(one: Denial, these: Read, those: Read, lang: str, free: bool) -> bool:
    """Whether `those` state what this denial of `these` denies."""
    if one.but_for.difference(those.words) or (one.soft and (free or one.told.split()[0] in those.words)):
        return False
    more = one.soft or these.outright > those.outright
    if not free and _in_place(one, those, lang, more):
        return True
    if not more or any(not word.isdisjoint(those.denied) for word in one.targets) or (free and len(one.targets) < 2):
        return False
    asked = one.targets if free or one.weak else one.targets[:1]
    told = [(part, [word for word in asked if not word.isdisjoint(part.stated)]) for part in those.sentences]
    told = [(part, said) for part, said in told if len(said) >= (len(asked) if free else 1)]
    return bool(told) and not any(part.excuses(one, word, lang) for part, said in told for word in said)


def _in_place(one: Denial, those: Read, lang: str, more: bool) -> bool:
    """Whether the words beside an outright denial stand in a row in `those`, and its first word is denied nowhere."""
    heads = (other.targets[0] for other in those.denials if other.targets)
    if one.soft or not one.targets or any(not one.targets[0].isdisjoint(head) for head in heads):
        return False
    return any(part.anchors(one, lang) for part in those.sentences if more or not part.denying)
