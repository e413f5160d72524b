"""TRL's side of `benchmarks.train`: its own trainers, with its best settings for short posts, on our token ids."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from transformers import TrainerCallback


class Clock(TrainerCallback):
    """Seconds of every optimiser step."""

    def __init__(self) -> None:
        self.steps: list[float] = []
        self._started = 0.0

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A step begins: its batch is laid out already."""
        self._started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """It ends: on a GPU, when all of it is done."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.steps.append(time.perf_counter() - self._started)


def row(example: Any, number: int) -> dict[str, Any]:
    """An example as our layout takes it."""
    return asdict(example) | {"row": number, "length": example.length}


def train(
    kind: str,
    model: Any,
    tokenizer: Any,
    examples: Sequence[Any],
    folder: str,
    batch: int,
    clock: Clock,
    *,
    cached: bool,
) -> None:
    """One epoch by TRL's trainer."""
    trainer(kind, model, tokenizer, examples, folder, batch, cached=cached, callbacks=[clock]).train()


def loss(kind: str, model: Any, tokenizer: Any, examples: Sequence[Any], folder: str, batch: int) -> Any:
    """TRL's loss of one batch of all the examples."""
    made = trainer(kind, model, tokenizer, examples, folder, batch, cached=False, callbacks=[])
    laid = made.data_collator([made.train_dataset[at] for at in range(len(examples))])
    return made.compute_loss(made.model, made._prepare_inputs(laid))


def trainer(
    kind: str,
    model: Any,
    tokenizer: Any,
    examples: Sequence[Any],
    folder: str,
    batch: int,
    *,
    cached: bool,
    callbacks: Sequence[Any],
) -> Any:
    """TRL's trainer: rows tokenised and batched beforehand, no activation checkpointing, nothing logged."""
    import torch
    from datasets import Dataset
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.dpo_trainer import DPOTrainer
    from trl.trainer.reward_config import RewardConfig
    from trl.trainer.reward_trainer import RewardTrainer
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    class Tokenised(DPOTrainer):  # type: ignore[misc,valid-type,unused-ignore]
        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            """The rows as they are: TRL knows no tokenised pairs of its own accord."""
            return dataset

    cuda = torch.cuda.is_available()
    options: dict[str, Any] = {
        "output_dir": folder,
        "per_device_train_batch_size": batch,
        "num_train_epochs": 1,
        "learning_rate": 1e-4,
        "lr_scheduler_type": "constant",
        "train_sampling_strategy": "sequential",  # the rows come in batches of like length
        "gradient_checkpointing": False,
        "bf16": False,  # the base is in the precision that was asked for, the adapter in fp32, as ours
        "use_cpu": not cuda,
        "dataloader_pin_memory": cuda,
        "report_to": "none",
        "save_strategy": "no",
        "logging_steps": 10_000,
        "disable_tqdm": True,
        "max_length": None,
    }
    more: dict[str, Any] = {"model": model, "processing_class": tokenizer, "callbacks": list(callbacks)}
    if kind == "sft":
        rows = [{"input_ids": [*one.prompt, *one.completions[0]],
                 "completion_mask": [0] * len(one.prompt) + [1] * len(one.completions[0])}
                for one in examples]  # fmt: skip
        return SFTTrainer(
            args=SFTConfig(**options, completion_only_loss=True), train_dataset=Dataset.from_list(rows), **more
        )
    if kind == "dpo":
        two = [{"prompt_ids": one.prompt, "chosen_ids": one.completions[0], "rejected_ids": one.completions[1],
                "input_ids": one.prompt + max(one.completions, key=len)} for one in examples]  # fmt: skip
        config = DPOConfig(**options, beta=0.1, precompute_ref_log_probs=cached, remove_unused_columns=False)
        return Tokenised(args=config, train_dataset=Dataset.from_list(two), **more)
    posts = [{"chosen_ids": one.completions[0], "rejected_ids": one.completions[1],
              "input_ids": max(one.completions, key=len)} for one in examples]  # fmt: skip
    scored = RewardConfig(**options, remove_unused_columns=False)
    return RewardTrainer(args=scored, train_dataset=Dataset.from_list(posts), **more)
