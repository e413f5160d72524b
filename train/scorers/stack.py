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
from virality.errors import ViralityError

Array = NDArray[np.float64]
_PRIOR = 20.0
"""Pairs' worth of belief that all members weigh alike."""


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


def weigh(margins: Mapping[str, Array], scales: Mapping[str, float]) -> tuple[float, ...]:
    """Weights of members, at least 0, under which validation pairs are most likely: stacking (Wolpert 1992).

    A logistic regression of 'the better one wins' on the members' log-odds, drawn towards equal weights as if `_PRIOR`
    pairs spoke for them; without pairs they are equal, and add up to 1.

    Args:
        margins: of each member over the validation pairs, (M,).
        scales: of each member's calibration.
    """
    from scipy.optimize import minimize

    odds = np.stack([scales[name] * margins[name] for name in margins], axis=1)
    equal = np.full(odds.shape[1], 1 / odds.shape[1])
    if not len(odds):
        return tuple(float(one) for one in equal)
    spread = np.maximum(odds.std(0), 1e-9)

    def loss(weights: Array) -> float:
        told = np.logaddexp(0.0, -odds @ weights).sum()
        return float(told + _PRIOR * (((weights - equal) * spread) ** 2).sum())

    found = minimize(loss, equal, bounds=[(0.0, None)] * len(equal), method="L-BFGS-B")
    return tuple(float(one) for one in found.x)


def of(members: Mapping[str, Scorer], margins: Mapping[str, Array]) -> tuple[Stack, Array]:
    """A stack of members, and its margins over the validation pairs, (M,)."""
    weights = weigh(margins, {name: one.calibration.scale for name, one in members.items()})
    both = zip(weights, members.items(), strict=True)
    parts = [weight * one.calibration.scale * margins[name] for weight, (name, one) in both]
    return Stack(dict(members), weights), np.sum(parts, axis=0)
