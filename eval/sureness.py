"""How sure a scorer is and whether it should be: its surest pairs, what it abstains from, its calibration."""

from __future__ import annotations

from collections.abc import Sequence

from eval import calibration, metrics
from eval.metrics import Array
from eval.place import ACCURACY, Place, points
from eval.records import Curve, Figure
from virality.statistics import Interval, share

COVERAGE = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of pairs answered, of the coverage curve."""
_FEW = 20
"""Pairs that calibration is told from, at least."""


def of_sureness(
    p: Array, clusters: Sequence[str], place: Place, sure: float, seed: int
) -> tuple[list[Figure], list[Curve]]:
    """Accuracy where the scorer is sure, and its calibration beside what chance gives a perfectly calibrated one.

    Args:
        p: P(better beats worse), (N,).
        clusters: of each pair.
        place: shared fields.
        sure: confidence below which the scorer abstains.
        seed: of bootstraps and drawings.
    """
    certain, curves = _certainty(p, clusters, place, seed)
    kept = metrics.coverage(p, COVERAGE, clusters, seed)
    abstaining = points("scorer.coverage", [at for at, _ in kept], [found for _, found in kept])
    return [*_surest(p, clusters, place, sure, seed), *certain], [*curves, abstaining]


def _surest(p: Array, clusters: Sequence[str], place: Place, sure: float, seed: int) -> list[Figure]:
    out = []
    for subset, part in (("confident_quarter", 0.25), ("confident_half", 0.5)):
        rows = metrics.most_confident(p, part)
        found = metrics.accuracy(p[rows], [clusters[at] for at in rows], seed)
        out.append(place.figure(f"{ACCURACY}.{subset}", found, subset=subset))
    rows = metrics.answered(p, sure)
    told = set(rows.tolist())
    answers = share([float(at in told) for at in range(len(p))], clusters, seed)
    note = f"a probability of at least {sure:.0%} for the likelier side; the others it abstains from"
    out.append(place.figure("scorer.answered", answers, note=note))
    name = f"{ACCURACY}.answered"
    if not told:
        return [*out, place.missing(name, f"of no pair is the scorer {sure:.0%} sure", subset="answered")]
    found = metrics.accuracy(p[rows], [clusters[at] for at in rows], seed)
    return [*out, place.figure(name, found, subset="answered", note=note)]


def _too_few(place: Place, count: int) -> list[Figure]:
    why = f"{count} pairs are too few to tell how often its probabilities come true"
    errors = [f"scorer.ece{which}" for which in ("", ".by_chance", ".by_chance_most")]
    return [*(place.missing(name, why, "probability") for name in errors),
            place.missing("scorer.calibration_slope", why, "ratio")]  # fmt: skip


def _certainty(p: Array, clusters: Sequence[str], place: Place, seed: int) -> tuple[list[Figure], list[Curve]]:
    n = len(p)
    brier = place.figure("scorer.brier", metrics.brier(p, clusters, seed), "probability")
    if n < _FEW:
        return [brier, *_too_few(place, n)], []
    bins, chance = calibration.reliability(p, clusters, seed=seed)
    slope = calibration.slope(p, clusters, seed)
    steep = "scorer.calibration_slope"
    within = sum(one.low <= one.right.value <= one.high for one in bins)
    out = [
        brier,
        place.figure("scorer.ece", calibration.error(p, clusters, seed=seed), "probability",
                     note=f"{len(bins)} bins of equal mass, of which {within} lie within the band of chance"),
        place.figure("scorer.ece.by_chance", Interval(chance.error, None, None, n), "probability",
                     note="mean error of perfectly calibrated scorers with these probabilities on as many pairs"),
        place.figure("scorer.ece.by_chance_most", Interval(chance.most, None, None, n), "probability",
                     note="95 of 100 such scorers show less"),
        place.missing(steep, "all pairs come out right, or none", "ratio") if slope is None else
        place.figure(steep, slope, "ratio", note="1 is perfect; below it the scorer is too sure, above it too unsure"),
    ]  # fmt: skip
    drawn = points("scorer.reliability", [one.confidence for one in bins], [one.right for one in bins])
    bands = {"band_low": [one.low for one in bins], "band_high": [one.high for one in bins]}
    return out, [drawn.model_copy(update=bands)]
