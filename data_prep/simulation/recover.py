"""From differences of engagement to effects of wording, and how well the model of constant effects fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of wording features, in nats, in the order of the columns given.

    Fields:
        estimate, standard_error: NaN for a feature that never differs; the error is robust to clusters.
        heterogeneity: variance of the estimates when whole clusters vary together, over the variance when pairs are
            independent, mean over features. About 1 where effects are the same everywhere and no post is in two pairs.
        kurtosis: excess over the normal's, of the residuals. About 0 for log-normal noise; viral cascades drive it up.
        n, clusters: how many pairs, of how many clusters.
    """

    estimate: Vector
    standard_error: Vector
    heterogeneity: float
    kurtosis: float
    n: int
    clusters: int

    @property
    def fits(self) -> bool:
        """Whether constant effects with log-normal noise describe the pairs."""
        return self.heterogeneity < 3 and self.kurtosis < 0.8


def recover(
    differences: ArrayLike,
    worse: ArrayLike,
    better: ArrayLike,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Effects:
    """Weighted least squares, without intercept, of a controlled difference on the difference of wording features.

    Args:
        differences: (n,) engagement of `better` less that of `worse`, in nats. Pairs must not be chosen by it:
            leaving out small differences, say, makes the effects too large.
        worse: (n, features) features of one side; which side is which does not matter.
        better: (n, features) features of the other.
        clusters: (n,) what is not independent (accounts); None where all pairs are.
        weights: (n,) inverse variances up to a factor; None = all alike.

    Raises:
        ValueError: there are fewer pairs than features that differ.
    """
    y = np.asarray(differences, dtype=np.float64)
    x = np.asarray(better, dtype=np.float64) - np.asarray(worse, dtype=np.float64)
    root = np.ones(y.size) if weights is None else np.sqrt(np.asarray(weights, dtype=np.float64))
    codes = np.arange(y.size) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    count = int(codes.max()) + 1 if codes.size else 0
    varies = np.any(x * root[:, None] != 0, axis=0)
    if y.size <= varies.sum():
        raise ValueError(f"{y.size} pairs are too few for {varies.sum()} features that differ")
    x, y = x[:, varies] * root[:, None], y * root
    inverse = np.linalg.pinv(x.T @ x)
    found = inverse @ (x.T @ y)
    residual = y - x @ found
    scores = np.stack([np.bincount(codes, weights=column * residual, minlength=count) for column in x.T], axis=1)
    robust = np.diag(inverse @ (scores.T @ scores) @ inverse) * count / max(count - 1, 1)
    plain = np.diag(inverse) * (residual @ residual) / (y.size - varies.sum())
    estimate, error = np.full((2, varies.size), np.nan)
    estimate[varies], error[varies] = found, np.sqrt(robust)
    spread = float(np.mean(residual**2))
    return Effects(
        estimate=estimate,
        standard_error=error,
        heterogeneity=float(np.mean(robust / plain)) if spread > 0 else 1.0,
        kurtosis=float(np.mean(residual**4)) / spread**2 - 3 if spread > 0 else 0.0,
        n=y.size,
        clusters=count,
    )


def raw(likes: ArrayLike, features: ArrayLike) -> Vector:
    """The uncontrolled answer in nats, for comparison: least squares of log(1 + likes) on the features of all posts."""
    y, x = np.log1p(np.asarray(likes, dtype=np.float64)), np.asarray(features, dtype=np.float64)
    solution = np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(), rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)


def relative_error(estimate: ArrayLike, planted: ArrayLike) -> tuple[float, float]:
    """Mean over features of |estimate - planted| / |planted|, and the worst of them."""
    truth = np.asarray(planted, dtype=np.float64)
    errors = np.abs(np.asarray(estimate, dtype=np.float64) - truth) / np.abs(truth)
    return float(errors.mean()), float(errors.max())
