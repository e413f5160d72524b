"""Operations on who says it: 'X says Y', 'Y, says X', 'According to X, Y', 'X: Y'. English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import (
    SMALL,
    THINGS,
    THIRD,
    balanced,
    closing,
    in_sentences,
    is_clause,
    is_common,
    lead_in,
    listed,
    lowered,
    raised,
    titled,
    tokens,
)
from virality.text.normalise import sentences
from virality.text.vocabulary import vocabulary

_SAYS = r"(?:says|say|said|tells @?\w+|told @?\w+|reports|warns|warned|claims|claimed|argues|insists)"
_SAYING = re.compile(rf"^((?:[^\s,:;.!?\"“]+\s+){{1,5}}?)({_SAYS})\s+(?:that\s+)?([^:;]+)$")
_BEHIND = re.compile(rf"^(.+?),\s+((?:[^\s,:;.!?\"“]+\s+){{1,5}}?)({_SAYS})$")
_TURNED = re.compile(r"^(.+?),\s+(says|say|said)\s+((?:[^\s,:;.!?\"“]+\s?){1,5})$")
_ACCORDING = re.compile(r"^according to\s+([^,:;]{2,50}),\s+(.+)$", re.IGNORECASE)
_ACCORDING_LAST = re.compile(r"^(.+?),?\s+according to\s+([^,:;]{2,50})$", re.IGNORECASE)
_NO_SPEECH = listed("speech_no_speech")
_PLURAL = vocabulary(
    "police officials experts scientists researchers doctors lawyers sources critics analysts authorities"
)
_SINGLE = vocabulary("poll study report survey official source analyst expert pm minister president")
_MEDIA = (
    r"VIDEO|Video|PHOTOS?|Photos?|WATCH|Watch|READ|Read|LISTEN|Listen|OPINION|Opinion|ANALYSIS|"
    r"Analysis|INTERVIEW|Interview|LIVE|GALLERY|Gallery|AUDIO|Audio|PICS|Pics|Exclusive|EXCLUSIVE|"
    r"BLOG|Blog|REVIEW|Review"
)
_LABEL = re.compile(rf"^({_MEDIA})\s?(?::|\s[-–—|]\s)\s*(?=\S)")
_LABEL_LAST = re.compile(rf"\s*[(\[]({_MEDIA}|video|photos?|pics|gallery|audio)[)\]]$")
_NAMED = re.compile(r"^([^\s:,.!?\"“#@<(][^:,.!?\"“(]{1,40}?):\s+(?=\S)(.+)$", re.DOTALL)


def speaker_last(text: str) -> Iterator[str]:
    """'X says Y' becomes 'Y, X says' and 'Y, according to X'; 'According to X, Y' and 'Y, says X' too."""
    yield from in_sentences(text, lambda one: _speaker_last(one, text))


def _speaker_last(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    if "?" in end or "…" in end or end.startswith("..") or re.search(r"\.\s|\s[-–—]\s", core):
        return
    if found := _ACCORDING.match(core):
        if tokens(found[2])[0] not in THIRD | THINGS and is_clause(found[2]):
            yield f"{raised(found[2])}, {'According' if titled(text) else 'according'} to {found[1]}{end}"
        return
    found = _SAYING.match(core)
    if found is None or re.search(r"[\"“”]", core) or not _speaks(found[1].strip(), found[3]):
        return
    speaker, verb, said = found[1].strip(), found[2], found[3].strip()
    yield f"{raised(said)}, {lowered(speaker, text)} {verb}{end}"
    if verb in ("says", "say", "said", "reports") and '"' not in said and "'" not in said[:1]:
        yield f"According to {lowered(speaker, text)}, {lowered(said, text)}{end}"


def _speaks(speaker: str, said: str) -> bool:
    first = tokens(said)[:1]
    if not first or first[0] in _NO_SPEECH or len(said.split()) < 3 or not is_clause(said) or not balanced(said):
        return False
    if tokens(speaker)[0] in THIRD | THINGS | {
        "i",
        "we",
        "you",
        "who",
        "what",
        "how",
        "why",
        "when",
        "if",
        "and",
        "but",
    }:
        return False
    if re.search(rf"\b{_SAYS}\b", said) or THIRD & set(tokens(said)):
        return False
    return not re.search(
        r"\b(?:who|that|which|what|when|after|as|if|because|where|and|but|is|are|was|were|to)$|\b(?:who|"
        r"which|what|when|after|if|because)\b",
        speaker,
    )


def speaker_first(text: str) -> Iterator[str]:
    """'Y, X says', 'Y, says X' and 'Y, according to X' begin with X."""
    yield from in_sentences(text, lambda one: _speaker_first(one, text))


def _speaker_first(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    if "?" in end or re.search(r"\.\s|\s[-–—]\s", core):
        return
    if found := _ACCORDING_LAST.match(core):
        if len(found[1].split()) >= 3 and tokens(found[2])[:1] not in ([], ["this"], ["these"]):
            yield f"According to {found[2]}, {lowered(found[1], text)}{end}"
        return
    for pattern, who, verb in ((_TURNED, 3, 2), (_BEHIND, 2, 3)):
        found = pattern.match(core)
        if (
            found
            and len(found[1].split()) >= 3
            and "," not in found[1]
            and re.match(r"[A-Z@#]|the |a |an ", found[who])
        ):
            yield f"{raised(found[who].strip())} {found[verb]} {lowered(found[1], text)}{end}"
            return


def label_last(text: str) -> Iterator[str]:
    """'VIDEO: X' becomes 'X (VIDEO)', 'Poll: X' 'X, poll says', 'Jane Doe: X' 'X, says Jane Doe' where X is quoted."""
    body, rest = lead_in(text)
    if found := _LABEL.match(body):
        left = body[found.end() :]
        if len(left.split()) >= 3 and "\n" not in body:
            core, end = closing(left)
            yield f"{raised(core)}{end if end != '.' else ''} ({found[1]}){rest}"
        return
    found = _NAMED.match(body)
    parts = sentences(body)
    if found is None or len(parts) != 1 or not balanced(body) or len(found[2].split()) < 3:
        return
    label, left = found[1].strip(), found[2]
    core, end = closing(left)
    if "?" in end or ":" in left or re.match(r"[\"“'‘]", left) or len(label.split()) > 4 or re.search(r"\d", label):
        return
    last = tokens(label)[-1]
    name = all(part[0].isupper() and not is_common(part) for part in label.split()) and len(label.split()) >= 2
    if last in _PLURAL:
        yield f"{raised(core)}, {lowered(label, text)} say{end}{rest}"
        yield (
            f"{label} say {lowered(core, text)}{end}{rest}"
            if is_clause(core)
            else f"{raised(core)}, say {lowered(label, text)}{end}{rest}"
        )
    elif last in _SINGLE:
        yield f"{raised(core)}, {lowered(label, text)} says{end}{rest}"
        yield f"{raised(core)}, {'According' if titled(text) else 'according'} to {lowered(label, text)}{end}{rest}"
    elif name and (tokens(core)[0] in ("i", "we", "i'm", "we're", "my", "our") or re.search(r"['‘\"“]\w", core)):
        yield f"{raised(core)}, says {label}{end}{rest}"
    elif name or (not titled(text) and _names_a_topic(label)):
        yield f"{raised(core)} — {lowered(label, text)}{rest}"


def _names_a_topic(label: str) -> bool:
    """Whether a label is a name or a topic ('Oslo', 'Bread debate') and no clause, verb or bare word."""
    found = label.split()
    if (
        is_clause(label)
        or not SMALL.union(THINGS, THIRD).isdisjoint(tokens(label))
        or not found[0][0].isupper()
        or found[0] in ("Just", "More", "New", "Limited", "Full", "Here", "Live", "Best", "Get")
    ):
        return False
    return (
        not is_common(found[0])
        if len(found) == 1
        else any(word[0].isupper() for word in found[1:]) or not found[-1].endswith("ed")
    )


def label_first(text: str) -> Iterator[str]:
    """'X (VIDEO)' becomes 'VIDEO: X'."""
    body, rest = lead_in(text)
    found = _LABEL_LAST.search(body)
    if found and "\n" not in body and len(body.split()) >= 4:
        yield f"{raised(found[1])}: {body[: found.start()]}{rest}"


_QUOTE_SAID = re.compile(
    r"^([A-Z@][^\"“:,]{1,60}?)(?::|,?\s+(says|said|tweeted|writes|wrote)[:,]?)\s+([\"“][^\"“”]+[\"”])$"
)
_SAID_QUOTE = re.compile(
    r"^([\"“][^\"“”]+[\"”])\s*(?:[-–—]+|,?\s*(says|said|tweeted|writes|wrote))\s+([^\"“”.!?]{2,50})$"
)


def quotes(text: str) -> Iterator[str]:
    """'X: "Y"' and 'X says "Y"' become '"Y" — X', and back."""
    body, rest = lead_in(text)
    if "\n" in body:
        return
    core = body.rstrip()
    if found := _QUOTE_SAID.match(core):
        if tokens(found[1])[0] in THIRD or len(found[3].split()) < 3:
            return
        quote = found[3]
        yield f"{quote} — {lowered(found[1], text)}{rest}"
        yield f"{_with_comma(quote)} {found[2] or 'says'} {lowered(found[1], text)}{rest}"
    elif found := _SAID_QUOTE.match(core):
        yield f"{raised(found[3])}: {_without_comma(found[1])}{rest}"
        if found[2]:
            yield f"{_without_comma(found[1])} — {found[3]}{rest}"


def _with_comma(quote: str) -> str:
    inner = quote[1:-1].rstrip(".,")
    return f"{quote[0]}{inner}{',' if inner[-1:] not in '?!' else ''}{quote[-1]}"


def _without_comma(quote: str) -> str:
    return f"{quote[0]}{quote[1:-1].rstrip(',')}{quote[-1]}"
