"""Who did what to whom stays: two words that change places, while their neighbours stay, are an exchange of roles.

A measure of neighbours: it sees 'A beat B' become 'B beat A', and not a new clause about the same people.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

from virality.gates.alignment import is_free
from virality.gates.negation import folded_keys
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of, stem
from virality.text.normalise import sentences, words

GATE = "roles"
_LONGEST = 3
"""Words of the longest thing that changes places."""

_GAIN = 3
"""Pairs of neighbours by which the draft must come nearer to the rewrite once two things change places; one less where
it is the rewrite once two words do."""

_AND = frozenset(("and", "or", "nor", "&", "و", "او", "ثم", "لا", "ولا", "v", "vs"))
_BE = frozenset(("is", "are", "was", "were", "be", "been", "would", "will", "may", "هو", "هي"))
_STOP = "."
_MOST = 80


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where the draft with two things exchanged is clearly nearer to the rewrite than the draft itself."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    before = _tokens(draft, lang)
    if is_free(draft, rewrite, lang, context.max_free_words) or len(before) > _MOST:
        return Verdict(GATE, "pass")
    after = Counter(pairwise(_tokens(rewrite, lang)))
    near = _shared(before, after)
    heavy = set(content_words(draft, lang))
    spans = [
        (at, at + n)
        for n in range(1, _LONGEST + 1)
        for at in range(len(before) - n + 1)
        if before[at] in heavy and before[at + n - 1] in heavy and _STOP not in before[at : at + n]
    ]
    best, which = 0, ("", "")
    for (a, b), (c, d) in combinations(sorted(spans), 2):
        between = before[b:c]
        if b > c or before[a:b] == before[c:d] or _AND.intersection(between) or _BE.issuperset(between):
            continue
        swapped = [*before[:a], *before[c:d], *before[b:c], *before[a:b], *before[d:]]
        shared = _shared(swapped, after)
        gain = shared - near + (shared == len(before) - 1 and b - a == d - c == 1)
        if gain > best:
            best, which = gain, (" ".join(before[a:b]), " ".join(before[c:d]))
    if best >= _GAIN:
        return failed(GATE, f"{which[0]!r} and {which[1]!r} changed places", *which)
    return Verdict(GATE, "pass")


def _tokens(text: str, lang: str) -> list[str]:
    found = [_STOP]
    for sentence in sentences(text):
        found += [stem(key, lang) for word in words(sentence) for key in folded_keys(word)]
        found.append(_STOP)
    return found


def _shared(tokens: list[str], others: Counter[tuple[str, str]]) -> int:
    return (Counter(pairwise(tokens)) & others).total()
