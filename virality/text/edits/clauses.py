"""Operations on clauses: 'When A, B' and 'B when A', times and places first or last. English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import (
    THINGS,
    THIRD,
    closing,
    in_sentences,
    is_clause,
    listed,
    lowered,
    raised,
    titled,
    tokens,
)
from virality.text.vocabulary import vocabulary

_LINKS = "when|while|after|before|because|if|although|though|since|despite|until|unless|once|whenever|as soon as"
_FRONT = re.compile(
    rf"^((?:(?:even|only)\s+)?(?:{_LINKS})|even as|as|instead of|with|without|for|in|during|by|from|at|like|unlike"
    r"|thanks to|due to|amid|following|to)\s+([^,;:!?…\"“”]+?),\s+(?!and\b|or\b|but\b|which\b|who\b|"
    r"then\b|so\b|not\b)"
    r"(?=\S)(.+)$",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"^(.+?[^\s,])(,?)\s+((?:even\s+)?(?:{_LINKS}|amid|as))\s+([^,;:!?…]+)$", re.IGNORECASE)
_NOT_BEFORE_LINK = listed("clauses_not_before_link")
_RELATIVE = re.compile(r"\b(?:who|that|which|whose|where|what|how|why|whether|says?|said)\b", re.IGNORECASE)
_STARTS = re.compile(
    r"^(?:and|but|or|so|then|because|plus|also|when|if|while|after|before|since|as|in|on|at|for)\b", re.I
)
_QUESTION = vocabulary(
    "what why how who where when which is are was were do does did can could will would should have has"
)
_TIMES = (
    r"today|tonight|tomorrow|yesterday|right now|this (?:morning|afternoon|evening|week|weekend|"
    r"month|year|summer|fall"
    r"|winter|spring)|last (?:night|week|month|year|weekend|summer|season)|next (?:week|month|year|weekend)"
    r"|(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?|in (?:19|20)\d\d"
    r"|in (?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"|(?:tonight |today |tomorrow )?at \d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?)?(?: ?[A-Z]{2,3})?"
    r"|for the first time(?: ever| in (?:\w+ ){1,2}(?:years|months|weeks|decades))?|of all time"
)
_TIME_LAST = re.compile(rf"^(.+?[^\s,]),?\s+({_TIMES.replace('|of all time', '')})$", re.IGNORECASE)
_TIME_FIRST = re.compile(
    rf"^({_TIMES.replace('|of all time', '')})(?:,\s+|\s*:\s+|\s+(?=we|I|you|he|she|they|the)\b)(.+)$", re.IGNORECASE
)
_ASIDE = re.compile(
    r"^([^,]+),\s+((?:to [a-z]{3,}|despite|amid|in response to|in defen[cs]e of|in support of|along "
    r"with|thanks to) [^,;:!?…]+)$",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"^(.+?\w)\s+((?:in order )?to\s+(?:help|stop|save|protect|support|prove|celebrate|raise|avoid|"
    r"fight|honou?r|mark|prevent)\b[^,;:!?…]+)$",
    re.IGNORECASE,
)


def link_first(text: str) -> Iterator[str]:
    """'B when A' becomes 'When A, B'."""
    yield from in_sentences(text, lambda one: _link_first(one, text))


def _link_first(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    if "?" in end or end.startswith(("..", "…")) or re.search(r"[\"“”]", core) or _STARTS.match(core):
        return
    for found in re.finditer(rf"(?<=\w),?\s+(?=(?:{_LINKS}|amid|as)\s)", core, re.IGNORECASE):
        main, clause = core[: found.start()], core[found.end() :]
        word = clause.split()[0].lower()
        if len(main.split()) < 3 or not 3 <= len(clause.split()) <= 14 or re.search(r"[,;:!?…—]", clause + main):
            continue
        if re.search(r"\s[-–]\s|\.\s", core) or _loose(main, word, clause) or not is_clause(main):
            continue
        if re.search(rf"\b(?:{_LINKS})\b", core[: found.start()], re.IGNORECASE):
            continue
        if not _may_precede(clause, main):
            continue
        yield f"{raised(clause)}, {lowered(main, text)}{end}"


def _loose(main: str, word: str, clause: str) -> bool:
    """Whether a link does not hang on the whole of what stands before it."""
    last = tokens(main)[-1]
    if last in _NOT_BEFORE_LINK or _RELATIVE.search(main):
        return True
    if word == "as":
        return tokens(clause)[1] not in ("he", "she", "they", "we", "i", "you", "it")
    if word == "when" and tokens(main)[0] in ("there", "here", "this", "that's", "it's"):
        return True
    if word in ("before", "after", "since", "until", "despite", "amid", "once"):
        return False
    return word in ("if", "because", "when", "while", "though", "although", "unless", "whenever") and not is_clause(
        clause
    )


def _may_precede(moved: str, stays: str) -> bool:
    """Whether what moves to the front names nobody only by a pronoun, unless the rest begins with one too."""
    mine = set(tokens(moved))
    named = (THIRD | (THINGS - {"this", "that", "these", "those", "one", "ones", "that's"})).intersection(mine)
    first = tokens(stays)[:1]
    return (
        not named or bool(named.intersection(first)) or bool(first and first[0] in ("i", "we", "you", "i'm", "you're"))
    )


def link_last(text: str) -> Iterator[str]:
    """'When A, B' becomes 'B when A'."""
    yield from in_sentences(text, lambda one: _link_last(one, text))


def _link_last(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    found = _FRONT.match(core)
    if found is None or end.startswith(("..", "…")):
        return
    link, clause, main = found[1].lower(), found[2], found[3]
    if not _may_follow(main, clause) or not _hangs_on(link.split()[-1], clause, main, end):
        return
    opener = f"{link} {clause}" if not titled(text) else f"{_as_inside(found[1])} {clause}"
    yield f"{raised(main)} {opener}{end}"


def _may_follow(main: str, clause: str) -> bool:
    """Whether the rest of a sentence can stand first: it is whole, and names what it speaks of."""
    if len(main.split()) < 3 or re.search(r"[,;:—…\"“]|\s-\s|\.\s", main) or main[:1] in "@#<":
        return False
    subject = tokens(main)[0]
    if _STARTS.match(main) or (subject in THIRD | THINGS and not {subject} & set(tokens(clause))):
        return False
    if re.search(rf"\b(?:{_LINKS})\b", main, re.IGNORECASE):
        return False
    inner = (THIRD | THINGS) & set(tokens(clause))
    if set(tokens(main)) & THIRD and not set(tokens(main)[1:]) & THIRD <= inner and subject not in THIRD:
        return False
    return not set(tokens(main)[1:]) & {"it", "them", "this", "these", "him", "her", "he", "she", "they"}


def _hangs_on(short: str, clause: str, main: str, end: str) -> bool:
    """Whether what the link opens tells of the whole sentence, wherever it stands."""
    if short in ("for", "in", "with", "without", "by", "from", "at", "like", "unlike", "to", "during", "amid") and (
        "?" in end or _RELATIVE.search(main) or not is_clause(main)
    ):
        return False
    if clause.lower().startswith(("case you", "other words", "short", "fact")):
        return False
    fixed = {"be", "example", "starters", "now", "once"}
    return short not in ("to", "like", "from", "for") or clause.split()[0].lower() not in fixed


def _as_inside(link: str) -> str:
    return link.lower() if link.lower() in ("as", "for", "in", "with", "by", "from", "at", "to") else link


def time_first(text: str) -> Iterator[str]:
    """A time or an aim that ends a sentence opens it."""
    yield from in_sentences(text, lambda one: _time_first(one, text))


def _time_first(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    if end.startswith(("?", "..", "…")) or re.search(r"[:;—…\"“]|\s-\s|^RT\b", core):
        return
    found = _TIME_LAST.match(core)
    named = (
        found
        and found[2][0].isupper()
        and not titled(text)
        and not re.match(r"(?:Mon|Tues|Wed|Thur|Fri|Sat|Sun)", found[2])
    )
    if found and not named and _moves(found[1]) and not _RELATIVE.search(found[1]):
        yield f"{raised(found[2])}, {lowered(found[1], text)}{end}"
    if (aside := _ASIDE.match(core)) and _moves(aside[1]) and is_clause(aside[1]) and _may_precede(aside[2], aside[1]):
        yield f"{raised(aside[2])}, {lowered(aside[1], text)}{end}"
    aim = _PURPOSE.match(core)
    if aim is None or not _moves(aim[1]) or not is_clause(aim[1]) or "," in core or _RELATIVE.search(aim[1]):
        return
    if tokens(aim[1])[-1] not in _TAKES_TO and _may_precede(aim[2], aim[1]):
        yield f"{raised(aim[2])}, {lowered(aim[1], text)}{end}"


_TAKES_TO = listed("clauses_takes_to")


def _moves(main: str) -> bool:
    first = tokens(main)[:1]
    return len(main.split()) >= 3 and bool(first) and not _STARTS.match(main) and first[0] not in _QUESTION


def time_last(text: str) -> Iterator[str]:
    """A time that opens a sentence ends it."""
    yield from in_sentences(text, lambda one: _time_last(one, text))


def _time_last(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    found = _TIME_FIRST.match(core)
    if found is None or end.startswith(("..", "…")) or re.search(r"[;:—…\"“]|\s-\s|\.\s", found[2]):
        return
    if len(found[2].split()) >= 3 and not _STARTS.match(found[2]) and not re.search(rf"(?:{_TIMES})", found[2], re.I):
        time = found[1] if titled(text) else found[1][0].lower() + found[1][1:]
        time = found[1] if re.match(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day", found[1]) else time
        yield f"{raised(found[2])} {time}{end}"
