"""Who did what to whom stays: two words that change places, while their neighbours stay, are an exchange of roles.

A measure of neighbours: it sees 'A beat B' become 'B beat A', and not a new clause about the same people. In English it
sees 'she taught me' become 'I taught her' too, and names that change sides of a verb. A passive is let pass.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import combinations, pairwise

from virality.gates.alignment import LIGHT, is_free
from virality.gates.negation import folded_keys
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import KNOWN, STOP_WORDS, content_words, language_of, stem
from virality.text.normalise import sentences, words
from virality.text.vocabulary import vocabulary

GATE = "roles"
_LONGEST = 3
"""Words of the longest thing that changes places."""

_GAIN = 3
"""Pairs of neighbours by which the draft must come nearer to the rewrite once two things change places; one less where
it is the rewrite once two words do."""

_AND = frozenset(("and", "or", "nor", "&", "و", "او", "ثم", "لا", "ولا", "v", "vs"))
_BE = frozenset(("is", "are", "was", "were", "be", "been", "would", "will", "may", "هو", "هي"))
_PERSONS = {"me": "i", "us": "we", "him": "he", "her": "she", "them": "they"}
_HELPS = vocabulary("did do does will would have has had can could also already just never always finally once")
"""What may stand between one who does and what is done."""

_PASSIVE = vocabulary("by was were been being is are get got من علي يد قبل")
_WHERE = vocabulary("in on at of from near since until till during by")
_FEW = 4
"""Words between a verb and the name on either side of it, at most."""

_WHEN = vocabulary(
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight",
    "morning evening week month january february march april may june july august september october november december",
    "اليوم غدا امس مبارح امبارح البارح بكرا بكره صباح مساء الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت الحين",
)
_STOP = "."
_MOST = 80


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where the draft with two things exchanged is clearly nearer to the rewrite than the draft itself."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    if lang == "en" and (pair := next(filter(None, (one(draft, rewrite) for one in _ENGLISH)), None)):
        return failed(GATE, f"{pair[0]!r} and {pair[1]!r} changed places", *pair)
    before = _tokens(draft, lang)
    if is_free(draft, rewrite, lang, context.max_free_words) or len(before) > _MOST:
        return Verdict(GATE, "pass")
    tokens = _tokens(rewrite, lang)
    if lang == "en" and before.count("by") != tokens.count("by"):
        return Verdict(GATE, "pass")
    after = Counter(pairwise(tokens))
    near = _shared(before, after)
    heavy = set(content_words(draft, lang)) - _light(lang)
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


@lru_cache(maxsize=2)
def _light(lang: str) -> frozenset[str]:
    """Stems of words that are no participants: those that say little, and times."""
    return frozenset(stem(key, lang) for key in LIGHT[lang] | _WHEN)


def _persons(draft: str, rewrite: str) -> tuple[str, str] | None:
    """One to whom something is done in one text and who does it in the other: 'she taught me', 'I taught her'."""
    (does, takes), (does_now, takes_now) = _of_persons(draft), _of_persons(rewrite)
    for one, other in ((takes - takes_now, does_now - does), (does - does_now, takes_now - takes)):
        for person, verb in one & other:
            return person, verb
    return None


@lru_cache(maxsize=4096)
def _of_persons(text: str) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """(person, verb) of what a person does, and of what is done to one."""
    does, takes = set(), set()
    for sentence in sentences(text):
        keys = [key for word in words(sentence) for key in folded_keys(word)]
        for at, key in enumerate(keys):
            if key in _PERSONS.values():
                verb = next((k for k in keys[at + 1 : at + _FEW] if k not in _HELPS), "")
                does.add((key, stem(verb, "en")))
            person = _PERSONS.get(key)
            own = key == "her" and keys[at + 1 : at + 2] and keys[at + 1] not in STOP_WORDS["en"]
            if person and at and not own:
                takes.add((person, stem(keys[at - 1], "en")))
    no_verbs = frozenset(stem(key, "en") for key in STOP_WORDS["en"] | _WHEN) | {""}
    return frozenset(pair for pair in does if pair[1] not in no_verbs), frozenset(
        pair for pair in takes if pair[1] not in no_verbs
    )


def _names(draft: str, rewrite: str) -> tuple[str, str] | None:
    """Two names that stand on the other side of the same verb each, and of no passive."""
    before, after = _sides(draft), _sides(rewrite)
    for verb, sides in before.items():
        for left, right in sides:
            for left_now, right_now in after.get(verb, ()):
                if left & right_now and right & left_now and not left & left_now and not right & right_now:
                    return min(left & right_now), min(right & left_now)
    return None


_ON_WHAT = re.compile(
    r"(?<![\w'’-])(unless|if|because|until|while|although|though|whenever|since)\b([^.,;:!?…\n—–()]*)", re.IGNORECASE
)
"""What joins a clause to one that it bears on, and that clause."""


def _clauses(draft: str, rewrite: str) -> tuple[str, str] | None:
    """Two clauses that changed sides of what joins them: 'B unless A' of 'A unless B'."""
    before, after = (_joined_by(text) for text in (draft, rewrite))
    for joint in before.keys() & after.keys():
        was, now = before[joint], after[joint]
        if was and now and was.isdisjoint(now) and now <= _heavy(draft) and was <= _heavy(rewrite):
            return min(was), min(now)
    return None


@lru_cache(maxsize=4096)
def _joined_by(text: str) -> dict[str, frozenset[str]]:
    """What joins, where it stands once -> stems of weight in the clause behind it."""
    found = [(match[1].lower(), match[2]) for match in _ON_WHAT.finditer(text)]
    times = Counter(joint for joint, _ in found)
    return {joint: _heavy(clause) for joint, clause in found if times[joint] == 1}


@lru_cache(maxsize=4096)
def _heavy(text: str) -> frozenset[str]:
    return frozenset(content_words(text, "en")) - _light("en")


_DOES = re.compile(
    r"(?:^|[,;:—–(\n] ?)(?:(?:and|but|so) )?(?:an?|the|this|that|these|those|every|each|one|my|your|his|her|our|their) "
    r"((?:[^\W\d_]+ ){1,3})(?:is|are|was|were)(?: now| still| also)? ([^\W\d_]+ing)\b",
    re.IGNORECASE,
)
"""A short thing at the beginning of a clause, and what it is doing: 'a barber is giving'."""


def _doing(draft: str, rewrite: str) -> tuple[str, str] | None:
    """Who is doing something in one text, and the other who is there too and does the same in the other."""
    before, after = _doers(draft), _doers(rewrite)
    there, here = ({word.lower() for word in words(text)} for text in (draft, rewrite))
    for verb in before.keys() & after.keys():
        was, now = before[verb], after[verb]
        if was != now and was in here and now in there:
            return was, now
    return None


@lru_cache(maxsize=4096)
def _doers(text: str) -> dict[str, str]:
    """What is being done -> the last word of who does it."""
    found = (match for sentence in sentences(text) for match in _DOES.finditer(sentence))
    read = ((match[2].lower(), match[1].lower().split()) for match in found)
    return {verb: who[-1] for verb, who in read if _WHERE.isdisjoint(who) and who[-1] not in STOP_WORDS["en"]}


@lru_cache(maxsize=4096)
def _sides(text: str) -> dict[str, list[tuple[frozenset[str], frozenset[str]]]]:
    """Verb or other small word -> the names nearest on its left and right in its sentence, for each place it stands."""
    found: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for sentence in sentences(text):
        said = words(sentence)
        names = [word.lower() if _is_name(said, at) else "" for at, word in enumerate(said)]
        for at, word in enumerate(said):
            key = stem(word.lower(), "en")
            if not word.islower() or word in STOP_WORDS["en"] or key in _light("en"):
                continue
            right = said[at + 1 : at + 1 + _FEW]
            if _PASSIVE.isdisjoint(said[max(at - 1, 0) : at]) and _PASSIVE.isdisjoint(right):
                sides = _run(names[max(at - _FEW, 0) : at][::-1]), _run(names[at + 1 : at + 1 + _FEW])
                if all(sides):
                    found.setdefault(key, []).append(sides)
    return found


def _is_name(said: list[str], at: int) -> bool:
    """Whether a word is capitalised, is no time, and no place or time stands there: 'in Graz', 'on Sunday'."""
    first = next((i for i in range(at, -1, -1) if not said[i][0].isupper()), -1)
    return said[at][0].isupper() and said[at].lower() not in _WHEN and (first < 0 or said[first] not in _WHERE)


def _run(names: list[str]) -> frozenset[str]:
    """The first run of names."""
    start = next((i for i, name in enumerate(names) if name), len(names))
    end = next((i for i in range(start, len(names)) if not names[i]), len(names))
    return frozenset(names[start:end])


def _tokens(text: str, lang: str) -> list[str]:
    found = [_STOP]
    for sentence in sentences(text):
        found += [stem(key, lang) for word in words(sentence) for key in folded_keys(word)]
        found.append(_STOP)
    return found


def _shared(tokens: list[str], others: Counter[tuple[str, str]]) -> int:
    return (Counter(pairwise(tokens)) & others).total()


_ENGLISH = (_persons, _names, _doing, _clauses)
"""What is asked of English texts, whether they are near or not."""
