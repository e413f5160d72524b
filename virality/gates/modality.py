"""How sure it is and for how many: 'may', 'plans', 'must' and 'some' are neither lost nor added.

A measure of small words, English and Arabic with its dialects. Words of one kind stand for each other ('may', 'might',
'it is possible'), and each kind has companions that may stand for it ('would', 'hopes', 'if') and are none themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from virality.gates.alignment import is_free
from virality.gates.lexicon import data, entries
from virality.gates.negation import NEGATIONS
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, STOP_WORDS, language_of
from virality.text.normalise import fold, sentences

GATE = "modality"
LISTS = data("modality")

_AGAINST = (("must", "advice"), ("all", "some"))
_DUTY = ("must", "leave")
_DENIABLE = re.compile(
    "possib|ممكن|expect|plan|inten|think|believ|hop|aim|consider|predict|forecast|threat|suggest|to$|توقع|ناو|نو[يا]|خطط|ظن|عتقد|فكر"
)
"""Of the words of doubt those that a denial before them turns: 'not expected', 'مش ناوي'."""

_MONTH = re.compile(r"(?<=[^.!?\n] )May\b|\bMay(?= \d)")
_ALLOWED = frozenset(
    ("can", "cannot", "cant", "max", "maximum", "limit", "allowed", "permitted", "closed", "banned", "forbidden")
)
_STRONG = re.compile("may|might|could|perhaps|maybe|possibl|probabl|ربما|قد|احتمال|يمكن|ممكن")
_WISH = re.compile(
    "wan|wish|dream|seek|tr[yi]|prepar|claim|call|propos|due|schedul|going|about|is to|was to"
    "|ريد|رغب|عايز|بد|اب[يغا]|ودي|نفس|حاب|سع[يو]|رح|مقرر"
)
"""Companions that stand for a plan, and not for a 'may'."""
_SCOPE = 3
"""Words of weight after a doubt among which what it is about is looked for."""


@dataclass(frozen=True, slots=True)
class _Kind:
    words: re.Pattern[str]
    also: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence: its folded text, the kinds of small words it has, and the entries of its words of weight."""

    text: str
    kinds: dict[str, tuple[re.Match[str], ...]]
    weighty: frozenset[str]

    def about(self, match: re.Match[str], lang: str) -> list[frozenset[str]]:
        """The entries of the words of weight that follow a small word."""
        return [entries(key, lang) for key in self.text[match.end() :].split() if _weighs(key, lang)]


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where doubt, certainty, duty, 'all' or 'some' is lost, added or exchanged.

    Doubt is looked for sentence by sentence too: one that is gone from a sentence whose words all stand in one of the
    other text fails, though another doubt is left.
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no list for {lang or 'an unknown language'}")
    if lost := _missing("unsure", draft, rewrite, lang):
        return failed(GATE, f"a doubt of the draft is gone: {listed(lost)}", *lost)
    if (new := _missing("unsure", rewrite, draft, lang)) and not _permits(draft, new):
        return failed(GATE, f"a doubt is new: {listed(new)}", *new)
    certain = kinds(rewrite, lang).get("sure", ())
    if certain and not _companions("sure", draft, lang):
        return failed(GATE, f"a certainty is new: {listed(certain)}", *certain)
    free = is_free(draft, rewrite, lang, context.max_free_words)
    if found := _became(draft, rewrite, lang, free):
        return failed(GATE, f"{found[0]!r} became {found[1]!r}", *found)
    return Verdict(GATE, "pass")


def _became(draft: str, rewrite: str, lang: str, free: bool) -> tuple[str, ...]:
    """A word of the draft and one of the rewrite where duty, advice, leave, 'all' or 'some' was exchanged."""
    before, after = kinds(draft, lang), kinds(rewrite, lang)
    for one, other in (pair[::way] for pair in (*_AGAINST, _DUTY) for way in (1, -1)):
        if one not in before or one in after or other not in after or other in before:
            continue
        if (one, other) in (_DUTY, _DUTY[::-1]):
            found = _exchanged(one, other, draft, rewrite, lang)
        elif free and (_instead(one, rewrite, draft, lang) or _instead(other, draft, rewrite, lang)):
            found = ()
        else:
            found = (before[one][0], after[other][0])
        if found:
            return found
    return ()


@lru_cache(maxsize=8192)
def kinds(text: str, lang: str) -> dict[str, tuple[str, ...]]:
    """The kinds of small words that a post has, with the words found, folded."""
    found: dict[str, tuple[str, ...]] = {}
    for part in _parts(text, lang):
        for kind, matches in part.kinds.items():
            found[kind] = (*found.get(kind, ()), *(m["word"] for m in matches))
    return found


