"""Features of form: what a post looks like, apart from what it says. They work on any script.

The same features serve the linear scorer, the features-only baseline and the 'net of form' figures.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from virality.text.normalise import HANDLE, HASHTAG, LINK, LINK_SLOT, sentences, without_harakat, words
from virality.text.vocabulary import vocabulary

_FIRST = vocabulary("i i'm i've i'll me my mine we we're we've our us", "أنا انا نحن لي لنا")
_SECOND = vocabulary("you you're you've you'll your yours", "أنت انت أنتم انتم لك لكم")

NAMES: tuple[str, ...] = (
    "characters",
    "words",
    "sentences",
    "word_length",
    "lines",
    "links",
    "handles",
    "hashtags",
    "emoji",
    "exclamations",
    "questions",
    "ellipses",
    "quotes",
    "colons",
    "dashes",
    "digits",
    "shouted",
    "titled",
    "starts_with_number",
    "starts_with_quote",
    "ends_with_link",
    "first_person",
    "second_person",
)

HONESTY: tuple[str, ...] = ("characters", "emoji", "hashtags", "exclamations", "questions", "shouted")
"""Features whose change alone may carry a gain: the net gain is what remains without them."""


def features(text: str) -> NDArray[np.float64]:
    """The features of one post, in the order of `NAMES`: log1p of counts, or shares in [0, 1]."""
    text = LINK_SLOT.sub("https://link.example", text)
    links, handles, hashtags = (len(found.findall(text)) for found in (LINK, HANDLE, HASHTAG))
    bare = HASHTAG.sub(" ", HANDLE.sub(" ", LINK.sub(" ", text)))
    tokens = words(without_harakat(bare))
    lowered = [token.lower().replace("’", "'") for token in tokens]
    long = [token for token in tokens if len(token) > 1 and any(map(str.isalpha, token))]
    count = max(len(tokens), 1)
    first = text.lstrip()[:1]
    shares = {
        "word_length": sum(map(len, tokens)) / count / 10,
        "shouted": sum(token.isupper() for token in long) / max(len(long), 1),
        "titled": sum(token.istitle() for token in long) / max(len(long), 1),
        "starts_with_number": float(first.isdigit()),
        "starts_with_quote": float(first in tuple("\"'“‘«")),
        "ends_with_link": float(_ends_with_link(text)),
        "first_person": sum(token in _FIRST for token in lowered) / count,
        "second_person": sum(token in _SECOND for token in lowered) / count,
    }
    counts = {
        "characters": len(bare.strip()),
        "words": len(tokens),
        "sentences": len(sentences(bare)),
        "lines": text.count("\n"),
        "links": links,
        "handles": handles,
        "hashtags": hashtags,
        "emoji": sum(unicodedata.category(character) == "So" for character in text),
        "exclamations": text.count("!") + text.count("！"),
        "questions": bare.count("?") + bare.count("؟") + bare.count("？"),
        "ellipses": text.count("...") + text.count("…"),
        "quotes": len(re.findall(r"[\"“”«»]", text)),
        "colons": bare.count(":"),
        "dashes": len(re.findall(r"[–—]|\s-+\s|--", text)),
        "digits": len(re.findall(r"\d+", bare)),
    }
    return np.asarray([shares[name] if name in shares else math.log1p(counts[name]) for name in NAMES])


def _ends_with_link(text: str) -> bool:
    end = max((found.end() for found in LINK.finditer(text)), default=None)
    return end is not None and not text[end:].strip().strip(".,;:!?)…")


def matrix(texts: Sequence[str]) -> NDArray[np.float64]:
    """Features of many posts: (len(texts), len(NAMES))."""
    return np.stack([features(text) for text in texts]) if texts else np.zeros((0, len(NAMES)))
