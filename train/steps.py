"""The work of this room on plain values: read pairs, fit a scorer, fit a writer, load what was fitted."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from data_prep.records import Pair, pair_schema
from data_prep.rights import count, refuse_training
from train import adapters, checkpoints, scorers
from train.examples import Example
from train.objectives import Objective
from virality import runs, tables
from virality.errors import ViralityError
from virality.models.base import Found, find, load_model, load_tokenizer, loaded, pinned
from virality.models.precision import Precision, choose, device
from virality.models.prompts import Prompt, load_prompt
from virality.progress import bar, say


@dataclass(frozen=True, slots=True)
class Data:
    """Pairs of one or more prepared or improve runs, with what their rights allow."""

    pairs: list[Pair]
    basis: dict[str, int]
    research_only: bool

    @property
    def rights(self) -> dict[str, Any]:
        """As run.json keeps them."""
        return {"basis": self.basis, "research_only": self.research_only}


def read_pairs(folders: Sequence[str]) -> Data:
    """Pairs of finished runs that hold a pairs.parquet.

    Raises:
        ViralityError: a run is missing or unfinished, has no pairs, or its rights do not allow training.
    """
    pairs: list[Pair] = []
    barred = runs.research_only([Path(folder) for folder in folders])
    for folder in folders:
        mine = tables.read(Path(folder) / "pairs.parquet", pair_schema(), Pair)
        refuse_training(count(pair.rights for pair in mine), runs.research_only([Path(folder)]), folder)
        pairs.extend(mine)
    if not pairs:
        raise ViralityError(f"data: {', '.join(folders)}: no pair in it")
    return Data(pairs, count(pair.rights for pair in pairs), barred)


@dataclass(frozen=True, slots=True)
class Writer:
    """A base model, its tokenizer and prompt, and the adapter on it, if any.

    Fields:
        model: ready for inference.
        base: which weights.
        prompt: how a draft is put to it.
        name: `<base>` or `<base>@<run>`.
        revision: of base and adapter: says which weights spoke.
        platform: of the posts it was trained on; None where they had none.
        languages: language -> pairs it was trained on; empty for a base model.
    """

    model: Any
    tokenizer: Any
    base: Found
    prompt: Prompt
    name: str
    revision: str
    platform: str | None = None
    languages: dict[str, int] = field(default_factory=dict)


def load_base(spec: str, prompt: str, *, precision: Precision = "auto", revision: str | None = None) -> Writer:
    """A base model without an adapter, asked with `prompt`; a hub's at `revision`, where that is given."""
    found = find(spec) if revision is None else pinned(find(spec), revision)
    model = load_model(found, choose(precision), device())
    found = loaded(found, model)
    return Writer(model, load_tokenizer(found), found, load_prompt(prompt), found.spec, str(found.revision))


def load_writer(run: Path, *, precision: Precision = "auto", merge: bool = True) -> Writer:
    """The writer that a `train` run made.

    Args:
        run: its folder.
        precision: auto, fp32 or bf16.
        merge: fold the adapter into the base: faster to generate with, the same text but for rounding.

    Raises:
        ViralityError: the run is no writer's, or its base is not here or has changed since.
    """
    document = runs.finished(run, "train")
    if document.get("task") != "writer":
        raise ViralityError(f"{run}: is a {document.get('task')}'s run, and a writer's is needed here")
    named = document["base"]
    base = load_base(named["spec"], document["prompt"]["name"], precision=precision, revision=named["revision"])
    if base.base.revision != named["revision"]:
        raise ViralityError(f"{run}: was trained on {named['spec']} {named['revision']}, and "
                            f"{base.base.revision} is installed; train it again")  # fmt: skip
    if base.prompt.hash != document["prompt"]["hash"]:
        raise ViralityError(f"{run}: the prompt {base.prompt.name} has changed since this run; train it again")
    weights = "adapter/adapter_model.safetensors"
    adapter = document["outputs"][weights]["sha256"]
    if not (run / weights).is_file() or runs.sha256(run / weights) != adapter:
        raise ViralityError(f"{run / weights}: missing or changed since it was written; train it again")
    model = adapters.load(base.model, run / "adapter", trainable=False)
    model = adapters.merged(model) if merge else model
    return replace(
        base,
        model=model.eval(),
        name=f"{base.base.spec}@{document['name']}",
        revision=f"{base.base.revision}+{adapter[:12]}",
        platform=document.get("platform"),
        languages=document.get("languages", {}),
    )


