"""What in a post is in another language or script than the rest: words and clauses that another text lacks."""

from __future__ import annotations

import re

from virality.text.lang import COMMON_WORDS, detect, script
from virality.text.normalise import HASHTAG, LINK, fold, words
from virality.text.vocabulary import vocabulary

_CLAUSE = re.compile(r"[.!?;:,\n()…\"“”«»¡¿—–\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff]+|\s[-|/]\s")
_WINDOW, _MANY = 8, 5
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|all|dell|nell|dall|un)['’][aeiouhàâèéêîôœ]\w+")
_ACCENT = re.compile("[\u00c0-\u00f6\u00f8-\u024f]")
_BORROWED = vocabulary(
    "café cafés naïve résumé résumés fiancé fiancée décor cliché clichés piñata jalapeño façade crème brûlée",
    "pâté touché protégé soirée über entrée purée sauté sautéed à déjà née crêpe crêpes señor señora smörgåsbord",
    "doppelgänger matinée première exposé communiqué élite étude vis-à-vis açaí rosé frappé latté maté",
)


def other_script(text: str, beside: str) -> list[str]:
    """Words of another script than most of `beside`, that `beside` does not have; no hashtags, no single letters."""
    main, known = script(beside), set(fold(beside).split())
    if main is None or (text.isascii() and main == "latin"):
        return []
    found = (word for word in dict.fromkeys(words(HASHTAG.sub(" ", text))) if sum(map(str.isalpha, word)) > 1)
    return [word for word in found if script(word) not in (None, main) and not known.issuperset(fold(word).split())]


def mixed_words(text: str, beside: str) -> list[str]:
    """Words of Latin and of Greek or Cyrillic letters at once ('pаypal'), that `beside` does not have."""
    if not _LOOKALIKE.search(text):
        return []
    return [w for w in words(text) if _LATIN.search(w) and _LOOKALIKE.search(w) and w not in beside]


def foreign_part(text: str, beside: str, lang: str) -> str:
    """The first clause that is in another language than `lang`, by words that `beside` does not have; '' if none.

    Languages in Latin letters only: a clause, or eight words in a row, counts where two of its new words are common in
    one other language, elided ("l'eau") or accented, and no fewer than its words that are common in `lang`; or where
    five new words with none of the commonest English ones have letters that are not English.
    """
    if lang not in COMMON_WORDS:
        return ""
    known = {word.lower() for word in words(beside)}
    for clause in _CLAUSE.split(HASHTAG.sub(".", LINK.sub(".", text))):
        tokens = words(clause)
        for at in range(max(len(tokens) - _WINDOW, 0) + 1):
            part = tokens[at : at + _WINDOW]
            if _is_foreign(part, known, lang, 2 if len(tokens) <= _WINDOW else 3):
                return " ".join(part)
    return ""


def _is_foreign(part: list[str], known: set[str], lang: str, least: int) -> bool:
    own = COMMON_WORDS[lang]
    all_ = [word.lower() for word in part]
    new = [low for i, (low, w) in enumerate(zip(all_, part, strict=True)) if low not in known and _plain(w, i == 0)]
    odd = {w for w in new if lang == "en" and (_ACCENT.search(w) or _ELIDED.match(w)) and w not in _BORROWED}
    for other, common in COMMON_WORDS.items() if len(new) > 1 else ():
        if other != lang:
            signs = odd | {w for w in new if w in common and w not in own and (len(w) > 1 or not w.isascii())}
            against = sum(w in own and w not in common for w in all_)
            if len(signs) > 1 and (not against or len(signs) >= max(least, against)):
                return True
    unlike = len(new) >= _MANY and own.isdisjoint(all_) and all(map(str.isalpha, new))
    return unlike and lang == "en" and detect(" ".join(new)) != lang


def _plain(word: str, first: bool) -> bool:
    """Whether a word is no name by its capital."""
    return first or word[:1].islower() or word.isupper()
