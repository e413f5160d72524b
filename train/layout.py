"""How a batch is laid out so that what its rows share is computed once.

Letters: B rows, P tokens of the prefix that all prompts share, T tokens of the longest tail, C of the longest completion.
Tails are padded on the left: so completions end at the right edge, and the vocabulary head sees C + 1 positions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    shared = shared_length(prompts)
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


def shared_length(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with; each keeps at least one of its own, from which its first token is predicted."""
    first, last = min(prompts), max(prompts)
    shared = 0
    for one, two in zip(first, last, strict=False):
        if one != two:
            break
        shared += 1
    return max(0, min(shared, min(map(len, prompts)) - 1))


def first_rows(batch: Batch, count: int) -> Batch:
    """The first `count` rows of a batch, for a quick comparison."""
    return {key: value if key == "prefix" else value[:count] for key, value in batch.items()}
