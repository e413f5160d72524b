"""PiSSA on an unchanged base: the principal part of each weight is trained, and what it was at the start is subtracted.

Meng et al. 2024, arXiv:2404.02948: W = W_res + s B0 A0 with s B0 A0 the best approximation of W of rank r, W_res is
frozen, and A and B are trained from A0 and B0. The usual way puts W_res in the place of W. Then neither adapter nor
checkpoint is of use without a second decomposition that comes out the same, and a base in bf16 or 4 bits is rounded
once more. But W_res + s B A = W + s (B A - B0 A0) = W + s [B, -B0] [A; A0]: a plain LoRA of rank 2r on W whose second
halves are held. Gradients of A and B are the same, base and reference are untouched, checkpoints resume bit for bit,
and what is saved is a LoRA like any other. The price: twice the adapter's (small) share of the time. Dropout, where
there is any, is on the input of both halves: at the start they still cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from virality.errors import ViralityError

ITERATIONS = 16
"""Power iterations of the decomposition (Halko et al. 2011, arXiv:0909.4061)."""
SPARE = 8
"""Directions beyond the rank that are iterated too, so that the last ones asked for are as good as the first."""


def begin(model: Any, rank: int) -> int:
    """Start every adapter of twice `rank` at the principal part of its weight. Returns how many numbers are held.

    The halves are held by their gradient, which is zero: that needs an optimiser that treats each number by itself,
    such as AdamW, and no weight decay.

    Raises:
        ViralityError: a layer is none (experts, embeddings), or its weight's rank is below `rank`.
    """
    import torch
    from peft.tuners.lora.layer import LoraLayer, ParamWrapper
    from peft.utils.integrations import dequantize_module_weight
    from transformers.pytorch_utils import Conv1D

    held = 0
    layers: list[tuple[str, Any]] = [(name, one) for name, one in model.named_modules() if isinstance(one, LoraLayer)]
    for name, layer in layers:
        where = f"lora: kind = pissa: {name.removeprefix('base_model.model.')}"
        if isinstance(layer, ParamWrapper) or not isinstance(layer.get_base_layer(), (torch.nn.Linear, Conv1D)):
            raise ViralityError(f"{where}: is no plain linear layer; name other targets, or use lora or rslora")
        with torch.no_grad():
            weight = dequantize_module_weight(layer.get_base_layer()).float()
            weight = weight.T if getattr(layer, "fan_in_fan_out", False) else weight
            if rank > min(weight.shape):
                raise ViralityError(f"{where}: rank = {rank}: its weight is {tuple(weight.shape)}; "
                                    f"set rank to {min(weight.shape)} or less")  # fmt: skip
            down, up = principal(weight, rank, layer.scaling["default"])
            first, second = layer.lora_A["default"].weight, layer.lora_B["default"].weight
            first.copy_(torch.cat([down, down]))
            second.copy_(torch.cat([up, -up], dim=1))
        first.register_hook(_held(0, rank))
        second.register_hook(_held(1, rank))
        held += down.numel() + up.numel()
    return held


def principal(weight: Any, rank: int, scaling: float) -> tuple[Any, Any]:
    """A0 (rank, inputs) and B0 (outputs, rank) with scaling B0 A0 the principal part of `weight` (outputs, inputs).

    By subspace iteration from directions that are always the same: a whole decomposition takes minutes a layer in
    large models.
    """
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(0)
        left, values, right = torch.svd_lowrank(weight, min(rank + SPARE, *weight.shape), niter=ITERATIONS)
    root = (values[:rank] / scaling).sqrt()
    return root[:, None] * right[:, :rank].T, left[:, :rank] * root


def _held(dim: int, rank: int) -> Callable[[Any], Any]:
    def no_gradient(gradient: Any) -> Any:
        kept = gradient.clone()
        kept.narrow(dim, rank, rank).zero_()
        return kept

    return no_gradient
