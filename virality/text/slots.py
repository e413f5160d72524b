"""Handles and links as numbered slots, and back: what a model must copy is short, and cannot be misspelt.

'Ask @nasa: https://a.example/x' becomes 'Ask @1: <link1>', in training, evaluation and suggestion alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from virality.text.normalise import HANDLE, LINK

SLOT = re.compile(r"@([1-9][0-9]{0,3})(?![A-Za-z0-9_])|<link([1-9][0-9]{0,3})>")
"""A slot in slotted text: group 1 is the number of a handle, group 2 that of a link; both count from 1."""


@dataclass(frozen=True, slots=True)
class Slotted:
    """A text with slots, and what stood there: `handles[0]` is '@1', `links[0]` is '<link1>'."""

    text: str
    handles: tuple[str, ...]
    links: tuple[str, ...]


def slot(text: str) -> Slotted:
    """Handles and links replaced by slots, numbered by first appearance; one spelling has one number.

    What looks like a slot already ('@1', '<link1>') is slotted too: `restore(slot(t).text, slot(t)) == t`
    always.
    """
    handles: dict[str, int] = {}
    links: dict[str, int] = {}
    parts: list[str] = []
    at = 0
    for start, end, is_link in _mentions(text):
        found = text[start:end]
        known = links if is_link else handles
        number = known.setdefault(found, len(known) + 1)
        parts += (text[at:start], f"<link{number}>" if is_link else f"@{number}")
        at = end
    slotted = Slotted("".join((*parts, text[at:])), tuple(handles), tuple(links))
    if restore(slotted.text, slotted) == text:
        return slotted
    return Slotted(text, (), ())  # neighbours that would read as another slot: left alone, so it restores


def restore(text: str, slotted: Slotted) -> str:
    """The text with the slots of `slotted` filled; one it does not have ('@7') stays: the gates fail it."""

    def filled(match: re.Match[str]) -> str:
        known, number = (slotted.handles, match[1]) if match[1] else (slotted.links, match[2])
        return known[int(number) - 1] if int(number) <= len(known) else match[0]

    return SLOT.sub(filled, text)


def _mentions(text: str) -> list[tuple[int, int, bool]]:
    """(start, end, is a link) of each link, handle and literal slot in order, without overlaps."""
    found = [(*m.span(), True) for m in LINK.finditer(text)] if "." in text or "://" in text else []
    if "@" in text:
        found += [(*m.span(), False) for m in HANDLE.finditer(text)]
    found += [(*m.span(), m[2] is not None) for m in SLOT.finditer(text)]
    kept: list[tuple[int, int, bool]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
