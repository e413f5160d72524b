"""A language model that tells the logits of a few tokens alone.

Where a draft may be rewritten with some hundred words, most of a small model's head is for nothing: a quarter of its
arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from virality.models.attention import bare

WORTH = 0.5
"""Share of the vocabulary from which a narrower head saves nothing."""


def can_narrow(model: Any, tokens: int) -> bool:
    """Whether `narrowed` serves: a plain linear head, and few enough tokens."""
    import torch

    head = bare(model).get_output_embeddings()
    return type(head) is torch.nn.Linear and tokens < WORTH * head.out_features


@contextmanager
def narrowed(model: Any, tokens: Sequence[int]) -> Iterator[None]:
    """Within it the model's logits are those of `tokens`, in their order: (..., len(tokens)) instead of (..., V).

    What the model does to its logits (caps, scales) is done to these too.
    """
    import torch

    plain = bare(model)
    usual = plain.get_output_embeddings()
    kept = torch.tensor(list(tokens), device=usual.weight.device)
    few = torch.nn.Linear(usual.in_features, len(kept), bias=usual.bias is not None, device="meta")
    few.weight = torch.nn.Parameter(usual.weight.detach()[kept], requires_grad=False)
    if usual.bias is not None:
        few.bias = torch.nn.Parameter(usual.bias.detach()[kept], requires_grad=False)
    plain.set_output_embeddings(few)
    try:
        yield
    finally:
        plain.set_output_embeddings(usual)
