"""What a post denies and what it states, English and Arabic: each denial with the words that it denies.

What denies by itself ('refuse', 'without', 'unsafe', 'نفى') lies in `data/denials.json`: `implied` may stand for a
denial, `soft` denies what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from virality.gates.lexicon import data, entries
from virality.gates.negation import AROUND, NEGATIONS, denial_keys, denies, is_denial
from virality.text.normalise import sentences

LISTS = data("denials")
_IMPLIED, _SOFT = (
    {
        lang: re.compile(rf"(?<!\w){'[وف]?' if lang == 'ar' else ''}(?:{'|'.join(rows)})(?!\w)")
        for lang, rows in LISTS[kind].items()
    }
    for kind in ("implied", "soft")
)
"""What may stand for a denial, and what denies what follows it: 'fails to', 'نفى'; matched on folded text."""

_SCOPE = 2
_REACH = 5
"""Words after a denial among which what it denies is looked for."""

_BESIDE = 8
"""Words between a stated word and what may stand for its denial, at most."""

_RIGHT_BEFORE = 3
"""Words before a stated one where something that denies it is looked for, in a text that keeps its neighbours."""

_FULL = 5
"""Letters of an Arabic word in which its root is whole."""

_NONE: frozenset[str] = frozenset()
_CLAUSE = frozenset(("and", "but", "or", "لكن", "بس", "ثم"))
"""Words that end what a denial denies."""

_PARTLY = frozenset(
    [
        "all",
        "every",
        "everyone",
        "everything",
        "everybody",
        "always",
        "many",
        "much",
        "enough",
        "too",
        "very",
        "quite",
        "كل",
        "كلن",
        "كلهم",
        "كلنا",
        "كلها",
        "كله",
        "جميع",
        "الجميع",
        "الكل",
        "دايما",
        "كثير",
        "كتير",
        "كافي",
    ]
)
"""Words that, denied, leave a part: 'not all', 'not enough'."""

_BUT_FOR = frozenset(
    ("until", "till", "before", "unless", "except", "without", "only", "الا", "قبل", "حتي", "سوي", "بدون", "دون", "لحد")
)
"""Words that turn a denial after them into a statement: 'not before Monday', 'لا يفتح إلا الاثنين'."""

_INSTEAD = re.compile(r"[,;–—-]\s*(?:and |but )?not\b", re.IGNORECASE)
"""'Wednesday, not Thursday': what is denied is what the other stands for."""

_LIGHT = {lang: frozenset(words) for lang, words in LISTS["passed_over"].items()}
"""Words that a denial passes over to what it denies."""

_SPOKEN_WORDS = frozenset(LISTS["spoken"]["ar"])
"""Words that tell dialect, where 'ما' mostly denies."""


@dataclass(frozen=True, slots=True)
class Denial:
    """A denial in its sentence.

    Attributes:
        told: 'word target', for a person.
        targets: entries of the words that it denies.
        beside: entries of the word before it and of the two after it.
        around: entries of all words of the sentence.
        but_for: words after it that turn it into a statement.
        soft: whether it denies by what it says, as 'refuse' does.
        weak: whether its first word is an Arabic one of few letters, which has no fixed form ('ترس', 'رست').
    """

    told: str
    targets: tuple[frozenset[str], ...]
    beside: tuple[frozenset[str], ...]
    around: frozenset[str]
    but_for: frozenset[str]
    soft: bool
    weak: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """Entry -> places of the words that a sentence states, places of what may stand for a denial, its folded words."""

    stated: dict[str, tuple[int, ...]]
    implied: tuple[int, ...]
    keys: tuple[str, ...]
    denying: tuple[int, ...]

    def excuses(self, denial: Denial, word: frozenset[str], lang: str) -> bool:
        """Whether something beside the word may stand for the denial, and does not stand beside the denial too."""
        if denial.soft and (self.denying or self.implied):
            return True
        at = {place for entry in word for place in self.stated.get(entry, ())}
        return any(
            0 < abs(place - one) <= _BESIDE
            for place in self.implied
            for one in at
            if _looked_up(self.keys[place], lang).isdisjoint(denial.around)
        )

    def anchors(self, denial: Denial, lang: str) -> bool:
        """Whether two words in a row here are those after the denial, or around it, and nothing before denies them."""
        before, first, second = denial.beside
        if not first:
            return False
        known = [_looked_up(key, lang) for key in self.keys]
        denying = {*self.denying, *self.implied}
        for at, word in enumerate(known):
            if not word.isdisjoint(first) and denying.isdisjoint(range(at - _RIGHT_BEFORE, at + 1)):
                after = known[at + 1] if at + 1 < len(known) else _NONE
                if not second.isdisjoint(after) or (at and not before.isdisjoint(known[at - 1])):
                    return True
        return False

    def joins(self, beside: tuple[frozenset[str], ...], lang: str) -> bool:
        """Whether the word before and the two after stand in a row here."""
        known = [_looked_up(key, lang) for key in self.keys]
        return any(
            all(not known[at + i].isdisjoint(word) for i, word in enumerate(beside)) for at in range(len(known) - 2)
        )


@dataclass(frozen=True, slots=True)
class Read:
    """What a post denies, what stands beside each Arabic 'ما' that may be no denial, how often it denies, sentences."""

    denials: tuple[Denial, ...]
    maybe: tuple[tuple[frozenset[str], ...], ...]
    outright: int
    parts: tuple[tuple[tuple[str, ...], tuple[int, ...], frozenset[int]], ...]
    lang: str

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, read for what they state when asked."""
        return tuple(_sentence(*part, self.lang) for part in self.parts)

    @property
    def denied(self) -> frozenset[str]:
        """Entries of all words that it denies."""
        return frozenset[str]().union(*(word for one in self.denials for word in one.targets))

    @property
    def words(self) -> Iterator[str]:
        """All folded words in order."""
        return (key for keys, _, _ in self.parts for key in keys)


