"""Fit a scorer of any family to pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.records import MEASURED, Pair
from train.scorers import Scorer, calibration, controls, encoder, linear, logistic, sizes
from virality.errors import ViralityError
from virality.models.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Training:
    """The pairs a scorer learns from and is calibrated on."""

    train: list[Pair]
    validation: list[Pair]


def choose(
    pairs: Sequence[Pair],
    split: str,
    max_pairs: int | None,
    seed: int,
    *,
    control: str | None = None,
    fraction: float | None = None,
) -> Training:
    """Measured pairs of `split` and of validation, as the control has it.

    Args:
        pairs: of any kind and split.
        split: that is learned from.
        max_pairs: to learn from, drawn at random; None: all.
        seed: of what is drawn.
        control: `random` deals rows of all splits anew; `fraction` keeps a share of the pairs.
        fraction: that share, in (0, 1).

    Raises:
        ViralityError: there is none of `split`, or none with a weight.
    """
    measured = [pair for pair in pairs if pair.kind in MEASURED]
    if not any(pair.split == split for pair in measured):
        there = dict(Counter(f"{pair.kind}/{pair.split}" for pair in pairs))
        raise ViralityError(f"data: no measured pair in the {split} split; there are {there or 'no pairs at all'}")
    if control == "random":
        measured = controls.dealt(measured, seed)
    train = [pair for pair in measured if pair.split == split]
    if not any(pair.weight > 0 for pair in train):
        raise ViralityError(f"data: every measured pair in the {split} split has weight 0; nothing can be learned")
    if max_pairs is not None and len(train) > max_pairs:
        drawn = np.random.default_rng(seed).permutation(len(train))[:max_pairs]
        train = [train[at] for at in sorted(drawn)]
    if control == "fraction" and fraction is not None:
        train = controls.share(train, fraction, seed)
    return Training(train, [pair for pair in measured if pair.split == "validation"])


def labels(pairs: Sequence[Pair], control: str | None, seed: int) -> NDArray[np.float64]:
    """P(better is better) of each pair, (N,); control `shuffled` turns each label with probability one half."""
    soft = np.asarray([pair.p_better if pair.p_better is not None else 0.9 for pair in pairs], dtype=np.float64)
    return controls.turned(soft, seed) if control == "shuffled" else soft


def fit_linear(
    training: Training,
    *,
    control: str | None,
    strengths: Sequence[float],
    seed: int,
    parts: Sequence[str] = linear.PARTS,
    size: bool = False,
) -> tuple[Scorer, logistic.Fitted]:
    """A scorer of the linear family; `parts` of its features may be left out (baselines). `size`: see `_head`."""
    fitted_on = [text for pair in training.train for text in (pair.worse, pair.better)]
    rows = linear.featuriser(fitted_on, parts)
    found = _head(rows.transform, training, strengths, control=control, seed=seed, size=size)
    return _scorer("linear", linear.Linear(rows, found.weights), found, training), found


def fit_encoder(
    training: Training,
    spec: str,
    *,
    control: str | None,
    strengths: Sequence[float],
    seed: int,
    features_from: Path | None = None,
    keep_features: Path | None = None,
    size: bool = False,
    layers: int | None = None,
) -> tuple[Scorer, logistic.Fitted]:
    """A scorer of the encoder family; embeddings may come from, or be kept in, a file. `size`: see `_head`.

    `layers`: see `Encoder`. Each dimension is fitted in units of its standard deviation: those of a language model's
    states lie orders of magnitude apart.
    """
    model = Encoder(spec, layers)
    pairs = [*training.train, *training.validation]
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.worse, pair.better)))
    weights = model.fingerprint()
    embedded = encoder.load_features(texts, features_from, weights) if features_from else encoder.embed(model, texts)
    if keep_features is not None:
        encoder.save_features(texts, embedded, keep_features, weights)
    place = {text: at for at, text in enumerate(texts)}

    unit = np.maximum(embedded.std(0, dtype=np.float64), 1e-9) * model.size**0.5

    def rows(wanted: list[str]) -> Any:
        return embedded[[place[text] for text in wanted]] / unit

    # rows of hundreds of dimensions and of length 1: components are small
    found = _head(rows, training, [strength * 10 for strength in strengths], control=control, seed=seed, size=size)
    return _scorer("encoder", encoder.Embedded(model, found.weights / unit), found, training), found


def _head(
    rows: Any, training: Training, strengths: Sequence[float], *, control: str | None, seed: int, size: bool
) -> logistic.Fitted:
    """Weights on the features that `rows` gives of texts: of who wins or, with `size`, of by how much."""
    features = _difference(rows, training.train)
    validation = _difference(rows, training.validation) if training.validation else None
    weights = _weights(training.train)
    if not size:
        return logistic.fit(features, labels(training.train, control, seed), weights, validation, strengths)
    found = sizes.sizes(training.train, control, seed)
    return logistic.fit_sizes(features, found.nats, weights * found.precision, validation, strengths)


def _scorer(family: str, model: Any, found: logistic.Fitted, training: Training) -> Scorer:
    return Scorer(family, model, calibration.fit(found.margins)[0], languages(training.train))


def languages(pairs: Sequence[Pair]) -> dict[str, int]:
    """Language -> pairs in it, as a scorer keeps of those that it learned from."""
    return dict(Counter(pair.lang or "unknown" for pair in pairs))


def margins(scorer: Scorer, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """How far a scorer puts the better post of each pair ahead of the worse, on its own scale: (N,)."""
    return scorer.margins([pair.better for pair in pairs], [pair.worse for pair in pairs])


def _weights(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    return np.asarray([pair.weight for pair in pairs], dtype=np.float64)


def _difference(rows: Any, pairs: Sequence[Pair]) -> Any:
    return rows([pair.better for pair in pairs]) - rows([pair.worse for pair in pairs])
