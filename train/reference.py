"""Log-probabilities under the frozen reference: computed once, before the first step, and kept for a continued run.

The reference is the model as it comes to a run: the base, or the adapter that the run continues. So no second model is
held, and a preference run never drifts from another reference than its own start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from train.launch import sharding
from train.layout import collate
from train.logps import completion_logps
from train.objectives import moved
from virality.atomic import aside
from virality.progress import is_main


def logps(
    model: Any,
    rows: Sequence[Mapping[str, Any]],
    pad: int,
    micro_batch: int,
    *,
    shared: bool,
    progress: Callable[..., Iterable[list[int]]] | None = None,
) -> list[list[float]]:
    """Log-probability of every completion of every row under `model` as it now is, in nats: (N, K).

    Ranks share the work; each answers all of it.
    """
    import torch

    order = sorted(range(len(rows)), key=lambda at: (-rows[at]["length"], rows[at]["group"], at))
    batches = [order[at : at + micro_batch] for at in range(0, len(order), micro_batch)]
    spread = torch.distributed.is_available() and torch.distributed.is_initialized()
    rank, world = (torch.distributed.get_rank(), torch.distributed.get_world_size()) if spread else (0, 1)
    if sharding.is_sharded(model):  # each forward takes every rank: so each has as many
        batches = sharding.filled_up(batches, world)
    mine = batches[rank::world]
    found: dict[int, list[float]] = {}
    with torch.no_grad():
        for batch in progress(mine, "reference", unit="batches") if progress else mine:
            laid = collate([rows[at] for at in batch], pad, shared=shared)
            total = completion_logps(model, moved(laid, next(model.parameters()).device)).total
            found |= dict(zip(batch, total.T.tolist(), strict=True))
    if world > 1:
        of_ranks: list[Any] = [None] * world
        torch.distributed.all_gather_object(of_ranks, found)
        found = {at: values for one in of_ranks for at, values in one.items()}
    return [found[at] for at in range(len(rows))]


def kept(path: Path, rows: Sequence[Mapping[str, Any]], compute: Callable[[], list[list[float]]]) -> list[list[float]]:
    """What `compute` gives, or what an earlier part of this run kept of it in `path`, for these same rows."""
    key = hashlib.sha256(json.dumps([(row["prompt"], row["completions"]) for row in rows]).encode()).hexdigest()
    if path.is_file():
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            document = {}
        if isinstance(document, dict) and document.get("rows") == key:
            found: list[list[float]] = document["logps"]
            return found
    found = compute()
    if is_main():
        with aside(path) as temporary:
            temporary.write_text(json.dumps({"rows": key, "logps": found}), encoding="utf-8")
    return found
