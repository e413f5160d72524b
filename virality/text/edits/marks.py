"""Operations on marks: exclamation marks, capitals, dashes, quotation marks."""

from __future__ import annotations

import re

from virality.text.edits.parts import FINITE, lead_in
from virality.text.vocabulary import vocabulary


def calm(text: str) -> str | None:
    """Exclamation marks become full stops, runs of them and of question marks become one."""
    out = re.sub(r"\?[!?]+|![!?]*\?[!?]*", "?", text)
    out = re.sub(r"!+(?=\s+[a-z])", ",", out)
    out = re.sub(r"!+", ".", out)
    return out if out != text else None


def unshout(text: str) -> str | None:
    """Two or more words in capitals side by side go to lower case; a single one may be an acronym (NASA) and stays."""
    run = re.compile(r"(?<![@#\w])[A-Z][A-Z'’]+(?:[\s,]+[A-Z][A-Z'’]+)+\b")

    def lower(found: re.Match[str]) -> str:
        at_start = found.start() == 0 or text[: found.start()].rstrip()[-1:] in ".!?"
        quiet = re.sub(r"\bi(?=\b|['’])", "I", found[0].lower())
        return quiet[:1].upper() + quiet[1:] if at_start else quiet

    out = run.sub(lower, text)
    return out if out != text else None


def plain_marks(text: str) -> str | None:
    """Dashes, ellipses and quotation marks around single words become plain punctuation."""
    body, rest = lead_in(text)
    out = _DASH.sub(", ", body)
    out = re.sub(r"(?<=\w)\s*(?:\.{2,}|…)\s*(?=[a-z])", _after_dots, out)
    out = re.sub(r"(?<=\w)(?:\.{2,}|…)", ".", out)
    out = re.sub(r"[\"“](\w+)[\"”]", r"\1", out)
    return f"{out}{rest}" if out != body else None


def _after_dots(found: re.Match[str]) -> str:
    """A comma, a blank where the sentence goes on through the dots."""
    before = re.search(r"[\w'’]+$", found.string[: found.start()])
    return " " if before is None or before[0].lower() in FINITE | _GOES_ON else ", "


_GOES_ON = vocabulary(
    "a an the of in on to for with and or but is are was were be so that this my your his her their our its at by"
)
_DASH = re.compile(
    r"(?<=[^\s:.!?])(?:\s*(?:--+|—)\s*|\s+[–-]\s+)(?=\S)(?!<link|http|@|#|[-–—]|(?:[A-Z][\w.-]*\s?){1,3}$)"
)
"""A dash inside a sentence; not before a link, and not before the source that ends a headline."""


def emphatic(text: str) -> str | None:
    """The last sentence ends with an exclamation mark."""
    body, rest = lead_in(text)
    trimmed = body.rstrip()
    if not trimmed or trimmed[-1] in '!?…:"”' or (not trimmed[-1].isalnum() and trimmed[-1] != "."):
        return None
    if rest.strip()[:1] in (":", "-", "–", "—", "|") or trimmed.endswith(".."):
        return None
    return f"{trimmed.rstrip('.')}!{rest}"
