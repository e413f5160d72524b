"""From the scorer's probabilities to the figures and curves of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from data_prep.records import Pair
from eval import controls, metrics
from eval.controls import Control
from eval.metrics import Array
from eval.place import ACCURACY, Place, points
from eval.records import Curve, Figure
from eval.sureness import of_sureness
from virality.statistics import mean, share

GAINS = ("length_only", "clickbait_only", "features_only", "metadata_only")
"""Controls that every scorer is to do better than."""
_FEW = 10
"""Pairs of a language that a figure needs."""


def of_scorer(
    pairs: Sequence[Pair],
    p: Array,
    place: Place,
    beside: Mapping[str, Control],
    *,
    sure: float,
    languages: Mapping[str, int],
    seed: int,
    over: Sequence[str] = GAINS,
) -> tuple[list[Figure], list[Curve]]:
    """Everything that is said of a scorer, but for its learning curve.

    Args:
        pairs: of the test split, measured.
        p: the scorer's P(better beats worse), (N,).
        place: shared fields.
        beside: controls and baselines by name.
        sure: confidence below which the scorer abstains.
        languages: that the scorer learned from; empty where that is not known.
        seed: of bootstraps.
        over: which of `beside` it is to do better than, on the same pairs.
    """
    clusters = [pair.component for pair in pairs]
    certain, curves = of_sureness(p, clusters, place, sure, seed)
    out = [
        place.figure(ACCURACY, metrics.accuracy(p, clusters, seed)),
        *_controls(beside, clusters, place, seed),
        *_gains(p, {name: beside[name] for name in over if name in beside}, clusters, place, seed),
        *_ceilings(pairs, replace(place, family=None), seed),
        *_significant(pairs, p, place, seed),
        *_by_language(pairs, p, place, languages, seed),
        *certain,
    ]
    return out, curves


def of_learning(
    curve: Mapping[int, Array], why: str, clusters: Sequence[str], place: Place, seed: int
) -> tuple[list[Figure], list[Curve]]:
    """The learning curve of the linear family, and what its last doubling of the pairs brought.

    Args:
        curve: pairs learned from -> whether each test pair came out right, (N,), fewest first.
        why: where there is none.
        clusters: of the test pairs.
        place: shared fields, with the family that learned.
        seed: of bootstraps.
    """
    name = "scorer.learning.last_doubling"
    if len(curve) < 2:
        return [place.missing(name, why, "points")], []
    half, whole = list(curve)[-2:]
    note = f"accuracy with {whole:,} training pairs less that with {half:,}"
    gained = mean((curve[whole] - curve[half]) * 100, clusters, seed)
    drawn = points("scorer.learning", [float(count) for count in curve],
                   [share(correct, clusters, seed) for correct in curve.values()])  # fmt: skip
    return [place.figure(name, gained, "points", note=note)], [drawn]


def _controls(beside: Mapping[str, Control], clusters: Sequence[str], place: Place, seed: int) -> list[Figure]:
    out = []
    for name, control in beside.items():
        mine, named = replace(place, family=control.family), f"{ACCURACY}.{name}"
        if control.correct is None:
            out.append(mine.missing(named, control.why))
            continue
        found = metrics.over_drawings(control.correct, control.clusters or clusters, seed)
        subset = "all" if control.clusters is None else name
        out.append(mine.figure(named, found, subset=subset, note=control.note))
    return out


def _gains(p: Array, beside: Mapping[str, Control], clusters: Sequence[str], place: Place, seed: int) -> list[Figure]:
    out = []
    for name, control in beside.items():
        named = f"scorer.gain_over.{name}"
        if control.correct is None:
            out.append(place.missing(named, control.why, "points"))
        else:
            out.append(place.figure(named, metrics.difference(p, control.correct[0], clusters, seed), "points"))
    return out


def _ceilings(pairs: Sequence[Pair], place: Place, seed: int) -> list[Figure]:
    most = controls.ceiling(pairs)
    if most is None:
        why = "the corpus gives labels without counts, so their certainty is not known"
        return [place.missing(f"{ACCURACY}.ceiling", why)]
    note = "mean probability that the observed winner is the true one, given the counts"
    return [place.figure(f"{ACCURACY}.ceiling", mean(most, [pair.component for pair in pairs], seed), note=note)]


def _significant(pairs: Sequence[Pair], p: Array, place: Place, seed: int) -> list[Figure]:
    out: list[Figure] = []
    for label, level in (("p05", 0.05), ("p01", 0.01)):
        rows = [at for at, pair in enumerate(pairs) if pair.p_value is not None and pair.p_value < level]
        if not rows:
            unknown = all(pair.p_value is None for pair in pairs)
            why = "no pair of this corpus has a p-value" if unknown else "no such pair"
            out.append(place.missing(f"{ACCURACY}.{label}", why, subset=label))
            continue
        chosen = [pairs[at] for at in rows]
        clusters = [pair.component for pair in chosen]
        out.append(place.figure(f"{ACCURACY}.{label}", metrics.accuracy(p[rows], clusters, seed), subset=label))
        most = controls.ceiling(chosen)
        if most is not None:
            bare = replace(place, family=None)
            out.append(bare.figure(f"{ACCURACY}.{label}.ceiling", mean(most, clusters, seed), subset=label))
    return out


def _by_language(
    pairs: Sequence[Pair], p: Array, place: Place, languages: Mapping[str, int], seed: int
) -> list[Figure]:
    """Accuracy by language, most frequent first, where several are told or the scorer never saw one."""
    rows: dict[str, list[int]] = {}
    for at, pair in enumerate(pairs):
        rows.setdefault(pair.lang or "unknown", []).append(at)
    unseen = never_saw(pairs, languages)
    if sum(len(mine) >= _FEW for mine in rows.values()) < 2 and not unseen:
        return []
    out = []
    for lang, mine in sorted(rows.items(), key=lambda one: (-len(one[1]), one[0])):
        if len(mine) < _FEW:
            why = f"{len(mine)} pairs are too few" + ("; the scorer never saw it" if lang in unseen else "")
            out.append(place.missing(f"{ACCURACY}.lang_{lang}", why, subset=f"lang_{lang}"))
            continue
        found = metrics.accuracy(p[mine], [pairs[at].component for at in mine], seed)
        learned = f"learned from {languages[lang]:,} pairs of it" if lang in languages else ""
        note = "the scorer never saw it" if lang in unseen else learned
        out.append(place.figure(f"{ACCURACY}.lang_{lang}", found, subset=f"lang_{lang}", note=note))
    return out


def never_saw(pairs: Sequence[Pair], languages: Mapping[str, int]) -> dict[str, int]:
    """Languages of test pairs that the scorer did not learn from -> such pairs; none where that is not known."""
    found: dict[str, int] = {}
    for pair in pairs if languages else ():
        if pair.lang is not None and pair.lang not in languages:
            found[pair.lang] = found.get(pair.lang, 0) + 1
    return found
