"""Train one adapter on examples that are token ids already: what `transformers.Trainer` is told, and what comes out."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from train import adapters, checkpoints, failures, optimizers, reference
from train.examples import Example
from train.launch import ranks, sharding, zero
from train.launch.tokenised import Stored
from train.objectives import REFERRED, Objective
from virality.errors import ViralityError
from virality.models.precision import device
from virality.progress import bar, is_main, say


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an adapter is trained; see `train.settings` for each."""

    learning_rate: float
    epochs: float
    batch_size: int
    micro_batch: int
    warmup: float
    schedule: str
    shared_prefix: bool
    save_every: int
    seed: int
    evaluate_every: int = 0
    patience: int = 0
    b_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What training answers.

    Fields:
        loss: mean over the steps, in the objective's nats.
        steps: of the optimiser.
        difference: of the two paths, relatively; None = not compared.
        seen: numbers of the rows that the adapter learned from.
        best: step of the checkpoint that the adapter is, where validation chose one.
        quality: pair accuracy of its reward on the validation pairs, in [0, 1].
    """

    loss: float
    steps: int
    difference: float | None
    seen: list[int]
    best: int | None = None
    quality: float | None = None

    def about(self) -> dict[str, Any]:
        """As run.json keeps it."""
        return {
            "loss": self.loss,
            "steps": self.steps,
            "shared_prefix_difference": self.difference,
            "best_step": self.best,
            "validation_pair_accuracy": self.quality,
        }


def fit(
    model: Any,
    tokenizer: Any,
    examples: Sequence[Example],
    objective: Objective,
    recipe: Recipe,
    folder: Path,
    *,
    validation: Sequence[Example] = (),
    entries: checkpoints.Entries | None = None,
    callbacks: Sequence[Any] = (),
) -> Trained:
    """Train the adapter on `model` in place; checkpoints and metrics.jsonl go to `folder`.

    Args:
        model: a language model or, for the pairwise objective, a model with one score; with its adapter.
        tokenizer: its tokenizer.
        examples: what is learned from.
        objective: what is minimised. Its frozen reference is the model as it comes.
        recipe: how.
        folder: of the run.
        validation: pairs that judge a checkpoint, two completions each; the best checkpoint is what is answered.
        entries: (name of a checkpoint, numbers of examples) -> its rows of the ledger.
        callbacks: of `transformers`, beside the bar and metrics.jsonl.
    """
    from datasets import Dataset
    from transformers import PrinterCallback, TrainingArguments

    from train import fused, paths
    from train.callbacks import MetricsFile, Progress
    from train.order import Rows
    from train.trainer import QUALITY, AdapterTrainer

    world = ranks.world()
    if zero.stage() and device() == "cpu":
        raise ViralityError("accelerate config: distributed_type = DEEPSPEED: accelerate drives it on GPUs alone, and "
                            "none is seen here; launch with configs/accelerate/ddp.yaml")  # fmt: skip
    micro, accumulation = _split_batch(recipe, world)
    rows = rows_of(examples)
    judged = _rows(validation)
    steps = max(1, math.ceil(round(recipe.epochs * math.ceil(len(rows) / recipe.batch_size), 6)))
    every = recipe.evaluate_every if judged else 0
    save_every = every or recipe.save_every
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
        save_strategy="steps" if save_every else "no",
        save_steps=save_every or 500,
        eval_strategy="steps" if every else "no",
        eval_steps=every or None,
        metric_for_best_model=QUALITY if every else None,
        greater_is_better=True if every else None,
        report_to="none",  # `train.tracking` tells trackers
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=device() == "cpu",
        bf16=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=device() == "cuda",
        disable_tqdm=True,  # its bar prints every log line to stdout; `Progress` is ours
        ddp_find_unused_parameters=False,
        ddp_broadcast_buffers=False,  # at each forward, and what a model keeps in buffers never changes here
    )
    if sharding.asked() and not sharding.is_sharded(model):
        sharding.shard(model, device())
        say(f"  the base is split over {world} ranks (FSDP2); the adapter is whole on each")
    model.eval()
    precision = str(next(model.parameters()).dtype)
    with failures.out_of_memory(micro_batch=micro, precision=precision):
        path = paths.choose(model, rows, objective, tokenizer.pad_token_id, micro, shared=recipe.shared_prefix)
    if is_main():
        checkpoints.sweep(folder / "checkpoints")
    checkpoint = checkpoints.newest(folder / "checkpoints")
    if world > 1:
        _agree(checkpoint, folder)
    if checkpoint is not None:
        say(f"  continuing from {checkpoint}")
    with (
        failures.out_of_memory(micro_batch=micro, precision=precision),
        # ZeRO-3 gathers what a module holds when it is called, and a fused layer calls none of its own
        fused.fused(model) if path.shared and zero.stage() < 3 else contextlib.nullcontext(),
        sharding.ours(),
    ):
        referred = _refer(model, objective, rows, judged, tokenizer.pad_token_id, micro, folder, shared=path.shared)
        if isinstance(examples, Stored):
            data = Dataset.from_file(str(examples.path))
        else:
            data = Dataset.from_list([dict(row) for row in rows])
        progress = Progress()
        trainer = AdapterTrainer(
            rows=Rows(data.add_column("reference", referred) if referred else data),
            validation=judged,
            objective=objective,
            shared=path.shared,
            pad=tokenizer.pad_token_id,
            decode=tokenizer.decode,
            seen=checkpoints.rows_seen(checkpoint) if checkpoint else (),
            entries=entries,
            patience=recipe.patience,
            model=model,
            args=arguments,
            callbacks=[progress, MetricsFile(folder / "metrics.jsonl"), *callbacks],
            optimizers=(optimizers.loraplus(model, arguments, recipe.b_ratio), None),
        )
        trainer.remove_callback(PrinterCallback)
        try:
            trainer.go(checkpoint)
        finally:
            progress.close()
    zero.whole(model)
    model.eval()
    seen, best = sorted(trainer.seen_so_far()), trainer.state.best_global_step or None
    if best is not None and best != trainer.state.global_step:
        chosen = folder / "checkpoints" / f"checkpoint-{best}"
        say(f"  the best checkpoint is that of step {best}: {trainer.state.best_metric:.1%} of validation pairs")
        adapters.restore(model, chosen)
        seen = sorted(checkpoints.rows_seen(chosen))
    return Trained(
        trainer.mean_loss(), trainer.state.global_step, path.difference, seen, best, trainer.state.best_metric
    )


def rows_of(examples: Sequence[Example]) -> Sequence[Mapping[str, Any]]:
    """Examples as an objective lays them out."""
    return examples.rows() if isinstance(examples, Stored) else _rows(examples)


def _rows(examples: Sequence[Example]) -> list[dict[str, Any]]:
    return [asdict(one) | {"row": at, "length": one.length} for at, one in enumerate(examples)]


def _agree(checkpoint: Path | None, folder: Path) -> None:
    """Refuse to go on from different checkpoints: ranks would wait for each other for ever."""
    import torch

    found: list[Any] = [None] * torch.distributed.get_world_size()
    torch.distributed.all_gather_object(found, checkpoint and checkpoint.name)
    if len(set(found)) > 1:
        raise ViralityError(f"{folder}: holds other checkpoints on other machines; name a folder that all share (out=)")


def _refer(
    model: Any,
    objective: Objective,
    rows: Sequence[Mapping[str, Any]],
    judged: list[dict[str, Any]],
    pad: int,
    micro_batch: int,
    folder: Path,
    *,
    shared: bool,
) -> list[list[float]]:
    """Log-probabilities of rows under the reference, where the objective has one; gives judged rows theirs."""
    own = rows if objective.name in REFERRED else ()
    wanted = (*own, *(judged if objective.name in (*REFERRED, "sft") else ()))
    if not wanted:
        return []
    found = reference.kept(
        folder / "work" / "reference.json",
        wanted,
        lambda: reference.logps(model, wanted, pad, micro_batch, shared=shared, progress=bar),
    )
    for row, values in zip(judged, found[len(own) :], strict=True):
        row["reference"] = values
    return found[: len(own)]


def _split_batch(recipe: Recipe, world: int) -> tuple[int, int]:
    """(examples side by side on a rank, accumulation steps) that give `batch_size` over all ranks."""
    if recipe.batch_size % world:
        raise ViralityError(f"batch_size = {recipe.batch_size}: is not divided by the {world} ranks")
    each = recipe.batch_size // world
    micro = min(recipe.micro_batch, each)
    if each % micro:
        raise ViralityError(f"micro_batch = {micro}: does not divide the {each} examples of a rank")
    return micro, each // micro
