"""One thin subclass of `transformers.Trainer`: our batches, our forward, weighted means over the whole step.

accelerate, FSDP, DeepSpeed, resume, schedules and callbacks come from `transformers.Trainer`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer

from train import checkpoints
from train.layout import Batch, collate
from train.logps import Forward
from train.objectives import Objective
from train.order import GroupedByLength
from virality.errors import ViralityError
from virality.progress import is_main


class WriterTrainer(Trainer):
    """Trains an adapter on `train.examples`.

    Args:
        objective: what is minimised.
        forward: the path that is exact for this model (`train.paths`).
        pad: pad token id.
        decode: token ids -> text, for the batch that is kept when training must stop.
        seen: numbers of the rows that an earlier part of this run saw.
        options: for `transformers.Trainer`.
    """

    loss_is_scaled_for_ga = True
    objective: Objective
    forward: Forward
    seen: set[int]

    def __init__(
        self,
        *,
        objective: Objective,
        forward: Forward,
        pad: int,
        decode: Callable[[list[int]], str],
        seen: Iterable[int] = (),
        **options: Any,
    ) -> None:
        super().__init__(data_collator=lambda rows: collate(rows, pad), **options)
        self.objective = objective
        self.forward = forward
        self.decode = decode
        self.seen = set(seen)
        self._logged: dict[str, list[float]] = {}
        self._step: list[Batch] = []

    def compute_loss(
        self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Weighted loss of one micro-batch, divided by the mass of the whole optimiser step over all ranks."""
        logps = self.forward(model, inputs)
        mass = float(num_items_in_batch) if num_items_in_batch is not None else self.objective.mass(inputs)
        loss = self.objective.loss(logps, inputs) / mass
        if not bool(torch.isfinite(loss)):
            self._stop_at(
                [inputs], f"the loss of this batch at step {self.state.global_step + 1} is {float(loss.detach())}"
            )
        self._step.append(inputs)
        self.seen.update(inputs["rows"].tolist())
        for name, value in self.objective.metrics(logps, inputs).items():
            self._logged.setdefault(name, []).append(value)
        return loss * self.args.world_size  # data parallelism averages gradients over ranks; ours are sums

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Log with the means of the objective's own numbers since the last line."""
        if "loss" in logs:
            logs |= {name: sum(values) / len(values) for name, values in self._logged.items() if values}
            self._logged.clear()
        super().log(logs, *args, **kwargs)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        size = self.args.train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        rows: Any = self.train_dataset if train_dataset is None else train_dataset
        return GroupedByLength(list(rows["length"]), size, self.args.seed)

    def _get_num_items_in_batch(self, batch_samples: list[Batch], device: Any) -> Any:
        mass = torch.tensor(sum(self.objective.mass(batch) for batch in batch_samples), device=device)
        return self.accelerator.gather(mass).sum() if self.args.world_size > 1 else mass

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)  # type: ignore[no-untyped-call]
        if norm is not None and not bool(torch.isfinite(torch.as_tensor(norm))):
            self._stop_at(self._step, f"the gradient of this step ({self.state.global_step + 1}) is {float(norm)}")
        self._step.clear()
        return norm

    def all_seen(self) -> set[int]:
        """Numbers of the rows that any rank has seen; every rank must ask."""
        if self.args.world_size > 1:
            of_ranks: list[Any] = [None] * self.args.world_size
            torch.distributed.all_gather_object(of_ranks, sorted(self.seen))
            self.seen.update(*of_ranks)
        return self.seen

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        seen = self.all_seen()
        if self.args.should_save:
            folder = Path(self._get_output_dir(trial=trial)) / f"checkpoint-{self.state.global_step}"
            checkpoints.complete(folder, seen)

    def _stop_at(self, batches: list[Batch], what: str) -> None:
        place = Path(str(self.args.output_dir)).parent / "bad_batch.json"
        if is_main():
            rows = [row for batch in batches for row in self._readable(batch)]
            place.write_text(json.dumps({"what": what, "rows": rows}, indent=1, ensure_ascii=False), encoding="utf-8")
        raise ViralityError(f"{place}: {what}; lower learning_rate, or look at its rows")

    def _readable(self, batch: Batch) -> Iterable[Mapping[str, Any]]:
        numbers = batch["rows"].tolist() * (len(batch["ids"]) // len(batch["rows"]))
        for at, (number, ids, mask) in enumerate(zip(numbers, batch["ids"], batch["mask"], strict=True)):
            tail = ids[mask.bool()].tolist()
            yield {
                "row": number,
                "weight": float(batch["weights"][at % len(batch["weights"])]),
                "text": self.decode(tail),
            }


def reference_logps(
    forward: Forward,
    model: Any,
    rows: list[dict[str, Any]],
    pad: int,
    micro_batch: int,
    progress: Callable[..., Iterable[list[int]]],
) -> None:
    """Add `reference_better` and `reference_worse` to each row: log-probabilities under the model as it now is."""
    order = sorted(range(len(rows)), key=lambda at: rows[at]["length"])
    batches = [order[at : at + micro_batch] for at in range(0, len(order), micro_batch)]
    with torch.inference_mode():
        for batch in progress(batches, "reference", unit="batches"):
            laid = {name: value.to(model.device) for name, value in collate([rows[at] for at in batch], pad).items()}
            totals = forward(model, laid).total.tolist()
            for place, at in enumerate(batch):
                rows[at]["reference_better"] = totals[place]
                rows[at]["reference_worse"] = totals[place + len(batch)]
