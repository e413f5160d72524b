"""Operations on nouns and their company: pairs around 'and', owners, clauses that say little. English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import (
    FINITE,
    cased,
    lead_in,
    listed,
    titled,
)  # fmt: skip
from virality.text.vocabulary import vocabulary


def and_swapped(text: str) -> Iterator[str]:
    """'bread and salt' becomes 'salt and bread', where both are single words of one kind between small words."""
    body, rest = lead_in(text)
    for found in _AND.finditer(body):
        one, other = found[2], found[4]
        if (
            one.lower() == other.lower()
            or one[0].isupper() != other[0].isupper()
            or {one.lower(), other.lower()} & _NO_SWAP
        ):
            continue
        if {one.lower(), other.lower()} & FINITE or one.lower().endswith(("ed", "ly")) != other.lower().endswith(
            ("ed", "ly")
        ):
            continue
        if one.lower().endswith("ing") != other.lower().endswith("ing") or one.endswith("s") != other.endswith("s"):
            continue
        if not re.search(
            r"(?:^|[,:(—–]|\b(?:the|a|an|of|for|in|on|with|from|by|to|about|between|his|her|their|our|my|"
            r"your|its|no|both|is|are|was|were|than|against|at|all|some|more|these|this))\s*$",
            body[: found.start(2)],
            re.IGNORECASE,
        ):
            continue
        if re.match(
            r"\s*(?:$|[.,;:!?)—–]|(?:of|in|on|for|with|from|by|to|at|as|are|is|were|was|that|who|when|after|"
            r"before|during|against|about|have|has|will|can|over)\b)",
            body[found.end() :],
            re.IGNORECASE,
        ):
            yield f"{body[: found.start(2)]}{other} {found[3]} {one}{body[found.end() :]}{rest}"


_AND = re.compile(r"(^|(?<=\s)|(?<=\())([A-Za-z][\w'’-]*)\s+(and|&|or|And|Or)\s+([A-Za-z][\w'’-]*)(?![\w'’])(?=\W|$)")
_NO_SWAP = listed("headlines_no_swap")


_OWNER = re.compile(
    r"(?<![\w@#])((?:[A-Z][\w.]+ ){0,2}[A-Z]\w+)['’]s ([a-z]{3,})(?=$|[.,;:!?]| (?:in|on|at|after|"
    r"before|as|is|are|was|were|has|have|will|could|can)\b)"
)
_OWNED = re.compile(
    r"\b[Tt]he ([a-z]{3,}) of ([A-Z][a-z]\w+(?: [A-Z]\w+)?)(?=$|[.,;:!?]| (?:in|on|at|after|before|"
    r"as|is|are|was|were|has|have|will|could|can|by)\b)"
)
_NO_OWNER = vocabulary(
    "It Here There That What He She Who Let Today Tonight Tomorrow Yesterday How Where This One "
    "Everyone Somebody Monday Tuesday Wednesday Thursday Friday Saturday Sunday Everybody Nobody "
    "Someone Veteran Children Women Men People World Year Day"
)
_NO_OWNED = listed("headlines_no_owned")


def owners(text: str) -> Iterator[str]:
    """'Oslo's bread' becomes 'the bread of Oslo', and back, where a name owns one bare noun."""
    body, rest = lead_in(text)
    if titled(body):
        return
    for found in _OWNER.finditer(body):
        if (
            found[1].split()[0] not in _NO_OWNER
            and found[2] not in _NO_OWNED | FINITE
            and not found[2].endswith(("ing", "ly", "ed"))
        ):
            the = "The" if found.start() == 0 else "the"
            if not re.search(r"\b(?:the|a|an|his|her|their|my|our|of)\s$", body[: found.start()], re.IGNORECASE):
                yield f"{body[: found.start()]}{the} {found[2]} of {found[1]}{body[found.end() :]}{rest}"
    for found in _OWNED.finditer(body):
        if found[1] not in _NO_OWNED:
            yield f"{body[: found.start()]}{found[2]}'s {found[1]}{body[found.end() :]}{rest}"


def reduced(text: str) -> Iterator[str]:
    """'people who are living' becomes 'people living', 'says that he' 'says he', '5%' '5 percent'."""
    body, rest = lead_in(text)
    for pattern, instead in _REDUCED:
        for found in pattern.finditer(body):
            word = cased(found[0], instead, text) if instead else ""
            yield f"{body[: found.start()]}{word}{body[found.end() :]}{rest}"


_REDUCED = (
    (re.compile(r"\b(?:who|that|which) (?:are|is|were|was) (?=[a-z]+ing\b)", re.IGNORECASE), ""),
    (re.compile(r"(?<=says )that (?=[a-z]+ [a-z]+)|(?<=said )that (?=[a-z]+ [a-z]+)|(?<=think )that |(?<=know "
r")that (?=he|she|they|you|we|i|the)|(?<=believe )that |(?<=so )(?<!that )(?<!only )that (?=you|"
r"we|they|he|she|i)\b", re.IGNORECASE), ""),
    (re.compile(r"\bin order (?=to\b)", re.IGNORECASE), ""),

    (re.compile(r"(?<=\d)%(?= of| in)"), " percent"),
    (re.compile(r"(?<=\d) per ?cent(?= of| in)"), "%"),
    (re.compile(r"\bon (?=(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)"), ""),
    (re.compile(r"\beach other\b", re.IGNORECASE), "one another"),
    (re.compile(r"\bone another\b", re.IGNORECASE), "each other"),
    (re.compile(r"\ball of (?=the\b|these\b|those\b|his\b|her\b|their\b|our\b|my\b|your\b)", re.IGNORECASE), "all "),
    (re.compile(r"\boff of\b", re.IGNORECASE), "off"),
    (re.compile(r"\boutside of\b", re.IGNORECASE), "outside"),
    (re.compile(r"\binside of\b", re.IGNORECASE), "inside"),
)  # fmt: skip
