"""The one forward: log-probabilities of completions over a tree of shared tokens, exact in value and in gradient.

Letters as in `train.layout`; M tokens of the tree, C trained tokens of all leaves together, V vocabulary.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from train import packed
from train.layout import Batch
from train.softmax import log_probabilities
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

    Every token of a tree passes through the model once, and its keys and values, which carry gradients, are seen by all
    that continue it: so value and gradient equal those of whole rows, up to rounding. Dropout in the adapter breaks
    that (one mask for all that share a token), and so do windows shorter than a row: `train.paths` decides. Only
    trained positions meet the vocabulary head; log-softmax is in fp32.
    """
    levels, labels = batch["levels"], batch["labels"]
    trained = labels >= 0
    if len(levels) == 1:
        kept = int(trained.sum(1).max())
        labels, trained = labels[:, -kept:], trained[:, -kept:]
        logits = _whole(model, levels[0], logits_to_keep=kept).logits[trained]
    else:
        tree = packed.pack(model, levels)
        leaves = levels[-1]["mask"].bool()
        at = trained[leaves].nonzero()[:, 0] + tree.ids.shape[1] - leaves.sum()
        with _head_sees(model, at), packed.passing(model, tree):
            logits = model(input_ids=tree.ids, position_ids=tree.positions, use_cache=False).logits[0]
    each = log_probabilities(logits.float(), labels[trained])
    # pairwise sums: less rounding than one by one
    total = each.new_zeros(trained.shape).masked_scatter(trained, each).sum(1)
    return Logps(total[batch["leaf"]], trained.sum(1)[batch["leaf"]])


def scores(model: Any, batch: Batch) -> Any:
    """A scorer's value of each post of a batch that `layout.collate_scored` laid out: (K, N), fp32, unbounded."""
    levels = batch["levels"]
    if len(levels) == 1:
        return _whole(model, levels[0]).logits.float()[:, 0][batch["leaf"]]
    tree = packed.pack(model, levels)
    lengths = levels[-1]["mask"].sum(1)
    last = tree.ids.shape[1] - lengths.sum() + lengths.cumsum(0) - 1
    with _scored(model) as values, packed.passing(model, tree):
        model(input_ids=tree.ids, position_ids=tree.positions, use_cache=False)
    return values[0][0, last, 0].float()[batch["leaf"]]


def _whole(model: Any, level: dict[str, Any], **more: Any) -> Any:
    """Output of the model for whole rows, padded on the left."""
    positions = (level["mask"].cumsum(1) - 1).clamp(min=0)
    return model(input_ids=level["ids"], attention_mask=level["mask"], position_ids=positions, use_cache=False, **more)


@contextlib.contextmanager
def _head_sees(model: Any, at: Any) -> Iterator[None]:
    """While it lasts, the vocabulary head sees the positions `at` alone: (1, C, D) for (1, M, D)."""
    head = bare(model).get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, inputs: (inputs[0][:, at],))
    try:
        yield
    finally:
        hook.remove()


@contextlib.contextmanager
def _scored(model: Any) -> Iterator[list[Any]]:
    """While it lasts, keeps what a scorer's head answers at every position: (1, M, 1)."""
    kept: list[Any] = []
    hook = bare(model).score.register_forward_hook(lambda _, inputs, found: kept.append(found))
    try:
        yield kept
    finally:
        hook.remove()
