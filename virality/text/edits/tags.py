"""Operations on links, handles and hashtags: where they stand, and a hashtag as a word. Any language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import balanced, raised, tail

_TAG = r"#\w*[^\W\d_]\w*"
_LINK = r"(?:https?://\S+|<link\d+>)"
_LAST_TAGS = re.compile(rf"((?:\s+{_TAG})+)\s*$")
_FIRST_TAG = re.compile(rf"^({_TAG})\s*(?::|\s[-–—|]|(?=\s[A-Z\"“]))\s*(?=\S)")
_VIA = re.compile(r"\s*[(\[]?\b[Vv]ia\s+(@\w[\w.]*)[)\]]?\s*$")
_VIA_FIRST = re.compile(r"^(?:[Vv]ia\s+|RT\s+)(@\w[\w.]*)\s*:?\s+(?=\S)")
_FIRST_LINK = re.compile(rf"^({_LINK})\s*[-–—:|]?\s+(?=\S)")
_INNER_LINK = re.compile(rf"^(.*?[\w.!?\"”’'…)])\s+({_LINK})\s+(?=[\"“A-Z\u0620-\u064a])(.*\w.*)$", re.DOTALL)
_ENDS = re.compile(r"[.!?…:؟\"”]$")
_HERE = re.compile(
    r"(?:\b(?:here|at|on|to|via|by|of|from|with|the|and|for|in|is|this|see|watch|read|check out|"
    r"check|visit|out)|[:\-–—>|(])\s*$",
    re.IGNORECASE,
)


def link_placed(text: str) -> Iterator[str]:
    """A link that opens the post ends it; last hashtags stand before the last link, or behind it."""
    if (found := _FIRST_LINK.match(text)) and len(text.split()) >= 4 and not re.search(_LINK, text[found.end() :]):
        left = text[found.end() :]
        body, rest = tail(left)
        yield f"{raised(body)}{'' if _ENDS.search(body) else ':'} {found[1]}{rest}"
    found = _INNER_LINK.match(text)
    if found and not _HERE.search(found[1]) and not re.search(_LINK, found[3]) and "\n" not in text:
        before = found[1] if _ENDS.search(found[1]) else f"{found[1]}."
        body, rest = tail(found[3])
        if balanced(found[1]) and not before.endswith(":"):
            yield f"{before} {body}{rest} {found[2]}"
    body, rest = tail(text)
    pieces = rest.split()
    links = [piece for piece in pieces if re.fullmatch(_LINK, piece)]
    tags = [piece for piece in pieces if piece.startswith("#")]
    if len(links) == 1 and tags and len(tags) + 1 == len(pieces) and not _HERE.search(body):
        turned = [*tags, *links] if pieces[0] in links else [*links, *tags]
        yield f"{body.rstrip()} {' '.join(turned)}"


def tags_last(text: str) -> Iterator[str]:
    """'#Oslo: X' becomes 'X #Oslo'."""
    found = _FIRST_TAG.match(text)
    if found is None or text[found.end() :][:1] in "#@":
        return
    left = text[found.end() :]
    colon = text[found.end(1) : found.end()].strip() != ""
    if len(left.split()) >= 3 and "\n" not in left and colon:
        link = re.search(rf"\s*{_LINK}\s*$", left)
        body, rest = (left[: link.start()], left[link.start() :]) if link else (left, "")
        if not re.search(r"[:\-–—]\s*$", body):
            yield f"{raised(body)} {found[1]}{rest}"


def tags_first(text: str) -> Iterator[str]:
    """'X #Oslo' becomes '#Oslo: X', where one hashtag ends the post (its link aside)."""
    link = re.search(rf"\s*(?:[:\-–—]\s*)?{_LINK}\s*$", text)
    body, rest = (text[: link.start()], text[link.start() :]) if link else (text, "")
    found = _LAST_TAGS.search(body)
    if found is None or "\n" in text:
        between = re.search(rf"({_LINK})((?:\s+{_TAG})+)\s*$", text)
        if between is None or "\n" in text:
            return
        body, rest, tags = text[: between.start()].rstrip(), f" {between[1]}", between[2].split()
    else:
        tags, body = found[1].split(), body[: found.start()]
    if (
        len(tags) != 1
        or len(body.split()) < 3
        or not _sentence_ends(body)
        or body.lstrip()[:1] in "#@<"
        or _RT.match(body)
    ):
        return
    yield f"{tags[0]}: {body.rstrip()}{rest}"


_RT = re.compile(r"^(?:RT|MT|Via|via|TY|BREAKING|\S+:)\s|.*\bRT @", re.DOTALL)


def _sentence_ends(body: str) -> bool:
    """Whether the words before a hashtag do not need it."""
    return bool(re.search(r"[.!?…\"”)]$|:$", body.rstrip())) and not body.rstrip().endswith(":")


def via_last(text: str) -> Iterator[str]:
    """'RT @1: X' and 'Via @1: X' become 'X (via @1)'."""
    found = _VIA_FIRST.match(text)
    left = text[found.end() :] if found else ""
    if found and len(left.split()) >= 3 and " RT @" not in left and "\n" not in left:
        body, rest = tail(left)
        body = body.rstrip()
        if not body.endswith((":", "-", "–", "—")) and body.split():
            yield f"{raised(body)} (via {found[1]}){rest}"


def via_first(text: str) -> Iterator[str]:
    """'X via @1' becomes 'Via @1: X'."""
    found = _VIA.search(text)
    if found and len(text[: found.start()].split()) >= 3 and "\n" not in text and not _RT.match(text):
        yield f"Via {found[1]}: {text[: found.start()].rstrip()}"


_LEADS = re.compile(
    rf"\s+(?:(?:Read |See )?[Mm]ore(?: here)?|Details|Here|Full story|Read here|Read|See)\s?:\s+"
    rf"(?={_LINK}(?:\s+{_TAG})*$)"
)


def link_led(text: str) -> Iterator[str]:
    """'X <link1>' becomes 'X. More here: <link1>', and back."""
    found = re.search(rf"\s+({_LINK}(?:\s+{_TAG})*)$", text)
    if found is None or re.search(_LINK, text[: found.start()]) or len(text.split()) < 5:
        return
    if led := _LEADS.search(text):
        yield f"{text[: led.start()]} {found[1]}"
        return
    body = text[: found.start()]
    if re.search(r"[#@][\w.]+$", body) and not _GOVERNS.search(body[: body.rindex(" ") + 1] if " " in body else ""):
        return
    if (
        _HERE.search(body)
        or re.search(r"[\u0620-\u064a]|\.\.$|…$", body)
        or re.search(r"\b(?:more|here)\b", body, re.IGNORECASE)
    ):
        return
    stop = "" if _ENDS.search(body) else "."
    shown = re.search(
        r"\b(?:watch|listen|video|photos?|pics?|tickets?|vote|enter|win|stream|live|song|album|download|"
        r"see|buy|order|join|tune|sign)",
        body,
        re.IGNORECASE,
    )
    for lead in ("More here",) if shown else ("More here", "Read more here"):
        yield f"{body}{stop} {lead}: {found[1]}"


_GOVERNS = re.compile(
    r"\b(?:in|of|on|the|to|for|with|by|from|at|and|against|about|a|an|this|our|your|his|her|their|"
    r"my) $",
    re.IGNORECASE,
)


def tag_as_word(text: str) -> Iterator[str]:
    """A hashtag inside a sentence becomes its word, where it is written as one: '#Oslo' becomes 'Oslo'."""
    body, rest = tail(text)
    found = list(
        re.finditer(
            r"(?<![\w&/])#([A-Z][a-z]+|[A-Z]{2,5}|[a-z]{3,}|[\u0620-\u064a]{3,})(?=['’]s\b|[\s.,!?;:)\"”]|"
            r"$)",
            body,
        )
    )
    inner = [one for one in found if (one.start() > 0 and re.search(r"[\w,\"“'(] $", body[: one.start()])
             and re.match(r"(?:['’]s)?[,.!?)\"”]*\s+[a-z\u0620-\u064a@<]", body[one.end():]))
             or (not body[one.end() :].strip(" .!") and _GOVERNS.search(body[: one.start()]))]  # fmt: skip
    if inner:
        out = body
        for one in reversed(inner):
            out = f"{out[: one.start()]}{one[1]}{out[one.end() :]}"
        yield f"{out}{rest}"
