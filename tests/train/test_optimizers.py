"""LoRA+: B moves faster than A by the ratio that was asked for, and by nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Trainer, TrainingArguments

from train import adapters
from train.optimizers import loraplus
from virality.models import tiny


def moved(folder: Path, ratio: float | None, kind: str = "lora", **more: Any) -> dict[str, torch.Tensor]:
    """How far one step of `transformers.Trainer`'s optimiser moves each tensor when every gradient is 1."""
    torch.manual_seed(0)
    targets = more.pop("targets", ("all-linear",))
    model = adapters.attach(tiny.model("llama"), kind=kind, rank=4, alpha=8.0, dropout=0.0, targets=targets)
    arguments = TrainingArguments(str(folder), learning_rate=1e-3, use_cpu=True, report_to="none", **more)
    trainer = Trainer(model, arguments, optimizers=(loraplus(model, arguments, ratio), None))
    optimiser = trainer.create_optimizer()
    trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
    before = {name: value.detach().clone() for name, value in trained.items()}
    for value in trained.values():
        value.grad = torch.ones_like(value)
    optimiser.step()
    return {name: (value - before[name]).detach() for name, value in trained.items()}


@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_one_step_moves_b_by_the_ratio_and_a_as_before(kind: str, tmp_path: Path) -> None:
    plain, faster = moved(tmp_path, None, kind), moved(tmp_path, 16.0, kind)
    assert plain.keys() == faster.keys()
    for name, step in plain.items():
        times = 1.0 if "lora_A" in name else 16.0
        torch.testing.assert_close(faster[name], times * step, rtol=1e-3, atol=1e-6)


def test_without_a_ratio_the_trainer_makes_its_own_optimiser(tmp_path: Path) -> None:
    model = tiny.model("llama")
    assert loraplus(model, TrainingArguments(str(tmp_path), use_cpu=True, report_to="none"), None) is None


def test_a_ratio_of_one_is_plain(tmp_path: Path) -> None:
    plain, same = moved(tmp_path, None), moved(tmp_path, 1.0)
    assert all(torch.equal(plain[name], same[name]) for name in plain)


def test_adapters_of_embeddings_learn_too(tmp_path: Path) -> None:
    targets = ("embed_tokens", "q_proj")
    plain, faster = moved(tmp_path, None, targets=targets), moved(tmp_path, 16.0, targets=targets)
    name = next(name for name in plain if "lora_embedding_A" in name)
    assert torch.equal(plain[name], faster[name])
