"""Features of form in plain words: what a linear scorer, alone or in a stack, holds for or against a post's shape."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from train.scorers import Scorer
from train.scorers.linear import Linear
from train.scorers.stack import Stack
from virality.text import form

Array = NDArray[np.float64]

_TOGETHER = {"words": "characters", "word_length": "characters"}
"""Features that say one thing and whose weights lean on each other: their shares are added up."""
_COUNTED = {
    "sentences": "sentence",
    "lines": "line break",
    "links": "link",
    "handles": "handle",
    "hashtags": "hashtag",
    "emoji": "emoji",
    "exclamations": "exclamation mark",
    "ellipses": "ellipsis",
    "quotes": "quotation mark",
    "colons": "colon",
    "dashes": "dash",
    "digits": "number",
}
_PLURALS = {"emoji": "emoji", "ellipsis": "ellipses", "dash": "dashes"}
_SAID = {
    "word_length": ("longer words", "shorter words"),
    "shouted": ("more words in capitals", "fewer words in capitals"),
    "titled": ("more words with a capital letter", "fewer words with a capital letter"),
    "starts_with_number": ("starts with a number", "does not start with a number"),
    "starts_with_quote": ("starts with a quotation mark", "does not start with a quotation mark"),
    "ends_with_link": ("ends with a link", "does not end with a link"),
    "first_person": ("says 'I' or 'we' more often", "says 'I' or 'we' less often"),
    "second_person": ("says 'you' more often", "says 'you' less often"),
}


def shares(scorer: Scorer, first: str, second: str) -> dict[Literal["first", "second"], list[tuple[str, float]]]:
    """What each side has in its favour by form alone: phrase and share of the log-odds, in nats, largest first.

    All features are counted, however small their share; both sides are empty where no member is linear.
    """
    weights = _weights(scorer)
    found: dict[Literal["first", "second"], list[tuple[str, float]]] = {"first": [], "second": []}
    if weights is None:
        return found
    one, other = form.features(first), form.features(second)
    parts: dict[str, float] = {}
    for name, share in zip(form.NAMES, weights * (one - other), strict=True):
        parts[_TOGETHER.get(name, name)] = parts.get(_TOGETHER.get(name, name), 0.0) + float(share)
    for name, share in sorted(parts.items(), key=lambda item: -abs(item[1])):
        if share > 0:
            found["first"].append((_phrase(name, one, other), share))
        elif share < 0:
            found["second"].append((_phrase(name, other, one), -share))
    return found


def _weights(scorer: Scorer) -> Array | None:
    """Log-odds per unit of each feature of form, (len(form.NAMES),); None where no member counts them."""
    model, scale = scorer.model, scorer.calibration.scale
    if isinstance(model, Linear) and "form" in model.featuriser.parts:
        return np.asarray(scale * model.weights[-len(form.NAMES) :] / model.featuriser.spread)
    if isinstance(model, Stack):
        members = zip(model.weights, map(_weights, model.members.values()), strict=True)
        known = [weight * mine for weight, mine in members if mine is not None]
        return np.asarray(scale * np.sum(known, axis=0)) if known else None
    return None


def _phrase(name: str, mine: Array, theirs: Array) -> str:
    """What sets one text apart from the other in a feature."""
    values = {key: (float(mine[at]), float(theirs[at])) for at, key in enumerate(form.NAMES)}
    if name == "characters":
        return _length(values)
    if name in _SAID:
        return _SAID[name][0 if values[name][0] > values[name][1] else 1]
    own, other = (round(math.expm1(value)) for value in values[name])
    if name == "questions":
        asks = "asks a question" if own == 1 else f"asks {own} questions"
        return "asks no question" if not own else asks if not other else f"asks {own} questions, not {other}"
    noun = _COUNTED[name]
    many = _PLURALS.get(noun, f"{noun}s")
    if not other:
        article = "an" if noun[0] in "ae" else "a"
        return f"has {article} {noun}" if own == 1 else f"has {own} {many}"
    if not own:
        return f"has no {noun}"
    gap = abs(own - other)
    return f"{gap} {'more' if own > other else 'fewer'} {noun if gap == 1 else many}"


def _length(values: dict[str, tuple[float, float]]) -> str:
    for name, unit in (("characters", "character"), ("words", "word")):
        own, other = (round(math.expm1(value)) for value in values[name])
        if gap := abs(own - other):
            return f"{'longer' if own > other else 'shorter'} by {gap} {unit}{'' if gap == 1 else 's'}"
    return _SAID["word_length"][0 if values["word_length"][0] > values["word_length"][1] else 1]
