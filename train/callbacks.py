"""What a training run shows and keeps while it runs: a bar on stderr, metrics.jsonl. Stdout carries results alone."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from virality.atomic import aside
from virality.progress import bar, is_main


class Progress(TrainerCallback):
    """A bar of rows with the last loss, rows a second and the time left."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._rows = RowsSeen()

    def on_train_begin(self, args: Any, state: Any, control: Any, train_dataloader: Any = None, **_: Any) -> None:
        """Open the bar where the run begins or continues."""
        self._rows = RowsSeen.of(train_dataloader, args)
        total, done = self._rows.after(state.max_steps), self._rows.after(state.global_step)
        self._bar = bar(range(total), "training", unit="rows")
        # what an earlier part of the run did took none of the time from which the rate is told
        self._bar.n = self._bar.initial = self._bar.last_print_n = done
        if done:
            self._bar.refresh()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The rows of one step more."""
        self._bar.update(self._rows.after(state.global_step) - self._bar.n)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        """Show the loss."""
        if logs and "loss" in logs and self._bar is not None:
            self._bar.set_postfix_str(f"loss {logs['loss']:.3f}", refresh=False)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End its line, however the run ended: what is told next stands on a line of its own."""
        if self._bar is not None:
            self._bar.close()


class MetricsFile(TrainerCallback):
    """Appends every logged line to metrics.jsonl.

    There is one at every checkpoint, so that a run which continues has lost the loss of no step.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Forget what an interrupted run wrote of steps that are done again."""
        if is_main() and self.path.is_file():
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [line for line in lines if _step(line) <= state.global_step]
            with aside(self.path) as path:
                path.write_text("".join(kept), encoding="utf-8")

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Log where a checkpoint is due or the run may end."""
        if control.should_save or control.should_evaluate or state.global_step >= state.max_steps:
            control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        """One JSON object a line, with the step."""
        if is_main() and logs:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"step": state.global_step, **logs}) + "\n")


@dataclass(frozen=True, slots=True)
class RowsSeen:
    """Rows of the training set, and of a step over all ranks; an epoch's last step may have fewer."""

    rows: int = 0
    each: int = 1

    @classmethod
    def of(cls, loader: Any, args: Any) -> RowsSeen:
        """As a trainer tells its callbacks at the beginning."""
        side_by_side = args.train_batch_size * args.gradient_accumulation_steps * args.world_size
        return cls(len(loader.dataset), max(1, side_by_side // getattr(args, "num_generations", 1)))  # TRL: of rewrites

    def after(self, step: int) -> int:
        """Rows that were seen after so many steps."""
        epochs, more = divmod(step, max(1, math.ceil(self.rows / self.each)))
        return epochs * self.rows + more * self.each


def _step(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (json.JSONDecodeError, KeyError):
        return float("inf")  # torn while it was written
