"""English that a rewrite broke: 'a apple', 'the the', 'This is the bakers close today'.

Slips of small writers, by patterns; what needs a parser is not seen.
"""

from __future__ import annotations

import re

from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import language_of
from virality.text.normalise import without_mentions
from virality.text.vocabulary import vocabulary

GATE = "grammar"
_DISAGREES = re.compile(
    r"(?<![\w'’.-])(?:[Aa] (?=[AEIOaeio])(?!(?i:one\b|once\b|eu|ou[io]))[A-Z]?[a-z]{2,}"
    r"|[Aa]n (?=[BCDFGJ-NP-TV-Zbcdfgj-np-tv-z])[A-Z]?[a-z]{3,})(?![\w.])"
)
_TWICE = re.compile(r"(?<![\w'’-])([a-z]+) \1(?![\w'’-])", re.IGNORECASE)
_UNLIKELY = re.compile(
    r"(?<![\w'’-])(?:"
    r"(?:an?|the) (?:is|are|was|were|am|been|has|had|does|did|would|could|should|and|or|but|of|to|than|this|these"
    r"|those|that|it|he|she|they|we|you|me|him|them|my|your|our|their|an?|the|here|there)"
    r"|(?<!has )(?<!have )(?<!had )(?:it|he|she|they|we|you|i|this|that) been"
    r"|and (?:but|or)|(?:this|here) is (?:this|that|these)|here is (?:on|in|at|by|of|to|as|from|for|with|once)"
    r"|this is once"
    r")(?![\w'’-])|(?<![\w'’])(?!i['’])\w+['’]m(?!\w)|[$€£][A-Za-z]",
    re.IGNORECASE,
)
"""Words that no English has beside each other: 'the been', 'it been', 'Here is on', 'can'm'."""
_ASKS_WRONGLY = re.compile(r"(?:^|[.!?:;\n] ?|\b(?:how|what|why|when|where) )has (?:you|they|we|i)\b", re.IGNORECASE)
_BREAKS_OFF = re.compile(r"(?<![\w'’-])(?:and|or|the|an?|than|because)[.!?;:](?=\s|$)", re.IGNORECASE)
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
_ASKS = re.compile(
    r"^\W*(?:(?:this|here) is|here's) (?:how|what|why|where|when|who) "
    r"(?:do|does|did|can|will|should|would|could|is|are)\b",
    re.IGNORECASE,
)
"""A question that stays one behind 'this is': 'Here is what does bread cost'."""
_OPEN_ENDS = vocabulary("and but or the a an than because")
_LAST = re.compile(r"([A-Za-z]+)[^A-Za-z]*$")
_BEGINS_A_CLAUSE = re.compile(r"(?:when|if|because|as)\b", re.IGNORECASE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on articles that do not agree, a word twice, and 'this is' before a clause, where the draft has none."""
    if language_of(draft, rewrite, context.lang) != "en":
        return not_checked(GATE, "patterns are of English alone")
    for pattern, what in _SLIPS:
        if slip := _first(pattern, rewrite, draft):
            return failed(GATE, f"{slip!r} {what}", slip)
    if slip := _number(draft, rewrite) or _helper(draft, rewrite):
        return failed(GATE, f"{slip!r} does not agree", slip)
    if (asked := _ASKS.match(rewrite)) and not _ASKS.match(draft):
        return failed(GATE, f"a question stands behind 'this is': {asked[0].strip()!r}", asked[0].strip())
    if end := _open_end(draft, rewrite):
        return failed(GATE, f"it ends on {end!r}", end)
    if clause := _opened(draft, rewrite):
        return failed(GATE, f"'this is' stands before a whole sentence: {clause!r}", clause)
    return Verdict(GATE, "pass")


_SLIPS = (
    (_DISAGREES, "is no English"),
    (_TWICE, "stands twice in a row"),
    (_UNLIKELY, "is no English"),
    (_ASKS_WRONGLY, "is no English"),
    (_BREAKS_OFF, "breaks off"),
)
"""Pattern -> what is wrong where the rewrite has it and the draft does not."""


def _first(pattern: re.Pattern[str], text: str, draft: str) -> str:
    """What matches in the text and stands nowhere in the draft; '' if nothing does."""
    found = (match[0].strip() for match in pattern.finditer(text))
    known = draft.lower()
    slips = (one for one in found if one.split()[-1].lower() not in _MAY_STAND_TWICE and one.lower() not in known)
    return next(slips, "")


_POINTS_AT = re.compile(r"(?<![\w'’-])(this|that|these|those) (\w+)", re.IGNORECASE)
_MANY = vocabulary("these those")


def _number(draft: str, rewrite: str) -> str:
    """'this memories' of a draft that has 'these memories', or the other way round."""
    before, after = (
        {(one.lower() in _MANY, word.lower()) for one, word in _POINTS_AT.findall(text)} for text in (draft, rewrite)
    )
    wrong = ((many, word) for many, word in sorted(after - before) if (not many, word) in before)
    return next((f"{'these' if many else 'this'} {word}" for many, word in wrong), "")


_HELPED = re.compile(
    r"\b(?:(wo|do|does|did|ca|could|would|should|might|must)n['’]t|(will|do|does|did|can|could|would|should|may"
    r"|might|must|to)(?: not)?|can(not)) (\w+)",
    re.IGNORECASE,
)
_IS = re.compile(r"\b(?:(?:is|are|was|were|am)(?: not|n['’]t)?) (\w+)", re.IGNORECASE)


def _helper(draft: str, rewrite: str) -> str:
    """'is not hide' of a draft that has 'will not hide'."""
    bare = {found[4].lower() for found in _HELPED.finditer(draft)}
    before, after = ({found[1].lower(): found[0] for found in _IS.finditer(text)} for text in (draft, rewrite))
    return next((after[word] for word in sorted(after.keys() - before.keys()) if word in bare - _NO_VERBS), "")


_NO_VERBS = vocabulary("not be no so you i he she it we they the a an this that to all just only now here there")


def _open_end(draft: str, rewrite: str) -> str:
    """The last word, where it is one that something must follow, and the draft ends otherwise."""
    last, was = (_LAST.search(without_mentions(text)) for text in (rewrite, draft))
    if last is None or last[1].lower() not in _OPEN_ENDS or (was is not None and was[1].lower() == last[1].lower()):
        return ""
    return last[1]


def _opened(draft: str, rewrite: str) -> str:
    """The clause behind a new 'this is' with a verb of its own that nothing joins; '' if there is none."""
    found = _OPENS.match(rewrite)
    if found is None or _OPENS.match(draft):
        return ""
    verb = _FINITE.search(found[1])
    alone = verb is not None and not _JOINS.search(found[1][: verb.start()])
    return found[1].strip() if alone or _BEGINS_A_CLAUSE.match(found[1]) else ""
