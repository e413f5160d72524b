"""Texts of simulated posts: phrases drawn by number and joined by arrow, and the wording read back off a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_prep.simulation.words import ARABIC, EMOJI, ENGLISH, NAMES, TOPICAL, Language, names, topical
from data_prep.simulation.world import FEATURES, TOPICS

if TYPE_CHECKING:
    import pyarrow as pa

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SHORT = 14
"""Words, marks that stand alone counted: a short wording has at most so many, any other more."""
_FRESH = 0.2
"""Share of an event's words that a post replaces by others of the topic."""
_TOPIC_WORDS = 5
"""Words of its topic that an event has, besides two names and a place."""
_TAGS = 4
"""Words of a topic that may stand as hashtags."""

_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_HASHTAG = re.compile(r"#\w")
_SECOND_PERSON = re.compile(r"\b(?:you|لك)\b", re.IGNORECASE)


def wording(text: str) -> NDArray[np.bool_]:
    """Which of `FEATURES` a simulated post's text has."""
    return np.array(
        [
            "?" in text or "؟" in text,
            text.lstrip("\u200f")[:1].isdigit(),
            _EMOJI.search(text) is not None,
            _HASHTAG.search(text) is not None,
            "!" in text,
            _SECOND_PERSON.search(text) is not None,
            len(text.split()) <= _SHORT,
        ]
    )


def wordings(texts: Sequence[str]) -> NDArray[np.bool_]:
    """`wording` of many texts: (texts, features)."""
    return np.array([wording(text) for text in texts], dtype=np.bool_).reshape(-1, len(FEATURES))


def write(
    random: np.random.Generator, features: Flags, event: Integers, topic: Integers, arabic: Flags
) -> pa.StringArray:
    """The texts of posts, with exactly the features given.

    Args:
        random: consumed in the same way for the same number of posts and events.
        features: (n, features) what each text shall have.
        event: (n,) numbers from 0; posts of one event share most content words.
        topic: (n,) the topic of each post's event.
        arabic: (n,) which posts are Arabic.
    """
    import pyarrow as pa

    drawn = _draw(random, event)
    drawn["topic"] = topic
    written, places = [], []
    for language, here in ((ENGLISH, ~arabic), (ARABIC, arabic)):
        at = np.flatnonzero(here)
        chosen = {name: numbers[at] for name, numbers in drawn.items()}
        written.append(_join(language, dict(zip(FEATURES, features[at].T, strict=True)), chosen))
        places.append(at)
    return pa.concat_arrays(written).take(pa.array(np.argsort(np.concatenate(places))))


def _draw(random: np.random.Generator, event: Integers) -> dict[str, Integers]:
    """Numbers of the words and phrases of each post: those of its event, of which some are replaced by fresh ones."""
    events = int(event.max()) + 1
    out = {name: _ranks(random, events, NAMES, 10)[event] for name in ("one", "two", "place")}
    out["two"] = np.where(random.random(event.size) < 0.4, -1, out["two"])
    for at in range(_TOPIC_WORDS):
        shared, fresh = _ranks(random, events, TOPICAL, 3)[event], _ranks(random, event.size, TOPICAL, 3)
        out[f"word {at}"] = np.where(random.random(event.size) < _FRESH, fresh, shared)
    out["nearby"] = _ranks(random, event.size, TOPICAL, 3)
    for name in ("number", "lead", "verb", "you", "emoji", "tag"):
        out[name] = random.integers(0, 2**31, event.size)
    return out


def _ranks(random: np.random.Generator, n: int, size: int, flat: float) -> Integers:
    """Zipf-Mandelbrot: rank r below `size` about as often as 1 / (r + flat)."""
    drawn = flat * ((size + flat) / flat) ** random.random(n) - flat
    return np.minimum(drawn.astype(np.int64), size - 1)


def _join(language: Language, has: dict[str, Flags], drawn: dict[str, Integers]) -> pa.StringArray:
    """The texts of one language; `drawn` numbers are taken modulo what the language has of a kind."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = _tables(language)
    long, asks = ~has["short"], has["question"]

    def some(kind: str, number: Integers, where: Flags | bool = True) -> pa.StringArray:
        """Phrases of a kind by number, nothing where it shall not stand (place 0 of each table)."""
        table = tables[kind]
        return table.take(pa.array(np.where(where, number % (len(table) - 1) + 1, 0)))

    def either(kind: str, other: str, number: Integers) -> pa.StringArray:
        return pc.if_else(pa.array(asks), some(kind, number), some(other, number))

    def word(name: str, where: Flags | bool = True) -> pa.StringArray:
        return some("topical", drawn["topic"] * TOPICAL + drawn[name], where)

    one = np.zeros(asks.size, dtype=np.int64)
    second = long & (drawn["two"] >= 0)
    tag = drawn["topic"] * _TAGS + drawn["tag"] % _TAGS
    return pc.binary_join_element_wise(
        some("numbers", drawn["number"], has["number"]),
        either("asked", "stated", drawn["lead"]),
        some("names", drawn["one"]),
        some("joint", one, second),
        some("names", drawn["two"], second),
        either("do", "did", drawn["verb"]),
        word("word 0"),
        word("word 1"),
        some("where", one),
        some("names", drawn["place"]),
        *(part for at in range(3) for part in (some(f"listed {at}", one, long), word(f"word {at + 2}", long))),
        some("nearby", one, long),
        word("nearby", long),
        some("you", drawn["you"], has["second_person"]),
        some("ends", 2 * asks + has["exclamation"]),
        some("emoji", drawn["emoji"], has["emoji"]),
        some("tags", tag, has["hashtag"]),
        "",
    )


@lru_cache(maxsize=2)
def _tables(language: Language) -> dict[str, Any]:
    """Arrow arrays of what each kind of phrase may be; at 0 of each stands nothing."""
    import pyarrow as pa

    words = topical(language, TOPICS)
    kinds = {
        "numbers": language.numbers,
        "asked": language.asked,
        "stated": language.stated,
        "do": language.do,
        "did": language.did,
        "joint": [language.joint],
        "where": [language.where],
        "nearby": [language.nearby],
        "you": language.you,
        "ends": language.ends,
        "emoji": [f" {sign}" for sign in EMOJI],
        "names": names(language),
        "topical": words,
        "tags": [f" #{word.strip()}" for topic in range(TOPICS) for word in words[topic * TOPICAL :][:_TAGS]],
        **{f"listed {at}": [joint] for at, joint in enumerate(language.listed)},
    }
    return {kind: pa.array(["", *phrases]) for kind, phrases in kinds.items()}
