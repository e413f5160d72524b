"""Train a scorer as its settings say: of features, a tuned encoder, a stack of these, or an adapter on a base."""

from __future__ import annotations

import contextlib
import math
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from train import adapters, examples, ledgers, members, objectives, recurring, scorers, stacking, steps
from train import ready as readiness
from train.fit import fit
from train.launch import tokenised
from train.members import Made
from train.ready import Ready
from train.recipes import callbacks_of, judges_of
from train.scorers import calibration, fitting, lora
from train.scorers.calibration import Calibration
from train.settings import FittedSettings, LoraScorerSettings, PromptedSettings, ScorerSettings, StackSettings
from train.tracking import Tracker
from virality import ledger, runs
from virality.errors import ViralityError
from virality.progress import is_main, say, step

_ASKED = 500
"""Validation pairs that a prompted scorer is calibrated on, at most."""


def train(settings: FittedSettings, here: runs.Run) -> None:
    """Fit a scorer of the linear, encoder, stack or prompted family; every rank comes here."""
    data = steps.read_pairs(settings.data)
    training = training_of(settings, data.pairs)
    if isinstance(settings, PromptedSettings):  # one temperature needs no more, and each pair is asked twice
        training = replace(training, validation=steps.few(training.validation, _ASKED, settings.seed))
    with step(f"fitting a scorer ({settings.family}) on {len(training.train):,} pairs"):
        if isinstance(settings, StackSettings):
            made = stacking.make(settings, training, here.folder)
        elif isinstance(settings, PromptedSettings):
            made = _prompted(settings, training.validation)
        else:
            made = _alone(settings, training, here)
    if made is None or not is_main():
        return
    if made.tried:
        with here.file("metrics.jsonl") as path:
            path.write_text("".join(f'{{"strength": {one}, "validation_log_likelihood": {value}}}\n'
                                    for one, value in made.tried.items()))  # fmt: skip
    _finish(settings, here, data, training, made, before=stacking.ledger_of(settings))
    shutil.rmtree(here.folder / "work" / "members", ignore_errors=True)


def training_of(settings: FittedSettings | LoraScorerSettings, pairs: Sequence[Pair]) -> fitting.Training:
    """The pairs that a scorer of these settings learns from and is calibrated on.

    Raises:
        ViralityError: there is none.
    """
    if settings.unseen:
        pairs, left_out = recurring.without_recurring(pairs, settings.unseen)
        for why, count in left_out.items():
            say(f"  left out {count:,} pairs: {why}")
    return fitting.choose(pairs, settings.split, settings.max_pairs, settings.seed, control=settings.control,
                          fraction=settings.fraction)  # fmt: skip


def _alone(settings: ScorerSettings, training: fitting.Training, here: runs.Run) -> Made | None:
    """A scorer of the linear or the encoder family. A tuned encoder takes every rank, the others take one."""
    if settings.tune is not None:
        made = members.make(settings, settings.family, training, here.folder, control=settings.control,
                            seed=settings.seed)  # fmt: skip
        shutil.rmtree(here.folder / "checkpoints", ignore_errors=True)  # the scorer is the last of them
        return made
    if not is_main():
        return None
    source = Path(settings.features_from) / "features.safetensors" if settings.features_from else None
    with contextlib.ExitStack() as files:
        path = files.enter_context(here.file("features.safetensors")) if settings.family == "encoder" else None
        return members.make(settings, settings.family, training, here.folder, control=settings.control,
                            seed=settings.seed, features_from=source, keep_features=path)  # fmt: skip


def _prompted(settings: PromptedSettings, pairs: Sequence[Pair]) -> Made | None:
    """A language model that is asked; it learns from nothing."""
    from train.scorers import prompted

    if not is_main():
        return None
    model = prompted.begin(settings.base, settings.prompt, settings.precision,
                           trust_remote_code=settings.trust_remote_code)  # fmt: skip
    scorer = scorers.Scorer("prompted", model, Calibration(), {})
    return Made(scorer, fitting.margins(scorer, pairs), [], "asked, not trained; ", {})


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
    scorer = scorers.Scorer("lora", found, Calibration(), fitting.languages(training.train))
    margins = fitting.margins(scorer, training.validation)  # a split base computes on all ranks or none
    if not is_main():
        return
    learned = [by_id[rows[at].pair_id] for at in trained.seen]
    made = Made(scorer, margins, learned, f"{trained.steps} steps, ", {}, trained)
    _finish(settings, here, data, training, made,
            base={"spec": base.base.spec, "revision": base.base.revision})  # fmt: skip


def make_ready(
    settings: LoraScorerSettings, data: steps.Data, here: runs.Run | None = None
) -> tuple[fitting.Training, Ready]:
    """What a scorer of the lora family learns from; under several ranks it is encoded once, in `here`.

    Raises:
        ViralityError: there is nothing to learn from, or nothing to judge checkpoints by.
    """
    training = training_of(settings, data.pairs)
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
    soft = fitting.labels(pairs, settings.control, settings.seed)
    return [replace(pair, p_better=float(p)) for pair, p in zip(pairs, soft, strict=True)]


def members_of(settings: FittedSettings | LoraScorerSettings) -> list[str]:
    """Runs that a stack takes as they are."""
    if not isinstance(settings, StackSettings):
        return []
    return [one.run for one in settings.members.values() if one.run is not None]


def _finish(
    settings: FittedSettings | LoraScorerSettings,
    here: runs.Run,
    data: steps.Data,
    training: fitting.Training,
    made: Made,
    before: Sequence[ledger.Entry] = (),
    **more: Any,
) -> None:
    """Calibrate, save, and say what became of it."""
    found, likelihood = calibration.fit(made.margins, settings.calibration)
    scorer = replace(made.scorer, calibration=found, sure=settings.sure)
    with here.file("scorer") as path:
        scorers.save(scorer, path)
    with here.file("ledger.parquet") as path:
        ledger.write([*ledgers.kept_entries(here.folder), *before, *ledgers.entries("scorer", "train", made.learned),
                      *ledgers.entries("scorer", "calibrate", training.validation)], path)  # fmt: skip
    share, right = calibration.answered(found.probability(made.margins), settings.sure)
    here.finish(
        rights=steps.rights_with(data, asks=members_of(settings)),
        task="scorer",
        family=settings.family,
        families=scorer.families(),
        split=settings.split,
        control=settings.control,
        pairs={"train": len(made.learned), "validation": len(training.validation)},
        calibration=found.about(),
        answered={"sure": settings.sure, "share": share, "accuracy": right},
        **({"training": made.trained.about()} if made.trained else {}),
        **more,
    )
    if not training.validation:
        say(f"{here.folder}: {made.said}no validation pairs, so neither chosen nor calibrated")
        return
    surely = f"; {share:.0%} of them are answered (P of {settings.sure:g} or more)" if right is not None else ""
    surely += f", {right:.1%} rightly" if right is not None else ""
    say(f"{here.folder}: {made.said}log-likelihood {likelihood:.4f} nats on {len(training.validation):,} validation "
        f"pairs (chance {-math.log(2):.4f}){surely}")  # fmt: skip
