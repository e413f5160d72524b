"""Operations on headlines: lists of things, 'why' and 'how', sources, tense, 'this' and 'meet'. English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import (
    FINITE,
    THIRD,
    balanced,
    closing,
    in_sentences,
    is_clause,
    is_common,
    lead_in,
    listed,
    raised,
    titled,
    tokens,
)  # fmt: skip
from virality.text.normalise import sentences
from virality.text.vocabulary import vocabulary

_LIST = re.compile(
    r"^((?:\d{1,3}|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)\s+(?:[\w'’-]+\s+){0,4}?[\w'’]*s)\s+(?:That|"
    r"Who|Which|that|who|which)\s+(.+)$"
)
_THESE = re.compile(r"^(?:These|these)\s+((?:\d{1,3})\s+(?:[\w'’-]+\s+){0,3}?[\w'’]*s)\s+(.+)$")
_GAP = re.compile(
    r"^(\d{1,3}\s+(?:[\w'’-]+\s+){0,2}?(?:Things?|things|Reasons|reasons|Struggles|struggles|Facts|"
    r"facts|Words|words|Moments|moments|Problems|problems))\s+"
    r"((?:Only|Every|All|You|People|Anyone|only|every|all|you|people|anyone|We|we)\b.+\s(?:Understand|"
    r"understand|Know|know|Need|need|Remember|remember|Love|love|Hate|hate|Do|do|Get|get|Learn|"
    r"learn|See|see|Relate To|relate to|Recognize|recognize|Appreciate|appreciate))$"
)
_MEET = re.compile(r"^Meet\s+(?:[Tt]he)\s+((?:[\w'’-]+\s+){0,3}?[\w-]+)\s+(?:[Ww]ho)\s+(.+)$")
_THIS = re.compile(r"^This\s+((?:[\w'’-]+\s+){0,3}?[\w-]+)\s+(.+)$")
_PEOPLE = listed("headlines_people")
_WHY = re.compile(
    r"^(?:Here['’]s\s+|This\s+[Ii]s\s+)?([Ww]hy|[Hh]ow)\s+(?!To\b|to\b|Much\b|much\b|Many\b|many\b|"
    r"Do\b|do\b|Does\b|does\b|Did\b|did\b|Is\b|is\b|Are\b|are\b|Was\b|Can\b|can\b|Could\b|Should\b|"
    r"should\b|Would\b|Not\b|not\b|Will\b|will\b|Has\b|Have\b|It\b|About\b|Long\b|Far\b|Bad\b|Big\b|"
    r"Come\b|Well\b|Important\b|On\b|I\b)(.+)$"
)
_BARE = re.compile(
    r"^(Why|How|What|Where)\s+(?!do|does|did|is|are|was|were|can|could|should|would|will|has|have|"
    r"had|not|about|if|a|an|the heck)\w",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^(.+?\S)\s+[-–—|]\s+((?:[A-Z][\w.'’&-]*\s?){1,4})$")
_DETERMINER = re.compile(r"^(A|An|One)\s+(?=[a-zA-Z])(.+)$")


def lists(text: str) -> Iterator[str]:
    """'12 loaves that will warm you' becomes 'These 12 loaves will warm you', and back."""
    yield from in_sentences(text, lambda one: _lists(one, text))


def _lists(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    small = not titled(text)
    if (
        (found := _LIST.match(core))
        and found[2].split()[0].lower().strip(",")
        not in (
            "you",
            "i",
            "we",
            "they",
            "he",
            "she",
            "the",
            "a",
            "your",
            "every",
            "people",
        )
        and is_clause(f"x {found[2]}")
        and ":" not in core
    ):
        yield f"These {found[1] if found[1][0].isdigit() else found[1].lower() if small else found[1]} {found[2]}{end}"
    if (found := _THESE.match(core)) and tokens(found[2])[0] in FINITE:
        yield f"{raised(found[1])} {'that' if small else 'That'} {found[2]}{end}"
    if found := _GAP.match(core):
        yield f"{raised(found[2])} {'these' if small else 'These'} {found[1]}{end}"


def meets(text: str) -> Iterator[str]:
    """'Meet the baker who feeds Oslo' becomes 'This baker feeds Oslo', and back; 'A baker' becomes 'This baker'."""
    yield from in_sentences(text, lambda one: _meets(one, text))


def _meets(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    small = not titled(text)
    if (found := _MEET.match(core)) and tokens(found[2])[0] in FINITE | {"just"} and tokens(found[1])[-1][-1:] != "s":
        yield f"This {found[1]} {found[2]}{end}"
    found = _THIS.match(core)
    if found and tokens(found[1])[-1] in _PEOPLE and _verb(found[2]):
        yield f"Meet {'the' if small else 'The'} {found[1]} {'who' if small else 'Who'} {found[2]}{end}"
    found = _DETERMINER.match(core)
    if found and found[1] != "One" and _subject_verb(found[2]):
        yield f"This {found[2]}{end}"


def _verb(rest: str) -> bool:
    first = tokens(rest)[0]
    return first in FINITE - {"s"} or first.endswith("ed")


def _subject_verb(rest: str) -> bool:
    """Whether a subject of a few words, without 'of' or 'who', meets its verb."""
    found = tokens(rest)[:7]
    at = next((at for at, word in enumerate(found) if word in FINITE and at > 0), None)
    return (
        at is not None
        and not {"of", "who", "that", "which", "to", "for", "in", "on", "from", "with", "about", "at"} & set(found[:at])
        and found[0] not in ("few", "lot", "couple", "bunch", "million")
    )


def why_last(text: str) -> Iterator[str]:
    """'Why bread rises' becomes 'Bread rises. Here's why.', and 'Here's why bread rises'."""
    body, rest = lead_in(text)
    if len(sentences(body)) != 1 or (rest.strip()[:1] in ":-–—|" and rest):
        return
    core, end = closing(body)
    if "?" in end or not balanced(core) or end.startswith(("..", "…")):
        return
    found = _WHY.match(core)
    if (
        found
        and is_clause(found[2])
        and len(found[2].split()) >= 4
        and tokens(found[2])[0] not in THIRD | {"this", "that", "it", "these", "you"}
    ):
        here = (
            ("Here's Why" if found[1].lower() == "why" else "Here's How")
            if titled(text)
            else f"Here's {found[1].lower()}"
        )
        yield f"{raised(found[2])}. {here}.{rest}"
    if _BARE.match(core) and is_clause(core) and "," not in core and tokens(core)[0] != "where":
        first = core.split()[0]
        inner = first if titled(text) else first.lower()
        if tokens(core)[1] not in FINITE and len(core.split()) >= 4:
            yield f"Here's {inner}{core[len(first) :]}{end}{rest}"
            yield f"{'This Is' if titled(text) else 'This is'} {inner}{core[len(first) :]}{end}{rest}"
    heres = re.match(r"^(?:Here['’]s|This [Ii]s)\s+([Hh]ow|[Ww]hy|[Ww]hat)\s+(.+)$", core)
    if heres and len(heres[2].split()) >= 3:
        yield f"{raised(heres[1])} {heres[2]}{end if end != '.' else ''}{rest}"


_HEADS = (
    r"(?:reasons|things|times|ways|signs|facts|photos|pictures|images|tweets|gifs|videos|people|"
    r"questions|tips|stories|truths|lessons|quotes|moments|ideas|problems|struggles|recipes|celebs|"
    r"women|men|kids|dogs|cats)"
)
_COUNTED = re.compile(rf"^\d{{1,3}}\s+(?:[\w'’-]+\s+){{0,4}}?{_HEADS}\b|^\d{{1,3}} of the\b", re.IGNORECASE)
_LINKS_NOUN = vocabulary("of in on for with about from at to behind after before between through and by inside")
_THESE_MANY = re.compile(
    r"^\d{1,3}\s+(?!(?:years?|million|billion|percent|days?|hours?|months?|weeks?|minutes?|people)\b)(?:[\w'’-]+\s+){0,4}?[\w'’-]*[a-rt-z]s(?=\s)",
    re.IGNORECASE,
)
_RELATES = vocabulary(
    "that who which you you'll you're you've we we'll every everyone anyone only of people when where they he she i"
)


def points(text: str) -> Iterator[str]:
    """A headline without a verb is pointed at: '12 tips for bread' becomes 'Here are 12 tips for bread', and back."""
    body, rest = lead_in(text)
    if (
        len(sentences(body)) != 1
        or rest
        or re.search(r"[:;,?@#|…]|\.\.|\s[-–—]\s", body)
        or not 4 <= len(body.split()) <= 24
    ):
        return
    core, end = closing(body)
    found = tokens(core)
    verb = next((at for at, word in enumerate(found) if at and word in FINITE), len(found))
    if back := re.match(r"^Here (?:[Aa]re) (?=\d)|^(?:Here['’]s|This [Ii]s) (?=(?:[Tt]he|[Aa]n?)\b)", core):
        if verb == len(found) or found[1] in ("is", "are") or "'" in found[0]:
            yield f"{raised(core[back.end() :])}{end}"
        return
    relates = next((at for at, word in enumerate(found) if at and word in _RELATES), len(found) + 1)
    several = relates < verb < len(found) and sum(word in FINITE for word in found) > 1
    if (several or (verb < len(found) and relates > verb)) and not _COUNTED.match(core):
        return
    if _COUNTED.match(core) or (_THESE_MANY.match(core) and (verb == len(found) or relates < verb)):
        yield f"{'Here Are' if titled(text) else 'Here are'} {core}{end}"
    elif re.match(r"^(?:The|A|An)\s", core) and (verb == len(found) or relates < verb):
        if (relates > 4 and any(word.endswith("ed") for word in found[1:4])) or not _single(found, relates):
            return
        for lead in ("Here's", "This Is" if titled(text) else "This is"):
            yield f"{lead} {core if titled(text) else core[0].lower() + core[1:]}{end}"


def _single(found: list[str], relates: int) -> bool:
    """Whether the noun that a headline is about is one thing, as far as its words tell."""
    head = found[1 : min([relates, *(at for at, word in enumerate(found) if word in _LINKS_NOUN)])][:4]
    many = {"people", "men", "women", "children", "kids"}
    return bool(head) and not any(re.search(r"[^s']s$", word) for word in head) and head[-1] not in many


def source_placed(text: str) -> Iterator[str]:
    """'X - The Mill News' becomes 'The Mill News: X'."""
    body, rest = lead_in(text)
    found = _SOURCE.match(body)
    bare = found is None or found[2].isupper() or found[2].strip()[-1] in ".!" or is_common(found[2].strip())
    if (
        found
        and not bare
        and "\n" not in body
        and ":" not in found[1]
        and len(found[1].split()) >= 3
        and balanced(found[1])
    ):
        yield f"{found[2].strip()}: {found[1]}{rest}"
