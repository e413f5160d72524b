"""The order in which rows are seen: drawn from seed and epoch alone, so that a run that continues sees the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler

_STRETCH = 50
"""Steps whose rows are sorted together: more saves padding, fewer mixes better."""


class GroupedByLength(Sampler[int]):
    """Row numbers, shuffled, those of one step of like length; the step with the longest row comes first.

    So a run that will not fit in memory says so at once. A last step with too few rows stays last.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        draw = random.Random(f"{self.seed} {self.epoch}")
        rows = list(range(len(self.lengths)))
        draw.shuffle(rows)
        stretch = self.batch_size * max(1, min(_STRETCH, len(rows) // (self.batch_size * 4)))
        steps: list[list[int]] = []
        for start in range(0, len(rows), stretch):
            near = sorted(rows[start : start + stretch], key=lambda row: -self.lengths[row])
            steps += [near[at : at + self.batch_size] for at in range(0, len(near), self.batch_size)]
        short = steps.pop() if len(steps[-1]) < self.batch_size else []
        draw.shuffle(steps)
        if steps:
            longest = max(range(len(steps)), key=lambda at: max(self.lengths[row] for row in steps[at]))
            steps[0], steps[longest] = steps[longest], steps[0]
        return iter([row for step in [*steps, short] for row in step])
