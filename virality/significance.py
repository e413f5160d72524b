"""Tests: the p of a value with its interval, adjusted for a family of tests; the smallest effect that one could see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from virality.statistics import ENDS, Interval, student

LEVEL = 0.05
"""Of all tests of one family together, two-sided."""
POWER = 0.8
"""How often a test is to see the smallest effect that it is said to be able to see."""


def p_value(found: Interval, null: float, *, of_share: bool = False, clusters: int | None = None) -> float | None:
    """Two-sided p of 'the true value is `null`': below .05 only where the 95% interval leaves `null` out.

    The error is taken to be normal, or Student's of `clusters` where that is known, and the longer half of the interval
    to be 1.96 of it (or t): where few rows are not ties, the half that faces `null` is too short by chance, and errs
    far too often. A share of none or all gets the exact binomial p of as many independent trials as `share` took its
    interval from.

    Args:
        found: value and interval.
        null: the value that means 'no difference'.
        of_share: the interval is one of `share`.
        clusters: how many the interval rests on; the small levels of a family need the heavier tails of few.

    Returns:
        None where there is no interval, or one without width beside `null`: rows too few or too much alike to tell.
    """
    if found.low is None or found.high is None:
        return None
    if found.value == null or (of_share and found.low <= 0.0 and found.high >= 1.0):
        return 1.0  # so wide an interval was cut at both ends: it says nothing
    if of_share and found.value in (0.0, 1.0) and found.low < found.high:
        end, chance = (found.low, null) if found.value == 1.0 else (1 - found.high, 1 - null)
        return min(1.0, 2 * math.pow(chance, math.log(0.025) / math.log(end)))
    error = _error(found)
    if error is None:
        return None
    if clusters is not None and clusters > 1:
        from scipy.special import stdtr

        return 2 * float(stdtr(clusters - 1, -abs(found.value - null) / error / ENDS * student(clusters)))
    return math.erfc(abs(found.value - null) / error / math.sqrt(2))


def holm(p: Sequence[float]) -> list[float]:
    """Each p adjusted for all of them (Holm 1979): calling those below `LEVEL` errs at all in at most 5 of 100."""
    adjusted = [0.0] * len(p)
    largest = 0.0
    for passed, at in enumerate(sorted(range(len(p)), key=lambda at: p[at])):
        largest = max(largest, min(1.0, (len(p) - passed) * p[at]))
        adjusted[at] = largest
    return adjusted


def smallest_effect(found: Interval, tests: int = 1) -> float | None:
    """The smallest distance from 'no difference' that a test of this error sees with `POWER`, in the unit of the value.

    (z(1 - LEVEL / 2 tests) + z(POWER)) x standard error, which is read from the interval as in `p_value` (Bloom 1995).
    The level is the one that holds whatever the other tests of the family show. None as there.
    """
    error = _error(found)
    return (
        None if error is None else (NormalDist().inv_cdf(1 - LEVEL / (2 * tests)) + NormalDist().inv_cdf(POWER)) * error
    )


def _error(found: Interval) -> float | None:
    """Standard error by the longer half of the interval; None without an interval, or without width."""
    if found.low is None or found.high is None or found.high <= found.low:
        return None
    return max(found.value - found.low, found.high - found.value) / ENDS
