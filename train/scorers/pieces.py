"""What can be taken out of a post one by one: words, numbers, links, handles, hashtags, emoji, runs of marks.

A word is what stands between blanks without the punctuation around it: 'state-of-the-art', an Arabic word with
its prefixes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from virality.text.normalise import HANDLE_PATTERN, HASHTAG, LINK_PATTERN, MARKS

_INNER = r"[-‐'’\u200c./&@]|(?<=\d)[,:٫٬](?=\d)"
_WORD = rf"[#$€£¥]?\w[\w{MARKS}]*(?:(?:{_INNER})\w[\w{MARKS}]*)*(?:(?<=\.[^\W\d_])\.)?[%+]*"
_PICTURE = r"[\U0001f1e6-\U0001f1ff]{2}|[^\w\s](?:[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[^\w\s])*"
_PIECE = re.compile(
    rf"(?i:{LINK_PATTERN})|(?a:{HANDLE_PATTERN})|<[a-z]+\d*>|{HASHTAG.pattern}|{_WORD}|[!?؟！？]+|…|\.{{3,}}|{_PICTURE}"
)
_MARKS = frozenset("!?؟！？…")
_COMMAS = ",;:،؛"
_CLOSING = frozenset(",.;:!?…)]}»”،؛؟")
_EMPTY = frozenset(('""', "“”", "«»", "''", "‘’", "()", "[]", "{}"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as it is first written, and all its places: (start, end) of each, whatever its capitals."""

    what: str
    places: tuple[tuple[int, int], ...]

    @property
    def key(self) -> str:
        """The same for two spellings that differ in capitals alone."""
        return self.what.casefold()


def pieces(text: str, most: int) -> list[Piece]:
    """The distinct pieces in their order; where there are more than `most`, runs of neighbours instead."""
    spans = list(_spans(text))
    if len({text[start:end].casefold() for start, end in spans}) > most:
        size = -(-len(spans) // most)
        spans = [(spans[at][0], spans[at : at + size][-1][1]) for at in range(0, len(spans), size)]
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end in spans:
        found.setdefault(text[start:end].casefold(), []).append((start, end))
    return [Piece(text[slice(*places[0])], tuple(places)) for places in found.values()]


def take_out(text: str, some: Iterable[Piece], instead: str = "") -> str:
    """The text without some of its pieces.

    Blanks, commas, brackets and quotes that then have nothing to hold go, too; other punctuation stays where it is.

    Args:
        text: what `pieces` was asked about.
        some: of its pieces.
        instead: what is put in each place; then nothing else changes.
    """
    kept, at = [], 0
    for start, end in sorted(place for piece in some for place in piece.places):
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    if instead or len(kept) == 1:
        return instead.join(kept)
    out = kept[0]
    for part in kept[1:]:
        out = _joined(out, part)
    return out.strip() if text.rstrip()[-1:] in _COMMAS else out.strip().rstrip(_COMMAS)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _PIECE.finditer(text):
        first = match[0][0]
        if first.isalnum() or len(match[0]) > 1 or first in _MARKS or unicodedata.category(first) == "So":
            yield match.span()


def _joined(before: str, after: str) -> str:
    """Two parts between which something stood."""
    bare = before.rstrip(" ")
    if not after:
        return before
    if before[-1:] + after[0] in _EMPTY:
        return _joined(before[:-1], after[1:])
    if not bare or bare[-1] == "\n":
        return bare + after.lstrip(" " + _COMMAS)
    if bare[-1] in _COMMAS and after[0] in _COMMAS:
        return bare + after[1:]
    return bare + after if after[0] in _CLOSING or after[0].isspace() else before + after
