"""A LoRA layer as one operation: the same product without the temporaries, a tenth of the time on short posts.

peft computes x W' + s (x A') B' as five operations, each of which reads and writes a tensor as large as the output.
Here the update is accumulated into the output of the frozen product, forward and backward. What it gives is compared
with peft's own at the first step of a run (`train.paths`).

Letters: N positions, I inputs, O outputs, R rank.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch


class _Fused(torch.autograd.Function):
    """y = x W' + b + s (x A') B'; W and b are frozen. x (N, I), W (O, I), b (O,) or None, A (R, I), B (O, R)."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, bias: Any, a: Any, b: Any, scale: float) -> Any:
        y = torch.nn.functional.linear(x, weight, bias)
        low = x.to(a.dtype) @ a.T
        if y.dtype == a.dtype:
            y.addmm_(low, b.T, alpha=scale)
        else:  # a base in bf16 under weights in fp32: one rounding, at the end, as peft does
            y = torch.addmm(y.to(a.dtype), low, b.T, alpha=scale).to(y.dtype)
        ctx.save_for_backward(x, weight, a, b, low)
        ctx.scale = scale
        return y

    @staticmethod
    def backward(ctx: Any, *upper: Any) -> Any:
        x, weight, a, b, low = ctx.saved_tensors
        dy = upper[0]
        wide = dy.to(a.dtype)
        below = (wide @ b).mul_(ctx.scale)
        dx = None
        if ctx.needs_input_grad[0]:
            dx = dy @ weight
            if dx.dtype == a.dtype:
                dx.addmm_(below, a)
            else:
                dx = torch.addmm(dx.to(a.dtype), below, a).to(dx.dtype)
        da = below.T @ x.to(a.dtype) if ctx.needs_input_grad[3] else None
        db = (wide.T @ low).mul_(ctx.scale) if ctx.needs_input_grad[4] else None
        return dx, None, None, da, db, None


@contextlib.contextmanager
def fused(model: Any) -> Iterator[int]:
    """While it lasts, plain LoRA layers of `model` compute as one operation. Gives how many do.

    Layers with dropout, DoRA, a quantised base or several adapters stay as they are; so does a layer while its adapter
    is switched off or merged.
    """
    layers = [module for module in model.modules() if _is_plain(module)]
    for layer in layers:
        layer.forward = _forward_of(layer)
    try:
        yield len(layers)
    finally:
        for layer in layers:
            del layer.forward


def _forward_of(layer: Any) -> Any:
    usual = layer.forward
    (name,) = layer.lora_A

    def forward(x: Any, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or layer.disable_adapters or layer.merged or layer.active_adapters != [name]:
            return usual(x, *args, **kwargs)
        base = layer.base_layer
        y = _Fused.apply(x.reshape(-1, x.shape[-1]), base.weight, base.bias,
                         layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name])  # type: ignore[no-untyped-call]  # fmt: skip
        return y.view(*x.shape[:-1], -1)

    return forward


def _is_plain(module: Any) -> bool:
    from peft.tuners.lora import Linear

    if type(module) is not Linear or len(module.lora_A) != 1:
        return False
    base = module.get_base_layer()
    (name,) = module.lora_A
    return (
        type(base) is torch.nn.Linear
        and not base.weight.requires_grad
        and isinstance(module.lora_dropout[name], torch.nn.Identity)
        and name not in module.lora_variant
        and module.lora_A[name].bias is None
        and module.lora_B[name].bias is None
        and not getattr(module, "fan_in_fan_out", False)
    )
