"""Returned rewrites beside their drafts, and figures made of one value for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.place import Place
from eval.records import Figure
from virality.statistics import Interval, mean, share

NOTHING = "no rewrite was returned"
SUBSET = "returned"

Values = Sequence[float | None]
"""One value for each rewrite; None where it was not measured there."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a person gets from one system: returned rewrites beside their drafts, and where their figures belong.

    Fields:
        drafts, rewrites: (N,) each, in one order.
        components: of the drafts, (N,).
        langs: of the drafts as the corpus states them, ISO 639-1 or None, (N,).
        place: shared fields of the figures.
        seed: of bootstraps.
        suffix: ends the figures' names: '' for the writer, '.base' for the base model.

    Raises:
        ValueError: the lengths differ.
    """

    drafts: Sequence[str]
    rewrites: Sequence[str]
    components: Sequence[str]
    langs: Sequence[str | None]
    place: Place
    seed: int = 0
    suffix: str = ""

    def __post_init__(self) -> None:
        lengths = [len(self.drafts), len(self.rewrites), len(self.components), len(self.langs)]
        if len(set(lengths)) > 1:
            raise ValueError(f"drafts, rewrites, components and languages differ in number: {lengths}")

    def figure(
        self,
        name: str,
        values: Values,
        unit: Any = "share",
        note: str = "",
        why: str = NOTHING,
        components: Sequence[str] | None = None,
    ) -> Figure:
        """The mean of what was measured; missing where nothing was, and `why`.

        Args:
            name: without 'writer.' and suffix.
            values: one for each row of `components`.
            unit: `share` gives an interval that is open where all agree.
            note: of the figure.
            why: nothing was measured though there are rewrites.
            components: of the values, where these are not of rewrites.
        """
        rows = self.components if components is None else components
        measured = [(value, row) for value, row in zip(values, rows, strict=True) if value is not None]
        if not measured:
            return self.missing(name, why, unit)
        numbers, clusters = [value for value, _ in measured], [row for _, row in measured]
        found = share(numbers, clusters, self.seed) if unit == "share" else mean(numbers, clusters, self.seed)
        return self.stated(name, found if unit == "share" else _known_ends(found), unit, note)

    def before_and_after(
        self,
        name: str,
        before: Values,
        after: Values,
        unit: Any = "share",
        note: str = "",
        why: str = NOTHING,
        components: Sequence[str] | None = None,
    ) -> list[Figure]:
        """`NAME.before` of the drafts, `NAME.after` of the rewrites, and `NAME.difference`, paired: after less before.

        Rows are left out where either is None. Shares differ by percentage points.
        """
        pairs = [
            (first, second) if first is not None and second is not None else (None, None)
            for first, second in zip(before, after, strict=True)
        ]
        scale, apart = (100.0, "points") if unit == "share" else (1.0, unit)
        changes = [None if first is None or second is None else scale * (second - first) for first, second in pairs]
        return [
            self.figure(f"{name}.before", [first for first, _ in pairs], unit, note, why, components),
            self.figure(f"{name}.after", [second for _, second in pairs], unit, note, why, components),
            self.figure(f"{name}.difference", changes, apart, note, why, components),
        ]

    def stated(self, name: str, found: Interval, unit: Any = "share", note: str = "") -> Figure:
        """A value that was worked out elsewhere."""
        return self.place.figure(f"writer.{name}{self.suffix}", found, unit, SUBSET, note)

    def missing(self, name: str, why: str, unit: Any = "share") -> Figure:
        """Not measured, and why; that nothing was returned goes before any other reason."""
        return self.place.missing(f"writer.{name}{self.suffix}", why if self.drafts else NOTHING, unit, SUBSET)


def _known_ends(found: Interval) -> Interval:
    """Without an interval where every value is the same: resampling them would claim certainty."""
    return Interval(found.value, None, None, found.n) if found.low == found.high else found
