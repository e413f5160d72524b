"""The one forward: log-probabilities of completions, with the shared prefix computed once and exact gradients.

Letters: B rows, P prefix tokens, T tail tokens, C trained tokens of the longest completion, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from train.layout import Batch, whole_rows
from virality.models.attention import bare


@dataclass(frozen=True, slots=True)
class Logps:
    """Sum of log-probabilities of each completion, in nats (B,), and how many tokens it sums over (B,)."""

    total: Any
    tokens: Any


Forward = Callable[[Any, Batch], Logps]


def shared_logps(model: Any, batch: Batch) -> Logps:
    """Log-probabilities of the completions; the prefix is forwarded once, as batch 1, and its cache expanded.

    The keys and values of the prefix carry gradients, so this equals `plain_logps` in value and in gradient, up to
    rounding. Dropout in the adapter breaks that (one mask for all rows): use the plain path then.
    """
    import torch
    from transformers import DynamicCache

    prefix, ids, mask = batch["prefix"], batch["ids"], batch["mask"]
    if prefix.numel() == 0:
        return plain_logps(model, batch)
    cache = DynamicCache(config=bare(model).config)
    model(input_ids=prefix[None], past_key_values=cache, use_cache=True, logits_to_keep=1)
    cache.batch_repeat_interleave(ids.shape[0])
    seen = torch.cat([mask.new_ones(ids.shape[0], prefix.numel()), mask], dim=1)
    positions = (seen.cumsum(1) - 1)[:, prefix.numel() :]
    kept = _kept(batch)
    logits = model(input_ids=ids, attention_mask=seen, position_ids=positions, past_key_values=cache, use_cache=True,
                   logits_to_keep=kept).logits  # fmt: skip
    return _score(logits, batch, kept)


def plain_logps(model: Any, batch: Batch) -> Logps:
    """The same by the plain path: every row whole, prefix and all, padded on the left."""
    ids, seen = whole_rows(batch)
    positions = (seen.cumsum(1) - 1).clamp(min=0)
    kept = _kept(batch)
    logits = model(
        input_ids=ids, attention_mask=seen, position_ids=positions, use_cache=False, logits_to_keep=kept
    ).logits
    return _score(logits, batch, kept)


def largest_difference(model: Any, batch: Batch, loss: Callable[[Logps], Any]) -> float:
    """Relative difference of loss and gradient between the two paths: the larger of the two.

    The gradient's is the norm of the difference over the norm, over all trainable tensors together.
    """
    import torch

    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    losses, gradients = [], []
    for forward in (shared_logps, plain_logps):
        value = loss(forward(model, batch))
        found = torch.autograd.grad(value, trainable, allow_unused=True)
        losses.append(float(value.detach()))
        gradients.append([0.0 if gradient is None else gradient.float() for gradient in found])
    apart = _norm([one - two for one, two in zip(*gradients, strict=True)])
    of_loss = abs(losses[0] - losses[1]) / max(abs(losses[1]), 1e-12)
    return max(of_loss, apart / max(_norm(gradients[1]), 1e-12))


def _norm(tensors: list[Any]) -> float:
    return float(sum(float((tensor * tensor).sum()) for tensor in tensors if not isinstance(tensor, float)) ** 0.5)


def _kept(batch: Batch) -> int:
    """Positions at the right edge whose logits are needed: those that predict the longest completion, and the last."""
    return int(batch["target"].sum(1).max()) + 1


def _score(logits: Any, batch: Batch, kept: int) -> Logps:
    """Log-softmax in fp32 at the trained tokens only: logits (B, C + 1, V) -> sums (B,)."""
    import torch

    target = batch["target"][:, -kept + 1 :].bool()
    wanted = batch["ids"][:, -kept + 1 :][target]
    flat = logits[:, :-1][target].float()
    each = -torch.nn.functional.cross_entropy(flat, wanted, reduction="none")
    row = target.nonzero()[:, 0]
    total = torch.zeros(target.shape[0], dtype=torch.float32, device=logits.device).index_add(0, row, each)
    return Logps(total, target.sum(1))
