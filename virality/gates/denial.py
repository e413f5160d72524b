"""Nothing is denied that the draft states, and nothing stated that it denies, English and Arabic.

What denies by itself ('refuse', 'without', 'unsafe', 'نفى') may stand for a denial. In a rewrite that says nearly all
in other words a denial is looked for in few places: there the gate passes more than it should.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from virality.gates.alignment import is_free
from virality.gates.lexicon import data, entries
from virality.gates.negation import AROUND, NEGATIONS, denial_keys, denies, is_denial
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import language_of
from virality.text.normalise import fold, sentences

GATE = "negation"
IMPLIED = {
    lang: re.compile(rf"(?<!\w){'[وف]?' if lang == 'ar' else ''}(?:{'|'.join(rows)})(?!\w)")
    for lang, rows in data("small_words")["implied_denials"].items()
}
"""Words that may carry a denial in themselves, matched on folded text."""

_SCOPE = 2
_CLAUSE = frozenset(("and", "but", "or", "لكن", "بس", "ثم"))
"""Words that end what a denial denies."""

_LIGHT = {lang: frozenset(words) for lang, words in data("small_words")["passed_over"].items()}
"""Words that a denial passes over to what it denies."""

_SPOKEN_WORDS = frozenset(data("small_words")["spoken"])
"""Words that tell dialect, where 'ما' mostly denies."""


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a word that one text denies is stated by the other.

    Denials are counted first: one more or less passes where the word that it denies is not in the other text at all,
    and where a word that denies by itself makes up for it ('declined to comment', 'would not comment').
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in NEGATIONS:
        return not_checked(GATE, f"no list for {lang or 'an unknown language'}")
    before, after = _read(draft, lang), _read(rewrite, lang)
    more = len(after.denials) - len(before.denials)
    there, here = (set(IMPLIED[lang].findall(fold(text))) for text in (draft, rewrite))
    free = is_free(draft, rewrite, lang, context.max_free_words)
    new, gone = _stated(after, before, free), _stated(before, after, free)
    if new and more > len(there - here):
        return failed(GATE, f"a negation is new: {listed(new)}", *new)
    if gone and -more > len(here - there):
        return failed(GATE, f"a negation of the draft is gone: {listed(gone)}", *gone)
    return Verdict(GATE, "pass")


@dataclass(frozen=True, slots=True)
class _Read:
    """What a post denies: each denial as 'word target', the targets' entries, and those of all that it states."""

    denials: tuple[str, ...]
    targets: tuple[tuple[frozenset[str], ...], ...]
    stated: frozenset[str]


@lru_cache(maxsize=4096)
def _read(text: str, lang: str) -> _Read:
    denials: list[str] = []
    targets: list[tuple[frozenset[str], ...]] = []
    stated: set[str] = set()
    loose = lang == "ar" and not _SPOKEN_WORDS.isdisjoint(denial_keys(text, lang))
    for sentence in sentences(text):
        keys = denial_keys(sentence, lang)
        asks = sentence.rstrip('"”’)»').endswith(("؟", "?"))
        denying = [at for at, key in enumerate(keys) if is_denial(key, lang) and denies(keys, at, asks, loose)]
        within: set[int] = set()
        for at in denying:
            end = next((i for i in range(at + 1, len(keys)) if keys[i] in _CLAUSE), len(keys))
            heavy = [i for i in range(at + 1, end) if _weighs(keys[i], lang)][:_SCOPE]
            heavy = heavy or [i for i in range(at) if _weighs(keys[i], lang)][-1:]
            within.update((*heavy, at))
            if keys[at] == "لا" and any(at - 7 < other < at for other in denying):
                continue  # 'neither ... nor' is one denial
            itself = keys[at : at + 1] if lang == "ar" and AROUND.match(keys[at]) else []
            denials.append(" ".join((keys[at], *(keys[i] for i in heavy[:1]))))
            targets.append(tuple(_looked_up(key, lang) for key in (*itself, *(keys[i] for i in heavy))))
        stated |= _all((key for i, key in enumerate(keys) if i not in within and _weighs(key, lang)), lang)
    return _Read(tuple(denials), tuple(targets), frozenset(stated))


def _stated(these: _Read, those: _Read, free: bool) -> tuple[str, ...]:
    """Denials of `these` whose target `those` state and do not deny; in a `free` rewrite, all words of the target."""
    denied = frozenset[str]().union(*(word for target in those.targets for word in target))
    enough = all if free else any
    return tuple(
        denial
        for denial, target in zip(these.denials, these.targets, strict=True)
        if (not free or len(target) > 1)
        and enough(not word.isdisjoint(those.stated) for word in target)
        and all(word.isdisjoint(denied) for word in target)
    )


def _looked_up(key: str, lang: str) -> frozenset[str]:
    if lang == "ar" and AROUND.match(key):
        key = re.sub("^ما?|ش$", "", key)
    return frozenset(entry for entry in entries(key, lang) if len(entry) > 2)


def _all(keys: Iterable[str], lang: str) -> frozenset[str]:
    return frozenset(entry for key in keys for entry in _looked_up(key, lang))


def _weighs(key: str, lang: str) -> bool:
    return len(key) > 1 and key not in _LIGHT[lang] and key not in NEGATIONS[lang]
