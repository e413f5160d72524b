"""`virality train CONFIG`: pairs -> scorer/ or adapter/, with metrics.jsonl and a ledger of the rows that were seen."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from data_prep.records import Pair
from train import adapters, examples, objectives, scorers, steps, tracking
from train.scorers import fitting
from train.settings import ScorerSettings, WriterSettings
from virality import ledger, runs, tables
from virality.config import load
from virality.errors import ViralityError
from virality.models.base import find
from virality.models.prompts import load_prompt
from virality.progress import is_main, say, step

TASKS: dict[str, type[ScorerSettings] | type[WriterSettings]] = {"scorer": ScorerSettings, "writer": WriterSettings}


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Train what `config` says. Returns the run's folder."""
    settings: ScorerSettings | WriterSettings = load(TASKS[_task(config, overrides)], config, overrides)
    folders = [*settings.data, *([settings.init] if isinstance(settings, WriterSettings) and settings.init else [])]
    inputs = {folder: runs.digest(Path(folder)) for folder in folders}
    _refuse_missing(settings)
    folder = runs.place("train", config, settings)
    if dry_run:
        say(f"would train a {settings.task} on {', '.join(settings.data)} and write to {folder}")
        return folder
    here = runs.begin("train", config, settings, inputs, fresh=fresh)
    if here.finished:
        return here.folder
    if isinstance(settings, ScorerSettings):
        _train_scorer(settings, here)
    else:
        _train_writer(settings, here)
    return here.folder


def _refuse_missing(settings: ScorerSettings | WriterSettings) -> None:
    """Find what can be found missing before a folder is opened for the run."""
    if isinstance(settings, WriterSettings):
        find(settings.base)
        load_prompt(settings.prompt)
        return
    if settings.family == "encoder":
        find(settings.encoder, "encoder")
    if settings.features_from:
        runs.finished(Path(settings.features_from), "train")


