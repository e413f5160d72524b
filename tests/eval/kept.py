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
_WORDS = {
    str(at): re.compile(rf"(?<!\w)(?:[وبلف]?(?:ال)?)?(?:{words})(?!\w)", re.IGNORECASE)
    for at, words in enumerate((
        "one|واحد|واحدة", "two|اثنان|اثنين|اثنتان|اثنتين|تنين|زوج|جوج", "three|ثلاث|ثلاثة|تلات|تلاتة",
        "four|اربع|أربع|أربعة|اربعة", "five|خمس|خمسة", "six|ست|ستة",
        "seven|سبع|سبعة", "eight|ثماني|ثمانية|ثمان|تمن|تمانية", "nine|تسع|تسعة",
        "ten|عشر|عشرة", "eleven", "twelve",
    ), start=1)
}  # fmt: skip
"""Numbers up to twelve in letters."""
_LIGHT = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def lost_or_new(draft: str, rewrite: str) -> list[str]:
    """Numbers in digits, links and handles that stand in one of the two alone."""
    return sorted(_marked(draft) ^ _marked(rewrite))


def spelled(draft: str, rewrite: str) -> list[str]:
    """Those of `lost_or_new` that stand in the other text in letters: 'twelve' for 12 is kept, in another notation."""
    return [one for one in lost_or_new(draft, rewrite)
            if one in _WORDS and _WORDS[one].search(rewrite if one in _marked(draft) else draft)]  # fmt: skip


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
