"""Reasons: which words and features of form speak for which of two texts, and by how much; a named word can be tried.

A word's part is what its removal does (occlusion: Zeiler and Fergus 2014, arXiv:1311.2901). Words of a side are taken
out one after the other, each time the one that moves most with those before it gone, so their moves add up exactly to
what taking out all of them does. Features of form are a linear scorer's own account of its log-odds: another view of
the same odds, not to be added to the words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from train.scorers import Scorer, Utility, shape
from train.scorers.pieces import pieces, take_out

Array = NDArray[np.float64]
Side = Literal["first", "second"]
Texts = tuple[str, str]

PIECES = 40
"""Words of a text that are tried, at most; a longer text is tried in runs of words."""
LEAST = 0.02
"""Nats that something must move to be a reason: half a percentage point near even odds."""
_SIGNS: dict[Side, int] = {"first": -1, "second": 1}
"""Which way the log-odds of the first move when what speaks for a side is gone."""
_SPARE = 3
"""Words beyond `most` that are tried again when others are gone."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A word or a feature that speaks for a side.

    Fields:
        what: a word as it is written, or a phrase about the side that it speaks for ('longer by 34 characters').
        side: which of the two it speaks for; a word can stand in one text and speak for the other.
        kind: word or form.
        moves: nats by which the log-odds that the first beats the second change when the word is out (and the words
            named before it for the same side are, too), or when the feature were alike in both texts. Negative where
            it speaks for the first.
        stands_in: the text that the word is taken out of; both where both have it; None for a feature.
    """

    what: str
    side: Side
    kind: Literal["word", "form"]
    moves: float
    stands_in: Literal["first", "second", "both"] | None = None

    @property
    def removable(self) -> bool:
        """Whether it can be taken out by itself."""
        return self.stands_in is not None


def reasons(scorer: Scorer, first: str, second: str, most: int = 5) -> list[Reason]:
    """What speaks for either text: words of the first side in the order they were found, of the second, then form.

    Nothing is named that moves less than `LEAST`, and no word without which its text had no letter or digit left. A
    word that stands in both texts is taken out of both at once.

    Args:
        scorer: of any family.
        first: a post.
        second: another one.
        most: words a side, and features a side, at most.
    """
    odds = _log_odds(scorer)
    two = (first, second)
    tried = [one for one in words(*two) if sayable(*two, [one])]
    start, *after = odds([two, *(without(*two, [one]) for one in tried)])
    alone = dict(zip(tried, after, strict=True))
    found = [reason for side in _SIGNS for reason in _greedy(odds, two, alone, start, side, most)]
    for side, sign in _SIGNS.items():
        told = [(what, share) for what, share in shape.shares(scorer, first, second)[side] if share >= LEAST]
        found += [Reason(what, side, "form", sign * share) for what, share in told[:most]]
    return found


@dataclass(frozen=True, slots=True)
class Word:
    """A word that can be taken out: as it is first written, and of which text."""

    what: str
    stands_in: Literal["first", "second", "both"]


def words(first: str, second: str) -> list[Word]:
    """All that `reasons` tries to take out: at most `PIECES` a text."""
    one, other = ({piece.key: piece.what for piece in pieces(text, PIECES)} for text in (first, second))
    mine = [Word(what, "both" if key in other else "first") for key, what in one.items()]
    return mine + [Word(what, "second") for key, what in other.items() if key not in one]


def without(first: str, second: str, gone: Sequence[Word | Reason], instead: str = "") -> Texts:
    """The two texts without some words.

    Args:
        first: a post.
        second: another one.
        gone: some of their `words`, or of their `reasons`, of which features are passed over.
        instead: what is put in the place of each word; nothing by default.
    """
    kept = []
    for text, where in ((first, "first"), (second, "second")):
        keys = {one.what.casefold() for one in gone if one.stands_in in (where, "both")}
        kept.append(take_out(text, [one for one in pieces(text, PIECES) if one.key in keys], instead))
    return kept[0], kept[1]


def sayable(first: str, second: str, gone: Sequence[Word | Reason]) -> bool:
    """Whether a letter or digit is left in each text that one of the words is taken out of."""
    both = zip((first, second), without(first, second, gone), strict=True)
    return all(any(map(str.isalnum, after)) for before, after in both if after != before)


def _greedy(
    odds: Callable[[Sequence[Texts]], Array], two: Texts, alone: dict[Word, float], start: float, side: Side, most: int
) -> list[Reason]:
    """Words of one side, each the one that moves most with those before it out.

    Args:
        odds: log-odds of pairs of texts.
        two: both texts.
        alone: every word with the log-odds when it alone is out.
        start: log-odds as the texts are.
        side: for which reasons are sought.
        most: words.
    """
    sign = _SIGNS[side]
    after = {one: value for one, value in alone.items() if sign * (value - start) >= LEAST}
    after = {one: after[one] for one in sorted(after, key=lambda one: -sign * after[one])[: most + _SPARE]}
    found: list[Reason] = []
    gone: list[Word] = []
    now = start
    while after and len(found) < most:
        best = max(after, key=lambda one: sign * after[one])
        move = after.pop(best) - now
        if sign * move < LEAST:
            break
        found.append(Reason(best.what, side, "word", float(move), best.stands_in))
        gone.append(best)
        now += move
        left = [one for one in after if sayable(*two, [*gone, one])] if len(found) < most else []
        after = dict(zip(left, odds([without(*two, [*gone, one]) for one in left]), strict=True))
    return found


def _log_odds(scorer: Scorer) -> Callable[[Sequence[Texts]], Array]:
    """Log-odds that the first of each two texts wins, before any steps of its calibration; each text is valued once."""
    if not _values_one(scorer):
        scale = scorer.calibration.scale
        return lambda some: scale * scorer.margins([first for first, _ in some], [second for _, second in some])
    known: dict[str, float] = {}

    def odds(some: Sequence[Texts]) -> Array:
        new = [text for text in dict.fromkeys(text for two in some for text in two) if text not in known]
        known.update(zip(new, scorer.utility(new).tolist(), strict=True))
        return np.asarray([known[first] - known[second] for first, second in some])

    return odds


def _values_one(scorer: Scorer) -> bool:
    return isinstance(scorer.model, Utility) and all(map(_values_one, scorer.parts().values()))
