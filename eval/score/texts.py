"""What of a cell is a post that can be scored, and why not: no text, empty, too long."""

from __future__ import annotations

import re
import unicodedata

from data_prep.sources import Bad
from virality.text.normalise import normalise

MOST_CHARACTERS = 20_000
"""Characters that a post has at most."""
NOT_A_TEXT, EMPTY, TOO_LONG, NOT_SURE = "not a text", "empty", "too long", "not sure"
UNREADABLE = "cannot be read"
_NO_WORDING = re.compile(r"\s*(?:[-+]?\d[\d.,]*(?:e[-+]?\d+)?|nan|null|none)\s*", re.IGNORECASE)
"""A number, or what exports write for nothing: in a column of posts it is no wording."""


def unfit(text: str) -> str | None:
    """Why a normalised text is no post: `empty` (blanks and invisible characters alone) or `too long`; None: it is."""
    if all(unicodedata.category(character)[0] in "ZC" for character in text):
        return EMPTY
    return TOO_LONG if len(text) > MOST_CHARACTERS else None


def read(cell: object) -> tuple[str, str | None]:
    """A cell as the post that training would have read there, and why it is not scored; None: it is.

    Args:
        cell: any value; a `Bad` where the row could not be read.
    """
    if isinstance(cell, Bad):
        return "", TOO_LONG if cell.reason == "too_big" else UNREADABLE
    if not isinstance(cell, str) or _NO_WORDING.fullmatch(cell):
        return "", NOT_A_TEXT
    text = normalise(cell)
    return text, unfit(text)
