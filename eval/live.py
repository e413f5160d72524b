"""What readers did: the counts of a real test of rewrites against their drafts, pooled over its tests.

From the odds ratio of Mantel and Haenszel (1959), which needs no correction where successes are rare or arms uneven,
one step of Newton's gives each test its own log-odds ratio; its variance is that of Breslow and Day (1980), which does
not lean on how the test came out. These are pooled with random effects (DerSimonian and Laird 1986). The interval is
the wider of the usual one and that of Hartung and Knapp (2001), so tests are the clusters. That one person saw both
arms, or many posts, is not known to the file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.family import p_words
from eval.metrics import Array
from eval.place import Place
from eval.records import Figure
from eval.trials import LiveTest, read
from virality.errors import ViralityError
from virality.significance import LEVEL
from virality.statistics import ENDS, Interval

LEAST = 0.01
"""A sample ratio with a smaller p is warned of."""


@dataclass(frozen=True, slots=True)
class Live:
    """What a live test says: figures, the line that stands where 'no live evidence' would, and warnings."""

    figures: list[Figure]
    evidence: str
    warnings: list[str]


def measure(path: Path) -> Live:
    """What the counts in a file say, see `eval.trials.read`.

    Raises:
        ViralityError: the file cannot be read as counts of a test, or holds no success or no failure to compare.
    """
    tests = read(path)
    pooled = pool(tests)
    if pooled is None:
        raise ViralityError(f"{path}: one arm has no success, or the other no failure, in every test: no ratio of odds "
                            "can be told; give counts of a longer test")  # fmt: skip
    lift, p = pooled
    place = Place(corpus=path.stem, source=path.name)
    shown = sum(test.draft.impressions + test.rewrite.impressions for test in tests)
    note = f"log ratio of the odds of success, rewrite over draft; {shown:,} impressions"
    low, high = (None if end is None else math.exp(end) for end in (lift.low, lift.high))
    ratio = Interval(math.exp(lift.value), low, high, lift.n)
    split = sample_ratio(tests)
    figures = [
        place.figure("live.lift", lift, "nats", "live", note),
        place.figure("live.odds_ratio", ratio, "ratio", "live", "odds of success, rewrite over draft"),
        place.figure("live.p_value", Interval(p, None, None, lift.n), "probability", "live", "two-sided, of no lift"),
        place.figure("live.tests", Interval(len(tests), None, None, len(tests)), "count", "live"),
        place.figure("live.sample_ratio", Interval(split, None, None, len(tests)), "probability", "live",
                     "p of impressions dealt evenly to both arms"),
    ]  # fmt: skip
    return Live(figures, _evidence(lift, p, len(tests), shown), _warnings(split))


def pool(tests: Sequence[LiveTest]) -> tuple[Interval, float] | None:
    """The pooled log-odds ratio in nats with its 95% interval, n the number of tests, and its two-sided p.

    Tests without any success, or any failure, tell nothing and weigh nothing.

    Returns:
        None where the ratio is not finite: an arm without a success, or the other without a failure, in every test.
    """
    from scipy.stats import t

    lifts, precision = _each(tests)
    if not lifts.size:
        return None
    free = lifts.size - 1
    total = precision.sum()
    apart = (precision * (lifts - (precision * lifts).sum() / total) ** 2).sum() - free
    between = max(0.0, apart / (total - (precision**2).sum() / total)) if free else 0.0
    weights = 1 / (1 / precision + between)
    lift = float((weights * lifts).sum() / weights.sum())
    error = float(1 / np.sqrt(weights.sum()))
    reach, p = ENDS * error, math.erfc(abs(lift) / error / math.sqrt(2))
    seen = float(np.sqrt((weights * (lifts - lift) ** 2).sum() / (free * weights.sum()))) if free else 0.0
    if seen > 0:
        reach = max(reach, float(t.ppf(1 - LEVEL / 2, free)) * seen)
        p = max(p, float(2 * t.sf(abs(lift) / seen, free)))
    return Interval(lift, lift - reach, lift + reach, len(tests)), p


def _each(tests: Sequence[LiveTest]) -> tuple[Array, Array]:
    """Log-odds ratio of each test that tells something, and 1 / its variance; both empty where none is finite."""
    cells = np.asarray([_cells(test) for test in tests], dtype=np.float64)
    won, lost, won_draft, lost_draft = cells[(cells[:, 0] + cells[:, 2] > 0) & (cells[:, 1] + cells[:, 3] > 0)].T
    shown, successes = won + lost, won + won_draft
    total = shown + won_draft + lost_draft
    better, worse = (won * lost_draft / total).sum(), (lost * won_draft / total).sum()
    if better == 0 or worse == 0:
        return np.empty(0), np.empty(0)
    odds = better / worse
    # successes of the rewrite that this ratio lets expect with the margins of the test: the root of a square equation
    middle = total - shown - successes + odds * (successes + shown)
    expected = 2 * odds * successes * shown / (middle + np.sqrt(middle**2 + 4 * (1 - odds) * odds * successes * shown))
    others = (successes - expected, shown - expected, total - shown - successes + expected)
    precision = 1 / (1 / expected + sum(1 / one for one in others))
    return np.log(odds) + (won - expected) / precision, precision


def sample_ratio(tests: Sequence[LiveTest]) -> float:
    """P of impressions as uneven as these where each is dealt to either arm by a fair coin (chi-square).

    The smaller of the p of all impressions (1 degree of freedom) and of each test's (one a test), twice, at most 1.
    """
    from scipy.stats import chi2

    arms = np.asarray([(test.draft.impressions, test.rewrite.impressions) for test in tests], dtype=np.float64)
    draft, rewrite = arms.T
    total = float(chi2.sf((draft.sum() - rewrite.sum()) ** 2 / arms.sum(), 1))
    if len(tests) == 1:
        return total
    each = float(chi2.sf(((draft - rewrite) ** 2 / (draft + rewrite)).sum(), len(tests)))
    return min(1.0, 2 * min(total, each))


def _cells(test: LiveTest) -> tuple[int, int, int, int]:
    """Successes and failures of the rewrite, then of the draft."""
    rewrite, draft = test.rewrite, test.draft
    return (rewrite.successes, rewrite.impressions - rewrite.successes,
            draft.successes, draft.impressions - draft.successes)  # fmt: skip


def _evidence(lift: Interval, p: float, tests: int, shown: int) -> str:
    found = "shows no lift" if p >= LEVEL else "shows a lift" if lift.value > 0 else "shows a loss"
    low, high = (_percent(end or 0.0) for end in (lift.low, lift.high))
    named = f"{tests} test{'s' * (tests != 1)}, {shown:,} impressions"
    return f"live evidence {found}: odds of success {_percent(lift.value)}% [{low}, {high}], {p_words(p)} ({named})"


def _percent(lift: float) -> str:
    """A lift in nats as the change of the odds in percent, signed."""
    return f"{round(100 * math.expm1(lift), 1) + 0.0:+,.1f}".replace("-", "\N{MINUS SIGN}")


def _warnings(split: float) -> list[str]:
    out = ["The live test stands for the readers, the time and the place it was run with. Its counts do not tell "
           "whether people saw both arms."]  # fmt: skip
    if split < LEAST:
        out.append(f"Impressions of the live test are not dealt evenly to its arms ({p_words(split)}): if they were "
                   "meant to be, something chose who saw what, and its lift is not to be believed.")  # fmt: skip
    return out
