"""DeepSpeed ZeRO, as far as it asks for something of its own: what the launch says, and whole weights in the end."""

from __future__ import annotations

import importlib
import os
from typing import Any

from train.launch import ranks
from virality.errors import ViralityError


def stage() -> int:
    """The ZeRO stage that the launch asks for; 0 without DeepSpeed."""
    if not ranks.says_yes("ACCELERATE_USE_DEEPSPEED"):
        return 0
    return int(os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE", "2"))


def refuse(*, writer: bool, b_ratio: float | None) -> None:
    """Refuse what DeepSpeed would do otherwise, without a word.

    Raises:
        ViralityError: LoRA+, whose optimiser it replaces by its own; a scorer under ZeRO-3, which is read after it.
    """
    if not stage():
        return
    if b_ratio is not None:
        raise ViralityError(f"lora.b_ratio = {b_ratio:g}: DeepSpeed makes its own optimiser; leave b_ratio out, or "
                            "launch with configs/accelerate/ddp.yaml")  # fmt: skip
    if stage() == 3 and not writer:
        raise ViralityError("task = scorer: cannot be calibrated on what ZeRO-3 has split; launch with "
                            "configs/accelerate/fsdp2.yaml")  # fmt: skip


def whole(model: Any) -> None:
    """Give every rank the whole adapter back that ZeRO-3 has split; no forward may follow. Every rank must ask."""
    import torch

    split = [one for one in model.parameters() if one.requires_grad and hasattr(one, "ds_id")]
    if not split:
        return
    deepspeed: Any = importlib.import_module("deepspeed")
    with deepspeed.zero.GatheredParameters(split), torch.no_grad():
        copies = [one.detach().clone() for one in split]
    for one, copy in zip(split, copies, strict=True):
        one.data = copy
