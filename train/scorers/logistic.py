"""Regression on the difference of two texts' features, of who wins or of how much: the head that families share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.scorers.calibration import calibrate

_RIDGE = 30.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted.

    Fields:
        weights: of a linear utility, (D,).
        strength: that was chosen.
        tried: strength -> validation log-likelihood, nats.
        margins: of the better over the worse text of each validation pair, (M,).
    """

    weights: NDArray[np.float64]
    strength: float
    tried: dict[str, float]
    margins: NDArray[np.float64]


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
            middle strength is used.
        strengths: inverse regularisation to choose from, by validation likelihood after calibration.
    """
    from scipy import sparse
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    stack = sparse.vstack if sparse.issparse(train) else np.vstack
    rows = stack([train, train])
    labels = np.r_[np.ones(len(p_better)), np.zeros(len(p_better))]
    weights = np.r_[weight * p_better, weight * (1 - p_better)]

    def at(strength: float) -> Any:
        model = LogisticRegression(C=strength, fit_intercept=False, max_iter=1000, tol=1e-6)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(rows, labels, sample_weight=weights).coef_.ravel()

    return _best(at, validation, strengths)


def fit_sizes(
    train: Any, nats: NDArray[np.float64], weight: NDArray[np.float64], validation: Any, strengths: Sequence[float]
) -> Fitted:
    """Fit the size of differences by weighted ridge regression; strength and calibration as in `fit`.

    Args:
        train: features of better minus features of worse, (N, D), dense or sparse.
        nats: size of each difference, (N,).
        weight: of each row, (N,).
        validation: as in `fit`.
        strengths: `_RIDGE` over the ridge's penalty on rows of mean weight 1.
    """
    from sklearn.linear_model import Ridge

    scaled = weight / weight.mean()

    def at(strength: float) -> Any:
        return Ridge(alpha=_RIDGE / strength, fit_intercept=False).fit(train, nats, sample_weight=scaled).coef_.ravel()

    return _best(at, validation, strengths)


def _best(fitted_at: Callable[[float], Any], validation: Any, strengths: Sequence[float]) -> Fitted:
    best: Fitted | None = None
    tried: dict[str, float] = {}
    choices = list(strengths) if validation is not None else [sorted(strengths)[len(strengths) // 2]]
    for strength in choices:
        found = fitted_at(strength)
        margins = np.zeros(0) if validation is None else np.asarray(validation @ found).ravel()
        _, likelihood = calibrate(margins)
        tried[str(strength)] = likelihood
        if best is None or likelihood > tried[str(best.strength)]:
            best = Fitted(found, strength, tried, margins)
    if best is None:
        raise ValueError("no strength to choose from")
    return best
