"""Operations on the tense of news: 'opens' and 'has opened', 'to open' and 'will open'. English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import (
    FINITE,
    closing,
    data,
    in_sentences,
    listed,
    titled,
    tokens,
)  # fmt: skip
from virality.text.vocabulary import vocabulary

_TENSE = dict(row.split(">") for row in data("tense_en")["rows"])
_PRESENT = re.compile(
    rf"^((?:[A-Z@#][\w.'’-]*|of|the|and|\d+)(?:\s+(?:[A-Z@#][\w.'’-]*|of|the|and|\d+|[a-z]+)){{0,4}})\s+({'|'.join(_TENSE)})\s+(?=[\w'\"“‘@#$£€])(.+)$",
    re.IGNORECASE,
)
_PERFECT = re.compile(
    rf"^(.{{3,60}}?)\s+has\s+({'|'.join(sorted(set(_TENSE.values()), key=len, reverse=True))})\s+(?=\w)(.+)$",
    re.IGNORECASE,
)
_TO = re.compile(r"^((?:[A-Z@#][\w.'’-]*|\d+)(?:\s+[\w.'’@#&-]+){0,5}?)\s+to\s+([a-z]{3,})\s+(.+)$")
_BACK = {past: verb for verb, past in _TENSE.items()}
_NO_FUTURE = vocabulary("the a an this that his her their our my your its date")


def tense(text: str) -> Iterator[str]:
    """News in the present as news in the perfect, and back; 'Mill to open' becomes 'Mill will open'."""
    yield from in_sentences(text, lambda one: _tense(one, text))


def _tense(sentence: str, text: str) -> Iterator[str]:
    core, end = closing(sentence)
    found = _PRESENT.match(core)
    if (
        found
        and not FINITE & set(tokens(found[1])[1:])
        and not {"who", "that", "which", "how", "why", "what", "when", "if", "as", "i", "we", "you", "these", "those"}
        & set(tokens(found[1]))
    ):
        has = "Has" if found[2][0].isupper() else "has"
        past = _TENSE[found[2].lower()]
        if not tokens(found[1])[-1].endswith("s") or tokens(found[1])[-1].endswith(("ss", "'s")):
            yield f"{found[1]} {has} {past.capitalize() if found[2][0].isupper() else past} {found[3]}{end}"
    found = _PERFECT.match(core)
    if (
        found
        and not FINITE & set(tokens(found[1])[1:])
        and tokens(found[1])[0] not in ("who", "what", "how", "it", "that", "this", "which")
    ):
        verb = _BACK[found[2].lower()]
        yield f"{found[1]} {verb.capitalize() if found[2][0].isupper() else verb} {found[3]}{end}"
    found = _TO.match(core)
    if (
        (
            found
            and not titled(text)
            and "?" not in end
            and not FINITE & set(tokens(found[1]))
            and found[2] not in _NO_FUTURE
        )
        and (
            tokens(found[1])[-1] not in _BEFORE_TO
            and tokens(found[1])[0]
            not in ("how", "what", "where", "when", "why", "who", "want", "ready", "things", "ways")
            and not re.search(r"\d+ \w+s$|[:]", found[1])
            and not tokens(found[1])[0].endswith("ing")
        )
        and re.search(r"[A-Z@#]", found[1])
        and found[2] in _FUTURE
    ):
        yield f"{found[1]} will {found[2]} {found[3]}{end}"


_FUTURE = listed("headlines_future")
_BEFORE_TO = listed("headlines_before_to")
