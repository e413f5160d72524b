"""What can be asked for: whether a text is a draft, and whether a platform and a tone are known. One line where not."""

from __future__ import annotations

from eval.score.texts import EMPTY, MOST_CHARACTERS, unfit
from eval.suggest.records import TONES, Tone
from virality.errors import ViralityError
from virality.spelling import nearest
from virality.text.normalise import normalise
from virality.text.platforms import LIMITS, length

_HUGE = 10 * MOST_CHARACTERS
"""Characters beyond which a text is not even tidied."""


def checked(draft: str, platform: str | None) -> str:
    """The draft, normalised.

    Raises:
        ViralityError: it is empty, far longer than any post, or longer than the platform allows; or the platform is
            not known.
    """
    if platform is not None:
        length("", platform)
    cleaned = draft if len(draft) > _HUGE else normalise(draft)
    why = unfit(cleaned) if len(cleaned) <= _HUGE else None
    if why == EMPTY:
        raise ViralityError("draft: is empty; write what the post should say")
    if len(cleaned) > MOST_CHARACTERS:
        raise ViralityError(f"draft: {len(cleaned):,} characters; a post has {MOST_CHARACTERS:,} at most")
    if platform is not None and (counted := length(cleaned, platform)) > LIMITS[platform]:
        raise ViralityError(f"draft: {counted} characters as {platform} counts them, and it allows {LIMITS[platform]}; "
                            "shorten it, or name another --platform")  # fmt: skip
    return cleaned


def fits(draft: str, platform: str | None) -> bool:
    """Whether a platform allows so long a draft; no platform allows any."""
    return platform is None or length(draft, platform) <= LIMITS[platform]


def checked_tone(tone: str) -> Tone:
    """The tone of that name.

    Raises:
        ViralityError: there is none; names those there are.
    """
    if tone not in TONES:
        raise ViralityError(f"tone = {tone}: is not known{nearest(tone, TONES)}; there are {', '.join(TONES)}")
    return tone
