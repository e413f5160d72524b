"""From the scorer's probabilities to the figures and curves of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data_prep.records import Pair
from eval import controls, metrics
from eval.metrics import Array
from eval.records import Curve, Figure
from train.scorers import fitting
from virality.statistics import Interval, mean


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


def of_scorer(
    pairs: Sequence[Pair],
    p: Array,
    place: Place,
    training: fitting.Training | None,
    others: Mapping[str, tuple[str, Array]],
    seed: int,
) -> tuple[list[Figure], list[Curve]]:
    """Everything that is said of a scorer.

    Args:
        pairs: of the test split, measured.
        p: the scorer's P(better beats worse), (N,).
        place: shared fields.
        training: what the scorer was fitted on, for the features-only baseline; None where that is not here.
        others: family and P(better beats worse) of controls and of the judge, by name.
        seed: of bootstraps and baselines.
    """
    clusters = [pair.component for pair in pairs]
    name = "scorer.pair_accuracy"
    bare = replace(place, family=None)
    length = controls.length_only(pairs)
    out = [
        place.figure(name, metrics.accuracy(p, clusters, seed)),
        bare.figure(f"{name}.length_only", metrics.accuracy(length, clusters, seed), note="the longer text wins"),
        place.figure("scorer.gain_over.length_only", metrics.difference(p, length, clusters, seed), "points"),
        *_against_form(name, pairs, p, place, training, seed),
        place.figure("scorer.brier", metrics.brier(p, clusters, seed), "probability"),
        place.figure("scorer.ece", metrics.calibration_error(p, clusters, seed=seed), "probability",
                     note="five bins of equal mass"),
    ]  # fmt: skip
    out += [
        replace(place, family=family).figure(f"{name}.{other}", metrics.accuracy(found, clusters, seed))
        for other, (family, found) in others.items()
    ]
    if "shuffled" not in others:
        out.append(bare.missing(f"{name}.shuffled", "no control run is named (controls.shuffled)"))
    out += _ceilings(name, pairs, bare, seed)
    out += _significant(name, pairs, p, place, seed)
    sure = metrics.most_confident(p, 0.25)
    out.append(place.figure(f"{name}.confident_quarter", metrics.accuracy(p[sure], [clusters[at] for at in sure], seed),
                            subset="confident_quarter"))  # fmt: skip
    return out, _curves(p)


def _against_form(
    name: str, pairs: Sequence[Pair], p: Array, place: Place, training: fitting.Training | None, seed: int
) -> list[Figure]:
    linear = replace(place, family="linear")
    if training is None:
        why = "the pairs that the scorer was fitted on are not here, or were made again since"
        return [linear.missing(f"{name}.features_only", why),
                place.missing("scorer.gain_over.features_only", why, "points")]  # fmt: skip
    clusters = [pair.component for pair in pairs]
    form = controls.features_only(training, pairs, seed)
    return [
        linear.figure(f"{name}.features_only", metrics.accuracy(form, clusters, seed),
                      note="a linear scorer of features of form alone, fitted on the same pairs"),
        place.figure("scorer.gain_over.features_only", metrics.difference(p, form, clusters, seed), "points"),
    ]  # fmt: skip


def _ceilings(name: str, pairs: Sequence[Pair], place: Place, seed: int) -> list[Figure]:
    most = controls.ceiling(pairs)
    if most is None:
        return [
            place.missing(f"{name}.ceiling", "the corpus gives labels without counts, so their certainty is not known")
        ]
    note = "mean probability that the observed winner is the true one, given the counts"
    return [place.figure(f"{name}.ceiling", mean(most, [pair.component for pair in pairs], seed), note=note)]


def _significant(name: str, pairs: Sequence[Pair], p: Array, place: Place, seed: int) -> list[Figure]:
    out: list[Figure] = []
    for label, level in (("p05", 0.05), ("p01", 0.01)):
        rows = [at for at, pair in enumerate(pairs) if pair.p_value is not None and pair.p_value < level]
        if not rows:
            why = (
                "no pair of this corpus has a p-value"
                if all(pair.p_value is None for pair in pairs)
                else "no such pair"
            )
            out.append(place.missing(f"{name}.{label}", why, subset=label))
            continue
        chosen = [pairs[at] for at in rows]
        clusters = [pair.component for pair in chosen]
        out.append(place.figure(f"{name}.{label}", metrics.accuracy(p[rows], clusters, seed), subset=label))
        most = controls.ceiling(chosen)
        if most is not None:
            out.append(
                replace(place, family=None).figure(f"{name}.{label}.ceiling", mean(most, clusters, seed), subset=label)
            )
    return out


def _curves(p: Array) -> list[Curve]:
    bins = metrics.reliability(p)
    kept = metrics.coverage(p, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    return [
        Curve(name="scorer.reliability", x=[b[0] for b in bins], y=[b[1] for b in bins], n=[b[2] for b in bins]),
        Curve(name="scorer.coverage", x=[k[0] for k in kept], y=[k[1] for k in kept], n=[k[2] for k in kept]),
    ]
