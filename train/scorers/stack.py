"""The stack: several scorers, each calibrated, whose log-odds are added with weights that validation pairs decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train import scorers
from train.scorers import Scorer
from train.scorers.calibration import calibrate
from virality.errors import ViralityError

Array = NDArray[np.float64]
_PRIORS = (5.0, 20.0, 80.0, 320.0, 1280.0)
"""Pairs' worth of belief that all members weigh alike."""
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Stack:
    """A weighted sum of the members' log-odds.

    Fields:
        members: by name.
        weights: of each, at least 0, in the order of the members.
    """

    members: Mapping[str, Scorer]
    weights: tuple[float, ...]

    def margins(self, first: Sequence[str], second: Sequence[str]) -> Array:
        """See `Compares`."""
        found = np.zeros(len(first))
        for weight, member in self._weighty():
            found += weight * member.calibration.scale * member.margins(first, second)
        return found

    def utility(self, texts: Sequence[str]) -> Array:
        """See `Utility`.

        Raises:
            ViralityError: a member reads two posts together.
        """
        found = np.zeros(len(texts))
        for weight, member in self._weighty():
            found += weight * member.utility(texts)
        return found

    def _weighty(self) -> list[tuple[float, Scorer]]:
        """A member of no weight costs nothing."""
        both = zip(self.weights, self.members.values(), strict=True)
        return [(weight, member) for weight, member in both if weight > 0]

    def save(self, folder: Path) -> dict[str, Any]:
        """Every member in a folder of its own."""
        for name, member in self.members.items():
            scorers.save(member, folder / "members" / name)
        return {"members": list(self.members), "weights": list(self.weights)}

    @classmethod
    def load(cls, folder: Path, about: dict[str, Any]) -> Stack:
        """What `save` wrote.

        Raises:
            ViralityError: a member is missing, or was changed.
        """
        members = {name: scorers.load(folder / "members" / name) for name in about["members"]}
        weights = tuple(float(one) for one in about["weights"])
        if len(weights) != len(members) or not np.isfinite(weights).all():
            raise ViralityError(f"{folder}: {len(members)} members and {len(weights)} weights; train it again")
        return cls(members, weights)


def weigh(margins: Mapping[str, Array], scales: Mapping[str, float], components: Sequence[str]) -> tuple[float, ...]:
    """Weights of members, at least 0, under which validation pairs are most likely: stacking (Wolpert 1992).

    A logistic regression of 'the better one wins' on the members' log-odds, drawn towards equal weights. How strongly
    is chosen by cross-validation: the strongest of `_PRIORS` that is no standard error worse than the best (Breiman et
    al. 1984), for members are alike and a thousand pairs tell them apart badly. Without pairs the weights are equal and
    add up to 1.

    Args:
        margins: of each member over the validation pairs, (M,).
        scales: of each member's calibration.
        components: of the pairs; pairs of one are in one fold, and count as one where chance is told.
    """
    odds = np.stack([scales[name] * margins[name] for name in margins], axis=1)
    if len(odds) < _FOLDS:
        return tuple([1 / odds.shape[1]] * odds.shape[1])
    numbers = {name: at for at, name in enumerate(dict.fromkeys(components))}
    groups = np.array([numbers[name] for name in components])
    if len(numbers) < _FOLDS:
        return tuple([1 / odds.shape[1]] * odds.shape[1])
    folds = groups % _FOLDS
    told = []
    for prior in _PRIORS:
        found = np.zeros(len(odds))
        for fold in range(_FOLDS):
            kept = folds != fold
            found[~kept] = -np.logaddexp(0.0, -odds[~kept] @ _weights(odds[kept], prior))
        told.append(found)
    best = max(told, key=lambda one: float(one.mean()))
    near = [prior for prior, one in zip(_PRIORS, told, strict=True) if _no_worse(one - best, groups)]
    return tuple(float(one) for one in _weights(odds, max(near)))


def _no_worse(gap: Array, groups: NDArray[np.intp]) -> bool:
    """Whether the mean of paired differences is no standard error, clustered by group, below 0."""
    sums = np.bincount(groups, gap - gap.mean())
    return bool(gap.mean() >= -((sums**2).sum() ** 0.5) / len(gap))


def _weights(odds: Array, prior: float) -> Array:
    """Most likely weights on log-odds (M, K), with so many pairs' worth of belief in equal ones of a common size."""
    from scipy.optimize import minimize

    count = odds.shape[1]
    equal = np.full(count, calibrate(odds.mean(1))[0] / count)
    spread = np.maximum(odds.std(0), 1e-9)

    def loss(weights: Array) -> float:
        return float(np.logaddexp(0.0, -odds @ weights).sum() + prior * (((weights - equal) * spread) ** 2).sum())

    return np.asarray(minimize(loss, equal, bounds=[(0.0, None)] * count, method="L-BFGS-B").x)


def of(members: Mapping[str, Scorer], margins: Mapping[str, Array], components: Sequence[str]) -> tuple[Stack, Array]:
    """A stack of members, and its margins over the validation pairs, (M,), which are of these components."""
    weights = weigh(margins, {name: one.calibration.scale for name, one in members.items()}, components)
    both = zip(weights, members.items(), strict=True)
    parts = [weight * one.calibration.scale * margins[name] for weight, (name, one) in both]
    return Stack(dict(members), weights), np.sum(parts, axis=0)