@lru_cache(maxsize=4096)
def read(text: str, lang: str) -> Read:
    """The denials and the sentences of a normalised post; `lang` is a key of `virality.gates.negation.NEGATIONS`."""
    denials: list[Denial] = []
    parts: list[tuple[tuple[str, ...], tuple[int, ...], frozenset[int]]] = []
    unsure: list[tuple[frozenset[str], ...]] = []
    outright = 0
    loose = lang == "ar" and not _SPOKEN_WORDS.isdisjoint(denial_keys(text, lang))
    for sentence in sentences(text):
        keys = denial_keys(sentence, lang)
        folded = " ".join(keys)
        asks = sentence.rstrip('"”’)»').endswith(("؟", "?"))
        denying = [at for at, key in enumerate(keys) if is_denial(key, lang) and denies(keys, at, asks, loose)]
        around = _all(keys, lang) if denying else frozenset[str]()
        within: set[int] = set()
        for at in denying:
            heavy, but_for = _denied(keys, at, lang)
            within.update((*heavy, at, *[i for i in range(max(at - _REACH, 0), at) if _weighs(keys[i], lang)][-2:]))
            if keys[at] == "لا" and any(at - 7 < other < at for other in denying) and not _is_verb(keys, at + 1):
                continue  # 'neither ... nor' is one denial
            outright += 1
            partly = not _PARTLY.isdisjoint(keys[at + 1 : at + 2])
            if not partly and not (keys[at] == "not" and (_INSTEAD.search(sentence) or "but" in keys[at : at + 9])):
                itself = [at] if lang == "ar" and AROUND.match(keys[at]) else []
                denials.append(_denial(keys, at, (*itself, *heavy), around, but_for, lang))
        for at, end in _places(_SOFT[lang], folded):
            if heavy := [i for i in range(end, min(end + _SCOPE * 2, len(keys))) if _weighs(keys[i], lang)][:_SCOPE]:
                denials.append(_denial(keys, at, heavy, around, _NONE, lang, soft=True))
        maybe = [at for at, key in enumerate(keys) if key == "ما" and at not in denying]
        within.update(at + i for at in maybe for i in (1, 2, 3))
        unsure += [_beside(keys, at, lang) for at in maybe]
        parts.append((tuple(keys), tuple(denying), frozenset(within)))
    return Read(tuple(denials), tuple(unsure), outright, tuple(parts), lang)


