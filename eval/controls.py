"""Baselines and controls of the scorer: what accuracy is worth nothing, and how much the labels allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Pair
from eval.metrics import right
from train.scorers import fitting
from virality.gates import clickbait, phrases

Array = NDArray[np.float64]

NOT_HERE = "the pairs that the scorer was fitted on are not here, or were made again since"


@dataclass(frozen=True, slots=True)
class Control:
    """What a scorer's accuracy is read beside.

    Fields:
        correct: whether it names the better of each pair: 1, 0, or 1/2, (K, N) for K drawings; None = not measured.
        why: where it was not measured.
        note: what it is.
        family: of the model; None where there is none.
        clusters: of the pairs, where these are others than the scorer's.
    """

    correct: Array | None
    why: str = ""
    note: str = ""
    family: str | None = None
    clusters: Sequence[str] | None = None

    @classmethod
    def of(cls, p: Array, family: str | None = None, note: str = "") -> Control:
        """Of P(better beats worse), (N,)."""
        return cls(right(p)[None], note=note, family=family)

    @classmethod
    def missing(cls, why: str, family: str | None = None) -> Control:
        """Not measured, and why."""
        return cls(None, why=why, family=family)


def rules(pairs: Sequence[Pair]) -> dict[str, Control]:
    """What is told from two texts by a rule, without any fit; name -> control."""
    return {
        "length_only": Control.of(length_only(pairs), note="the longer text wins"),
        "clickbait_only": _clickbait(pairs),
    }


def length_only(pairs: Sequence[Pair]) -> Array:
    """'The longer text wins': 1, 0, or 1/2 where both are equally long."""
    return _more(pairs, len)


def clickbait_only(pairs: Sequence[Pair]) -> Array:
    """'The more clickbaity text wins': the one with more kinds of the gate's formulas; 1, 0, or 1/2."""
    return _more(pairs, lambda text: len(phrases.found(clickbait.GATE, text)))


def features_only(training: fitting.Training, pairs: Sequence[Pair], seed: int) -> Array:
    """A linear scorer of features of form alone, fitted on the same pairs as the scorer."""
    scorer, _ = fitting.fit_linear(training, control=None, strengths=(0.03, 0.3, 3.0), seed=seed, parts=("form",))
    return probabilities(scorer, pairs)


def of_form(training: fitting.Training | None, pairs: Sequence[Pair], seed: int) -> Control:
    """`features_only`, where the training pairs are here."""
    if training is None:
        return Control.missing(NOT_HERE, "linear")
    note = "a linear scorer of features of form alone, fitted on the scorer's training pairs"
    return Control.of(features_only(training, pairs, seed), "linear", note)


def ceiling(pairs: Sequence[Pair]) -> Array | None:
    """For each pair the chance that its label is right: what a scorer that knows the truth would score.

    None where the corpus gives labels without counts, so that nothing says how sure they are.
    """
    known = [pair.p_better for pair in pairs if pair.lift is not None and pair.p_better is not None]
    return np.asarray(known, dtype=np.float64) if len(known) == len(pairs) else None


def probabilities(scorer: Any, pairs: Sequence[Pair]) -> Array:
    """P(better beats worse) of each pair, by a scorer."""
    found: Array = scorer.probability([pair.better for pair in pairs], [pair.worse for pair in pairs])
    return found


def _clickbait(pairs: Sequence[Pair]) -> Control:
    p = clickbait_only(pairs)
    apart = int((p != 0.5).sum())
    if not apart:
        return Control.missing("in no pair has one text more of the clickbait gate's formulas than the other")
    note = f"the text with more of the clickbait gate's formulas wins; they differ in {apart:,} pairs, the others tie"
    return Control.of(p, note=note)


def _more(pairs: Sequence[Pair], measure: Callable[[str], int]) -> Array:
    ahead = np.asarray([measure(pair.better) - measure(pair.worse) for pair in pairs], dtype=np.float64)
    return np.where(ahead > 0, 1.0, np.where(ahead < 0, 0.0, 0.5))
