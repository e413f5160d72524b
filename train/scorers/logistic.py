"""Logistic regression on the difference of two texts' features: the head that all families share."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of a linear utility, (D,); its scale; the strength that was chosen; validation likelihood by strength."""

    weights: NDArray[np.float64]
    scale: float
    strength: float
    tried: dict[str, float]


def fit(
    train: Any,
    p_better: NDArray[np.float64],
    weight: NDArray[np.float64],
    validation: Any,
    strengths: Sequence[float],
) -> Fitted:
    """Fit on soft labels, choose the strength and calibrate on validation.

    Args:
        train: features of better minus features of worse, (N, D), dense or sparse.
        p_better: probability that better is better, (N,): a row counts for both answers.
        weight: of each row, (N,).
        validation: the same differences of the validation split, (M, D), or None where there is no such pair: then the
            middle strength is used and the scale is 1.
        strengths: inverse regularisation to choose from, by validation likelihood after calibration.
    """
    from scipy import sparse
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    stack = sparse.vstack if sparse.issparse(train) else np.vstack
    rows = stack([train, train])
    labels = np.r_[np.ones(len(p_better)), np.zeros(len(p_better))]
    weights = np.r_[weight * p_better, weight * (1 - p_better)]
    best: Fitted | None = None
    tried: dict[str, float] = {}
    choices = list(strengths) if validation is not None else [sorted(strengths)[len(strengths) // 2]]
    for strength in choices:
        model = LogisticRegression(C=strength, fit_intercept=False, max_iter=1000, tol=1e-6)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(rows, labels, sample_weight=weights)
        found = model.coef_.ravel()
        margins = np.zeros(0) if validation is None else np.asarray(validation @ found).ravel()
        scale, likelihood = calibrate(margins)
        tried[str(strength)] = likelihood
        if best is None or likelihood > tried[str(best.strength)]:
            best = Fitted(found, scale, strength, tried)
    if best is None:
        raise ValueError("no strength to choose from")
    return best


def calibrate(margins: NDArray[np.float64]) -> tuple[float, float]:
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
