"""What a post states exactly: numbers, links, handles, hashtags and names, in one spelling each.

Two posts keep each other's facts where these multisets agree; `virality.gates` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from virality.text.names import case_says, find_names
from virality.text.normalise import HANDLE, HASHTAG, LINK
from virality.text.quantities import find_numbers

__all__ = ["Facts", "case_says", "facts"]

_CACHED_LENGTH = 5_000
_BREAK = " • "  # stands where a mention stood: it ends a run of capitals and starts something new


@dataclass(frozen=True, slots=True)
class Facts:
    """Sorted multisets of a post's facts.

    Attributes:
        numbers: canonical ('1000', '5%', '$3500000', '17:30', '12/5', '3 day', '1st', 'f16').
        links: as written.
        handles: as written, with '@'.
        hashtags: as written, with '#'.
        names: runs of capitalised words and acronyms; empty where capitals say nothing (see `case_says`).
    """

    numbers: tuple[str, ...]
    links: tuple[str, ...]
    handles: tuple[str, ...]
    hashtags: tuple[str, ...]
    names: tuple[str, ...]


def facts(text: str) -> Facts:
    """The facts of a normalised post; remembered for recent posts of ordinary length."""
    return _remembered(text) if len(text) <= _CACHED_LENGTH else _find(text)


def _find(text: str) -> Facts:
    links = [m[0] for m in LINK.finditer(text)]
    rest = LINK.sub(_BREAK, text) if links else text
    handles = HANDLE.findall(rest) if "@" in rest else []
    rest = HANDLE.sub(_BREAK, rest) if handles else rest
    hashtags = HASHTAG.findall(rest)
    rest = HASHTAG.sub(_BREAK, rest) if hashtags else rest
    found = (find_numbers(rest), links, handles, hashtags, find_names(rest))
    return Facts(*(tuple(sorted(kind)) for kind in found))


_remembered = lru_cache(maxsize=8192)(_find)
