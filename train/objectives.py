"""Objectives: a batch -> its weighted loss, a few lines each.

A weighted mean is over the whole optimiser step: an objective answers a sum, and what to divide by is counted over all
micro-batches and ranks. Letters: K completions of N examples; the better one first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from train import losses
from train.layout import Batch, collate, collate_scored
from train.logps import Logps, completion_logps, scores

Name = Literal["sft", "dpo", "ipo", "simpo", "orpo", "kto", "pairwise"]
TWO: tuple[Name, ...] = ("dpo", "ipo", "simpo", "orpo", "pairwise")
"""Objectives whose examples have two completions."""
REFERRED: tuple[Name, ...] = ("dpo", "ipo", "kto")
"""Objectives that are tied to a frozen reference; imitation's is needed to judge it alone."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A training objective.

    Fields:
        name: one of `Name`.
        lay: (rows, pad, shared=) -> batch.
        values: (model, batch) -> what the loss is of: log-probabilities, or a scorer's values (K, N).
        loss: (values, batch) -> sum of weighted losses, a scalar.
        mass: batch -> what the sum is divided by, as a float.
        reward: (log-probabilities or scores, batch) -> (K, N), what this objective takes for the reward of each
            completion: of the pairs that judge a checkpoint, whatever the rows it learns from.
    """

    name: Name
    lay: Callable[..., Batch]
    values: Callable[[Any, Batch], Any]
    loss: Callable[[Any, Batch], Any]
    mass: Callable[[Batch], float]
    reward: Callable[[Any, Batch], Any]

    def metrics(self, values: Any, batch: Batch) -> dict[str, float]:
        """Numbers to log of one batch of rows that are learned from."""
        weighty = batch["weights"] > 0  # rows of no weight only fill up a step
        if not bool(weighty.any()):
            return {}
        if self.name == "sft":
            total, tokens = values.total[0][weighty], values.tokens[0][weighty]
            return {"nats_per_token": float(-(total.sum() / tokens.sum()).detach())}
        if self.name == "kto":
            reward, good = self.reward(values[0], batch).detach()[0], batch["p_better"]
            return {"reward": float((reward * (2 * good - 1))[weighty].mean())}
        return pair_metrics(self.reward(values, batch).detach()[:, weighty])

    def judge(
        self, model: Any, rows: Sequence[Mapping[str, Any]], pad: int, to: Any = None, *, shared: bool = True
    ) -> Any:
        """The reward of both completions of pairs, (2, N), without gradient; rows as for an objective of two."""
        import torch

        scored = self.name == "pairwise"
        batch = moved((self.lay if scored else collate)(rows, pad, shared=shared), to)
        with torch.no_grad():
            return self.reward((self.values if scored else completion_logps)(model, batch), batch)


def pair_metrics(rewards: Any) -> dict[str, float]:
    """Share of pairs whose better completion has the larger reward (equal: one half), and the mean margin: (2, N)."""
    better, worse = rewards
    wins = (better > worse).float() + 0.5 * (better == worse).float()
    return {"pair_accuracy": float(wins.mean()), "margin": float((better - worse).mean())}


def moved(batch: Any, device: Any) -> Any:
    """A batch with its tensors on `device`; None leaves them."""
    if device is None or isinstance(batch, int | float | str):
        return batch
    if isinstance(batch, dict):
        return {name: moved(value, device) for name, value in batch.items()}
    if isinstance(batch, list):
        return [moved(value, device) for value in batch]
    return batch.to(device)


def sft() -> Objective:
    """Weighted imitation: the mean over trained tokens, each with the weight of its example."""

    def loss(logps: Logps, batch: Batch) -> Any:
        return (losses.imitation_loss(logps.total[0]) * batch["weights"]).sum()

    def mass(batch: Batch) -> float:
        return float(((batch["labels"] >= 0).sum(1)[batch["leaf"][0]] * batch["weights"]).sum())

    return Objective("sft", collate, completion_logps, loss, mass, _log_ratio)


def dpo(beta: float, imitation: float = 0.0) -> Objective:
    """Weighted preferences against a frozen reference; see `losses.dpo_loss`.

    Args:
        beta: strength of the tie to the reference.
        imitation: weight of the better completion's likelihood per token beside it (the RPO term of Pang et al. 2024,
            arXiv:2404.19733, equation 2), which keeps its probability from falling.
    """

    def of_two(logps: Logps, batch: Batch) -> Any:
        better, worse = logps.total - batch["reference"]
        return losses.dpo_loss(better, worse, batch["p_better"], batch["offset"], beta)

    return _preferences("dpo", of_two, imitation, lambda logps, batch: beta * _log_ratio(logps, batch))


def ipo(beta: float, imitation: float = 0.0) -> Objective:
    """Weighted preferences with a distance to aim at; see `losses.ipo_loss`."""

    def ratio(logps: Logps, batch: Batch) -> Any:
        return (logps.total - batch["reference"]) / logps.tokens

    def of_two(logps: Logps, batch: Batch) -> Any:
        better, worse = ratio(logps, batch)
        return losses.ipo_loss(better, worse, batch["p_better"], batch["offset"], beta)

    return _preferences("ipo", of_two, imitation, lambda logps, batch: beta * ratio(logps, batch))


def simpo(beta: float, gamma: float, imitation: float = 0.0) -> Objective:
    """Weighted preferences without a reference; see `losses.simpo_loss`."""

    def of_two(logps: Logps, batch: Batch) -> Any:
        better, worse = logps.mean
        return losses.simpo_loss(better, worse, batch["p_better"], batch["offset"], beta, gamma)

    return _preferences("simpo", of_two, imitation, lambda logps, batch: beta * logps.mean)


def orpo(strength: float) -> Objective:
    """Weighted imitation of the better completion and, `strength` times, the odds ratio; see `losses.orpo_loss`."""

    def of_two(logps: Logps, batch: Batch) -> Any:
        better, worse = logps.mean
        ratio = losses.orpo_loss(better, worse, batch["p_better"], batch["offset"])
        return losses.imitation_loss(better) + strength * ratio

    return _preferences("orpo", of_two, 0.0, lambda logps, batch: logps.mean)


def kto(beta: float) -> Objective:
    """Weighted good and bad completions, unpaired; see `losses.kto_loss`.

    A row's first completion is its own, the second another row's: of those, without gradient, the reference point is
    the mean log-ratio over the micro-batch, at least 0. So this objective, alone, depends on the micro-batch.
    """

    def lay(rows: Sequence[Mapping[str, Any]], pad: int, *, shared: bool = True) -> Batch:
        own, others = (_with_completion(rows, which) for which in (0, 1))
        return collate(own, pad, shared=shared) | {"others": collate(others, pad, shared=shared)}

    def values(model: Any, batch: Batch) -> tuple[Logps, Logps]:
        import torch

        with torch.no_grad():
            others = completion_logps(model, batch["others"])
        return completion_logps(model, batch), others

    def loss(both: tuple[Logps, Logps], batch: Batch) -> Any:
        own, others = both
        weighty = batch["weights"] > 0
        apart = (others.total[0] - batch["others"]["reference"][0])[weighty]
        baseline = apart.mean().clamp(min=0) if bool(weighty.any()) else apart.sum()
        each = losses.kto_loss(own.total[0] - batch["reference"][0], batch["p_better"], baseline, beta)
        return (each * batch["weights"]).sum()

    return Objective("kto", lay, values, loss, _weights, lambda own, batch: beta * _log_ratio(own, batch))


def pairwise() -> Objective:
    """A scorer's: weighted cross-entropy of the difference of two values against a soft label."""

    def loss(of_posts: Any, batch: Batch) -> Any:
        better, worse = of_posts
        return (losses.pairwise_loss(better - worse, batch["p_better"], batch["offset"]) * batch["weights"]).sum()

    return Objective("pairwise", collate_scored, scores, loss, _weights, lambda of_posts, batch: of_posts)


def _preferences(
    name: Name,
    of_two: Callable[[Logps, Batch], Any],
    imitation: float,
    reward: Callable[[Logps, Batch], Any],
) -> Objective:
    """An objective of two completions: the mean over pairs, each with its weight."""

    def loss(logps: Logps, batch: Batch) -> Any:
        each = of_two(logps, batch)
        if imitation:
            each = each + imitation * losses.imitation_loss(logps.mean[0])
        return (each * batch["weights"]).sum()

    return Objective(name, collate, completion_logps, loss, _weights, reward)


def _weights(batch: Batch) -> float:
    return float(batch["weights"].sum())


def _log_ratio(logps: Logps, batch: Batch) -> Any:
    return logps.total - batch["reference"]


def _with_completion(rows: Sequence[Mapping[str, Any]], which: int) -> list[dict[str, Any]]:
    """The rows with one of their completions, and of its reference."""
    out = []
    for row in rows:
        one = dict(row) | {"completions": [row["completions"][which]]}
        if "reference" in row:
            one["reference"] = [row["reference"][which]]
        out.append(one)
    return out
