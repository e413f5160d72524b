"""How what came in and what went out balance: a paraphrase gives a word for a word, a claim adds a clause.

Both texts are cut into clauses. Counted in each are content words that nothing in the other text stands for, the
longest run of them, and clauses of which the other text says nothing; a sum of these counts, with weights fitted on
hand-written drafts (`python -m benchmarks.balance_weights`), tells one from the other. It works in both directions.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from virality.gates.alignment import LIGHT
from virality.gates.lexicon import data, entries, same
from virality.gates.negation import folded_keys
from virality.gates.wording import plain, says_nothing, stem
from virality.text.normalise import fold, without_mentions, words
from virality.text.vocabulary import vocabulary

FILE = "balance_weights"
"""Of the data: which counts weigh how much, by gate, and what they were fitted on."""

_BOUND = re.compile(
    r"[.!?؟;؛:,،()\[\]\n…—–|\"“”«»/]+|\s-+\s|[\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff]+|https?://\S+"
)
_OPENS = {
    "en": vocabulary(
        "and but or so with because while after before as when where which who that if though although including plus",
        "since than then to for by using without into",
    ),
    "ar": vocabulary(
        "ثم لكن بس مع بعد قبل لان لانه لانها الذي التي الذين اللي يلي الي حيث عشان علشان لكي كي بسبب بينما كما",
    ),
}
_NEAR = 2
"""Content words between a place where something came in and one where something went out, at most."""
"""Words that begin a clause, folded; in Arabic a word with 'and' glued to it does too."""


@dataclass(frozen=True, slots=True)
class Side:
    """One text against another, counted in content words, once each.

    Attributes:
        words: content words.
        heavy: those that say something by themselves.
        apart: heavy words that no word of the other text stands for.
        unlike: content words whose stem the other text does not have.
        run: the longest run of such heavy words in one clause, light words between them passed over.
        whole: heavy words of clauses none of whose heavy words the other text has.
        clauses: clauses that hold a content word.
        alone: words of `apart` that came in where nothing went out.
    """

    words: int
    heavy: int
    apart: int
    unlike: int
    run: int
    whole: int
    clauses: int
    alone: int


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    stem: str
    heavy: bool
    written: str


def sides(draft: str, rewrite: str, lang: str) -> tuple[Side, Side]:
    """What the rewrite has against the draft, and the draft against the rewrite; `lang` is one of `KNOWN`."""
    return _side(rewrite, draft, lang), _side(draft, rewrite, lang)


def odds(gate: str, draft: str, rewrite: str, lang: str) -> float:
    """Log-odds, in nats, that the rewrite adds a claim (`gate` 'claims') or loses one ('omission')."""
    came, went = sides(draft, rewrite, lang)
    these, those = (came, went) if gate == "claims" else (went, came)
    known: dict[str, Any] = data(FILE)[gate]
    start: float = known["start"]
    weights: list[float] = [*known["these"], *known["those"]]
    counts: list[int] = [*astuple(these), *astuple(those)]
    return start + sum(weight * count for weight, count in zip(weights, counts, strict=True))


def apart(text: str, other: str, lang: str) -> tuple[str, ...]:
    """The heavy words of a text that nothing in the other stands for, as they are spelt, in order."""
    found = (word.written for clause in _matched(text, other, lang) for word, known, _ in clause if not known)
    return tuple(dict.fromkeys(found))


Matched = tuple[tuple[tuple[_Word, bool, bool], ...], ...]


@lru_cache(maxsize=4096)
def _side(text: str, other: str, lang: str) -> Side:
    matched = _matched(text, other, lang)
    run = whole = 0
    first: dict[str, tuple[bool, bool, bool]] = {}
    for clause in matched:
        heavy = [known for word, known, _ in clause if word.heavy]
        at = 0
        for known in heavy:
            at = 0 if known else at + 1
            run = max(run, at)
        whole += 0 if any(heavy) else len(heavy)
        for word, known, alike in clause:
            first.setdefault(word.stem, (word.heavy, known, alike))
    apart = sum(heavy and not known for heavy, known, _ in first.values())
    unlike = sum(not alike for _, _, alike in first.values())
    alone = _alone(matched, _matched(other, text, lang))
    return Side(
        len(first), sum(heavy for heavy, _, _ in first.values()), apart, unlike, run, whole, len(matched), alone
    )


def _alone(matched: Matched, others: Matched) -> int:
    """Words that came in where nothing went out: nothing of the other text is lost near where their neighbours are."""
    theirs = [(word, known) for clause in others for word, known, _ in clause]
    place: dict[str, int] = {}
    for at, (word, _) in enumerate(theirs):
        place.setdefault(word.stem, at)
    lost = [at for at, (_, known) in enumerate(theirs) if not known]
    flat = [(word, known) for clause in matched for word, known, _ in clause]
    total = at = 0
    while at < len(flat):
        if flat[at][1]:
            at += 1
            continue
        end = at
        while end < len(flat) and not flat[end][1]:
            end += 1
        beside = [place.get(flat[i][0].stem) for i in (at - 1, end) if 0 <= i < len(flat)]
        if all(b is None or all(abs(b - one) > _NEAR for one in lost) for b in beside):
            total += end - at
        at = end
    return total


@lru_cache(maxsize=4096)
def _matched(text: str, other: str, lang: str) -> Matched:
    """Each content word of each clause, whether the other text has it (light words: always), and by its stem.

    A synonym stands for one word only, and for one that this text does not have itself.
    """
    mine, theirs = _clauses(text, lang), _clauses(other, lang)
    stems = {word.stem for clause in theirs for word in clause}
    own = {word.stem for clause in mine for word in clause}
    forms = frozenset().union(*(_forms(key, lang) for key in _keys(other)))
    free = {word.stem: word.key for clause in theirs for word in clause if word.stem not in own}
    known: dict[str, bool] = {}
    for word in (word for clause in mine for word in clause):
        if word.stem not in known:
            found = not word.heavy or word.stem in stems or not _forms(word.key, lang).isdisjoint(forms)
            if not found and (instead := next((one for one, key in free.items() if same(word.key, key, lang)), None)):
                found = True
                del free[instead]
            known[word.stem] = found
    return tuple(tuple((word, known[word.stem], word.stem in stems) for word in clause) for clause in mine)


@lru_cache(maxsize=65536)
def _forms(key: str, lang: str) -> frozenset[str]:
    """What forms of one word have in common."""
    return frozenset(entry for entry in entries(key, lang) if len(entry) > 2)


@lru_cache(maxsize=4096)
def _clauses(text: str, lang: str) -> tuple[tuple[_Word, ...], ...]:
    found: list[list[_Word]] = [[]]
    for part in _BOUND.split(without_mentions(text)):
        found.append([])
        for written in words(part):
            for key in folded_keys(plain(written)):
                if key in _OPENS[lang] or (lang == "ar" and key[0] == "و" and len(key) > 3):
                    found.append([])
                if not says_nothing(key, lang):
                    found[-1].append(_Word(key, stem(key, lang), not _light(key, lang), written))
    return tuple(tuple(clause) for clause in found if clause)


@lru_cache(maxsize=65536)
def _light(key: str, lang: str) -> bool:
    return key in LIGHT[lang] or stem(key, lang) in _light_stems(lang)


@lru_cache(maxsize=2)
def _light_stems(lang: str) -> frozenset[str]:
    return frozenset(stem(word, lang) for word in LIGHT[lang])


@lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())
