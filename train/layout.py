"""How a batch is laid out, as a tree, so that what its rows share is computed once.

What all rows begin with (the instruction) is one row of its own; what the completions of one example share (the draft)
is a second level where that saves enough; completions are the leaves. A sequence that stands in several examples is one
leaf. Without sharing the tree has one level, of whole rows: the plain layout is the same thing with nothing shared.

Letters: N examples, K completions of each, L distinct leaves, R rows of a level, T tokens of its longest row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from virality.models.attention import common_prefix

Batch = dict[str, Any]
"""What `collate` and `collate_scored` make, as tensors:

levels: from the root to the leaves, each with ids (R, T), mask (R, T): 1 where a token is, and parent (R,): the row of
    the level above that it continues. Rows are padded on the left, so that leaves end at the right edge.
labels: (L, T of the leaves): the token that each position of a leaf predicts, -1 where none is trained; of language
    models alone.
leaf: (K, N), which leaf each completion of each example is.
weights, p_better, offset: (N,), see `train.examples.Example`.
rows: (N,), numbers of the examples.
reference: (K, N), log-probabilities under the frozen reference, in nats, where the objective has one.
"""

_WORTH = 0.1
"""A second level is used where it saves at least this share of the tokens below the first: each attends by itself."""


def collate(rows: Sequence[Mapping[str, Any]], pad: int, *, shared: bool = True) -> Batch:
    """Examples of a language model as one batch.

    Args:
        rows: with prompt, completions, weight, p_better, offset, row and, where the objective has one, reference.
        pad: token id to fill with; never attended to, never trained.
        shared: False gives the plain layout.

    A leaf ends before its last token, which predicts nothing; the last token of the prompt, which predicts the first
    of the completion, is the leaf's own.
    """
    import torch

    leaves, leaf = _distinct([(tuple(row["prompt"]), tuple(one)) for row in rows for one in row["completions"]])
    inputs = [[*prompt, *completion[:-1]] for prompt, completion in leaves]
    stems = [len(prompt) - 1 for prompt, _ in leaves]
    levels = _tree(inputs, stems, pad) if shared else [_level(inputs, None, pad)]
    longest = levels[-1]["ids"].shape[1]
    labels = torch.full((len(leaves), longest), -1, dtype=torch.long)
    for at, (_, completion) in enumerate(leaves):
        labels[at, longest - len(completion) :] = torch.tensor(completion)
    return {"levels": levels, "labels": labels, "leaf": _by_completion(leaf, len(rows))} | _about(rows)


def collate_scored(rows: Sequence[Mapping[str, Any]], pad: int, *, shared: bool = True) -> Batch:
    """Posts for a scorer as one batch: completions are whole rendered posts, judged at their last token."""
    leaves, leaf = _distinct([tuple(one) for row in rows for one in row["completions"]])
    inputs = [list(one) for one in leaves]
    levels = _tree(inputs, None, pad) if shared else [_level(inputs, None, pad)]
    return {"levels": levels, "leaf": _by_completion(leaf, len(rows))} | _about(rows)


def tokens(batch: Batch) -> int:
    """Tokens that are computed for a batch, padding left out."""
    return sum(int(level["mask"].sum()) for level in batch["levels"])


def paths(batch: Batch) -> list[list[int]]:
    """Token ids of every leaf from the root on, padding left out: what each completion is computed behind."""
    above: list[list[int]] = []
    for level in batch["levels"]:
        here = zip(level["parent"].tolist(), level["ids"], level["mask"], strict=True)
        above = [(above[parent] if above else []) + ids[mask.bool()].tolist() for parent, ids, mask in here]
    return above


def _tree(inputs: list[list[int]], stems: list[int] | None, pad: int) -> list[dict[str, Any]]:
    """Levels of `inputs`; the first `stems` tokens of each are its prompt, shared by equal prompts where that pays."""
    shared = common_prefix([one if stems is None else one[: stem + 1] for one, stem in _with(inputs, stems)])
    root = [_level([inputs[0][:shared]], None, pad)] if shared else []
    if stems is not None:
        prompts, parent = _distinct([tuple(one[shared:stem]) for one, stem in _with(inputs, stems)])
        saved = sum(stem - shared for stem in stems) - sum(map(len, prompts))
        if all(prompts) and saved >= _WORTH * sum(len(one) - shared for one in inputs):
            drafts = _level([list(one) for one in prompts], [0] * len(prompts), pad)
            return [*root, drafts, _level([one[stem:] for one, stem in _with(inputs, stems)], parent, pad)]
    return [*root, _level([one[shared:] for one in inputs], [0] * len(inputs), pad)]


def _with(inputs: list[list[int]], stems: list[int] | None) -> list[tuple[list[int], int]]:
    return list(zip(inputs, stems or [0] * len(inputs), strict=True))


def _level(rows: list[list[int]], parent: list[int] | None, pad: int) -> dict[str, Any]:
    import torch

    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, longest - len(row) :] = torch.tensor(row, dtype=torch.long)
        mask[at, longest - len(row) :] = 1
    return {"ids": ids, "mask": mask, "parent": torch.tensor(parent or [0] * len(rows), dtype=torch.long)}


def _distinct(keys: list[Any]) -> tuple[list[Any], list[int]]:
    """The distinct keys in the order of their first place, and which of them each key is."""
    places: dict[Any, int] = {}
    at = [places.setdefault(key, len(places)) for key in keys]
    return list(places), at


def _by_completion(leaf: list[int], examples: int) -> Any:
    import torch

    return torch.tensor(leaf, dtype=torch.long).view(examples, -1).T.contiguous()


def _about(rows: Sequence[Mapping[str, Any]]) -> Batch:
    import torch

    about = {name: torch.tensor([row[key] for row in rows], dtype=torch.float32)
             for name, key in (("weights", "weight"), ("p_better", "p_better"), ("offset", "offset"))}  # fmt: skip
    about["rows"] = torch.tensor([row["row"] for row in rows], dtype=torch.long)
    if "reference" in rows[0]:
        about["reference"] = torch.tensor([row["reference"] for row in rows], dtype=torch.float32).T.contiguous()
    return about
