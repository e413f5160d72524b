"""A thing does not become another of its kind: 'white' and 'black', 'nurse' and 'doctor', 'قرية' and 'مدينة'.

Rows of `data/kinds.json`, English and Arabic: words of one kind, '/' between those that are not the same. Fails where
one of them is gone and another of its row is new; a rewrite may leave one out (`omission` looks at that) and may name
one besides (`claims`). English pronouns are a row of their own, for rewrites that keep nearly all of the draft's words:
who retells freely may say 'they' where the draft says 'we'.
"""

from __future__ import annotations

from functools import lru_cache

from virality.gates.alignment import is_free
from virality.gates.lexicon import data, digest, same
from virality.gates.negation import folded_keys
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import KNOWN, language_of, stem
from virality.text.normalise import words

GATE = "kinds"
_NEAR = 3
"""Content words by which a rewrite differs at most, for its pronouns to be compared."""
LISTS = digest(GATE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a word gave way to another of its kind."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no list for {lang or 'an unknown language'}")
    pair = _exchanged(draft, rewrite, lang, lang)
    if pair is None and lang == "en" and not is_free(draft, rewrite, lang, _NEAR):
        pair = _exchanged(draft, rewrite, lang, "pronouns")
    return failed(GATE, f"{pair[0]!r} became {pair[1]!r}", *pair) if pair else Verdict(GATE, "pass")


def _exchanged(draft: str, rewrite: str, lang: str, rows: str) -> tuple[str, str] | None:
    """A word that is gone and one of its row that is new; None: there is no such pair."""
    before, after = _members(draft, lang, rows), _members(rewrite, lang, rows)
    for row in before.keys() & after.keys():
        gone = {word for at, word in before[row].items() if at not in after[row]}
        new = {word for at, word in after[row].items() if at not in before[row]}
        for word in sorted(gone):
            other = next((one for one in sorted(new) if not same(word, one, lang)), None)
            if other is not None:
                return word, other
    return None


@lru_cache(maxsize=4096)
def _members(text: str, lang: str, rows: str) -> dict[int, dict[int, str]]:
    """Row -> place in it -> the word of the text that stands there, folded."""
    found: dict[int, dict[int, str]] = {}
    table = _places(lang, rows)
    for word in words(text):
        for key in folded_keys(word):
            for row, at in table.get(key) or table.get(_base(key, lang), ()):
                found.setdefault(row, {}).setdefault(at, key)
    return found


def _base(key: str, lang: str) -> str:
    return key if lang == "en" else stem(key, lang)


@lru_cache(maxsize=3)
def _places(lang: str, rows: str) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for row, sides in enumerate(data(GATE)[rows]):
        for at, side in enumerate(sides.split("/")):
            for word in side.split():
                for key in folded_keys(word):
                    for form in {key, _base(key, lang)}:
                        found.setdefault(form, []).append((row, at))
    return {key: tuple(dict.fromkeys(places)) for key, places in found.items()}
