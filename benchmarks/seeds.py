"""Runs of several seeds beside each other on one corpus' test pairs: `python -m benchmarks.scorers seeds`."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.records import Pair
from eval import calibration
from eval.controls import probabilities
from eval.metrics import accuracy, most_confident
from eval.steps import test_pairs
from train.scorers import Scorer
from train.steps import load_scorer, read_pairs


def compare(runs: Sequence[Path], data: str) -> dict[str, Any]:
    """Print a table of each run on the test pairs, with mean and standard deviation over all; and what stands in it.

    Args:
        runs: of scorers, trained with a seed each.
        data: a prepared run.

    Raises:
        SystemExit: it has no measured test pair.
    """
    pairs = test_pairs(read_pairs([data]).pairs)
    if not pairs:
        sys.exit(f"{data}: no measured test pair")
    rows = {str(run): _quality(load_scorer(run), pairs) for run in runs}
    names = list(next(iter(rows.values())))
    print(f"| run | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for run, found in rows.items():
        print(f"| {Path(run).name} | {' | '.join(_told(name, found[name]) for name in names)} |")
    both = {name: [one[name]["value"] for one in rows.values() if one[name] is not None] for name in names}
    over = {name: {"mean": statistics.fmean(values), "sd": statistics.stdev(values) if len(values) > 1 else None}
            for name, values in both.items() if values}  # fmt: skip
    cells = [_spread(name, over[name]) if name in over else "none" for name in names]
    print(f"| **mean +- sd of {len(rows)}** | {' | '.join(cells)} |")
    return {"data": data, "runs": rows, "over_runs": over}


def _quality(scorer: Scorer, pairs: Sequence[Pair]) -> dict[str, Any]:
    p = probabilities(scorer, pairs)
    clusters = [pair.component for pair in pairs]
    subsets: dict[str, Any] = {"all": np.arange(len(pairs))}
    for name, level in (("p < .05", 0.05), ("p < .01", 0.01)):
        certain = [pair.p_value is not None and pair.p_value < level for pair in pairs]
        subsets[name] = np.flatnonzero(certain)
    subsets |= {"surest quarter": most_confident(p, 0.25), "surest half": most_confident(p, 0.5)}
    found: dict[str, Any] = {
        name: asdict(accuracy(p[rows], [clusters[at] for at in rows])) if len(rows) else None
        for name, rows in subsets.items()
    }
    slope = calibration.slope(p, clusters)
    chance = calibration.by_chance(p)
    found["calibration error"] = asdict(calibration.error(p, clusters)) | {"by_chance_at_most": chance.most}
    found["slope"] = None if slope is None else asdict(slope)
    return found


def _told(name: str, found: dict[str, Any] | None) -> str:
    if found is None:
        return "none"
    ends = "" if found["low"] is None else f" [{_number(name, found['low'])}, {_number(name, found['high'])}]"
    beside = f" (chance: {found['by_chance_at_most']:.3f} at most)" if "by_chance_at_most" in found else ""
    count = f" (n = {found['n']:,})" if name.startswith(("all", "p <")) else ""
    return f"{_number(name, found['value'])}{ends}{count}{beside}"


def _spread(name: str, found: dict[str, Any]) -> str:
    return _number(name, found["mean"]) + ("" if found["sd"] is None else f" +- {_number(name, found['sd'])}")


def _number(name: str, value: float) -> str:
    return f"{value:.3f}" if name == "calibration error" else f"{value:.2f}" if name == "slope" else f"{value:.1%}"
