"""Which of the two forward paths a run takes: the shared one where it is exact for this model and these rows.

Decided before the first step, on real rows of different lengths, and said in one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from train.layout import collate
from train.logps import Forward, Logps, largest_difference, plain_logps, shared_logps
from virality.models.attention import bare, reach
from virality.progress import say

ALLOWED = {"float32": 1e-4, "bfloat16": 5e-2}
"""How far, relatively, loss and gradient of the shared path may lie from the plain path's."""

_COMPARED = 3


@dataclass(frozen=True, slots=True)
class Path:
    """The forward of a run, and how far the two paths were apart (None = not compared)."""

    forward: Forward
    difference: float | None


def choose(model: Any, rows: Sequence[Mapping[str, Any]], pad: int, micro_batch: int, *, shared: bool) -> Path:
    """The shared path, if it is wanted and equals the plain one on up to three rows from the shortest to the longest.

    Args:
        model: with its adapter; in evaluation mode.
        rows: as `layout.collate` takes them, with `length`.
        pad: token id.
        micro_batch: rows that fit side by side.
        shared: False takes the plain path without a comparison.
    """
    if not shared:
        return Path(plain_logps, None)
    why = _why_not(model, max(row["length"] for row in rows))
    if why is not None:
        say(f"  shared prefix not used: {why}; the plain path is used")
        return Path(plain_logps, None)
    batch = {name: value.to(model.device) for name, value in collate(_spread(rows, micro_batch), pad).items()}

    def loss(logps: Logps) -> Any:
        weights = 1.0 + batch["weights"].repeat(len(logps.total) // len(batch["weights"]))
        return -(logps.total * weights).sum()

    difference = largest_difference(model, batch, loss)
    dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
    tokens = batch["prefix"].numel()
    if difference <= ALLOWED.get(dtype, 5e-2):
        say(f"  shared prefix of {tokens} tokens verified: loss and gradients differ from the plain path by "
            f"{difference:.1e}")  # fmt: skip
        return Path(shared_logps, difference)
    say(f"  shared prefix differs from the plain path by {difference:.1e}; the plain path is used")
    return Path(plain_logps, difference)


def _spread(rows: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Up to `most` rows, and three at most, of different lengths: the longest, the shortest, one between."""
    order = sorted(rows, key=lambda row: row["length"])
    places = [len(order) - 1, 0, len(order) // 2][: min(_COMPARED, max(1, most))]
    return [order[at] for at in sorted(set(places))]


def _why_not(model: Any, longest: int) -> str | None:
    """What is known beforehand to make the shared path another computation, or None."""
    if _has_dropout(model):
        return "with dropout all rows would share its mask"
    if getattr(bare(model), "is_activation_checkpointing", False):
        return "activation checkpointing drops the cache"
    most = reach(model)
    if most is None or longest <= most:
        return None
    return f"attention reaches {most} tokens and the longest row has {longest}" if most else "layers keep a state"


def _has_dropout(model: Any) -> bool:
    import torch

    layers = any(module.p > 0 for module in model.modules() if isinstance(module, torch.nn.Dropout))
    return layers or float(getattr(bare(model).config.get_text_config(), "attention_dropout", 0) or 0) > 0
