"""Log-probabilities of given tokens, with a sum over the vocabulary that keeps its digits.

torch's own log-softmax adds the terms of a row one after the other: over 49,152 tokens in fp32 it was 7e-6 off, and
gradients 1.4e-4. Here the sum is torch's pairwise one.
"""

from __future__ import annotations

from typing import Any

import torch


class _LogProbabilities(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Any, wanted: Any) -> Any:
        most = logits.amax(dim=-1, keepdim=True)
        powers = (logits - most).exp_()
        total = powers.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(powers, total, wanted)
        return (logits.gather(-1, wanted[:, None]) - most - total.log())[:, 0]

    @staticmethod
    def backward(ctx: Any, *upper: Any) -> Any:
        powers, total, wanted = ctx.saved_tensors
        above = upper[0][:, None]
        gradient = powers * (-above / total)
        return gradient.scatter_add_(-1, wanted[:, None], above), None


def log_probabilities(logits: Any, wanted: Any) -> Any:
    """Log softmax(logits)[wanted], in nats.

    Args:
        logits: (C, V), fp32.
        wanted: token ids, (C,).

    Returns:
        (C,), at most 0.
    """
    return _LogProbabilities.apply(logits, wanted)  # type: ignore[no-untyped-call]
