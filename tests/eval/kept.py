"""Whether a text keeps the numbers, links and handles of another and fits its platform: told without our own gates.

Nothing of the project is imported: plain regular expressions, on purpose simpler than the gates. Where both disagree,
one of the two is wrong.
"""

from __future__ import annotations

import re
import unicodedata

LIMITS = {"x": 280, "bluesky": 300, "mastodon": 500, "threads": 500}
_LINK = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"(?<![\w@/.])@[A-Za-z0-9_.-]+", re.ASCII)
_NUMBER = re.compile(r"[0-9]+(?:[.,:][0-9]+)*")
_LIGHT = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def lost_or_new(draft: str, rewrite: str) -> list[str]:
    """Numbers in digits, links and handles that stand in one of the two alone."""
    return sorted(_marked(draft) ^ _marked(rewrite))


def too_long(text: str, platform: str) -> bool:
    """Whether a text is longer than a platform of `LIMITS` allows, counted from above: emoji by their parts."""
    if platform != "x":
        return len(text) > LIMITS[platform]
    rest = _LINK.sub("", text)
    light = sum(any(low <= ord(character) <= high for low, high in _LIGHT) for character in rest)
    return 2 * len(rest) - light + 23 * len(_LINK.findall(text)) > LIMITS["x"]


def _marked(text: str) -> set[str]:
    found = {one.rstrip(".,;:!?)»\"'؟،؛") for one in _LINK.findall(text)}
    rest = _LINK.sub(" ", text)
    found |= {one.rstrip(".-") for one in _HANDLE.findall(rest)}
    digits = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in _HANDLE.sub(" ", rest))
    digits = digits.replace("٬", ",").replace("٫", ".")
    found |= {re.sub(r",(?=\d{3}(?!\d))", "", one) for one in _NUMBER.findall(digits)}
    return found
