"""How much a post reads like a clickbait headline: a sum of weights over its words, learnt from English headlines."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from virality.gates.lexicon import data
from virality.text.normalise import fold, sentences

FILE = "clickbait_weights"
"""Of the data. Written by `python -m benchmarks.clickbait_weights`; it names its data, its run and its accuracy."""


def grams(text: str) -> dict[str, float]:
    """Words and two-word runs of a text -> their share: 1 / sqrt(words)."""
    tokens = fold(text).split()
    share = 1.0 / max(len(tokens), 1) ** 0.5
    return {gram: share for gram in (*tokens, *(" ".join(two) for two in pairwise(tokens)))}


def log_odds(text: str) -> float:
    """Log-odds, in nats, that the post's most suspicious sentence is a clickbait headline; English."""
    return max((_of(sentence) for sentence in sentences(text)), default=_of(""))


def _of(sentence: str) -> float:
    known: dict[str, float] = weights()["weights"]
    start: float = weights()["intercept"]
    return start + sum(known.get(gram, 0.0) * share for gram, share in grams(sentence).items())


def weights() -> dict[str, Any]:
    """The weight file: `about`, `intercept` and `weights` by word or two-word run."""
    loaded: dict[str, Any] = data(FILE)
    return loaded
