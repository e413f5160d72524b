"""The tone of a post, by what can be counted, beside what is usual in its corpus: plain, warm, bold or formal.

Tones are named as the prompts name them. Witty is none of them: words do not tell a joke. English and Arabic; the word
lists, by hand, are `data/tones.json`.

Each measure of a post becomes the share of the corpus' posts that have less of it. A tone's score is a weighted sum of
these, and a post has the tone where its score is above that of `USUAL` of the corpus' posts, it has the tone's own
marks, and nothing that the prompt's sentence for that tone rules out. Of two tones it is the one that is rarer there.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from virality.text.marks import emoji, exclamations, shouted, stretched
from virality.text.normalise import HASHTAG, fold, sentences, without_mentions, words
from virality.text.vocabulary import vocabulary

Tone = Literal["plain", "warm", "bold", "formal"]
TONES: tuple[Tone, ...] = get_args(Tone)
LANGUAGES = ("en", "ar")
USUAL = 0.8
"""Share of a corpus whose score a post must be above: one in five is the most of a tone that there can be."""
FEWEST = 20
"""Posts of a language below which nothing can be called usual: no post has a tone then."""

_WORDS = 4
"""A post of fewer words has no tone."""
_LISTS = ("warm", "formal", "bold", "hedges", "slang", "first", "second")
_MEASURES = ("sentence", "word", "capitals", "effects", "contractions", *_LISTS)
_CONTRACTION = re.compile(
    r"\b(?:\w+n['’]t|\w+['’](?:re|ve|ll|m|d)|(?:it|that|he|she|there|here|what|let|who|where|how)['’]s)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"\.{3}|…")
_MOSTLY = 0.5
"""A post with a larger share of its words in capitals is loud."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """What makes a tone.

    Fields:
        weights: measure -> its part in the score.
        needs: a measure of which there must be some; None = of none.
        bars: measures of which there must be none.
    """

    weights: Mapping[str, float]
    needs: str | None
    bars: tuple[str, ...]


_RULES: dict[Tone, _Rule] = {
    "plain": _Rule({"sentence": -2, "word": -2, "capitals": -1}, None, ("effects", "slang", "warm", "bold", "formal")),
    "warm": _Rule({"warm": 2, "first": 1.5, "second": 1.5, "formal": -1}, "warm", ()),
    "bold": _Rule({"bold": 2, "sentence": -1, "effects": 0.5, "capitals": 0.5, "warm": -1}, "bold", ("hedges",)),
    "formal": _Rule({"formal": 1, "word": 2, "sentence": 1, "first": -0.5, "capitals": -1}, "formal",
                    ("effects", "slang", "contractions")),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What is usual in a corpus of one language.

    Fields:
        lang: en or ar.
        measures: of its posts, each row ascending: (measures, N); no columns where the posts were too few.
        scores: of its posts by tone, ascending: (N,) each.
    """

    lang: str
    measures: NDArray[np.float64]
    scores: Mapping[Tone, NDArray[np.float64]]

    @staticmethod
    def of(posts: Iterable[str], lang: str) -> Usual:
        """What is usual in these posts, one that stands there twice counted once; `lang` is one of `LANGUAGES`."""
        table = np.array([_measures(post, lang) for post in dict.fromkeys(posts)]).reshape(-1, len(_MEASURES)).T
        if table.shape[1] < FEWEST:
            return Usual(lang, table[:, :0], {})
        ordered = np.sort(table, axis=1)
        ranks = np.stack([_ranks(row, values) for row, values in zip(ordered, table, strict=True)])
        return Usual(lang, ordered, {tone: np.sort(_score(tone, ranks)) for tone in TONES})

    def tone(self, post: str) -> Tone | None:
        """The tone of a post; None where it has none, or the corpus is too small to tell."""
        if not self.scores or len(words(post)) < _WORDS:
            return None
        values = _measures(post, self.lang)
        ranks = np.array([_ranks(row, value) for row, value in zip(self.measures, values, strict=True)])
        found = {tone: float(_below(self.scores[tone], _score(tone, ranks)))
                 for tone in TONES if _allows(_RULES[tone], values)}  # fmt: skip
        best = max(found, key=lambda tone: found[tone], default=None)
        return best if best is not None and found[best] > USUAL else None


def _allows(rule: _Rule, values: NDArray[np.float64]) -> bool:
    of = dict(zip(_MEASURES, values.tolist(), strict=True))
    return (rule.needs is None or of[rule.needs] > 0) and not any(of[name] for name in rule.bars)


def _score(tone: Tone, ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """(measures, ...) -> (...); rounded, so that like posts are alike however they are summed."""
    weights = np.array([_RULES[tone].weights.get(name, 0.0) for name in _MEASURES])
    return np.round(weights @ ranks, 9)


def _below(ordered: NDArray[np.float64], values: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Share of ascending values that are below each of some."""
    return ordered.searchsorted(values) / len(ordered)


def _ranks(ordered: NDArray[np.float64], values: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Share of ascending values that are below each of some, those that are equal to it counted half."""
    return (_below(ordered, values) + ordered.searchsorted(values, side="right") / len(ordered)) / 2


def _measures(post: str, lang: str) -> NDArray[np.float64]:
    """A post in the order of `_MEASURES`: words a sentence, letters a word, and the rest for each of its words."""
    bare = HASHTAG.sub(" ", without_mentions(post))
    said = words(bare)
    count = max(len(said), 1)
    capitals = len(shouted(bare))
    heard = _heard(said, lang)
    found = {name: sum(one in listed for one in heard) for name, listed in _listed(lang).items()}
    found["warm"] += sum(map(bare.count, _warm_emoji()))
    found["capitals"] = capitals
    found["effects"] = (
        exclamations(bare) + emoji(bare) + len(stretched(bare)) + len(_ELLIPSIS.findall(bare))
        + (capitals > _MOSTLY * count)
    )  # fmt: skip
    found["contractions"] = len(_CONTRACTION.findall(bare))
    of = {name: number / count for name, number in found.items()}
    of |= {"sentence": count / max(len(sentences(bare)), 1), "word": sum(map(len, said)) / count}
    return np.array([of[name] for name in _MEASURES])


def _heard(said: Iterable[str], lang: str) -> list[str]:
    """Each word, and each two in a row, as the lists have them; of an Arabic one also what stands behind 'and'."""
    keys = [_key(word, lang) for word in said]
    if lang == "ar":
        listed = frozenset().union(*_listed(lang).values())
        keys = [key[1:] if key[:1] in ("و", "ف") and key not in listed else key for key in keys]
    return [*keys, *map(" ".join, itertools.pairwise(keys))]


def _key(word: str, lang: str) -> str:
    return fold(word) if lang == "ar" else word.lower().replace("’", "'")


@lru_cache(maxsize=2)
def _listed(lang: str) -> dict[str, frozenset[str]]:
    lists = _data()[lang]
    return {name: frozenset(_key(one, lang) for one in vocabulary(*lists[name])) for name in _LISTS}


@lru_cache(maxsize=1)
def _warm_emoji() -> tuple[str, ...]:
    return tuple(_data()["warm_emoji"][0].split())


@lru_cache(maxsize=1)
def _data() -> Any:
    return json.loads(resources.files("virality").joinpath("text", "data", "tones.json").read_bytes())