def _permits(draft: str, doubts: tuple[str, ...]) -> bool:
    """Whether the only doubt is a 'may' that stands for a 'can' of the draft."""
    return set(doubts) == {"may"} and not _ALLOWED.isdisjoint(fold(draft).split())


def _missing(kind: str, these: str, those: str, lang: str) -> tuple[str, ...]:
    """Words of a kind in `these` for which nothing stands in `those`: in the whole text, or in the sentence alike."""
    mine, others = kinds(these, lang).get(kind, ()), kinds(those, lang).get(kind, ())
    instead = _instead(kind, those, these, lang)
    if any(_STRONG.match(word) for word in mine):
        instead = frozenset(word for word in instead if not _WISH.match(word))
    there = _companions(kind, those, lang)
    if not mine or instead or there.issuperset(mine):
        return ()
    if not any(map(_STRONG.match, mine)) and any(map(_STRONG.match, there)):
        return ()
    if not others:
        return mine
    if len(others) >= len(mine):
        return ()
    parts = _parts(those, lang)
    for part in _parts(these, lang):
        for match in part.kinds.get(kind, ()):
            about = part.about(match, lang)[:_SCOPE]
            if len(about) < 2:
                continue
            alike = [i for i, p in enumerate(parts) if all(not p.weighty.isdisjoint(word) for word in about)]
            if alike and not any(kind in p.kinds for i in alike for p in parts[max(i - 1, 0) : i + 2]):
                return (match["word"],)
    return ()


def _exchanged(one: str, other: str, draft: str, rewrite: str, lang: str) -> tuple[str, ...]:
    """A word of kind `one` in the draft and of `other` in the rewrite, before the same word of weight."""
    before, after = ([*_before_what(text, kind, lang)] for text, kind in ((draft, one), (rewrite, other)))
    return next(((had, has) for had, this in before for has, that in after if not this.isdisjoint(that)), ())


def _before_what(text: str, kind: str, lang: str) -> Iterator[tuple[str, frozenset[str]]]:
    for part in _parts(text, lang):
        for match in part.kinds.get(kind, ()):
            if about := part.about(match, lang):
                yield match["word"], frozenset[str]().union(*about[:2])


def _denied(kind: str, folded: str, match: re.Match[str], lang: str) -> bool:
    """Whether a denial stands right before: 'not expected' and 'ما كنت أتوقع' tell no doubt, 'need not' no duty."""
    before = folded[: match.start()].split()[-2:]
    return (kind == "must" or _DENIABLE.search(match["word"]) is not None) and not NEGATIONS[lang].isdisjoint(before)


def _weighs(key: str, lang: str) -> bool:
    return key not in STOP_WORDS[lang] and len(key) > 1


def _instead(kind: str, here: str, there: str, lang: str) -> frozenset[str]:
    """What may stand for a word of the kind here and is not there."""
    return _companions(kind, here, lang) - _companions(kind, there, lang)


@lru_cache(maxsize=4096)
def _companions(kind: str, text: str, lang: str) -> frozenset[str]:
    """What may stand for a word of the kind: its companions, and its words wherever they are."""
    both, folded = _patterns(lang)[kind], fold(text)
    return frozenset(m["word"] for pattern in (both.also, both.words) for m in pattern.finditer(folded))


@lru_cache(maxsize=4096)
def _parts(text: str, lang: str) -> tuple[_Part, ...]:
    found = []
    for sentence in sentences(text):
        folded = fold(_MONTH.sub("", sentence))
        matches = {kind: tuple(two.words.finditer(folded)) for kind, two in _patterns(lang).items()}
        for kind in ("unsure", "must"):
            matches[kind] = tuple(match for match in matches[kind] if not _denied(kind, folded, match, lang))
        weighty = frozenset[str]().union(*(entries(key, lang) for key in folded.split() if _weighs(key, lang)))
        found.append(_Part(folded, {kind: those for kind, those in matches.items() if those}, weighty))
    return tuple(found)


@lru_cache(maxsize=2)
def _patterns(lang: str) -> dict[str, _Kind]:
    return {kind: _Kind(_pattern(row, "words"), _pattern(row, "also")) for kind, row in LISTS[lang].items()}


def _pattern(row: dict[str, object], which: str) -> re.Pattern[str]:
    rows = row[which]
    assert isinstance(rows, list)
    return re.compile(rf"(?<!\w){row['before']}(?P<word>{'|'.join(rows)})(?!\w)" if rows else r"(?!)")
