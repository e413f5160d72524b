"""Calibration: margins, on whatever scale a family has, -> probabilities that come true as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError

Array = NDArray[np.float64]
Kind = Literal["temperature", "isotonic"]
FEW = 200
"""Validation pairs that steps are fitted on, at least: with fewer they would follow the noise."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A function from margins to probabilities that mirrors: of the negative margin it is one minus that.

    Fields:
        scale: inverse temperature; a margin times the scale is log-odds.
        sizes: isotonic: sizes of a margin, ascending; () = temperature alone.
        confidences: the share that was right at each size, in [0.5, 1), ascending; straight lines lie between.
    """

    scale: float = 1.0
    sizes: tuple[float, ...] = ()
    confidences: tuple[float, ...] = ()

    def probability(self, margins: Array) -> Array:
        """P(first beats second) of each margin, in (0, 1): (N,)."""
        if not self.sizes:
            return sigmoid(self.scale * margins)
        sure = np.interp(np.abs(margins), self.sizes, self.confidences)
        return np.asarray(0.5 + np.sign(margins) * (sure - 0.5))

    def about(self) -> dict[str, Any]:
        """As scorer.json keeps it."""
        return {"scale": self.scale, "sizes": list(self.sizes), "confidences": list(self.confidences)}

    @classmethod
    def of(cls, about: dict[str, Any]) -> Calibration:
        """What `about` said.

        Raises:
            ViralityError: it is no such function.
        """
        sizes, confidences = (tuple(float(one) for one in about[key]) for key in ("sizes", "confidences"))
        numbers = [float(about["scale"]), *sizes, *confidences]
        if not np.isfinite(numbers).all() or numbers[0] <= 0 or len(sizes) != len(confidences):
            raise ViralityError("calibration: is not made of numbers; train the scorer again")
        return cls(numbers[0], sizes, confidences)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), clipped so that it stays inside (0, 1)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))))


def sigmoid_of(x: float) -> float:
    """`sigmoid` of one number."""
    return float(sigmoid(np.asarray(x)))


def fit(margins: Array, kind: Kind = "temperature") -> tuple[Calibration, float]:
    """The calibration that makes `margins` most likely, and their mean log-likelihood in nats, at most 0.

    Args:
        margins: of the better over the worse text of validation pairs, (M,).
        kind: temperature: one scale. isotonic: steps, where there are `FEW` margins; a temperature where not.
    """
    scale, likelihood = calibrate(margins)
    if kind == "temperature" or margins.size < FEW or not np.any(margins):
        return Calibration(scale), likelihood
    found = _isotonic(scale, margins)
    return found, float(np.log(found.probability(margins)).mean())


def calibrate(margins: Array) -> tuple[float, float]:
    """The scale that makes `margins` most likely (inverse temperature; Guo et al. 2017, arXiv:1706.04599).

    The targets are Platt's (1999): (M + 1) / (M + 2) instead of 1, so that a few pairs that all come out right do not
    make the scorer sure of everything. Where the margins know nothing the scale runs to its lower end: near 1/2 always.

    Args:
        margins: utility of the better minus that of the worse text, (M,).

    Returns:
        Scale in [1e-3, 1e3], 1 for no margins and where all are 0; mean log-likelihood in nats, at most 0.
    """
    from scipy.optimize import minimize_scalar

    if margins.size == 0:
        return 1.0, 0.0
    if not np.any(margins):
        return 1.0, -float(np.log(2))
    target = (margins.size + 1) / (margins.size + 2)

    def loss(log_scale: float) -> float:
        odds = np.exp(log_scale) * margins
        return float((target * np.logaddexp(0.0, -odds) + (1 - target) * np.logaddexp(0.0, odds)).mean())

    found = minimize_scalar(loss, bounds=(-6.9, 6.9), method="bounded")
    scale = float(np.exp(found.x))
    return scale, -float(np.logaddexp(0.0, -scale * margins).mean())


def _isotonic(scale: float, margins: Array) -> Calibration:
    """Share right by size of the margin, never falling (Zadrozny and Elkan 2002), each step drawn towards one half.

    A step of n pairs of which k are right counts as (k + 1) / (n + 2), and below one half as one half: whoever is less
    than that would be believed the other way round.
    """
    from sklearn.isotonic import IsotonicRegression

    size = np.abs(margins)
    right = np.where(margins > 0, 1.0, np.where(margins < 0, 0.0, 0.5))
    steps = IsotonicRegression(out_of_bounds="clip").fit(size, right).predict(size)
    sizes, confidences = [0.0], [0.5]
    for value in np.unique(steps):
        mine = steps == value
        share = (right[mine].sum() + 1) / (mine.sum() + 2)
        middle = float(size[mine].mean())
        if middle > sizes[-1]:
            sizes.append(middle)
            confidences.append(float(max(share, confidences[-1])))
    return Calibration(scale, tuple(sizes), tuple(confidences))


def answered(p: Array, sure: float) -> tuple[float, float | None]:
    """How many pairs are answered at a threshold, and how many of these rightly.

    Args:
        p: P(better beats worse) of validation pairs, (M,).
        sure: least confidence of an answer.

    Returns:
        Both as shares; the second is None where none is answered.
    """
    kept = np.asarray(np.maximum(p, 1 - p) >= sure)
    if not kept.any():
        return 0.0, None
    return float(kept.mean()), float(np.where(p[kept] > 0.5, 1.0, np.where(p[kept] < 0.5, 0.0, 0.5)).mean())
