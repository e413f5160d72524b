"""How a batch is laid out so that what its rows share is computed once.

Letters: B rows, P tokens of the prefix that all prompts share, T tokens of the longest tail, C of the longest
completion. Tails are padded on the left: so completions end at the right edge, and the vocabulary head sees C + 1
positions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from virality.models.attention import common_prefix

Batch = dict[str, Any]
"""prefix (P,), ids (B, T), mask (B, T): 1 where a token is, target (B, T): 1 where it is trained, weights (B or B/2,),
reference (B,): log-probabilities of the frozen reference, rows (B or B/2,): numbers of the examples."""


def collate(rows: Sequence[Mapping[str, Any]], pad: int) -> Batch:
    """Examples as one batch; with preferences the rows are all better ones, then all worse ones.

    Args:
        rows: with prompt, better, worse, weight, row and, for preferences, reference_better and reference_worse.
        pad: token id to fill with; never attended to, never trained.
    """
    import torch

    preferences = bool(rows[0]["worse"])
    sides = ("better", "worse") if preferences else ("better",)
    prompts = [list(row["prompt"]) for _ in sides for row in rows]
    completions = [list(row[side]) for side in sides for row in rows]
    shared = common_prefix(prompts)
    tails = [prompt[shared:] + completion for prompt, completion in zip(prompts, completions, strict=True)]
    longest = max(map(len, tails))
    ids = torch.full((len(tails), longest), pad, dtype=torch.long)
    mask = torch.zeros((len(tails), longest), dtype=torch.long)
    target = torch.zeros((len(tails), longest), dtype=torch.long)
    for at, (tail, completion) in enumerate(zip(tails, completions, strict=True)):
        ids[at, longest - len(tail) :] = torch.tensor(tail)
        mask[at, longest - len(tail) :] = 1
        target[at, longest - len(completion) :] = 1
    batch = {
        "prefix": torch.tensor(prompts[0][:shared], dtype=torch.long),
        "ids": ids,
        "mask": mask,
        "target": target,
        "weights": torch.tensor([row["weight"] for row in rows], dtype=torch.float32),
        "rows": torch.tensor([row["row"] for row in rows], dtype=torch.long),
    }
    if preferences and "reference_better" in rows[0]:
        batch["reference"] = torch.tensor(
            [row[f"reference_{side}"] for side in sides for row in rows], dtype=torch.float32
        )
    return batch


def whole_rows(batch: Batch) -> tuple[Any, Any]:
    """Ids and mask of the rows with the prefix in each, padded on the left as generation pads them: (B, P + T) both."""
    import torch

    prefix, ids, mask = batch["prefix"], batch["ids"], batch["mask"]
    rows, longest = ids.shape
    padded = torch.cat([prefix.expand(rows, -1), ids], dim=1)
    seen = torch.cat([mask.new_ones(rows, prefix.numel()), mask], dim=1)
    at = torch.arange(prefix.numel() + longest, device=ids.device).expand(rows, -1)
    pads = longest - mask.sum(1, keepdim=True)
    source = torch.where(at < pads, prefix.numel() + at, torch.where(at < pads + prefix.numel(), at - pads, at))
    return padded.gather(1, source), seen.gather(1, source)