def load_scorer(run: Path) -> scorers.Scorer:
    """The scorer that a `train` run made."""
    document = runs.finished(run, "train")
    if document.get("task") != "scorer":
        raise ViralityError(f"{run}: is a {document.get('task')}'s run, and a scorer's is needed here")
    return scorers.load(run / "scorer", document["outputs"][f"scorer/{scorers.FILE}"]["sha256"])


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a writer is trained; see `train.settings.WriterSettings` for each."""

    learning_rate: float
    epochs: float
    batch_size: int
    micro_batch: int
    warmup: float
    schedule: str
    shared_prefix: bool
    save_every: int
    seed: int
    report_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trained:
    """What training answers: the mean loss, steps, the difference of the two paths, and which rows were seen."""

    loss: float
    steps: int
    difference: float | None
    seen: list[int]


def fit_writer(
    model: Any, tokenizer: Any, examples: Sequence[Example], objective: Objective, recipe: Recipe, folder: Path
) -> Trained:
    """Train the adapter on `model` in place; checkpoints and metrics.jsonl go to `folder`.

    The frozen reference of a preference objective is the model as it comes.
    """
    from datasets import Dataset
    from transformers import PrinterCallback, TrainingArguments

    from train import paths
    from train.callbacks import MetricsFile, Progress
    from train.trainer import WriterTrainer, reference_logps

    micro, accumulation = _split_batch(recipe, int(os.environ.get("WORLD_SIZE", "1")))
    rows = [asdict(one) | {"row": at, "length": one.length} for at, one in enumerate(examples)]
    model.eval()
    path = paths.choose(model, rows, tokenizer.pad_token_id, micro, shared=recipe.shared_prefix)
    if objective.name == "dpo":
        reference_logps(path.forward, model, rows, tokenizer.pad_token_id, micro, bar)
    steps = max(1, math.ceil(round(recipe.epochs * math.ceil(len(rows) / recipe.batch_size), 6)))
    arguments = TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=accumulation,
        max_steps=steps,
        learning_rate=recipe.learning_rate,
        warmup_steps=round(recipe.warmup * steps),
        lr_scheduler_type=recipe.schedule,
        weight_decay=0.0,
        remove_unused_columns=False,
        logging_steps=max(1, steps // 20),
        save_strategy="steps" if recipe.save_every else "no",
        save_steps=recipe.save_every or 500,
        save_total_limit=2,
        report_to=list(recipe.report_to) or "none",
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=device() == "cpu",
        bf16=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=device() == "cuda",
        disable_tqdm=True,  # its bar prints every log line to stdout; `Progress` is ours
        ddp_find_unused_parameters=False,
    )
    checkpoint = checkpoints.newest(folder / "checkpoints")
    if checkpoint is not None:
        say(f"  continuing from {checkpoint}")
    trainer = WriterTrainer(
        objective=objective,
        forward=path.forward,
        pad=tokenizer.pad_token_id,
        decode=tokenizer.decode,
        seen=checkpoints.rows_seen(checkpoint) if checkpoint else (),
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        callbacks=[Progress(), MetricsFile(folder / "metrics.jsonl")],
    )
    trainer.remove_callback(PrinterCallback)
    result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    model.eval()
    return Trained(result.training_loss, trainer.state.global_step, path.difference, sorted(trainer.all_seen()))


def _split_batch(recipe: Recipe, world: int) -> tuple[int, int]:
    """(examples side by side on a rank, accumulation steps) that give `batch_size` over all ranks."""
    if recipe.batch_size % world:
        raise ViralityError(f"batch_size = {recipe.batch_size}: is not divided by the {world} ranks")
    each = recipe.batch_size // world
    micro = min(recipe.micro_batch, each)
    if each % micro:
        raise ViralityError(f"micro_batch = {micro}: does not divide the {each} examples of a rank")
    return micro, each // micro
