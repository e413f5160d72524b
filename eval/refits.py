"""The linear family fitted again, for what a scorer is read beside: turned labels, rows that leak, fewer pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_prep.records import MEASURED, Pair
from eval.controls import NOT_HERE, Control
from eval.metrics import Array
from train.scorers import controls, fitting, linear, logistic
from virality.errors import ViralityError
from virality.progress import step

LEAKS = (
    "leaks: rows of train, validation and test dealt anew at random, so that tests and texts of the training part "
    "stand in the test too; no measure of the scorer"
)
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
"""Of the training pairs, beside all of them."""
_STRENGTHS = (0.1, 0.3, 1.0)
_MIDDLE = (0.3,)
_DRAWINGS = 5
_FEW = 20
"""Pairs that a share of the learning curve must have."""


@dataclass(frozen=True, slots=True)
class Refits:
    """What the linear family does.

    Fields:
        controls: name -> control.
        curve: pairs learned from -> whether each test pair came out right, (N,), fewest first; empty: not measured.
        why: where there is no curve.
    """

    controls: dict[str, Control]
    curve: dict[int, Array]
    why: str = ""


def none(why: str) -> Refits:
    """Nothing was fitted again."""
    return Refits({"random_split": Control.missing(why, "linear")}, {}, why)


def refits(
    training: fitting.Training | None,
    pairs: Sequence[Pair],
    corpus: Sequence[Pair],
    seed: int,
    own: Array | None = None,
) -> Refits:
    """Every control that is a fit of the linear family.

    Args:
        training: the scorer's.
        pairs: of the test.
        corpus: all pairs of the measured data, for the leak.
        seed: of what is drawn.
        own: whether each pair came out right, (N,), where the scorer is of the linear family itself.
    """
    found = {"random_split": _leak(corpus, seed)}
    if training is None:
        return Refits(found, {}, NOT_HERE)
    try:
        more, curve = _honest(training, pairs, seed, own)
    except ViralityError as error:
        return Refits(found, {}, str(error))
    why = f"{len(training.train):,} training pairs are too few to leave some out" if len(curve) == 1 else ""
    return Refits(found | more, {} if why else curve, why)


def _honest(
    training: fitting.Training, pairs: Sequence[Pair], seed: int, own: Array | None
) -> tuple[dict[str, Control], dict[int, Array]]:
    shares = {len(some): some for one in SHARES if len(some := controls.share(training.train, one, seed)) >= _FEW}
    curve = {}
    for count, some in sorted(shares.items()):
        with step(f"the linear family on {count:,} pairs"):
            curve[count] = _right(_table(fitting.Training(some, training.validation), pairs), None, seed)
    with step(f"the linear family on {len(training.train):,} pairs"):
        whole = _table(training, pairs)
        curve[len(training.train)] = _right(whole, None, seed) if own is None else own
        if own is None:
            note = "the linear family, fitted on the scorer's training pairs"
            return {"linear": Control(curve[len(training.train)][None], family="linear", note=note)}, curve
        turned = np.stack([_right(whole, "shuffled", seed + at) for at in range(_DRAWINGS)])
    note = "labels of the scorer's training pairs turned at random, mean of five drawings"
    return {"shuffled": Control(turned, family="linear", note=note)}, curve


def _leak(corpus: Sequence[Pair], seed: int) -> Control:
    try:
        dealt = controls.dealt([pair for pair in corpus if pair.kind in MEASURED], seed)
        test = [pair for pair in dealt if pair.split == "test"]
        with step("the linear family on rows dealt at random (the leak)"):
            correct = _right(_table(fitting.choose(dealt, "train", None, seed), test), None, seed)
    except ViralityError:
        return Control.missing("the measured data have no training part of their own to be dealt anew", "linear")
    return Control(correct[None], note=LEAKS, family="linear", clusters=[pair.component for pair in test])


@dataclass(frozen=True, slots=True)
class _Table:
    """Feature differences of training, validation and test pairs; None: no validation pair."""

    training: fitting.Training
    train: Any
    validation: Any
    test: Any


def _table(training: fitting.Training, test: Sequence[Pair]) -> _Table:
    rows = linear.featuriser([text for pair in training.train for text in (pair.worse, pair.better)])

    def differences(pairs: Sequence[Pair]) -> Any:
        texts = list(dict.fromkeys(text for pair in pairs for text in (pair.better, pair.worse)))
        place = {text: at for at, text in enumerate(texts)}
        found = rows.transform(texts)
        return found[[place[pair.better] for pair in pairs]] - found[[place[pair.worse] for pair in pairs]]

    validation = differences(training.validation) if training.validation else None
    return _Table(training, differences(training.train), validation, differences(test))


def _right(table: _Table, control: str | None, seed: int) -> Array:
    """Whether each test pair comes out right, (N,); on turned labels the strength is the middle one."""
    train = table.training.train
    found = logistic.fit(
        table.train,
        fitting.labels(train, control, seed),
        np.asarray([pair.weight for pair in train], dtype=np.float64),
        None if control else table.validation,
        _MIDDLE if control else _STRENGTHS,
    )
    margins = np.asarray(table.test @ found.weights).ravel()
    return np.asarray((np.sign(margins) + 1) / 2)
