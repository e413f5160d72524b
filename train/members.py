"""One scorer of the linear or the encoder family, fitted as its settings say: alone, or as a member of a stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.records import Pair
from train import ledgers
from train.examples import Example
from train.fit import Recipe, Trained, fit
from train.scorers import Scorer, calibration, fitting, sizes
from train.scorers.calibration import Calibration
from train.settings import Fits, Tune
from virality.errors import ViralityError
from virality.progress import say

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Made:
    """A fitted scorer, before its calibration is chosen.

    Fields:
        scorer: calibrated by temperature.
        margins: over the validation pairs, (M,), on the scorer's own scale.
        learned: pairs that it learned from.
        said: how it was fitted, for the last line of the run.
        tried: strength -> validation log-likelihood, where one was chosen.
        trained: of a tuned encoder.
    """

    scorer: Scorer
    margins: Array
    learned: list[Pair]
    said: str
    tried: dict[str, float]
    trained: Trained | None = None


def make(
    settings: Fits,
    family: str,
    training: fitting.Training,
    folder: Path,
    *,
    control: str | None,
    seed: int,
    features_from: Path | None = None,
    keep_features: Path | None = None,
    callbacks: Sequence[Any] = (),
) -> Made:
    """Fit a scorer of `family` on pairs.

    Args:
        settings: how.
        family: linear or encoder.
        training: the pairs.
        folder: for the checkpoints of a tuned encoder.
        control: of the labels, see `fitting.labels`.
        seed: of what is drawn.
        features_from: embeddings that an earlier run kept.
        keep_features: where to keep them.
        callbacks: of `transformers`, for a tuned encoder.

    Raises:
        ViralityError: no pair is certain enough.
    """
    learned = _certain(training.train, settings.max_p_value)
    some = fitting.Training(learned, training.validation)
    size = settings.learns == "size"
    if family == "encoder" and settings.tune is not None:
        return _tuned(settings, settings.tune, some, folder, control, seed, callbacks)
    if family == "linear":
        scorer, found = fitting.fit_linear(some, control=control, strengths=settings.strength, seed=seed, size=size)
    else:
        scorer, found = fitting.fit_encoder(
            some, settings.encoder, control=control, strengths=settings.strength, seed=seed,
            features_from=features_from, keep_features=keep_features, size=size, layers=settings.layers,
        )  # fmt: skip
    return Made(scorer, found.margins, learned, f"strength {found.strength:g}, ", found.tried)


def _certain(pairs: list[Pair], most: float | None) -> list[Pair]:
    """Pairs whose p-value is `most` or less, or not known."""
    kept = [pair for pair in pairs if most is None or pair.p_value is None or pair.p_value <= most]
    if not kept:
        raise ViralityError(f"max_p_value = {most}: no pair is so certain; raise it, or leave it out")
    return kept


def _tuned(
    settings: Fits, tune: Tune, training: fitting.Training, folder: Path, control: str | None, seed: int,
    callbacks: Sequence[Any],
) -> Made:  # fmt: skip
    from train.scorers import tuned

    begun = tuned.begin(settings.encoder, seed)
    pairs = training.train
    ids = tuned.tokenised(begun.tokenizer, [text for pair in pairs for text in (pair.better, pair.worse)])
    rows = examples(settings, pairs, ids, control, seed)
    tuned.verified(begun, ids)
    say(f"  {len(rows):,} pairs, {sum(map(len, ids)):,} tokens a pass")
    recipe = Recipe(
        learning_rate=tune.learning_rate, epochs=tune.epochs, batch_size=tune.batch_size,
        micro_batch=tune.micro_batch or tune.batch_size, warmup=tune.warmup, schedule=tune.schedule,
        shared_prefix=False, save_every=tune.save_every, seed=seed,
    )  # fmt: skip
    by_id = {pair.pair_id: pair for pair in pairs}
    trained = fit(begun.model, begun.tokenizer, rows, tuned.objective(size=settings.learns == "size"), recipe, folder,
                  entries=ledgers.entries_of(rows, by_id), callbacks=callbacks)  # fmt: skip
    scorer = Scorer("encoder", begun, Calibration(), fitting.languages(pairs))
    margins = fitting.margins(scorer, training.validation)
    scorer = replace(scorer, calibration=calibration.fit(margins)[0])
    learned = [pairs[at] for at in trained.seen]
    return Made(scorer, margins, learned, f"{trained.steps} steps, ", {}, trained)


def examples(
    settings: Fits, pairs: Sequence[Pair], ids: Sequence[list[int]], control: str | None, seed: int
) -> list[Example]:
    """Pairs as a tuned encoder learns them; those of a component are a group: a post of several is read once a step.

    Args:
        settings: order or size, and which labels.
        pairs: that are learned from, (N,).
        ids: tokens of better and worse of each pair in turn, (2 N,).
        control: see `fitting.labels`.
        seed: of the control.
    """
    places: dict[str, int] = {}
    groups = [places.setdefault(pair.component, len(places)) for pair in pairs]
    taught = zip(pairs, *_taught(settings, pairs, control, seed), strict=True)
    return [
        Example(pair.pair_id, [], list(ids[2 * at : 2 * at + 2]), weight, chance, nats, group=groups[at])
        for at, (pair, weight, chance, nats) in enumerate(taught)
    ]


def _taught(
    settings: Fits, pairs: Sequence[Pair], control: str | None, seed: int
) -> tuple[list[float], list[float], list[float]]:
    """Weight, label and size of each pair, as a tuned encoder is taught them."""
    weights = np.asarray([pair.weight for pair in pairs], dtype=np.float64)
    if settings.learns == "size":
        found = sizes.sizes(pairs, control, seed)
        return (weights * found.precision).tolist(), [1.0] * len(pairs), found.nats.tolist()
    chance = _labels(pairs, settings.tune.labels if settings.tune else "soft", control, seed)
    return weights.tolist(), chance.tolist(), [0.0] * len(pairs)


def _labels(pairs: Sequence[Pair], kind: str, control: str | None, seed: int) -> Array:
    """Soft labels where counts give them; a pair without a p-value is taken at its word."""
    soft = fitting.labels(pairs, control, seed)
    known = np.asarray([kind == "soft" and pair.p_value is not None for pair in pairs], dtype=bool)
    return np.where(known, soft, np.where(soft > 0.5, 1.0, 0.0))
