"""Which layout a run takes: the shared one where it is exact for this model and these rows.

Decided before the first step, on real rows of different lengths, and said in one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from train.estimate import available
from train.failures import is_out_of_memory
from train.layout import Batch
from train.objectives import REFERRED, Objective, moved
from virality.models.attention import bare, reach
from virality.progress import say

ALLOWED = {"float32": 1e-4, "bfloat16": 5e-2}
"""How far, relatively, loss and gradient of the shared path may lie from the plain path's."""

_COMPARED = 3


@dataclass(frozen=True, slots=True)
class Path:
    """How a run computes.

    Fields:
        shared: what rows share is computed once, and LoRA layers are fused.
        difference: how far, relatively, that was from the plain path; None = not compared.
    """

    shared: bool
    difference: float | None


PLAIN = Path(shared=False, difference=None)


def choose(
    model: Any, rows: Sequence[Mapping[str, Any]], objective: Objective, pad: int, micro_batch: int, *, shared: bool
) -> Path:
    """The shared path, if it is wanted and equals the plain one on some rows from the shortest to the longest.

    Args:
        model: with its adapter; in evaluation mode.
        rows: as the objective lays them out, with `length` and `group`.
        objective: whose loss and gradients are compared.
        pad: token id.
        micro_batch: rows that fit side by side.
        shared: False takes the plain path without a comparison.
    """
    if not shared:
        return PLAIN
    why = why_not(model, max(row["length"] for row in rows))
    if why is not None:
        say(f"  shared prefix not used: {why}; the plain path is used")
        return PLAIN
    some = spread(rows, micro_batch)
    try:
        difference = largest_difference(model, objective, some, pad)
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        if is_out_of_memory(error):
            raise
        line = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        say(f"  shared prefix cannot be used with this model ({line}); the plain path is used")
        return PLAIN
    available.let_go()  # whole rows took more than a tree of them will, and what they leave lies scattered
    dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
    first, *behind = objective.lay(some, pad)["levels"]
    tokens = int(first["mask"].sum()) if behind and len(first["ids"]) == 1 else 0
    if difference <= ALLOWED.get(dtype, 5e-2):
        say(f"  shared prefix of {tokens} tokens verified: loss and gradients differ from the plain path by "
            f"{difference:.1e}")  # fmt: skip
        return Path(shared=True, difference=difference)
    say(f"  shared prefix differs from the plain path by {difference:.1e}; the plain path is used")
    return Path(shared=False, difference=difference)


def largest_difference(model: Any, objective: Objective, rows: Sequence[Mapping[str, Any]], pad: int) -> float:
    """Relative difference of loss and gradient between the shared path and the plain one: the larger of the two.

    The gradient's is the norm of the difference over the norm, over all trainable tensors together. LoRA's B matrices
    are zero at the start, and A has no gradient then: they are moved for the comparison and put back.
    """
    import torch

    from train import reference
    from train.fused import fused

    start = reference.logps(model, rows, pad, len(rows), shared=False) if objective.name in REFERRED else None
    rows = [
        dict(row) | {"weight": 1.0 + row["weight"]} | ({"reference": start[at]} if start else {})
        for at, row in enumerate(rows)
    ]
    named = [(name, one) for name, one in model.named_parameters() if one.requires_grad]
    found: list[tuple[float, list[Any]]] = []
    with _Unzeroed(named):
        for shared in (False, True):  # the larger first: what the smaller leaves would lie scattered under it
            batch: Batch = moved(objective.lay(rows, pad, shared=shared), next(model.parameters()).device)
            with fused(model) if shared else torch.enable_grad():
                loss = objective.loss(objective.values(model, batch), batch)
                gradients = torch.autograd.grad(loss, [one for _, one in named], allow_unused=True)
            found.append((float(loss.detach()), [None if one is None else one.float() for one in gradients]))
    (two, plain), (one, mine) = found
    apart = [a if b is None else b if a is None else a - b for a, b in zip(mine, plain, strict=True)]
    return max(abs(one - two) / max(abs(two), 1e-12), _norm(apart) / max(_norm(plain), 1e-12))


def _norm(tensors: Sequence[Any]) -> float:
    return float(sum(float((one * one).sum()) for one in tensors if one is not None) ** 0.5)


class _Unzeroed:
    """While it lasts, every B matrix that is zero is not."""

    def __init__(self, named: Sequence[tuple[str, Any]]) -> None:
        self.zero = [one for name, one in named if "lora_B" in name and not bool(one.detach().any())]

    def __enter__(self) -> None:
        import torch

        draw = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for one in self.zero:
                one.copy_(torch.empty(one.shape).normal_(std=0.02, generator=draw))

    def __exit__(self, *_: object) -> None:
        import torch

        with torch.no_grad():
            for one in self.zero:
                one.zero_()


def spread(rows: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Up to `most` rows, and four at most: the longest, the shortest, one between, and one that shares its group."""
    order = sorted(rows, key=lambda row: row["length"])
    places = [len(order) - 1, 0, len(order) // 2][: min(_COMPARED, max(1, most))]
    found = [order[at] for at in sorted(set(places))]
    if len(found) < most:
        groups = {row["group"] for row in found}
        numbers = {row["row"] for row in found}
        found += [row for row in rows if row["group"] in groups and row["row"] not in numbers][:1]
    return found


def why_not(model: Any, longest: int) -> str | None:
    """What is known beforehand to make the shared path another computation for rows so long, or None."""
    if _has_dropout(model):
        return "with dropout all rows would share its mask"
    if getattr(bare(model), "is_activation_checkpointing", False):
        return "activation checkpointing computes layers again outside the tree"
    most = reach(model)
    if most is None or longest <= most:
        return None
    return f"attention reaches {most} tokens and the longest row has {longest}" if most else "layers keep a state"


def _has_dropout(model: Any) -> bool:
    import torch

    layers = any(module.p > 0 for module in model.modules() if isinstance(module, torch.nn.Dropout))
    return layers or float(getattr(bare(model).config.get_text_config(), "attention_dropout", 0) or 0) > 0
