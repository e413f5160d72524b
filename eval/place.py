"""Where figures come from: what all of one measurement share, and the making of a figure and a curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.records import Curve, Figure
from virality.statistics import Interval

ACCURACY = "scorer.pair_accuracy"


@dataclass(frozen=True, slots=True)
class Place:
    """What all figures of one measurement share."""

    corpus: str
    source: str
    family: str | None = None
    best_of: int | None = None
    seed: int | None = None

    def figure(self, name: str, found: Interval, unit: Any = "share", subset: str = "all", note: str = "") -> Figure:
        """A measured figure."""
        return Figure(name=name, value=found.value, low=found.low, high=found.high, n=found.n, unit=unit, subset=subset,
                      corpus=self.corpus, source=self.source, family=self.family, best_of=self.best_of,
                      seed=self.seed, note=note)  # fmt: skip

    def missing(self, name: str, why: str, unit: Any = "share", subset: str = "all") -> Figure:
        """A figure that was not measured, and why."""
        return Figure(name=name, value=None, n=0, unit=unit, subset=subset, corpus=self.corpus, source=self.source,
                      family=self.family, note=why)  # fmt: skip


def points(name: str, x: Sequence[float], found: Sequence[Interval]) -> Curve:
    """A curve of measured values."""
    return Curve(name=name, x=list(x), y=[one.value for one in found], low=[one.low for one in found],
                 high=[one.high for one in found], n=[one.n for one in found])  # fmt: skip
