"""The family of tests that a report makes: each held to a level that all share, what it could see, what luck chose.

Questions of gain are tests of one family. Controls (labels turned at random, calibration) are not among them: they can
only take from a claim, and a stricter level would make a leak easier to overlook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics import Array
from eval.place import Place
from eval.records import Figure
from train.records import Score
from virality.page import number
from virality.significance import LEVEL, holm, p_value, smallest_effect
from virality.statistics import Interval, shrunk


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of one test of a family.

    Fields:
        p: two-sided; None where the figure allows no test.
        adjusted: for all tests of the family (Holm).
        tests: how many those are.
        smallest: the value above the line that the test would have seen in 80 of 100; None where not known.
    """

    p: float | None
    adjusted: float | None
    tests: int
    smallest: float | None

    @property
    def holds(self) -> bool:
        """Whether a difference is shown, in whichever direction."""
        return self.adjusted is not None and self.adjusted < LEVEL


def family(asked: Sequence[tuple[Figure, float, float | None]], components: int | None = None) -> list[Tested]:
    """The tests of one family, in their order.

    Args:
        asked: figure, the value that means 'no difference', and the p of a test of its own where there is one.
        components: of the test; None: very many.
    """
    found = [own if own is not None else _p(figure, null, components) for figure, null, own in asked]
    known = [p for p in found if p is not None]
    adjusted = iter(holm(known))
    return [
        Tested(p, None if p is None else next(adjusted), len(known), _smallest(figure, null, max(1, len(known))))
        for p, (figure, null, _) in zip(found, asked, strict=True)
    ]


def in_words(tested: Tested, unit: str) -> str:
    """`p = 0.012, adjusted for 3 tests 0.036; a true 54.1% would have been seen in 80 of 100`; empty without a test."""
    if tested.p is None or tested.adjusted is None:
        return ""
    adjusted = f", adjusted for {tested.tests} tests {_p_words(tested.adjusted, '')}" if tested.tests > 1 else ""
    return f"{p_words(tested.p)}{adjusted}{_seen(tested.smallest, unit)}"


def p_words(p: float) -> str:
    """`p = 0.012`, or `p < 0.001`."""
    return f"p {_p_words(p, '= ')}"


def unscored(scores: Sequence[Score], place: Place) -> Figure:
    """How many of the scores are none, and why. Raises ValueError where there are no scores."""
    if not scores:
        raise ValueError("of no scores none is missing")
    whys = Counter(one.why or "for no reason that was kept" for one in scores if one.value is None)
    note = ", ".join(f"{count:,} {why}" for why, count in whys.most_common())
    return place.figure("statistics.unscored", Interval(whys.total(), None, None, len(scores)), "count", note=note)


def less_luck(name: str, values: Array, called: Sequence[str], clusters: Sequence[str], place: Place) -> list[Figure]:
    """Shares of several systems, checkpoints or settings less the luck of whichever is chosen on the same rows.

    None where nothing can be chosen, or chance not be told: one system, or one cluster.

    Args:
        name: of the figure, in shares; `.shrunk.SYSTEM` is added.
        values: of each system on the same rows, (K, N).
        called: the systems, (K,).
        clusters: of the rows, (N,).
        place: shared fields.
    """
    if len(called) < 2 or len(set(clusters)) < 2:
        return []
    note = (
        f"of {len(called)} to choose from on these rows, drawn towards their mean as far as chance explains the spread"
    )
    return [place.figure(f"{name}.shrunk.{system}", found, note=note)
            for system, found in zip(called, shrunk(values, clusters), strict=True)]  # fmt: skip


def _p(figure: Figure, null: float, components: int | None) -> float | None:
    if figure.value is None:
        return None
    return p_value(_interval(figure), null, of_share=figure.unit == "share", clusters=components)


def _smallest(figure: Figure, null: float, tests: int) -> float | None:
    effect = None if figure.value is None else smallest_effect(_interval(figure), tests)
    return None if effect is None else null + effect


def _interval(figure: Figure) -> Interval:
    return Interval(float(figure.value or 0.0), figure.low, figure.high, figure.n)


def _p_words(p: float, equals: str) -> str:
    return "< 0.001" if p < 0.001 else f"{equals}{p:.3f}"


def _seen(smallest: float | None, unit: str) -> str:
    if smallest is None:
        return ""
    if unit == "share" and smallest > 1:
        return "; even a true 100% might not have been seen"
    return f"; a true {number(smallest, unit)} would have been seen in 80 of 100"
