"""The micro-batches that a run will see, before it is started: how many, how large, the largest and a typical one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from train.estimate.memory import Shape
from train.objectives import Objective

_LAID = 64
"""Micro-batches that are laid out to count tokens; the others are reckoned from their rows' lengths."""
_CANDIDATES = 6
"""Micro-batches with the longest rows that are laid out to find the largest."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of a rank.

    Fields:
        steps: of the optimiser.
        micro_batches: of this rank, in all steps together.
        tokens: of a micro-batch, on average: what is computed.
        largest: numbers of the rows of the largest one.
        typical: of one with about the average of tokens.
        shape: of the largest.
    """

    steps: int
    micro_batches: int
    tokens: float
    largest: list[int]
    typical: list[int]
    shape: Shape


def look(
    rows: Rows,
    objective: Objective,
    pad: int,
    *,
    batch_size: int,
    micro_batch: int,
    epochs: float,
    seed: int,
    world: int = 1,
    shared: bool = True,
    weigh: Callable[[Shape], float] | None = None,
) -> Ahead:
    """The micro-batches of `train.fit` with these settings.

    Args:
        rows: as the objective lays them out, with `length` and `group`.
        objective: lays them out.
        pad: token id.
        batch_size: examples of an optimiser step over all ranks.
        micro_batch: examples side by side.
        epochs: of the run.
        seed: of the order.
        world: ranks; the first one's share is looked at.
        shared: whether rows share what they have in common.
        weigh: shape -> how much memory it takes; by default tokens and what they attend to.
    """
    from train.order import GroupedByLength

    steps = max(1, math.ceil(round(epochs * math.ceil(len(rows) / batch_size), 6)))
    lengths, groups = [int(row["length"]) for row in rows], [int(row["group"]) for row in rows]
    order = GroupedByLength(lengths, groups, batch_size, seed, full=world > 1)
    found: list[list[int]] = []
    taken = 0
    for epoch in range(math.ceil(steps / math.ceil(len(rows) / batch_size))):
        order.set_epoch(epoch)
        numbers = [at % len(rows) for at in order]
        for start in range(0, len(numbers), batch_size):
            if taken < steps:
                step = numbers[start : start + batch_size]
                found += [step[at : at + micro_batch] for at in range(0, len(step), micro_batch)][::world]
                taken += 1

    def shape(batch: Sequence[int]) -> Shape:
        return Shape.of(objective.lay([rows[at] for at in batch], pad, shared=shared))

    tokens, typical = _typical(found, [_size(row) for row in rows], lambda batch: shape(batch).tokens)
    sizes = [sum(_size(rows[at]) for at in batch) for batch in found]
    longest = sorted(range(len(found)), key=lambda at: (-sizes[at], at))[:_CANDIDATES]
    largest = max((found[at] for at in longest), key=lambda batch: (weigh or _weight)(shape(batch)))
    return Ahead(steps, len(found), tokens, largest, typical, shape(largest))


def tokens_of(rows: Rows, lay: Callable[..., Any], pad: int, side_by_side: int, *, shared: bool) -> float:
    """Tokens that one pass over `rows`, the longest first, computes; 0 of none."""
    order = sorted(range(len(rows)), key=lambda at: -rows[at]["length"])
    batches = [order[at : at + side_by_side] for at in range(0, len(order), side_by_side)]
    if not batches:
        return 0.0
    each, _ = _typical(batches, [_size(row) for row in rows],
                       lambda batch: Shape.of(lay([rows[at] for at in batch], pad, shared=shared)).tokens)  # fmt: skip
    return each * len(batches)


def _typical(
    batches: Sequence[list[int]], sizes: Sequence[int], tokens: Callable[[list[int]], int]
) -> tuple[float, list[int]]:
    """Mean tokens of the batches, a sample of which is counted, and the one of the sample that is nearest to it."""
    some = batches[:: max(1, len(batches) // _LAID)]
    counted = [tokens(batch) for batch in some]
    ratio = sum(counted) / max(1, sum(sizes[at] for batch in some for at in batch))
    mean = ratio * sum(sizes[at] for batch in batches for at in batch) / len(batches)
    return mean, some[min(range(len(some)), key=lambda at: abs(counted[at] - mean))]


def _size(row: Mapping[str, Any]) -> int:
    return sum(len(row["prompt"]) + len(one) for one in row["completions"])


def _weight(shape: Shape) -> float:
    return shape.tokens + 0.2 * shape.keys + shape.trained
