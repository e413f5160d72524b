"""What an adapter is trained on and with, before weights are loaded: a run and its dry run begin with the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from train import adapters, steps
from train.estimate import available, forecast
from train.estimate.architectures import config_of, empty
from train.estimate.memory import Sharding
from train.examples import Example
from train.fit import Recipe
from train.launch import ranks, sharding, zero
from train.objectives import Objective
from train.recipes import recipe_of
from train.settings import AdapterSettings
from virality.errors import ViralityError
from virality.models.base import Head
from virality.models.precision import choose, device

CLEARLY = 0.4
"""A base that takes a larger share of the memory than this is estimated before it is loaded."""


@dataclass(frozen=True, slots=True)
class Ready:
    """All that `train.fit` is given but the model.

    Fields:
        data: all pairs, of all splits.
        pairs: that are learned from.
        split: theirs.
        left_out: reason -> pairs or examples that are not.
        base: tokenizer and prompt; its model is not loaded.
        head: of the model.
        examples: what is learned from, as token ids.
        validation: pairs that judge checkpoints.
        calibration: pairs that a scorer reads when it is fitted.
        objective: what is minimised.
    """

    data: steps.Data
    pairs: list[Pair]
    split: str
    left_out: Mapping[str, int]
    base: steps.Writer
    head: Head
    examples: Sequence[Example]
    validation: Sequence[Example]
    calibration: Sequence[Pair]
    objective: Objective


def describe(settings: AdapterSettings, ready: Ready) -> forecast.Base:
    """What of base and adapter decides on memory."""
    import torch

    return forecast.Base(
        found=ready.base.base,
        precision="bf16" if choose(settings.precision) == torch.bfloat16 else "fp32",
        head=ready.head,
        bits=settings.bits,
        **_adapter(settings),
        shared=settings.shared_prefix and not settings.lora.dropout and not settings.activation_checkpointing,
    )


def recipe(settings: AdapterSettings, ready: Ready, folder: Path) -> Recipe:
    """The recipe of the settings; `auto` is the largest micro-batch that fits, and the same on all ranks.

    Raises:
        ViralityError: the base is large, and the estimate says that it will not fit.
    """
    made = recipe_of(settings)
    asked = settings.micro_batch or settings.batch_size
    kept = folder / "work" / f"micro_batch-{ranks.world()}-{ranks.first_here()}"
    if asked != "auto":
        refuse(settings, ready, made)
        return made

    def largest() -> str:
        found = forecast.fitting(
            describe(settings, ready), ready.base.tokenizer.pad_token_id, ready.examples, ready.objective, made,
            world=ranks.world(), **launch(settings),
        )  # fmt: skip
        return str(found.micro_batch)

    return replace(made, micro_batch=int(ranks.one_answer(kept, largest)))


def refuse(settings: AdapterSettings, ready: Ready, made: Recipe, *, always: bool = False) -> None:
    """Refuse a run whose estimate does not fit the memory; asked of large bases, or `always`."""
    base, pad = describe(settings, ready), ready.base.tokenizer.pad_token_id
    if not always and not _large(base):
        return
    _, way_out = forecast.from_rows(base, pad, ready.examples, ready.objective, made, world=ranks.world(),
                                    **launch(settings))  # fmt: skip
    if way_out is not None:
        raise ViralityError(way_out)


def load(settings: AdapterSettings, asked: steps.Writer, head: Head) -> tuple[steps.Writer, Any]:
    """The base with its weights, and on it a new adapter."""
    base = steps.with_weights(asked, precision=settings.precision, bits=settings.bits, head=head, seed=settings.seed)
    if head == "score":
        base.model.config.pad_token_id = base.tokenizer.pad_token_id
    task: Any = "SEQ_CLS" if head == "score" else "CAUSAL_LM"
    model = adapters.attach(base.model, task=task, **settings.lora.model_dump(exclude={"b_ratio"}), seed=settings.seed)
    return base, saving_memory(settings, model)


def saving_memory(settings: AdapterSettings, model: Any) -> Any:
    """The model, which keeps no activations of a layer for the way back where the settings want that."""
    if settings.activation_checkpointing:
        model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    return model


def launch(settings: AdapterSettings) -> dict[str, Any]:
    """What launch and settings say of memory, as `train.estimate.memory.from_config` takes it."""
    split: Sharding = "none"
    if sharding.asked():
        split = "fsdp"
    elif zero.stage():
        split = "zero3" if zero.stage() == 3 else "zero2"
    return {"sharding": split, "activation_checkpointing": settings.activation_checkpointing}


def _adapter(settings: AdapterSettings) -> dict[str, Any]:
    """Kind, rank and targets of the adapter: a new one, or that of `init`."""
    init = getattr(settings, "init", None)
    if init is None:
        return settings.lora.model_dump(include={"kind", "rank", "targets"})
    found = json.loads((Path(init) / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    targets = found["target_modules"]
    return {
        "kind": "dora" if found.get("use_dora") else "lora",  # a PiSSA adapter lies there as a LoRA of twice the rank
        "rank": found["r"],
        "targets": ("all-linear",) if targets == "all-linear" else tuple(targets),
    }


def _large(base: forecast.Base) -> bool:
    import torch

    try:
        body = empty(config_of(base.found), base.head, torch.bfloat16)
    except ViralityError:
        return False  # its config is not to be had: loading it says so in its own words
    size = (2 if base.precision == "bf16" else 4) * sum(one.numel() for one in body.parameters())
    return bool(size > CLEARLY * available.available(device(), ranks.world()))
