"""Control runs that an eval config names: of any family, trained with control=shuffled, random or fraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from data_prep.records import Pair
from eval import controls, refits, steps
from eval.controls import Control
from eval.metrics import Array, accuracy, right
from eval.place import points
from eval.records import ControlName, Curve
from train.records import Score
from train.steps import load_scorer
from virality import runs

Named = Mapping[ControlName, Sequence[str]]
"""Control -> runs."""


def beside(named: Named, pairs: Sequence[Pair]) -> tuple[dict[str, Control], list[Score]]:
    """Shuffled labels and the leak, as far as runs of them are named, and their scores."""
    found: dict[str, Control] = {}
    scores: list[Score] = []
    if named.get("shuffled"):
        found["shuffled"], scores = _shuffled(named["shuffled"], pairs)
    for run in named.get("random", ()):
        found["random_split"], more = _leak(run)
        scores += more
    return found, scores


def learning(named: Named, run: Path, p: Array, pairs: Sequence[Pair], seed: int) -> list[Curve]:
    """The learning curve of a scorer's own family: runs on shares of the pairs, and the scorer itself; may be none.

    Args:
        named: its `fraction` are drawn.
        run: the scorer's.
        p: the scorer's P(better beats worse), (N,).
        pairs: of the test.
        seed: of bootstraps.
    """
    if not named.get("fraction"):
        return []
    found = {_learned(run): p}
    for fewer in named["fraction"]:
        found[_learned(Path(fewer))] = controls.probabilities(load_scorer(Path(fewer)), pairs)
    clusters = [pair.component for pair in pairs]
    if len(found) < 2:
        return []
    counts = sorted(found)
    values = [accuracy(found[count], clusters, seed) for count in counts]
    return [points("scorer.learning_runs", [float(count) for count in counts], values)]


def _learned(run: Path) -> int:
    return int(runs.finished(run, "train")["pairs"]["train"])


def _shuffled(named: Sequence[str], pairs: Sequence[Pair]) -> tuple[Control, list[Score]]:
    scorers = [load_scorer(Path(run)) for run in named]
    found = [controls.probabilities(one, pairs) for one in scorers]
    note = f"the same training on labels turned at random ({', '.join(named)})"
    note += ": one drawing, whose interval is over the pairs alone" if len(named) == 1 else ""
    both = zip(scorers, found, strict=True)
    scores = [row for one, p in both for row in steps.pair_scores("shuffled", one, pairs, p)]
    return Control(np.stack([right(p) for p in found]), note=note, family=scorers[0].family), scores


def _leak(run: str) -> tuple[Control, list[Score]]:
    scorer, test = load_scorer(Path(run)), steps.dealt_test(Path(run))
    if not test:
        why = f"the pairs that {run} dealt anew are not here, or were made again since"
        return Control.missing(why, scorer.family), []
    p = controls.probabilities(scorer, test)
    correct, clusters = right(p)[None], [pair.component for pair in test]
    control = Control(correct, note=f"{refits.LEAKS} ({run})", family=scorer.family, clusters=clusters)
    return control, steps.pair_scores("random_split", scorer, test, p)
