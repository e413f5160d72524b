"""The order in which rows are seen: drawn from seed and epoch alone, so that a run that continues sees the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch.utils.data import Dataset, Sampler

_STRETCH = 50
"""Steps whose rows are sorted together: more saves padding, fewer mixes better."""


class Rows(Dataset[Mapping[str, Any]]):
    """Rows by number. A number of `len` or more is a row once again, of weight 0: it fills up a step."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int) -> Mapping[str, Any]:
        if at < len(self.rows):
            found: Mapping[str, Any] = self.rows[at]
            return found
        return dict(self.rows[at - len(self.rows)]) | {"weight": 0.0}

    def column(self, name: str) -> list[Any]:
        """One field of every row."""
        return list(self.rows[name])


class GroupedByLength(Sampler[int]):
    """Row numbers: those of a group together, steps of like length, shuffled; the step with the longest row is first.

    So what a group shares is computed once, and a run that will not fit in memory says so at once. A last step with too
    few rows stays last.

    Args:
        lengths: tokens of each row.
        groups: a number for each row; rows of one group share text.
        batch_size: rows of one optimiser step.
        seed: of the order.
        full: fill the last step up with rows of weight 0, so that every rank has its share of it.
    """

    def __init__(
        self, lengths: Sequence[int], groups: Sequence[int], batch_size: int, seed: int, *, full: bool = False
    ) -> None:
        self.lengths, self.batch_size, self.seed, self.full, self.epoch = lengths, batch_size, seed, full, 0
        together: dict[int, list[int]] = {}
        for row, group in enumerate(groups):
            together.setdefault(group, []).append(row)
        self.groups = list(together.values())

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths) + (-len(self.lengths) % self.batch_size if self.full else 0)

    def __iter__(self) -> Iterator[int]:
        draw = random.Random(f"{self.seed} {self.epoch}")
        groups = list(self.groups)
        draw.shuffle(groups)
        # into the first stretch, or it might come to stand in a last step that is short
        groups.insert(0, groups.pop(max(range(len(groups)), key=lambda at: self._longest(groups[at]))))
        rows = [row for near in self._stretches(groups) for row in near]
        steps = [rows[at : at + self.batch_size] for at in range(0, len(rows), self.batch_size)]
        short = steps.pop() if len(steps[-1]) < self.batch_size else []
        draw.shuffle(steps)
        if steps:
            longest = max(range(len(steps)), key=lambda at: self._longest(steps[at]))
            steps[0], steps[longest] = steps[longest], steps[0]
        if short and self.full:
            missing = self.batch_size - len(short)
            short += [len(self.lengths) + short[at % len(short)] for at in range(missing)]
        return iter([row for step in [*steps, short] for row in step])

    def _stretches(self, groups: list[list[int]]) -> Iterator[list[int]]:
        """Rows of some fifty steps at a time, groups of long rows first."""
        most = self.batch_size * max(1, min(_STRETCH, len(self.lengths) // (self.batch_size * 4)))
        near: list[list[int]] = []
        count = 0
        for group in [*groups, []]:
            if near and (not group or count + len(group) > most):
                near.sort(key=lambda one: -self._longest(one))
                yield [row for one in near for row in one]
                near, count = [], 0
            near.append(group)
            count += len(group)

    def _longest(self, rows: list[int]) -> int:
        return max(self.lengths[row] for row in rows)
