"""GRPO through TRL: a writer samples rewrites of a draft and is rewarded for those that pass every gate and win.

Group relative policy optimisation (Shao et al. 2024, arXiv:2402.03300). TRL is an extra: pip install 'virality[trl]'.
"""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train import checkpoints, optimizers
from train.candidates import length_limit
from train.launch import ranks
from train.rewards import reward_function
from train.scorers import Scorer
from virality.errors import ViralityError
from virality.gates import Context
from virality.models.attention import bare
from virality.models.generate import stop_tokens
from virality.models.precision import device
from virality.models.prompts import Prompt, prompt_ids
from virality.progress import is_main, say
from virality.text.slots import slot

REPLACED = ("_send_telemetry", "_tokenize_prompts", "_generate_single_turn", "_save_checkpoint", "_clip_grad_norm")
"""What `train.grpo_trainer` replaces of TRL's own."""


@dataclass(frozen=True, slots=True)
class GrpoRecipe:
    """How a writer is trained by rewards.

    Fields:
        learning_rate: at its highest.
        epochs: passes over the drafts.
        batch_size: drafts for each optimiser step, over all ranks.
        samples: rewrites of each draft, which are compared with each other; 2 at least.
        micro_batch: rewrites side by side on one rank when the loss is computed; it divides its share of a step.
        temperature: of sampling, above 0; every token may be drawn, as the loss assumes.
        beta: weight of the KL divergence from the writer as it came, in nats a token; 0: free.
        warmup: share of the steps, in [0, 1).
        schedule: linear, cosine or constant.
        save_every: steps between checkpoints; 0: none.
        seed: of order and samples.
        b_ratio: how many times faster B learns than A (LoRA+); None: alike.
    """

    learning_rate: float
    epochs: float
    batch_size: int
    samples: int
    micro_batch: int
    temperature: float
    beta: float
    warmup: float
    schedule: str
    save_every: int
    seed: int
    b_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Rewarded:
    """What training answers: optimiser steps, numbers of the drafts that were seen, and the last line of metrics.

    `metrics` has `reward` (mean over all rewrites), `passed` (share of the rewrites that ended and passed every gate),
    `chance` (mean P of those; missing where there was none), `length_ratio` (rewrite over draft, code points) and, with
    a beta, `kl` (nats a token).
    """

    steps: int
    seen: list[int]
    metrics: dict[str, float]

    def about(self) -> dict[str, Any]:
        """As run.json keeps it."""
        return {"steps": self.steps, **self.metrics}


def fits(tokenizer: Any, prompt: Prompt, draft: str, max_tokens: int) -> bool:
    """Whether prompt and the longest rewrite that a draft may have are at most `max_tokens` together."""
    form = slot(draft)
    return len(prompt_ids(tokenizer, prompt, form.text)) + _limit(tokenizer, form.text) <= max_tokens


