"""Which words say the same and which the opposite, English and Arabic: WordNet 3.0 and hand-written rows.

The data lie in `data/`: `wordnet.json` (English, with its licence), `synonyms.json` and `opposites.json` (both
languages). Arabic words are looked up by their consonants, so that 'ارتفع', 'يرتفع' and 'ارتفاع' are one entry.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib import resources
from typing import Any

from virality.gates.wording import stem

_CLITICS = ("وبال", "وال", "فال", "بال", "كال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "ك", "س", "ه", "ح",
            "عال", "هال", "شال", "وس", "فس", "وب", "ول", "وك", "فب", "فل", "غا", "غ", "كا", "ما", "ماك", "ع", "د",
            "لم", "لا")  # fmt: skip
"""What may be glued before a word: conjunctions, prepositions, the article, the future; of dialects too."""
_FORMS = ("است", "يست", "تست", "نست", "مست", "بي", "بت", "بن", "من", "ان", "ين", "تن", "مت", "يت", "ات", "تت", "ي",
          "ت", "ن", "ا", "م")  # fmt: skip
_ENDINGS = (
    "تموها", "يهما", "كما", "هما", "تها", "ناها", "وها", "وهم", "تم", "نا", "ها", "هم", "هن", "كم",
    "تي", "ات", "ان", "ون", "ين", "يه", "ته", "وا", "تو", "ني", "ه", "ي", "ت", "ا", "و", "ن", "ك",
    "كن", "تهم", "يين", "يون", "يات", "ياتها", "اتها", "اته", "اتهم", "تكم", "تنا", "تك", "نو",
    "نه", "ينا", "يها", "ش", "وش", "هاش", "هش", "تش", "لو", "لها", "لهم", "لي", "لك",
)  # fmt: skip
_LEAST = {"ع": 4, "غ": 4, "د": 4, "ما": 4, "ماك": 4, "لم": 4, "لا": 4, "كا": 4, "غا": 4}
"""Letters that must be left after a particle that is more often a part of the word; of others three."""
_WEAK = str.maketrans("", "", "اويىءئؤ")
_ENGLISH_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("ly", ""), ("ily", "y"),
)  # fmt: skip
_DERIVED = (
    ("ion", ""), ("ion", "e"), ("ation", ""), ("ation", "e"), ("ication", "y"), ("al", ""), ("al", "e"), ("ment", ""),
    ("ity", ""), ("ity", "e"), ("ness", ""), ("iness", "y"), ("ful", ""), ("able", ""), ("able", "e"), ("ance", ""),
    ("ance", "e"), ("ence", ""), ("ence", "e"), ("ant", ""), ("ent", ""), ("or", ""), ("or", "e"), ("ist", ""),
    ("ship", ""), ("y", ""), ("y", "e"), ("ive", "e"), ("ive", "ion"), ("ive", ""), ("ure", ""), ("ure", "e"),
    ("ic", ""),
    ("ical", ""), ("ous", ""), ("ary", ""), ("ery", ""), ("ee", ""), ("th", ""), ("en", ""), ("en", "e"), ("ings", ""),
    ("ers", ""), ("ers", "e"), ("ors", ""), ("ions", ""), ("ions", "e"), ("ations", "e"), ("als", ""), ("ments", ""),
)  # fmt: skip
"""Endings that make a noun of a verb and the like; what is left has four letters and more."""
_CLIPPED = 5
"""Letters from which a word may be the beginning of another for the same thing: 'photo', 'photograph'."""


def _file(name: str) -> bytes:
    return resources.files("virality").joinpath("gates", "data", f"{name}.json").read_bytes()


def digest(name: str) -> str:
    """12 hex digits of a data file, for `gates_hash`."""
    return hashlib.sha256(_file(name)).hexdigest()[:12]


LISTS = {name: digest(name) for name in ("opposites", "small_words", "synonyms", "wordnet")}
"""Digests of the data files, for `gates_hash`."""


@lru_cache(maxsize=64)
def data(name: str) -> Any:
    """What `data/NAME.json` beside this file holds."""
    return json.loads(_file(name))


@lru_cache(maxsize=65536)
def same(one: str, other: str, lang: str) -> bool:
    """Whether two folded words can stand for each other: synonyms, forms of one root."""
    mine, others = entries(one, lang), entries(other, lang)
    if not mine.isdisjoint(others):
        return not opposite(one, other, lang)
    rows = _rows("synonyms", lang)
    if not _sides(one, lang).isdisjoint(_sides(other, lang)):
        return True
    if not _found(rows, mine).isdisjoint(_found(rows, others)):
        return True
    if lang == "ar":
        return False
    return (_clipped(one, other) or _share_a_sense(mine, others)) and not opposite(one, other, lang)


def synonyms(one: str, other: str, lang: str) -> bool:
    """Whether a row of synonyms or a sense of WordNet holds both words, forms of a verb or noun counted as one."""
    if opposite(one, other, lang):
        return False
    mine, others = (frozenset(_inflected(key)) if lang == "en" else entries(key, lang) for key in (one, other))
    rows = _rows("synonyms", lang)
    if not _found(rows, mine).isdisjoint(_found(rows, others)):
        return True
    return lang == "en" and _share_a_sense(mine, others)


def _clipped(one: str, other: str) -> bool:
    """Whether one word is the beginning of the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _CLIPPED and long.startswith(short)