@lru_cache(maxsize=4096)
def _sentence(keys: tuple[str, ...], denying: tuple[int, ...], within: frozenset[int], lang: str) -> Sentence:
    implied = tuple(end - 1 for _, end in _places(_IMPLIED[lang], " ".join(keys)))
    return Sentence(_stated(keys, within, lang), implied, keys, denying)


def _stated(keys: tuple[str, ...], within: frozenset[int], lang: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for at, key in enumerate(keys):
        if at not in within and _weighs(key, lang):
            for entry in _looked_up(key, lang):
                found[entry] = (*found.get(entry, ()), at)
    return found


def _denied(keys: list[str], at: int, lang: str) -> tuple[list[int], frozenset[str]]:
    """Places of the words that the denial at `at` denies, and the words after it that turn it into a statement."""
    end = next((i for i in range(at + 1, len(keys)) if keys[i] in _CLAUSE), len(keys))
    heavy = [i for i in range(at + 1, min(end, at + 1 + _REACH)) if _weighs(keys[i], lang)][:_SCOPE]
    but_for = _BUT_FOR.intersection(keys[at + 2 : min(end, at + 9)])
    if not heavy and end == at + 1:
        heavy = [i for i in range(at) if _weighs(keys[i], lang)][-1:]
    return heavy, but_for


def _beside(keys: list[str], at: int, lang: str) -> tuple[frozenset[str], ...]:
    return tuple(_looked_up(keys[i], lang) if 0 <= i < len(keys) else _NONE for i in (at - 1, at + 1, at + 2))


def _is_verb(keys: list[str], at: int) -> bool:
    """Whether the Arabic word there may be a verb in the present."""
    return any(len(key) > 3 and key[0] in "يتنا" and not key.startswith("ال") for key in keys[at : at + 1])


def _denial(
    keys: list[str],
    at: int,
    places: Iterable[int],
    around: frozenset[str],
    but_for: frozenset[str],
    lang: str,
    soft: bool = False,
) -> Denial:
    places = tuple(places)
    first = at if at in places else at + 1
    beside = _beside(keys, at, lang) if any(i in places for i in (first, first + 1)) else (_NONE, _NONE, _NONE)
    if first == at:
        beside = (beside[0], _looked_up(keys[at], lang), beside[1])
    weak = lang == "en" or len(keys[next(iter(places), at)]) < _FULL
    told = " ".join((keys[at], *(keys[i] for i in places[:1] if i != at)))
    return Denial(told, tuple(_looked_up(keys[i], lang) for i in places), beside, around, but_for, soft, weak)


def _places(pattern: re.Pattern[str], folded: str) -> Iterator[tuple[int, int]]:
    """Places of the first word of each match, and of the first after it."""
    for match in pattern.finditer(folded):
        yield folded.count(" ", 0, match.start()), folded.count(" ", 0, match.end()) + 1


def _looked_up(key: str, lang: str) -> frozenset[str]:
    if lang == "ar" and AROUND.match(key):
        key = re.sub("^ما?|ش$", "", key)
    elif lang == "ar" and len(key) > 4 and key.endswith("ش"):
        return _long(key, lang) | _long(key[:-1], lang)
    return _long(key, lang)


def _long(key: str, lang: str) -> frozenset[str]:
    return frozenset(entry for entry in entries(key, lang) if len(entry) > 2)


def _all(keys: Iterable[str], lang: str) -> frozenset[str]:
    return frozenset(entry for key in keys for entry in _looked_up(key, lang))


def _weighs(key: str, lang: str) -> bool:
    return len(key) > 1 and key not in _LIGHT[lang] and key not in NEGATIONS[lang]
