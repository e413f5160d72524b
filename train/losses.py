"""Losses: tensors -> one loss an example, in nats; the caller weighs and averages.

Letters: N examples. No config, no model, no hidden reduction.
"""

from __future__ import annotations

from typing import Any


def imitation_loss(logps: Any) -> Any:
    """Negative log-likelihood of each completion.

    Args:
        logps: sums over its tokens, (N,).

    Returns:
        (N,), at least 0.
    """
    return -logps


def dpo_loss(better: Any, worse: Any, reference_better: Any, reference_worse: Any, beta: float) -> Any:
    """Direct preference optimisation (Rafailov et al. 2023, arXiv:2305.18290, equation 7).

    Args:
        better: log-probability of the better completion under the model, (N,).
        worse: of the worse one, (N,).
        reference_better: under the frozen reference, (N,).
        reference_worse: likewise, (N,).
        beta: strength of the tie to the reference; larger stays closer.

    Returns:
        (N,); log 2 where model and reference agree.
    """
    import torch

    margin = (better - reference_better) - (worse - reference_worse)
    return -torch.nn.functional.logsigmoid(beta * margin)
