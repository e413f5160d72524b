"""What a training run shows and keeps while it runs: a bar on stderr, metrics.jsonl. Stdout carries results alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from virality.atomic import aside
from virality.progress import bar, is_main


class Progress(TrainerCallback):
    """A bar of optimiser steps with the last loss."""

    def __init__(self) -> None:
        self._bar: Any = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Open the bar where the run begins or continues."""
        self._bar = bar(range(state.max_steps), "training", unit="steps")
        self._bar.update(state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """One step more."""
        self._bar.update(1)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        """Show the loss."""
        if logs and "loss" in logs:
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


def _step(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (json.JSONDecodeError, KeyError):
        return float("inf")  # torn while it was written
