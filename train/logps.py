"""The one forward: log-probabilities of completions over a tree of shared tokens, exact in value and in gradient.

Letters as in `train.layout`; C trained tokens of all leaves together, V vocabulary.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from train.layout import Batch
from virality.models.attention import bare


@dataclass(frozen=True, slots=True)
class Logps:
    """Sum of log-probabilities of each completion, in nats (K, N), and how many tokens it sums over (K, N)."""

    total: Any
    tokens: Any

    @property
    def mean(self) -> Any:
        """Log-probability per token, in nats: (K, N)."""
        return self.total / self.tokens


def completion_logps(model: Any, batch: Batch) -> Logps:
    """Log-probabilities of the completions of a batch that `layout.collate` laid out.

    Each level is forwarded once and leaves its keys and values, which carry gradients, to the rows below it: so value
    and gradient equal those of whole rows, up to rounding. Dropout in the adapter breaks that (one mask for all that
    share a token), and so do windows shorter than a row: `train.paths` decides. Only trained positions meet the
    vocabulary head; log-softmax is in fp32.
    """
    import torch

    labels = batch["labels"]
    trained = labels >= 0
    with _head_sees(model, trained):
        logits = _forward(model, batch["levels"]).logits
    if logits.shape[:-1] == trained.shape:  # a family whose head is not where transformers says it is
        logits = logits[trained]
    logits = logits.reshape(-1, logits.shape[-1]).float()
    each = -torch.nn.functional.cross_entropy(logits, labels[trained], reduction="none")
    total = (
        each.new_zeros(trained.shape).masked_scatter(trained, each).sum(1)
    )  # pairwise: less rounding than one by one
    return Logps(total[batch["leaf"]], trained.sum(1)[batch["leaf"]])


def scores(model: Any, batch: Batch) -> Any:
    """A scorer's value of each post of a batch that `layout.collate_scored` laid out: (K, N), fp32, unbounded."""
    return _forward(model, batch["levels"]).logits.float()[:, -1][batch["leaf"]]


def _forward(model: Any, levels: list[dict[str, Any]]) -> Any:
    """Output of the last level; what is above it is in the cache."""
    import torch
    from transformers import DynamicCache

    if len(levels) == 1:
        return model(input_ids=levels[0]["ids"], attention_mask=levels[0]["mask"], use_cache=False,
                     position_ids=_positions(levels[0]["mask"], levels[0]["ids"].shape[1]))  # fmt: skip
    cache = DynamicCache(config=bare(model).config)
    seen, found = None, None
    for at, level in enumerate(levels):
        if seen is None:
            seen = level["mask"]
        else:
            _branch(cache, level["parent"])
            seen = torch.cat([seen[level["parent"]], level["mask"]], dim=1)
        above = {} if at == len(levels) - 1 else _no_head(model)
        found = model(input_ids=level["ids"], attention_mask=seen, past_key_values=cache, use_cache=True,
                      position_ids=_positions(seen, level["ids"].shape[1]), **above)  # fmt: skip
    return found


def _positions(seen: Any, width: int) -> Any:
    """Positions of the last `width` columns, padding not counted: (R, width)."""
    return (seen.cumsum(1) - 1).clamp(min=0)[:, -width:]


def _branch(cache: Any, parent: Any) -> None:
    """Let each row of the next level continue its parent; where there is one parent, its keys are not copied."""
    for layer in cache.layers:
        if layer.keys.shape[0] == 1:
            layer.keys, layer.values = (one.expand(len(parent), -1, -1, -1) for one in (layer.keys, layer.values))
        else:
            layer.keys, layer.values = layer.keys[parent], layer.values[parent]


def _no_head(model: Any) -> dict[str, int]:
    """What keeps the vocabulary head from positions above the leaves; a scorer's head is too small to matter."""
    return {"logits_to_keep": 1} if bare(model).get_output_embeddings() is not None else {}


@contextlib.contextmanager
def _head_sees(model: Any, trained: Any) -> Iterator[None]:
    """While it lasts, the vocabulary head sees the trained positions of the leaves alone: (C, D) for (L, T, D)."""
    head = bare(model).get_output_embeddings()

    def select(_: Any, inputs: tuple[Any, ...]) -> Any:
        hidden = inputs[0]
        return (hidden[trained],) if hidden.shape[:-1] == trained.shape else None

    hook = head.register_forward_pre_hook(select)
    try:
        yield
    finally:
        hook.remove()
