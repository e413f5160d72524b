"""What an evaluation has measured so far."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from eval.records import Curve, Example, Figure, GateCount
from train.records import Score


@dataclass
class Measured:
    """Parts of a report. `told`: what a reader must know of how they came about, a line each."""

    figures: list[Figure] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    gates: list[GateCount] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def add(self, more: Measured) -> None:
        """Put `more` behind what is here."""
        for part in fields(Measured):
            getattr(self, part.name).extend(getattr(more, part.name))
