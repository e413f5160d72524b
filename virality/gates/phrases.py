"""Lists of phrases, matched on folded text: which kinds does a post use, and in which words.

A list of a gate lies in `data/GATE_LANG.json`: `kinds`, rows of regular expressions by kind, and `macros`, which rows
name as `{macro}`. Rows are in the spelling of `fold`, match whole words, and see the post twice: as a whole, and clause
by clause, a clause a line, so that `^` and `$` are the bounds of a clause. Dots of suspense are the word `⋯`. An
Arabic row that begins with `~` is a noun that takes clitics; a conjunction may stand before any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from virality.gates.lexicon import data, entries
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, language_of, says_nothing
from virality.text.normalise import fold, without_mentions

Rows = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Language -> kind -> rows."""

_SUSPENSE = re.compile(r"\.{2,}|…")
_BOUND = re.compile(r"[.!?؟۔!;؛:\n,،()\[\]–—|/\"“”«»\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff]+|\s-+\s")
_MACRO = re.compile(r"\{([a-z]+)\}")
_NOUN = "(?:[بكله]?ال|عال|لل|[بكل])?"
_LETTERS = {"en": re.compile("[a-z]"), "ar": re.compile("[\u0620-\u064a]")}


def phrase_list(listing: Mapping[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    """The phrases of each kind as one pattern over `fold`ed text, whole words only."""
    return {kind: re.compile(rf"(?<!\w)(?:{'|'.join(row)})(?!\w)", re.MULTILINE) for kind, row in listing.items()}


def rows(gate: str) -> Rows:
    """The rows of a gate's lists, macros filled in."""
    return {lang: _filled(data(f"{gate}_{lang}")) for lang in KNOWN}


def kinds(gate: str) -> tuple[str, ...]:
    """The kinds of a gate's lists, those of all languages, in the order of the first."""
    return tuple(dict.fromkeys(kind for lang in rows(gate).values() for kind in lang))


def found(gate: str, text: str) -> dict[str, str]:
    """Kind -> first phrase of that kind in the text, for the kinds that it has."""
    seen = _seen(text)
    out: dict[str, str] = {}
    for lang, patterns in _patterns(gate).items():
        if _LETTERS[lang].search(seen):
            for kind, pattern in patterns.items():
                if kind not in out and (match := pattern.search(seen)):
                    out[kind] = match[0].strip()
    return out


def new_phrases(gate: str, what: str, draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of phrase that the rewrite has and the draft has not, nor all of its words.

    `what` names the phrases in the reason.

    The lists are English and Arabic: another language without a match is 'not_checked'.
    """
    after = found(gate, rewrite)
    before = found(gate, draft) if after else {}
    if new := [phrase for kind, phrase in after.items() if kind not in before and not _own(phrase, draft)]:
        return failed(gate, f"{what} that the draft does not have: {listed(new)}", *new)
    lang = language_of(rewrite, draft, context.lang)
    if lang not in KNOWN:
        return not_checked(gate, f"no list for {lang or 'an unknown language'}")
    return Verdict(gate, "pass")


def _own(phrase: str, draft: str) -> bool:
    """Whether the draft has every content word of the phrase, in some form: then the phrase says nothing new."""
    lang = "ar" if _LETTERS["ar"].search(phrase) else "en"
    keys = [key for key in phrase.split() if not says_nothing(key, lang) and key.isalpha()]
    there = frozenset[str]().union(*(_forms(key, lang) for key in fold(draft).split()))
    return bool(keys) and all(not _forms(key, lang).isdisjoint(there) for key in keys)


@lru_cache(maxsize=65536)
def _forms(key: str, lang: str) -> frozenset[str]:
    return frozenset(entry for entry in entries(key, lang) if len(entry) > 2)


def _filled(file: Mapping[str, Mapping[str, object]]) -> dict[str, tuple[str, ...]]:
    macros = file.get("macros", {})
    return {
        kind: tuple(_MACRO.sub(lambda m: str(macros[m[1]]), row) for row in listing)
        for kind, listing in file["kinds"].items()
        if isinstance(listing, list)
    }


@lru_cache(maxsize=16)
def _patterns(gate: str) -> dict[str, dict[str, re.Pattern[str]]]:
    arabic = {kind: (_with_clitics(listing),) for kind, listing in rows(gate)["ar"].items()}
    return {"en": phrase_list(rows(gate)["en"]), "ar": phrase_list(arabic)}


def _with_clitics(listing: tuple[str, ...]) -> str:
    """One pattern of Arabic rows; clitics are tried once for all nouns, since that is most of the time."""
    nouns = "|".join(row.removeprefix("~") for row in listing if row.startswith("~"))
    others = [row for row in listing if not row.startswith("~")]
    return f"[وف]?(?:{'|'.join([*others, *([f'{_NOUN}(?:{nouns})'] if nouns else [])])})"


@lru_cache(maxsize=512)
def _seen(text: str) -> str:
    text = _SUSPENSE.sub(" ⋯ ", text)
    clauses = (fold(clause) for clause in _BOUND.split(without_mentions(text)))
    return "\n".join((fold(text), *filter(None, clauses)))