def _task(config: Path, overrides: list[str]) -> str:
    """`task` of the config: it decides which settings there are."""
    stated = [one.partition("=")[2] for one in overrides if one.startswith("task=")]
    if not stated and config.is_file():
        try:
            values = yaml.safe_load(config.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            values = None
        stated = [str(values.get("task"))] if isinstance(values, dict) and "task" in values else []
    task = stated[-1] if stated else ("writer" if not config.is_file() else "")
    if task not in TASKS:
        raise ViralityError(f"{config}: task = {task or 'nothing'}: write task: scorer or task: writer")
    return task


def _train_scorer(settings: ScorerSettings, here: runs.Run) -> None:
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
    with here.file("scorer") as path:
        scorers.save(scorer, path)
    with here.file("ledger.parquet") as path:
        ledger.write(
            [*_entries("scorer", "train", training.train), *_entries("scorer", "calibrate", training.validation)], path
        )
    with here.file("metrics.jsonl") as path:
        path.write_text("".join(f'{{"strength": {one}, "validation_log_likelihood": {value}}}\n'
                                for one, value in found.tried.items()))  # fmt: skip
    here.finish(
        rights=data.rights,
        task="scorer",
        family=settings.family,
        split=settings.split,
        control=settings.control,
        pairs={"train": len(training.train), "validation": len(training.validation)},
        strength=found.strength,
        scale=scorer.scale,
    )
    likelihood = f"{found.tried[str(found.strength)]:.4f} nats on validation (chance {-math.log(2):.4f})"
    calibrated = likelihood if training.validation else "no validation pairs, so neither chosen nor calibrated"
    say(f"{here.folder}: strength {found.strength:g}, scale {scorer.scale:.2f}, log-likelihood: {calibrated}")


def _train_writer(settings: WriterSettings, here: runs.Run) -> None:
    preferences = settings.objective != "sft"
    data = steps.read_pairs(settings.data)
    pairs, left_out = examples.usable(
        data.pairs, settings.kinds, unfaithful=settings.unfaithful, preferences=preferences
    )
    if settings.max_pairs is not None and len(pairs) > settings.max_pairs:
        pairs = sorted(pairs, key=lambda pair: (-pair.weight, pair.pair_id))[: settings.max_pairs]
    if not pairs:
        raise ViralityError(f"data: no pair that a writer may learn from; left out: {left_out}")
    with step(f"loading {settings.base}"):
        base = steps.load_base(settings.base, settings.prompt, precision=settings.precision)
        if settings.init:
            _same_base(Path(settings.init), base)
            model = adapters.load(base.model, Path(settings.init) / "adapter", trainable=True)
        else:
            model = adapters.attach(base.model, **settings.lora.model_dump())
    rows, too_long = examples.encode(
        pairs, base.tokenizer, base.prompt, preferences=preferences, max_tokens=settings.max_tokens
    )
    if too_long:
        left_out["longer than max_tokens"] = too_long
    if not rows:
        raise ViralityError(f"max_tokens = {settings.max_tokens}: every example is longer; raise it")
    dtype = str(next(base.model.parameters()).dtype).removeprefix("torch.")
    say(f"  {len(rows):,} pairs to learn from; left out: {left_out or 'none'}; "
        f"{adapters.trainable_parameters(model):,} trainable numbers on a base in {dtype}")  # fmt: skip
    objective = objectives.dpo(settings.beta, settings.imitation) if preferences else objectives.sft()
    recipe = steps.Recipe(
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        micro_batch=settings.micro_batch or settings.batch_size,
        warmup=settings.warmup,
        schedule=settings.schedule,
        shared_prefix=settings.shared_prefix,
        save_every=settings.save_every,
        seed=settings.seed,
        report_to=tuple(
            tracking.prepare(settings.tracking.to, settings.tracking.project, here.folder.name, here.folder)
        ),
    )
    trained = steps.fit_writer(model, base.tokenizer, rows, objective, recipe, here.folder)
    if not is_main():
        return
    with here.file("adapter") as path:
        adapters.save(model, path, base.base.spec)
        base.tokenizer.save_pretrained(path)
    by_id = {pair.pair_id: pair for pair in pairs}
    with here.file("ledger.parquet") as path:
        ledger.write(
            [*_before(settings.init), *_entries("adapter", "train", [by_id[rows[at].pair_id] for at in trained.seen])],
            path,
        )
    here.finish(
        rights=data.rights,
        task="writer",
        objective=settings.objective,
        base={"spec": base.base.spec, "revision": base.base.revision},
        prompt={"name": base.prompt.name, "hash": base.prompt.hash},
        platform=_most_common([pair.platform for pair in pairs]),
        languages=dict(Counter(pair.lang or "unknown" for pair in pairs)),
        pairs={"train": len(rows)},
        left_out=left_out,
        training={"loss": trained.loss, "steps": trained.steps, "shared_prefix_difference": trained.difference},
        precision=dtype,
    )
    say(f"{here.folder}: {trained.steps} steps, mean loss {trained.loss:.4f}")


def _same_base(init: Path, base: steps.Writer) -> None:
    document = runs.finished(init, "train")
    if document.get("task") != "writer" or document["base"] != {"spec": base.base.spec, "revision": base.base.revision}:
        raise ViralityError(f"init: {init}: is no adapter of base = {base.base.spec} {base.base.revision}")


def _before(init: str | None) -> list[ledger.Entry]:
    """The rows that the adapter which is continued had learned from: this one learned from them too."""
    return tables.read(Path(init) / "ledger.parquet", ledger.schema(), ledger.Entry) if init else []


def _entries(checkpoint: str, use: str, pairs: list[Pair]) -> list[ledger.Entry]:
    return [
        ledger.Entry(checkpoint, use, pair.pair_id, pair.worse_id, pair.better_id, pair.author_id) for pair in pairs
    ]


def _most_common(values: list[Any]) -> Any:
    return Counter(values).most_common(1)[0][0] if values else None
