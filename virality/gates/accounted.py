"""Every word is accounted for: what came stands for what went, by rows that people checked, or says nothing.

Asked for by `Context.accounted`, where a writer samples and a scorer chooses: many samples find the words that other
gates let pass because they do not know them. Words of the rewrite that the draft does not have, as often as they
stand, must be the other side of an exchange (`virality.text.edits`), a synonym in the same form, or one of the small
words that only join; and the same for what is gone. The order is free. An honest rewrite in words that no row has
fails too: of hand-written restatements most do, of edits by rows almost none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from virality.gates import lexicon
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, language_of, stem
from virality.text.edits import arabic_words, wording
from virality.text.normalise import fold, without_mentions, words
from virality.text.number_words import number_words
from virality.text.vocabulary import vocabulary

GATE = "accounted"
LISTS = lexicon.digest(GATE)
Words = tuple[str, ...]


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a word came or went that nothing stands for; passes where `context.accounted` does not ask."""
    if not context.accounted:
        return Verdict(GATE, "pass")
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no exchanges for {lang or 'an unknown language'}")
    if lang == "en" and (joined := _joined(draft, rewrite)):
        return failed(GATE, f"a new 'and' joins what is no sentence: {joined!r}", joined)
    if lang == "en" and (made := _compound(draft, rewrite) or _empty(draft, rewrite, lang)):
        return failed(GATE, f"says nothing of the draft: {made!r}", made)
    came, went = unaccounted(draft, rewrite, lang)
    if came:
        return failed(GATE, f"nothing in the draft stands for {listed(came)}", *came)
    if went:
        return failed(GATE, f"nothing stands for {listed(went)} of the draft", *went)
    return Verdict(GATE, "pass")


def unaccounted(draft: str, rewrite: str, lang: str) -> tuple[Words, Words]:
    """Words that came and words that went with nothing that stands for them; `lang` is one of `KNOWN`."""
    return without_account(_words(draft, lang), _words(rewrite, lang), lang)


def without_account(before: Words, after: Words, lang: str) -> tuple[Words, Words]:
    """`unaccounted` of words as `_words` gives them: (came, went)."""
    went, came = Counter(before) - Counter(after), Counter(after) - Counter(before)
    for small in _list("free", lang):
        del went[small], came[small]
    if went and came:
        _exchange(before, after, went, came, lang)
    left, new = list(went.elements()), []
    for word in came.elements():
        instead = next((one for one in left if _stands(one, word, lang)), None)
        if instead is None:
            new.append(word)
        else:
            left.remove(instead)
    return tuple(new), tuple(word for word in left if word not in _list("dropped", lang))


def accountable(draft: str, lang: str) -> frozenset[str]:
    """The words, in small letters, that a rewrite may have: the draft's, those of rows that fit it, and small ones.

    For sampling with these alone (`virality.models.generate`, `allowed`). English; else a ValueError.
    """
    if lang != "en":
        raise ValueError(f"lang={lang}: words are spelt out for English alone")
    found = _words(draft, lang)
    table = _exchanges(lang)
    instead = {word for phrase in set(_runs(found)) & table.keys() for other in table[phrase] for word in other}
    whole = {one for one, spelt in _data(lang)["expanded"].items() if "'" in one and set(spelt.split()) <= set(found)}
    joining = _list("swapped", lang) if not _list("swapped", lang).isdisjoint(found) else frozenset()
    return frozenset(instead | whole) | joining | _list("free", lang) | set(found)


def spelt_out(text: str) -> Words:
    """The words of an English text in small letters, contractions spelt out, without numbers."""
    return _words(text, "en")


def of_phrases(found: Words) -> frozenset[str]:
    """English words of the phrases of several words that may stand for some of these."""
    table = _exchanges("en")
    return frozenset(
        word for phrase in set(_runs(found)) & table.keys() for other in table[phrase] if len(other) > 1
        for word in other
    )  # fmt: skip


def too_often(before: Words, after: Words, lang: str) -> bool:
    """Whether a small word, which needs no account, comes more than `_MORE` times as often as in the draft."""
    more = Counter(after) - Counter(before)
    return any(more[small] > _MORE for small in more.keys() & _list("free", lang))


_MORE = 2

_AND = re.compile(r"(?<![\w'’-])(?:and|&) (\w+)(?: (\w+))?", re.IGNORECASE)
_BEGINS_A_SENTENCE = vocabulary(
    "i you he she it we they there nobody everyone everybody someone somebody the a an their his her its my our your"
)
_POINTS = vocabulary("this that these those here what")
_IS = vocabulary("is are was were s will can has have did does do")


def _joined(draft: str, rewrite: str) -> str:
    """The first new 'and' before what begins no sentence, where there are more of them than in the draft."""
    before, after = (list(_AND.finditer(re.sub("['’]", " ", without_mentions(text)))) for text in (draft, rewrite))
    if len(after) <= len(before):
        return ""
    known = _BEGINS_A_SENTENCE.union(found[1].lower() for found in before)
    for found in after:
        follows, then = found[1].lower(), (found[2] or "").lower()
        if follows not in known and not (follows in _POINTS and then in _IS):
            return found[0]
    return ""


