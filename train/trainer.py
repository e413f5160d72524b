"""One thin subclass of `transformers.Trainer`: our batches, our forward, weighted means over the whole step.

accelerate, FSDP, DeepSpeed, resume, schedules and callbacks come from `transformers.Trainer`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

from train import checkpoints
from train.layout import Batch, collate, first_rows
from train.logps import Forward, largest_difference, plain_logps, shared_logps
from train.objectives import Objective
from virality.errors import ViralityError
from virality.progress import is_main, say

ALLOWED = {torch.float32: 1e-4, torch.bfloat16: 5e-2}
"""How far, relatively, loss and gradient of the shared path may lie from the plain path's at the first step."""


class WriterTrainer(Trainer):
    """Trains an adapter on `train.examples`.

    Args:
        objective: what is minimised.
        shared_prefix: compute the instruction once a batch, as long as the first step shows that it is exact.
        pad: pad token id.
        options: for `transformers.Trainer`.
    """

    loss_is_scaled_for_ga = True

    def __init__(self, *, objective: Objective, shared_prefix: bool, pad: int, **options: Any) -> None:
        super().__init__(data_collator=lambda rows: collate(rows, pad), **options)
        self.objective = objective
        self.forward: Forward = shared_logps if shared_prefix else plain_logps
        self.verified = not shared_prefix
        self.difference: float | None = None
        self.seen: list[int] = []
        self._logged: dict[str, list[float]] = {}

    def compute_loss(  # type: ignore[override]
        self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Weighted loss of one micro-batch, divided by the mass of the whole optimiser step over all ranks."""
        if not self.verified:
            self._verify(model, inputs)
        logps = self.forward(model, inputs)
        mass = float(num_items_in_batch) if num_items_in_batch is not None else self.objective.mass(inputs)
        loss = self.objective.loss(logps, inputs) / mass
        if not bool(torch.isfinite(loss)):
            self._stop_at(inputs, float(loss))
        if model.training:
            self.seen.extend(inputs["rows"].tolist())
            for name, value in self.objective.metrics(logps, inputs).items():
                self._logged.setdefault(name, []).append(value)
        return loss * self.args.world_size  # data parallelism averages gradients over ranks; ours are sums

    def _get_num_items_in_batch(self, batch_samples: list[Batch], device: Any) -> Any:
        mass = torch.tensor(sum(self.objective.mass(batch) for batch in batch_samples), device=device)
        return self.accelerator.gather(mass).sum() if self.args.world_size > 1 else mass

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Log with the means of the objective's own numbers since the last line."""
        if "loss" in logs:
            logs |= {name: sum(values) / len(values) for name, values in self._logged.items() if values}
            self._logged.clear()
        super().log(logs, *args, **kwargs)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            folder = Path(self._get_output_dir(trial=trial)) / f"checkpoint-{self.state.global_step}"
            (folder / "rows.json").write_text(json.dumps(sorted(set(self.seen))))
            checkpoints.mark_complete(folder)

    def _verify(self, model: Any, batch: Batch) -> None:
        """Compare the shared path with the plain one on up to four examples, and fall back where they differ."""
        self.verified = True
        halves = 2 if "reference" in batch else 1
        few = min(4, len(batch["weights"]))
        small = _some(batch, few, halves)
        self.difference = largest_difference(model, small, lambda logps: self.objective.loss(logps, small))
        allowed = ALLOWED.get(next(model.parameters()).dtype, 5e-2)
        if self.difference <= allowed:
            say(f"  shared prefix of {batch['prefix'].numel()} tokens verified: loss and gradients differ from the plain "
                f"path by {self.difference:.1e}")  # fmt: skip
        else:
            self.forward = plain_logps
            say(
                f"  shared prefix differs from the plain path by {self.difference:.1e} (> {allowed:.0e}); the plain path is used"
            )

    def _stop_at(self, batch: Batch, loss: float) -> None:
        place = Path(self.args.output_dir).parent / "bad_batch.json"
        if is_main():
            place.write_text(json.dumps({key: value.tolist() for key, value in batch.items()}))
        raise ViralityError(
            f"{place}: the loss of this batch at step {self.state.global_step} is {loss}; lower learning_rate, or look at the rows"
        )


class MetricsFile(TrainerCallback):
    """Appends every logged line to metrics.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        """One JSON object a line, with the step."""
        if is_main() and logs:
            with self.path.open("a") as stream:
                stream.write(json.dumps({"step": state.global_step, **logs}) + "\n")


def reference_logps(
    model: Any, rows: Sequence[dict[str, Any]], pad: int, micro_batch: int, progress: Callable[..., Any]
) -> None:
    """Add `reference_better` and `reference_worse` to each row: log-probabilities under the model as it now is."""
    order = sorted(range(len(rows)), key=lambda at: rows[at]["length"])
    batches = [order[at : at + micro_batch] for at in range(0, len(order), micro_batch)]
    with torch.inference_mode():
        for batch in progress(batches, "reference", unit="batches"):
            laid = {name: value.to(model.device) for name, value in collate([rows[at] for at in batch], pad).items()}
            totals = shared_logps(model, laid).total.tolist()
            for place, at in enumerate(batch):
                rows[at]["reference_better"] = totals[place]
                rows[at]["reference_worse"] = totals[place + len(batch)]


def _some(batch: Batch, count: int, halves: int) -> Batch:
    """The first `count` examples; with preferences the better and the worse halves of each."""
    if halves == 1:
        return first_rows(batch, count)
    middle = len(batch["weights"])
    few = first_rows(batch, count)
    for key in ("ids", "mask", "target", "reference"):
        few[key] = torch.cat([batch[key][:count], batch[key][middle : middle + count]])
    return few
