"""Meta's downloads write the UTF-8 bytes of a text as if they were Latin-1 letters; here that is undone."""

from __future__ import annotations

import re
from typing import Any

_BYTES = re.compile(r"[\u0080-\u00ff]+")
_BEYOND = re.compile(r"[^\u0000-\u00ff]")


def mend(text: str) -> str:
    r"""The text that was meant: `Ù\x85` -> `م`; anything that is not that damage stays as it is.

    A text with any letter beyond U+00FF was never damaged. Each run of letters from U+0080 is taken for itself, so a
    sound `é`, which alone is no UTF-8, stays, and a text that was cut within a letter loses that letter only.
    """
    return text if _BEYOND.search(text) else _BYTES.sub(_decoded, text)


def mended(value: Any) -> Any:
    """A text mended; any other value as it is."""
    return mend(value) if isinstance(value, str) else value


def _decoded(run: re.Match[str]) -> str:
    try:
        return run[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as error:
        whole = error.reason == "unexpected end of data"
        return error.object[: error.start].decode("utf-8") if whole and error.start else run[0]


SUITE: dict[str, tuple[str, ...]] = {
    "post_id": ("Post ID",),
    "link": ("Permalink",),
    "posted_at": ("Publish time", "Publish Time", "Date"),
    "day": ("Date",),
    "published": ("Publish time",),
    "media": ("Post type",),
    "impressions": ("Impressions", "Views"),
    "replies": ("Comments",),
    "shares": ("Shares",),
    "saves": ("Saves",),
}
"""Our field -> columns of Meta Business Suite in English. Views took the place of Impressions in 2025."""

_SPREADSHEET_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)


def suite_id(found: dict[str, Any]) -> object:
    """The post's id; its link where a spreadsheet has turned the id into `1.79E+16`."""
    written = str(found["post_id"] or "").strip()
    return found["link"] if not written or _SPREADSHEET_NUMBER.fullmatch(written) else found["post_id"]


def daily(found: dict[str, Any]) -> bool:
    """Whether a row holds one day's counts of a post (`Date` is a day, not `Lifetime`)."""
    day = found["day"]
    return bool(found["published"]) and isinstance(day, str) and any(letter.isdecimal() for letter in day)
