"""Objectives: log-probabilities of a batch -> its weighted loss, a few lines each.

A weighted mean is over the whole optimiser step: an objective answers a sum, and what to divide by is counted over all
micro-batches and ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from train.layout import Batch
from train.logps import Logps
from train.losses import dpo_loss, imitation_loss


@dataclass(frozen=True, slots=True)
class Objective:
    """A training objective.

    Fields:
        name: sft or dpo.
        loss: (log-probabilities, batch) -> sum of weighted losses, a scalar.
        mass: batch -> what the sum is divided by, as a float.
        metrics: (log-probabilities, batch) -> numbers to log.
    """

    name: str
    loss: Callable[[Logps, Batch], Any]
    mass: Callable[[Batch], float]
    metrics: Callable[[Logps, Batch], dict[str, float]]


def sft() -> Objective:
    """Weighted imitation: the mean over trained tokens, each with the weight of its example."""

    def loss(logps: Logps, batch: Batch) -> Any:
        return (imitation_loss(logps.total) * batch["weights"]).sum()

    def mass(batch: Batch) -> float:
        return float((batch["target"].sum(1) * batch["weights"]).sum())

    def metrics(logps: Logps, batch: Batch) -> dict[str, float]:
        return {"nats_per_token": float(-(logps.total.detach().sum() / logps.tokens.sum()))}

    return Objective("sft", loss, mass, metrics)


def dpo(beta: float, imitation: float = 0.0) -> Objective:
    """Weighted preferences: the mean over pairs, each with its weight.

    Args:
        beta: see `dpo_loss`.
        imitation: weight of the better completion's likelihood per token beside it (the RPO term of Pang et al. 2024,
            arXiv:2404.19733, equation 2), which keeps its probability from falling.
    """

    def halves(values: Any) -> tuple[Any, Any]:
        middle = values.shape[0] // 2
        return values[:middle], values[middle:]

    def loss(logps: Logps, batch: Batch) -> Any:
        better, worse = halves(logps.total)
        tokens, _ = halves(logps.tokens)
        each = dpo_loss(better, worse, *halves(batch["reference"]), beta)
        return ((each + imitation * imitation_loss(better) / tokens) * batch["weights"]).sum()

    def mass(batch: Batch) -> float:
        return float(batch["weights"].sum())

    def metrics(logps: Logps, batch: Batch) -> dict[str, float]:
        better, worse = halves(logps.total.detach() - batch["reference"])
        return {
            "pair_accuracy": float((better > worse).float().mean()),
            "margin": float(beta * (better - worse).mean()),
        }

    return Objective("dpo", loss, mass, metrics)