@lru_cache(maxsize=65536)
def opposite(one: str, other: str, lang: str) -> bool:
    """Whether two folded words stand on the two sides of a row of opposites."""
    mine, others = _sides(one, lang), _sides(other, lang)
    return any((row, not side) in others for row, side in mine) and mine.isdisjoint(others)


@lru_cache(maxsize=65536)
def entries(key: str, lang: str) -> frozenset[str]:
    """What a folded word may be looked up under: its light stem, its base forms or its consonants."""
    return _arabic(key) if lang == "ar" else _english(key)


def _inflected(key: str) -> set[str]:
    found = {key, stem(key, "en"), f"{stem(key, 'en')}e"}
    for ending, instead in _ENGLISH_ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= 3:
            base = key[: -len(ending)] + instead
            found.add(base)
            if not instead and base[-1] == base[-2] and len(base) > 3:
                found.add(base[:-1])
    return found


def _english(key: str) -> frozenset[str]:
    found = _inflected(key)
    for ending, instead in _DERIVED:
        if key.endswith(ending) and len(key) - len(ending) >= 4:
            found.add(key[: -len(ending)] + instead)
    return frozenset(found)


def _arabic(key: str) -> frozenset[str]:
    begins = (cut for cut in _CLITICS if key.startswith(cut) and len(key) - len(cut) >= _LEAST.get(cut, 3))
    bare = {key, *(key[len(cut) :] for cut in begins)}
    found = {form for word in bare for form in (word, _consonants(word))}
    for word in bare:
        least = 2 if len(word) < 5 else 3
        cut = {word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= least}
        for base in {word, *cut}:
            rest = [
                base,
                *(base[len(form) :] for form in _FORMS if base.startswith(form) and len(base) - len(form) >= 3),
            ]
            found.update(_consonants(one) for one in rest)
            if len(base) == 3 and base[0] in "يتنا":  # 'تصل' is a form of 'وصل'
                found.add(f"و{base[1:]}")
            if len(base) > 4 and (left := _consonants(base))[1:2] == "ت" and len(left) == 4:  # 'ارتفع' of 'رفع'
                found.add(left[0] + left[2:])
    return frozenset(one for one in found if len(one) > 1)


def _consonants(word: str) -> str:
    """The word without weak letters and doubling; itself where fewer than three letters are left."""
    left = word.translate(_WEAK)
    return left if len(left) >= 3 else word


def _sides(key: str, lang: str) -> frozenset[tuple[str, bool]]:
    left, right = _opposites(lang)
    mine = entries(key, lang)
    return frozenset({(row, True) for row in _found(left, mine)} | {(row, False) for row in _found(right, mine)})


def _found(rows: dict[str, frozenset[str]], keys: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(rows.get(key, frozenset()) for key in keys))


@lru_cache(maxsize=8)
def _rows(name: str, lang: str) -> dict[str, frozenset[str]]:
    return _index(enumerate(data(name)[lang]), lang)


@lru_cache(maxsize=2)
def _opposites(lang: str) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    rows = list(enumerate(row.split("/") for row in data("opposites")[lang]))
    if lang == "en":
        pairs = enumerate((pair.split() for pair in data("wordnet")["opposites"]), len(rows))
        rows += [(at, pair) for at, pair in pairs]
    return (_index(((at, row[0]) for at, row in rows), lang), _index(((at, row[1]) for at, row in rows), lang))


def _index(rows: Any, lang: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for at, row in rows:
        for word in row.split():
            for key in (word, stem(word, lang)) if lang == "en" else (word, _consonants(word)):
                found.setdefault(key, set()).add(str(at))
    return {key: frozenset(at) for key, at in found.items()}


@lru_cache(maxsize=1)
def _senses() -> dict[str, frozenset[str]]:
    return {word: frozenset(ids.split()) for word, ids in data("wordnet")["senses"].items()}


def _share_a_sense(mine: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a synset holds both words; its neighbours say something else ('people' and 'men')."""
    left, right = (frozenset().union(*(_senses().get(key, frozenset()) for key in keys)) for keys in (mine, others))
    return not left.isdisjoint(right)
