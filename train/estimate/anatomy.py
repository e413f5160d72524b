"""What a base with its adapter is made of, read off an empty model: numbers of parameters, and what a token leaves.

What autograd keeps of a token for the way back is not derived from a formula for each family: the model itself, on the
meta device, is sent through one forward, and the tensors that it keeps are counted. Attention alone is replaced: what
it keeps depends on how the rows lie, and `estimate.Shape` says that.

Letters: M tokens; of an attention layer H heads, of D values in a query or key and E in a value.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AttentionInterface

from train import adapters
from train.estimate.architectures import config_of, empty
from train.fused import fused
from virality.models.attention import bare, reach
from virality.models.base import Found, Head

_NAME = "virality_anatomy"
_TOKENS = (32, 64)
"""Lengths of the two forwards: their difference is what a token leaves, the rest is there whatever the batch is."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A base with its adapter.

    Fields:
        parameters: numbers of the base, its head included; tied ones once.
        in_linear: those of them in linear layers but the head: what 4 bits hold.
        buffers: bytes.
        trained: numbers of the adapter, and of a scorer's head.
        stored: bytes of a number in the published weights.
        layers: blocks.
        hidden: width of the residual stream.
        widest: outputs of the widest layer in a block.
        vocabulary: tokens; 1 for a scorer.
        of_token: bytes that autograd keeps of each token, attention aside.
        of_model: bytes that it keeps whatever the batch is.
        attention: (H, D, E) of each layer.
        eager: attention keeps its scores.
        reach: longest row whose prefix may be shared (`virality.models.attention.reach`): None = any, 0 = none.
    """

    parameters: int
    in_linear: int
    buffers: int
    trained: int
    stored: int
    layers: int
    hidden: int
    widest: int
    vocabulary: int
    of_token: float
    of_model: float
    attention: tuple[tuple[int, int, int], ...]
    eager: bool
    reach: int | None


@functools.lru_cache(maxsize=32)
def anatomy(
    found: Found,
    head: Head,
    dtype: Any,
    kind: str = "lora",
    rank: int = 16,
    targets: tuple[str, ...] = ("all-linear",),
    one_operation: bool = True,
) -> Anatomy:
    """The anatomy of a base with an adapter as `adapters.attach` makes it.

    Args:
        found: which base; its weights are not read.
        head: lm or score.
        dtype: of the base's weights.
        kind: lora, rslora, dora or pissa.
        rank: of the adapter.
        targets: module names, or all-linear.
        one_operation: LoRA layers are fused, as on the shared path.

    Raises:
        ViralityError: the base is unknown, or cannot take the adapter.
    """
    config = config_of(found)
    stored = getattr(config.get_text_config(), "dtype", None) or torch.float32
    model = empty(config, head, dtype)
    base = list(model.parameters())
    output = model.get_output_embeddings() if head == "lm" else getattr(model, "score", None)
    linear = [one for one in model.modules() if isinstance(one, torch.nn.Linear) and one is not output]
    counts = {
        "parameters": sum(one.numel() for one in base),
        "in_linear": sum(one.weight.numel() for one in linear),
        "buffers": sum(one.numel() * one.element_size() for one in model.buffers()),
    }
    times = 2 if kind == "pissa" else 1  # kept as a LoRA of twice the rank; its start is read off weights
    adapted = adapters.attach(
        model, kind="lora" if kind == "pissa" else kind, rank=times * rank, alpha=rank, dropout=0.0, targets=targets,
        task="CAUSAL_LM" if head == "lm" else "SEQ_CLS",
    )  # fmt: skip
    with fused(adapted) if one_operation else contextlib.nullcontext():
        (short, heads), (long, _) = (_kept(adapted, tokens) for tokens in _TOKENS)
    of_token = (long - short) / (_TOKENS[1] - _TOKENS[0])
    text = config.get_text_config()
    return Anatomy(
        **counts,
        trained=adapters.trainable_parameters(adapted),
        stored=getattr(torch, stored).itemsize if isinstance(stored, str) else stored.itemsize,
        layers=len(heads),
        hidden=text.hidden_size,
        widest=max((one.out_features for one in linear), default=text.hidden_size),
        vocabulary=text.vocab_size if head == "lm" else 1,
        of_token=of_token,
        of_model=max(0.0, short - of_token * _TOKENS[0]),
        attention=tuple(heads),
        eager=bare(model).config.get_text_config()._attn_implementation == "eager",
        reach=reach(model),
    )


class _Attended(torch.autograd.Function):
    """An attention that keeps nothing: query (1, H, M, D), key, and value (1, H', M, E) -> (1, M, H, E)."""

    @staticmethod
    def forward(ctx: Any, query: Any, key: Any, value: Any) -> Any:
        return query.new_empty(1, query.shape[2], query.shape[1], value.shape[3])


class _Grouped(torch.autograd.Function):
    """The product of rows with their experts' weights, which torch knows on the meta device in bf16 alone."""

    @staticmethod
    def forward(ctx: Any, rows: Any, weight: Any) -> Any:
        if weight.requires_grad:
            ctx.save_for_backward(rows, weight)
        return rows.new_empty(rows.shape[0], weight.shape[-1])


def _attention(module: Any, query: Any, key: Any, value: Any, *_: Any, **__: Any) -> tuple[Any, None]:
    _HEADS.append((query.shape[1], query.shape[3], value.shape[3]))
    return _Attended.apply(query, key, value), None  # type: ignore[no-untyped-call]


_HEADS: list[tuple[int, int, int]] = []
"""(H, D, E) of the layers that the forward at work has passed."""


def _kept(model: Any, tokens: int) -> tuple[int, list[tuple[int, int, int]]]:
    """Bytes that autograd keeps of a forward of so many tokens, parameters and attention aside, and the heads."""
    _HEADS.clear()
    own = {one.untyped_storage()._cdata for one in (*model.parameters(), *model.buffers())}
    kept: dict[int, Any] = {}

    def pack(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage._cdata not in own:
            kept.setdefault(storage._cdata, tensor)
        return tensor

    ids = torch.zeros(1, tokens, dtype=torch.long, device="meta")
    body = bare(model).get_decoder()
    with _attending(model), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = body(input_ids=ids, position_ids=torch.arange(tokens, device="meta")[None], use_cache=False)
    del out
    return sum(one.untyped_storage().nbytes() for one in kept.values()), list(_HEADS)


@contextlib.contextmanager
def _attending(model: Any) -> Iterator[None]:
    """While it lasts, attention keeps nothing, and two things that the meta device cannot do are stood in for."""
    from peft.tuners.lora.layer import _LoraFactorsProxy
    from transformers.integrations import moe

    config = bare(model).config
    usual = config.get_text_config()._attn_implementation
    with contextlib.ExitStack() as stack:
        stack.callback(setattr, config, "_attn_implementation", usual)
        config._attn_implementation = _NAME
        for place, name, other in ((moe, "_grouped_mm", _grouped), (_LoraFactorsProxy, "forward", _folded)):
            stack.callback(setattr, place, name, getattr(place, name))
            setattr(place, name, other)
        yield


def _grouped(rows: Any, weight: Any, offs: Any) -> Any:
    return _Grouped.apply(rows, weight)  # type: ignore[no-untyped-call]


def _folded(proxy: Any, weight: Any) -> Any:
    """The update of experts as peft makes it, without the autocast that it switches off."""
    return torch.baddbmm(weight, proxy.lhs, proxy.rhs, alpha=proxy.scaling)


AttentionInterface.register(_NAME, _attention)
