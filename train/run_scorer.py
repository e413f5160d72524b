"""Train a scorer as its settings say: a linear or encoder head on features, or an adapter and a head on a base."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.records import Pair
from train import adapters, examples, ledgers, objectives, scorers, steps
from train import ready as readiness
from train.fit import fit
from train.launch import tokenised
from train.ready import Ready
from train.recipes import callbacks_of, judges_of
from train.scorers import fitting, lora
from train.scorers.logistic import calibrate
from train.settings import LoraScorerSettings, ScorerSettings
from train.tracking import Tracker
from virality import ledger, runs
from virality.errors import ViralityError
from virality.progress import is_main, say, step


def train(settings: ScorerSettings, here: runs.Run) -> None:
    """Fit a scorer of the linear or the encoder family."""
    data = steps.read_pairs(settings.data)
    training = fitting.choose(data.pairs, settings.split, settings.max_pairs, settings.seed)
    with step(f"fitting a scorer ({settings.family}) on {len(training.train):,} pairs"):
        if settings.family == "linear":
            scorer, found = fitting.fit_linear(
                training, control=settings.control, strengths=settings.strength, seed=settings.seed
            )
        else:
            source = Path(settings.features_from) / "features.safetensors" if settings.features_from else None
            with here.file("features.safetensors") as path:
                scorer, found = fitting.fit_encoder(
                    training,
                    settings.encoder,
                    control=settings.control,
                    strengths=settings.strength,
                    seed=settings.seed,
                    features_from=source,
                    keep_features=path,
                )
    with here.file("metrics.jsonl") as path:
        path.write_text("".join(f'{{"strength": {one}, "validation_log_likelihood": {value}}}\n'
                                for one, value in found.tried.items()))  # fmt: skip
    said = f"strength {found.strength:g}, "
    likelihood = found.tried[str(found.strength)]
    _finish(settings, here, data, training, scorer, training.train, likelihood, said, strength=found.strength)


def train_adapter(settings: LoraScorerSettings, here: runs.Run, tracker: Tracker) -> None:
    """Fit a scorer of the lora family."""
    data = steps.read_pairs(settings.data)
    training, ready = make_ready(settings, data, here)
    recipe = readiness.recipe(settings, ready, here.folder)
    with step(f"loading {settings.base}"):
        base, model = readiness.load(settings, ready.base, "score")
    rows, too_long = ready.examples, sum(ready.left_out.values())
    say(f"  {len(rows):,} pairs to learn from, {too_long:,} with a post of more than {settings.max_tokens} tokens left "
        f"out; {adapters.trainable_parameters(model):,} trainable numbers")  # fmt: skip
    by_id = {pair.pair_id: pair for pair in training.train}
    trained = fit(
        model, base.tokenizer, rows, ready.objective, recipe, here.folder, validation=ready.validation,
        entries=ledgers.entries_of(rows, by_id), callbacks=callbacks_of(settings, tracker),
    )  # fmt: skip
    found = lora.Read(model, base.tokenizer, base.prompt, base.base, settings.precision)
    scale, likelihood = calibrate(_margins(found, training.validation))  # a split base computes on all ranks or none
    if not is_main():
        return
    languages = Counter(pair.lang or "unknown" for pair in training.train)
    scorer = scorers.Scorer("lora", found, scale, dict(languages))
    learned = [by_id[rows[at].pair_id] for at in trained.seen]
    _finish(settings, here, data, training, scorer, learned, likelihood, f"{trained.steps} steps, ",
            base={"spec": base.base.spec, "revision": base.base.revision}, trained=trained.about())  # fmt: skip


def make_ready(
    settings: LoraScorerSettings, data: steps.Data, here: runs.Run | None = None
) -> tuple[fitting.Training, Ready]:
    """What a scorer of the lora family learns from; under several ranks it is encoded once, in `here`.

    Raises:
        ViralityError: there is nothing to learn from, or nothing to judge checkpoints by.
    """
    training = fitting.choose(data.pairs, settings.split, settings.max_pairs, settings.seed)
    base = steps.open_base(settings.base, settings.prompt, trust_remote_code=settings.trust_remote_code)
    emphasis = examples.Emphasis(settings.weighting, settings.labels, settings.margin)
    pairs = _turned(training.train, settings)

    def encode(some: list[Pair], emphasis: examples.Emphasis | None = None) -> tuple[list[examples.Example], int]:
        return examples.encode_posts(
            some, base.tokenizer, base.prompt, max_tokens=settings.max_tokens, emphasis=emphasis
        )

    rows, too_long = tokenised.once_for(here, base.base, base.prompt, lambda: encode(pairs, emphasis))
    if not rows:
        raise ViralityError(f"max_tokens = {settings.max_tokens}: every post is longer; raise it")
    few = steps.few(training.validation, settings.max_validation if settings.evaluate_every else 0, settings.seed)
    left_out = {"longer than max_tokens": too_long} if too_long else {}
    return training, Ready(data, training.train, settings.split, left_out, base, "score", rows,
                           judges_of(settings, *encode(few)), training.validation, objectives.pairwise())  # fmt: skip


def _turned(pairs: list[Pair], settings: LoraScorerSettings) -> list[Pair]:
    """The pairs as they are learned: an unknown P(better) is 0.9, and the control turns labels at random."""
    from dataclasses import replace

    soft = fitting.labels(pairs, settings.control, settings.seed)
    return [replace(pair, p_better=float(p)) for pair, p in zip(pairs, soft, strict=True)]


def _margins(model: lora.Read, pairs: list[Pair]) -> Any:
    values = model.utility([text for pair in pairs for text in (pair.better, pair.worse)]) if pairs else np.zeros(0)
    return values[::2] - values[1::2]


def _finish(
    settings: ScorerSettings | LoraScorerSettings,
    here: runs.Run,
    data: steps.Data,
    training: fitting.Training,
    scorer: scorers.Scorer,
    learned: list[Pair],
    likelihood: float,
    said: str,
    trained: dict[str, Any] | None = None,
    **more: Any,
) -> None:
    with here.file("scorer") as path:
        scorers.save(scorer, path)
    with here.file("ledger.parquet") as path:
        ledger.write([*ledgers.kept_entries(here.folder), *ledgers.entries("scorer", "train", learned),
                      *ledgers.entries("scorer", "calibrate", training.validation)], path)  # fmt: skip
    here.finish(
        rights=data.rights,
        task="scorer",
        family=settings.family,
        split=settings.split,
        control=settings.control,
        pairs={"train": len(training.train), "validation": len(training.validation)},
        scale=scorer.scale,
        **({"training": trained} if trained else {}),
        **more,
    )
    told = f"{likelihood:.4f} nats on validation (chance {-math.log(2):.4f})"
    calibrated = told if training.validation else "no validation pairs, so neither chosen nor calibrated"
    say(f"{here.folder}: {said}scale {scorer.scale:.2f}, log-likelihood: {calibrated}")
