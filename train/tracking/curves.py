"""What a tracker is told while a run trains: loss, speed, validation, and a table of rewrites at each evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from transformers import TrainerCallback

from train.callbacks import RowsSeen
from train.tracking import Tracker
from virality.progress import is_main, say

Rewrites = Callable[[Any], tuple[Sequence[str], Sequence[Sequence[Any]], Mapping[str, float]]]
"""The model as it is -> columns and rows of a table of rewrites, and figures of them."""


class Tracked(TrainerCallback):
    """Tells a tracker the curves, under `train/`, `validation/`, `speed/` and `rewrites/`, and a table of rewrites.

    Speed is of the optimiser's steps, without evaluations and checkpoints. It stands here alone: the lines of
    metrics.jsonl are the same whether a run was interrupted or not.

    Args:
        tracker: that is told.
        rewrites: asked at each evaluation and at the end; None: there is no table.
    """

    def __init__(self, tracker: Tracker, rewrites: Rewrites | None = None) -> None:
        self.tracker, self.rewrites = tracker, rewrites
        self._rows = RowsSeen()
        self._seconds, self._started = 0.0, 0.0
        self._since = (0, 0)
        self._told = -1

    def on_train_begin(self, args: Any, state: Any, control: Any, train_dataloader: Any = None, **_: Any) -> None:
        """Count rows and tokens from here."""
        self._rows = RowsSeen.of(train_dataloader, args)
        self._since = self._counts(state)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The clock runs."""
        self._started = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The clock stands still."""
        self._seconds += time.monotonic() - self._started

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        """Tell what was logged, and the speed since the line before."""
        told = {_place(name): value for name, value in (logs or {}).items() if _is_figure(name, value)}
        if logs and "loss" in logs:
            told |= self._speed(state)
        if told and is_main():
            self.tracker.log(told, state.global_step)

    def on_evaluate(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """A table of rewrites."""
        self._tell(model, state.global_step)

    def on_train_end(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """A table of rewrites, where the last step has none."""
        if state.global_step > self._told:
            self._tell(model, state.global_step)

    def _tell(self, model: Any, step: int) -> None:
        self._told = step
        # a model that is spread over processes speaks only when all of them ask it
        if self.rewrites is None or not (is_main() or _is_spread(model)):
            return
        try:
            columns, rows, figures = self.rewrites(model)
        except Exception as error:
            self.rewrites = None
            say(f"  rewrites for the tracker have failed and are left out from here on: {' '.join(str(error).split())}")
            return
        if is_main():
            self.tracker.log({f"rewrites/{name}": value for name, value in figures.items()}, step)
            self.tracker.table("validation_rewrites", columns, rows, step)

    def _counts(self, state: Any) -> tuple[int, int]:
        return self._rows.after(state.global_step), int(state.num_input_tokens_seen)

    def _speed(self, state: Any) -> dict[str, float]:
        now, seconds = self._counts(state), self._seconds
        rows, tokens = (new - old for new, old in zip(now, self._since, strict=True))
        self._since, self._seconds = now, 0.0
        if not seconds or not rows:
            return {}
        speed = {"speed/rows_per_second": rows / seconds}
        return speed | ({"speed/tokens_per_second": tokens / seconds} if tokens else {})


_OF_THE_WHOLE = ("total_flos", "train_loss", "train_runtime", "train_samples_per_second", "train_steps_per_second")


def _is_figure(name: str, value: object) -> bool:
    return name not in _OF_THE_WHOLE and isinstance(value, int | float) and not isinstance(value, bool)


def _place(name: str) -> str:
    return f"validation/{name.removeprefix('eval_')}" if name.startswith("eval_") else f"train/{name}"


def _is_spread(model: Any) -> bool:
    """Whether each process has a part of the model alone (FSDP, ZeRO-3)."""
    return any(hasattr(one, "ds_id") or type(one).__name__ == "DTensor" for one in model.parameters())