_HYPHENS = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)+")
_PARTS = re.compile(r"[\s‐‑-]+")
_CLAUSES = re.compile(r"[.!?;:\n—–]+|(?<![\w'’-])and(?![\w'’-])", re.IGNORECASE)


def makes_a_word(draft: str, begun: str) -> bool:
    """Whether the last word of an English text is being made with hyphens of what the draft does not have so."""
    made = _HYPHENS.findall(without_mentions(begun))
    known = f" {_PARTS.sub(' ', ' '.join(words(draft.lower())))} "
    return bool(made) and begun.endswith(made[-1]) and f" {_PARTS.sub(' ', made[-1].lower())}" not in known


def says_nothing(draft: str, begun: str) -> bool:
    """Whether an English text has a clause that says nothing of the draft, see `check`."""
    return bool(_empty(draft, begun, "en"))


def _compound(draft: str, rewrite: str) -> str:
    """A word made with hyphens of what does not stand side by side in the draft."""
    known = f" {_PARTS.sub(' ', ' '.join(words(draft.lower())))} "
    found = (match[0] for match in _HYPHENS.finditer(without_mentions(rewrite)))
    return next((one for one in found if f" {_PARTS.sub(' ', one.lower())} " not in known), "")


def _empty(draft: str, rewrite: str, lang: str) -> str:
    """A new clause of small words alone: 'and this is it'."""
    known = {frozenset(_words(clause, lang)) for clause in _CLAUSES.split(without_mentions(draft).replace(",", ";"))}
    for clause in _CLAUSES.split(without_mentions(rewrite)):
        found = frozenset(_words(clause, lang))
        if len(found) > 1 and found not in known and found <= _list("free", lang):
            return clause.strip()
    return ""


def _exchange(before: Words, after: Words, went: Counter[str], came: Counter[str], lang: str) -> None:
    """Take out of both what a row exchanges: a phrase of the draft, and one of the rewrite that stands for it."""
    table = _exchanges(lang)
    there = frozenset(_runs(after))
    for phrase in sorted(set(_runs(before)) & table.keys(), key=lambda run: (-len(run), run)):
        for other in sorted(table[phrase] & there, key=lambda run: (-len(run), run)):
            lost, gained = Counter(phrase) - Counter(other), Counter(other) - Counter(phrase)
            for small in _list("free", lang):
                del lost[small], gained[small]
            while (lost or gained) and lost <= went and gained <= came:
                went -= lost
                came -= gained


def _runs(found: Words) -> Iterator[Words]:
    return (found[at : at + n] for n in range(1, _LONGEST + 1) for at in range(len(found) - n + 1))


_LONGEST = 6
"""Words of the longest phrase of a row that is looked for."""


@lru_cache(maxsize=2)
def _exchanges(lang: str) -> Mapping[Words, frozenset[Words]]:
    found: dict[Words, set[Words]] = {}
    for one, other in (wording if lang == "en" else arabic_words).exchanges():
        left, right = _words(one, lang), _words(other, lang)
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return {phrase: frozenset(others) for phrase, others in found.items()}


@lru_cache(maxsize=65536)
def _stands(one: str, other: str, lang: str) -> bool:
    """Whether a word may stand for another: both join, or they are synonyms in the same form."""
    if {one, other} <= _list("swapped", lang) or (one == "d" and other in ("would", "had")):
        return True
    return _form(one, lang) == _form(other, lang) and lexicon.synonyms(one, other, lang)


def _form(word: str, lang: str) -> str:
    """What an English word ends in beyond its stem, so that 'happiness' does not stand for 'cheerful'."""
    if lang != "en":
        return ""
    return next((ending for ending in ("ness", "ing", "ed", "ly", "est", "s") if word.endswith(ending)), "")


@lru_cache(maxsize=8192)
def _words(text: str, lang: str) -> Words:
    """The words in small letters, contractions spelt out; of Arabic light stems. No numbers: another gate has them."""
    found = words(without_mentions(text))
    if lang == "ar":
        keys = (key for word in found for key in fold(word).split())
        return tuple(stem(key, lang) for key in keys if not _counts(key, lang))
    return tuple(
        key for word in found for key in _spelt(word.lower().replace("’", "'"), lang) if not _counts(key, lang)
    )


@lru_cache(maxsize=65536)
def _spelt(word: str, lang: str) -> Words:
    if word in (expanded := _data(lang)["expanded"]):
        return tuple(expanded[word].split())
    for ending, instead in _data(lang)["endings"].items():
        if word.endswith(ending) and len(word) > len(ending):
            return (*_spelt(word[: -len(ending)], lang), instead)
    return (word.replace("'", ""),)


def _counts(key: str, lang: str) -> bool:
    return key[:1].isdecimal() or key in number_words(lang)


def _data(lang: str) -> Any:
    return lexicon.data(GATE)[lang]


@lru_cache(maxsize=8)
def _list(name: str, lang: str) -> frozenset[str]:
    found = vocabulary(_data(lang)[name])
    return found if lang == "en" else frozenset(stem(word, lang) for word in found)
