"""English that a rewrite broke: 'a apple', 'the the', 'This is the bakers close today'.

Slips of small writers, by patterns; what needs a parser is not seen.
"""

from __future__ import annotations

import re

from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import language_of
from virality.text.vocabulary import vocabulary

GATE = "grammar"
_DISAGREES = re.compile(
    r"(?<![\w'’.-])(?:[Aa] (?=[AEIOaeio])(?!(?i:one\b|once\b|eu|ou[io]))[A-Z]?[a-z]{2,}"
    r"|[Aa]n (?=[BCDFGJ-NP-TV-Zbcdfgj-np-tv-z])[A-Z]?[a-z]{3,})(?![\w.])"
)
_TWICE = re.compile(r"(?<![\w'’-])([a-z]+) \1(?![\w'’-])", re.IGNORECASE)
_MAY_STAND_TWICE = vocabulary(
    "had that very so no yes ha bye knock long far many really now well again night there do is"
)
_OPENS = re.compile(
    r"^\W*(?:(?:this|it|here) is|these are|here are|here's|it's) "
    r"(?!(?:how|why|what|where|who|whose|not|time|about|like|because)\b)([^.!?;:,\n—–]*)",
    re.IGNORECASE,
)
_JOINS = re.compile(
    r"\b(?:that|who|which|whose|what|how|why|where|when|if|to|and|i|we|you|he|she|they|it)\b", re.IGNORECASE
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|will|would|can|could|does|do|did|should|may|might|must|\w+n['’]t)\b"
    r"|\w['’](?:ll|ve|re|m)\b",
    re.IGNORECASE,
)
_BEGINS_A_CLAUSE = re.compile(r"(?:when|if|because|as)\b", re.IGNORECASE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on articles that do not agree, a word twice, and 'this is' before a clause, where the draft has none."""
    if language_of(draft, rewrite, context.lang) != "en":
        return not_checked(GATE, "patterns are of English alone")
    for pattern, what in ((_DISAGREES, "is no English"), (_TWICE, "stands twice in a row")):
        if (slip := _first(pattern, rewrite)) and not _first(pattern, draft):
            return failed(GATE, f"{slip!r} {what}", slip)
    if clause := _opened(draft, rewrite):
        return failed(GATE, f"'this is' stands before a whole sentence: {clause!r}", clause)
    return Verdict(GATE, "pass")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = (match[0] for match in pattern.finditer(text))
    return next((one for one in found if one.split()[-1].lower() not in _MAY_STAND_TWICE), "")


def _opened(draft: str, rewrite: str) -> str:
    """The clause behind a new 'this is' with a verb of its own that nothing joins; '' if there is none."""
    found = _OPENS.match(rewrite)
    if found is None or _OPENS.match(draft):
        return ""
    verb = _FINITE.search(found[1])
    alone = verb is not None and not _JOINS.search(found[1][: verb.start()])
    return found[1].strip() if alone or _BEGINS_A_CLAUSE.match(found[1]) else ""
