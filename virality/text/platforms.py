"""How long a post is as each platform counts it, and how long it may be."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable

from virality.errors import ViralityError
from virality.text.normalise import HANDLE, HASHTAG, LINK, MARKS

LIMITS: dict[str, int] = {
    "x": 280,
    "bluesky": 300,
    "mastodon": 500,
    "threads": 500,
    "instagram": 2200,
    "facebook": 63206,
    "linkedin": 3000,
    "reddit": 40_000,  # a post
    "reddit-title": 300,
    "youtube": 100,  # the title
    "hackernews": 80,  # the title
    "headline": 200,  # no platform's rule: what a headline should stay under
}
"""Greatest length by platform, in the unit that `length` counts for it."""

ALSO: dict[str, tuple[tuple[str, int], ...]] = {"bluesky": (("bytes", 3000),), "instagram": (("hashtags", 30),)}
"""What else a platform counts, and the most that it takes: bytes of UTF-8 (lexicon app.bsky.feed.post), hashtags."""

_LINK_LENGTH = 23
_PICTURE = (
    "[\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u203c\u2049\u2122\u2139\u3030\u303d\u3297\u3299]"
)
_SKIN = "[\U0001f3fb-\U0001f3ff]"
_TAGS = "[\U000e0020-\U000e007f]*"
_ONE = rf"(?:{_PICTURE}\ufe0e?|[\u00a9\u00ae](?=\ufe0f))\ufe0f?{_SKIN}?{_TAGS}"
_EMOJI = rf"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_ONE}(?:\u200d{_ONE})*|{_SKIN}"
_HANGUL = "[\u1100-\u115f]+[\u1160-\u11a7]*[\u11a8-\u11ff]*"
_EXTEND = rf"[{MARKS}\u0488\u0489\u20d0-\u20f0\u200c\u200d\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]*"
_EMOJI_SEQUENCE = re.compile(_EMOJI)
_GRAPHEME = re.compile(rf"\r\n|(?:{_EMOJI}|{_HANGUL}|.){_EXTEND}", re.DOTALL)
_X_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_REMOTE = re.compile(r"(?<=\w)@[\w.-]+")


def length(text: str, platform: str) -> int:
    """The length of a post as `platform` counts it, to be compared with `LIMITS[platform]`.

    x: weighted characters (twitter-text v3: 1 in the light ranges, else 2; a link 23, an emoji sequence 2).
    bluesky: grapheme clusters. mastodon: the same, a link with protocol is 23, the server of a handle is
    free. threads: code points, emoji as their UTF-8 bytes. instagram, facebook, linkedin: UTF-16 units, as
    a browser counts. reddit and its title, youtube, hackernews, headline: code points.

    Raises:
        ViralityError: the platform is not known.
    """
    count = _COUNTS.get(platform)
    if count is None:
        near = difflib.get_close_matches(platform.lower(), LIMITS, n=2)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known are {', '.join(LIMITS)}"
        raise ViralityError(f"platform: {platform!r} is not known; {hint}")
    return count(text)


def excess(text: str, platform: str) -> str:
    """What is too much for `platform`, with its limit: '301 characters as x counts, the limit is 280'; '' if it fits.

    Raises:
        ViralityError: the platform is not known.
    """
    if (size := length(text, platform)) > (limit := LIMITS[platform]):
        return f"{size} characters as {platform} counts, the limit is {limit}"
    for what, most in ALSO.get(platform, ()):
        count = len(text.encode()) if what == "bytes" else len(HASHTAG.findall(text))
        if count > most:
            return f"{count} {what}, {platform} takes {most}"
    return ""


def graphemes(text: str) -> list[str]:
    """The user-perceived characters in order (UAX 29 without the rare prepended marks)."""
    return [text[m.start() : m.end()] for m in _GRAPHEME.finditer(text)]


def _count_graphemes(text: str) -> int:
    return len(text) if text.isascii() else sum(1 for _ in _GRAPHEME.finditer(text))


def _count_x(text: str) -> int:
    rest, links = LINK.subn("", unicodedata.normalize("NFC", text))
    if rest.isascii():
        return len(rest) + _LINK_LENGTH * links
    rest, emoji = _EMOJI_SEQUENCE.subn("", rest)
    return 2 * len(rest) - len(_X_LIGHT.findall(rest)) + _LINK_LENGTH * links + 2 * emoji


def _count_mastodon(text: str) -> int:
    text = LINK.sub(lambda m: "x" * _LINK_LENGTH if "://" in m[0] else m[0], text)
    return _count_graphemes(HANDLE.sub(lambda m: _REMOTE.sub("", m[0]), text))


def _count_threads(text: str) -> int:
    return len(_EMOJI_SEQUENCE.sub(lambda m: "x" * len(m[0].encode()), text))


def _count_utf16(text: str) -> int:
    return len(text) + sum(c > "\uffff" for c in text)


_COUNTS: dict[str, Callable[[str], int]] = {
    "x": _count_x,
    "bluesky": _count_graphemes,
    "mastodon": _count_mastodon,
    "threads": _count_threads,
    "instagram": _count_utf16,
    "facebook": _count_utf16,
    "linkedin": _count_utf16,
    "reddit": len,
    "reddit-title": len,
    "youtube": len,
    "hackernews": len,
    "headline": len,
}
