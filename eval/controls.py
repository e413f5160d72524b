"""Baselines and controls of the scorer: what accuracy is worth nothing, and how much the labels allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Pair
from train.scorers import fitting

Array = NDArray[np.float64]


def length_only(pairs: Sequence[Pair]) -> Array:
    """'The longer text wins': 1, 0, or 1/2 where both are equally long."""
    longer = np.asarray([len(pair.better) - len(pair.worse) for pair in pairs], dtype=np.float64)
    return np.where(longer > 0, 1.0, np.where(longer < 0, 0.0, 0.5))


def features_only(training: fitting.Training, pairs: Sequence[Pair], seed: int) -> Array:
    """A linear scorer of features of form alone, fitted on the same pairs as the scorer."""
    scorer, _ = fitting.fit_linear(training, control=None, strengths=(0.03, 0.3, 3.0), seed=seed, parts=("form",))
    return probabilities(scorer, pairs)


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
