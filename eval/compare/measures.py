"""The same examples of several runs -> each run's value, each difference with its interval and test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from eval.compare.reading import Evaluated, Measured
from eval.compare.records import Difference, Measure, Value
from eval.family import Tested, family, in_words
from eval.metrics import Array
from eval.place import Place
from eval.records import Figure
from virality.errors import ViralityError
from virality.statistics import mean, share, shrunk


@dataclass(frozen=True, slots=True)
class Kind:
    """A measure: what it is called, on what, in which unit, and whether it is the judge's word."""

    title: str
    examples: Literal["pairs", "drafts"]
    unit: Literal["share", "probability"] = "share"
    hits: bool = True
    """Every example is a hit, a miss or a tie."""
    lower_is_better: bool = False
    """Of errors."""
    judged: bool = False


ENOUGH = 30
"""Components from which on intervals are as wide as they should be, or nearly."""

KINDS = {
    "writer.win_rate.versus_draft": Kind("What a person gets beats the draft, by the judge", "drafts", judged=True),
    "writer.win_rate": Kind("Drafts improved, by the judge", "drafts", judged=True),
    "writer.drafts_with_suggestion": Kind("Drafts with a suggestion", "drafts"),
    "writer.drafts_with_passing": Kind("Drafts with a rewrite that passes every gate", "drafts"),
    "writer.gate_pass_rate": Kind("Rewrites that pass every gate, mean of drafts", "drafts", hits=False),
    "scorer.pair_accuracy": Kind("Pairs of which the scorer names the better post", "pairs"),
    "scorer.pair_accuracy.p05": Kind("The same, on pairs with p < .05", "pairs"),
    "scorer.brier": Kind("Brier score of the scorer (lower is better)", "pairs", "probability", hits=False,
                         lower_is_better=True),
}  # fmt: skip


def measures(runs: Sequence[Evaluated]) -> tuple[list[Measure], list[str]]:
    """Every measure that at least two runs hold on common examples, and what could not be compared, a line each.

    Raises:
        ViralityError: no example is common to two or more of the runs.
    """
    found: list[Measure] = []
    told = [line for run in runs for line in run.told]
    for examples in ("drafts", "pairs"):
        holding = [run for run in runs if _held(run, examples)]
        if len(holding) < 2:
            continue
        told += [f"{run.name} holds no {examples}, so it is left out of what is measured on them."
                 for run in runs if not _held(run, examples)]  # fmt: skip
        ids, lines = _common(holding, examples)
        told += lines
        groups = len({_held(holding[0], examples)[at].component for at in ids})
        if 0 < groups < ENOUGH:
            told.append(f"The {examples} are of {groups} components only: intervals from so few are too narrow.")
        one_judge = len({run.judge for run in holding}) == 1
        if examples == "drafts" and not one_judge:
            judges = ", ".join(f"{run.name} by {run.judge}" for run in holding)
            told.append(
                f"Who wins is not compared, as judges differ ({judges}): evaluate again with the same judge=RUN."
            )
        for name, kind in KINDS.items():
            mine = [at for at in ids if all(name in _held(run, examples)[at].values for run in holding)]
            if kind.examples == examples and mine and (one_judge or not kind.judged):
                found.append(_measure(name, kind, holding, mine))
    if not found:
        why = " ".join(told) or "they measured neither drafts nor pairs that are still here."
        named = ", ".join(str(run.folder) for run in runs)
        raise ViralityError(f"{named}: have no example in common: {why} Evaluate them on the same data=RUN")
    return found, told


def _held(run: Evaluated, examples: str) -> Mapping[str, Measured]:
    return run.drafts if examples == "drafts" else run.pairs


def _common(runs: Sequence[Evaluated], examples: str) -> tuple[list[str], list[str]]:
    """Ids of the examples that all runs hold with the same texts, in the order of the first run."""
    first, *others = (_held(run, examples) for run in runs)
    shared = [at for at in first if all(at in other for other in others)]
    same = [at for at in shared if all(other[at].texts == first[at].texts for other in others)]
    told = []
    if len(same) < len(shared):
        told.append(f"{len(shared) - len(same):,} {examples} are called the same and say something else; left out.")
    for run in runs:
        mine = len(_held(run, examples))
        if mine > len(shared):
            told.append(f"{mine - len(shared):,} of the {mine:,} {examples} of {run.name} are not in all runs.")
    return same, told


def _measure(name: str, kind: Kind, runs: Sequence[Evaluated], ids: Sequence[str]) -> Measure:
    held = [_held(run, kind.examples) for run in runs]
    clusters = [held[0][at].component for at in ids]
    values = np.asarray([[one[at].values[name] for at in ids] for one in held])
    places = [Place(str(run.document["settings"]["data"]), f"{run.folder}/scores.parquet") for run in runs]
    components = len(set(clusters))
    less = shrunk(values, clusters) if components > 1 else None
    return Measure(
        name=name,
        title=kind.title,
        examples=kind.examples,
        components=components,
        values=[
            Value(run.name, place.figure(name, (share if kind.hits else mean)(mine, clusters), kind.unit),
                  None if less is None else place.figure(f"{name}.shrunk", less[at], kind.unit))
            for at, (run, place, mine) in enumerate(zip(runs, places, values, strict=True))
        ],
        differences=_differences(name, kind, [run.name for run in runs], values, clusters, places[0]),
    )  # fmt: skip


def _differences(
    name: str, kind: Kind, names: Sequence[str], values: Array, clusters: Sequence[str], place: Place
) -> list[Difference]:
    pairs = list(combinations(range(len(names)), 2))
    scale, unit = (100.0, "points") if kind.unit == "share" else (1.0, kind.unit)
    found = [mean((values[one] - values[other]) * scale, clusters) for one, other in pairs]
    figures = [place.figure(f"{name}.difference", one, unit) for one in found]
    tests = family([(figure, 0.0, None) for figure in figures], len(set(clusters)))
    return [
        _difference(names[one], names[other], figure, tested, lower_is_better=kind.lower_is_better)
        for (one, other), figure, tested in zip(pairs, figures, tests, strict=True)
    ]


def _difference(first: str, second: str, figure: Figure, tested: Tested, *, lower_is_better: bool) -> Difference:
    better = None
    said = "not shown to differ" if tested.p is not None else "too few independent examples, or too much alike, to tell"
    if tested.holds:
        better = first if ((figure.value or 0.0) > 0) != lower_is_better else second
        said = f"{better} does better"
    return Difference(first, second, figure, tested.p, tested.adjusted, tested.smallest, better, said,
                      in_words(tested, figure.unit))  # fmt: skip