def fit_grpo(
    model: Any,
    tokenizer: Any,
    prompt: Prompt,
    drafts: Sequence[str],
    scorer: Scorer,
    *,
    platform: str | None,
    recipe: GrpoRecipe,
    folder: Path,
    gates: Context | None = None,
    entries: checkpoints.Entries | None = None,
    callbacks: Sequence[Any] = (),
) -> Rewarded:
    """Train the adapter on `model` in place; checkpoints and metrics.jsonl go to `folder`, and a run continues there.

    One update for each group of samples, so they are from the model that learns (no importance weights, no clipping).
    The loss is the mean over the tokens of a step (DAPO, Yu et al. 2025, arXiv:2503.14476).

    Args:
        model: a causal language model with a peft adapter named `default`; its start is the reference of `beta`.
        tokenizer: of that model.
        prompt: how a draft is put to it.
        drafts: normalised posts, of the training split only.
        scorer: the guide; not the judge that measures the writer later.
        platform: of the drafts, for the gates.
        recipe: see there.
        folder: of the run.
        gates: what a rewrite must hold to be paid; None: the usual.
        entries: (name of a checkpoint, numbers of drafts) -> its rows of the ledger.
        callbacks: of `transformers`, beside the bar and metrics.jsonl.

    Raises:
        ViralityError: TRL is missing or another one, micro_batch or ranks do not divide a step, or the scorer, a
            gradient or the writer answers what is no number.
    """
    trl = require_trl()
    from datasets import Dataset
    from transformers import PrinterCallback

    from train.callbacks import MetricsFile, Progress
    from train.grpo_trainer import GrpoTrainer

    micro, accumulation = _split(recipe, ranks.world())
    forms = [slot(draft).text for draft in drafts]
    prompts = {form: prompt_ids(tokenizer, prompt, form) for form in forms}
    limits = {form: _limit(tokenizer, form) for form in forms}
    rows = order(len(drafts), recipe.batch_size, recipe.epochs, recipe.seed)
    steps = len(rows) // recipe.batch_size
    arguments = trl.GRPOConfig(
        output_dir=str(folder / "checkpoints"),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=accumulation,
        num_generations=recipe.samples,
        max_completion_length=max(limits.values()),
        temperature=recipe.temperature,
        beta=recipe.beta,
        loss_type="dapo",
        # divided by its group's deviation, a difference of 0.01 in P, which is the scorer's noise, would count as much
        # as one between failing a gate and passing (Liu et al. 2025, arXiv:2503.20783)
        scale_rewards="none",
        mask_truncated_completions=False,  # not to end is a mistake of the writer's, and is paid as one
        disable_dropout=True,  # the model that samples is then the one whose gradient is taken
        shuffle_dataset=False,  # `order` has done it
        max_steps=steps,
        learning_rate=recipe.learning_rate,
        warmup_steps=round(recipe.warmup * steps),
        lr_scheduler_type=recipe.schedule,
        weight_decay=0.0,
        logging_steps=max(1, steps // 20),
        save_strategy="steps" if recipe.save_every else "no",
        save_steps=recipe.save_every or 500,
        report_to="none",
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=device() == "cpu",
        bf16=False,
        gradient_checkpointing=False,
        dataloader_pin_memory=device() == "cuda",
        disable_tqdm=True,  # its bar prints every log line to stdout; `Progress` is ours
        ddp_find_unused_parameters=False,
    )
    if is_main():
        checkpoints.sweep(folder / "checkpoints")
    checkpoint = checkpoints.newest(folder / "checkpoints")
    if checkpoint is not None:
        say(f"  continuing from {checkpoint}")
    optimizer = optimizers.loraplus(model, arguments, recipe.b_ratio)
    with _left_as_it_came(model):
        trainer = GrpoTrainer(
            prompts=prompts,
            limits=limits,
            rows=rows,
            batch_size=recipe.batch_size,
            entries=entries,
            model=model,
            reward_funcs=reward_function(tokenizer, scorer, platform, stop_tokens(model, tokenizer), gates),
            args=arguments,
            train_dataset=Dataset.from_list([{"prompt": forms[at], "draft": drafts[at]} for at in rows]),
            processing_class=tokenizer,
            callbacks=[Progress(), MetricsFile(folder / "metrics.jsonl"), *callbacks],
            optimizers=(optimizer, None),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.go(checkpoint)
    lines = [line for line in trainer.state.log_history if "reward" in line]
    named = ("reward", "passed", "chance", "length_ratio", "kl")
    last = {name: float(lines[-1][name]) for name in named if lines and lines[-1].get(name) is not None}
    return Rewarded(trainer.state.global_step, sorted(set(rows)), last)


def order(count: int, batch_size: int, epochs: float, seed: int) -> list[int]:
    """Numbers of the drafts of all steps, one step after the other: each epoch shuffled, the last step filled up.

    Laid out beforehand, so that a run that continues only has to know its step.
    """
    steps = max(1, math.ceil(round(epochs * count / batch_size, 6)))
    rows: list[int] = []
    epoch = 0
    while len(rows) < steps * batch_size:
        rows += random.Random(f"{seed} {epoch}").sample(range(count), count)
        epoch += 1
    return rows[: steps * batch_size]


def require_trl() -> Any:
    """The module `trl`. Asked before a model is loaded, it says early that it cannot be used.

    Raises:
        ViralityError: it is not installed, or is one whose trainer is built otherwise.
    """
    try:
        trl: Any = importlib.import_module("trl")
        theirs = trl.GRPOTrainer
    except (ImportError, RuntimeError) as error:
        raise ViralityError("objective = grpo: needs TRL: pip install 'virality[trl]'") from error
    # were one of them gone, ours would never be called, and nothing would say so
    if any(not hasattr(theirs, name) for name in REPLACED):
        raise ViralityError(f"objective = grpo: TRL {trl.__version__} is another one: pip install 'virality[trl]'")
    return trl


@contextmanager
def _left_as_it_came(model: Any) -> Iterator[None]:
    """Take back what TRL lays over a model: a second adapter, another forward; leaves it ready for inference."""
    base = bare(model)
    forward = vars(base).get("forward")
    try:
        yield
    finally:
        vars(base).pop("forward", None)
        if forward is not None:
            base.forward = forward
        if "ref" in model.peft_config:
            model.delete_adapter("ref")
        model.eval()


def _limit(tokenizer: Any, slotted: str) -> int:
    return length_limit(len(tokenizer(slotted)["input_ids"]))


def _split(recipe: GrpoRecipe, world: int) -> tuple[int, int]:
    """(rewrites side by side on a rank, accumulation steps) that give `batch_size` drafts over all ranks."""
    total = recipe.batch_size * recipe.samples
    if total % world:
        raise ViralityError(f"batch_size * samples = {total}: is not divided by the {world} ranks")
    micro = min(recipe.micro_batch, total // world)
    if total // world % micro:
        raise ViralityError(f"micro_batch = {micro}: does not divide the {total // world} rewrites of a rank")
    return micro, total // world // micro
