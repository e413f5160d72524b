"""One thin subclass of `transformers.Trainer`: our batches, our forward, weighted means over the whole step.

accelerate, FSDP, DeepSpeed, resume, schedules and callbacks come from `transformers.Trainer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerState

from train import checkpoints, failures
from train.launch import sharding, zero
from train.layout import Batch, paths
from train.objectives import Objective, pair_metrics
from train.order import GroupedByLength, Rows
from train.saving import SavesAside

QUALITY = "eval_pair_accuracy"
"""What chooses the best checkpoint and stops early: share of validation pairs whose better side has more reward."""


class AdapterTrainer(SavesAside):
    """Trains an adapter, and a scorer's head, on `train.examples`.

    Args:
        rows: examples as `train.order.Rows`.
        validation: pairs that judge a checkpoint; may be empty.
        objective: what is minimised.
        shared: whether rows share what they have in common (`train.paths`).
        pad: pad token id.
        decode: token ids -> text, for the batch that is kept when training must stop.
        seen: numbers of the rows that an earlier part of this run saw.
        entries: (name of a checkpoint, numbers of rows) -> its rows of the ledger.
        patience: evaluations without a better one after which training stops; 0 = never.
        keep: checkpoints that stay, the best one beside them.
        options: for `transformers.Trainer`.
    """

    loss_is_scaled_for_ga = True
    objective: Objective
    rows: Rows
    seen: set[int]

    def __init__(
        self,
        *,
        rows: Rows,
        validation: Sequence[Mapping[str, Any]] = (),
        objective: Objective,
        shared: bool,
        pad: int,
        decode: Callable[[list[int]], str],
        seen: Iterable[int] = (),
        entries: checkpoints.Entries | None = None,
        patience: int = 0,
        keep: int = 2,
        **options: Any,
    ) -> None:
        super().__init__(
            data_collator=lambda some: objective.lay(some, pad, shared=shared),
            train_dataset=rows,
            eval_dataset=list(validation) or None,
            **options,
        )
        self.sharded = sharding.is_sharded(self.model)
        self.rows = rows
        self.validation = list(validation)
        self.objective = objective
        self.shared = shared
        self.pad = pad
        self.decode = decode
        self.seen = set(seen)
        self.entries = entries
        self.patience = patience
        self.keep = keep
        self._lengths = list(rows.column("length"))
        self._logged: dict[str, list[float]] = {}
        self._step: list[Batch] = []

    def compute_loss(
        self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Weighted loss of one micro-batch, divided by the mass of the whole optimiser step over all ranks."""
        self._step.append(inputs)
        values = self.objective.values(model, inputs)
        mass = float(num_items_in_batch) if num_items_in_batch is not None else self.objective.mass(inputs)
        loss = self.objective.loss(values, inputs) / mass
        if not bool(torch.isfinite(loss)):
            self._stop_at(
                [inputs], f"the loss of this batch at step {self.state.global_step + 1} is {float(loss.detach())}"
            )
        numbers = inputs["rows"].tolist()
        self.seen.update(numbers)
        self.state.num_input_tokens_seen += self.args.world_size * sum(self._lengths[at] for at in numbers)
        for name, value in self.objective.metrics(values, inputs).items():
            self._logged.setdefault(name, []).append(value)
        return loss * self.args.world_size  # data parallelism averages gradients over ranks; ours are sums

    def training_step(self, model: Any, inputs: Batch, *args: Any, **kwargs: Any) -> Any:
        """As `Trainer` does it; where memory runs out, forward or backward, one line says what to change."""
        rows, longest = inputs["levels"][-1]["ids"].shape
        behind = sum(level["ids"].shape[1] for level in inputs["levels"][:-1])
        precision = str(next(model.parameters()).dtype)
        with failures.out_of_memory(
            micro_batch=len(inputs["rows"]), shape=(rows, behind + longest), precision=precision
        ):
            return super().training_step(model, inputs, *args, **kwargs)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Pair accuracy and margin of the objective's reward on the validation pairs; says when to stop early."""
        model: Any = self.model
        was_training = model.training
        model.eval()
        size = self.args.train_batch_size
        order = sorted(range(len(self.validation)), key=lambda at: (-self.validation[at]["length"], at))
        batches = [order[at : at + size] for at in range(0, len(order), size)]
        rewards, count = torch.zeros(2, len(order)), len(batches)
        if self.sharded or zero.stage() == 3:  # each forward takes every rank
            batches = sharding.filled_up(batches, self.args.world_size)
        for at in range(self.args.process_index, len(batches), self.args.world_size):
            rows = [self.validation[one] for one in batches[at]]
            found = self.objective.judge(model, rows, self.pad, self.args.device, shared=self.shared).cpu()
            if at < count:
                rewards[:, batches[at]] = found
        if self.args.world_size > 1:
            of_ranks: list[Any] = [None] * self.args.world_size
            torch.distributed.all_gather_object(of_ranks, rewards)
            rewards = torch.stack(of_ranks).sum(0)
        model.train(was_training)
        metrics = {f"eval_{name}": value for name, value in pair_metrics(rewards).items()}
        self.log(dict(metrics))
        if self._out_of_patience(self.state):
            self.control.should_training_stop = True
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def mean_loss(self) -> float:
        """Mean over all steps, those of earlier parts of this run among them, of what was minimised."""
        total, before = 0.0, 0.0
        for line in self.state.log_history:
            if "loss" in line:
                total += line["loss"] * (line["step"] - before)
                before = line["step"]
        return total / max(1, before)

    def has_ended(self, state: TrainerState) -> bool:
        """After its last step, or where no evaluation was better for long enough."""
        return super().has_ended(state) or self._out_of_patience(state)

    def _out_of_patience(self, state: TrainerState) -> bool:
        found = [line[QUALITY] for line in state.log_history if QUALITY in line]
        return bool(self.patience and found) and len(found) - 1 - found.index(max(found)) >= self.patience

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Log with the means of the objective's own numbers since the last line."""
        if "loss" in logs:
            logs |= {name: sum(values) / len(values) for name, values in self._logged.items() if values}
            self._logged.clear()
        super().log(logs, *args, **kwargs)

    def _wrap_model(self, model: Any, training: bool = True, dataloader: Any = None) -> Any:
        """A base that is split already is wrapped for its adapter alone; accelerate would refuse it."""
        if self.sharded and training:
            return sharding.replicated(model) if model is self.model else model
        return super()._wrap_model(model, training, dataloader)

    def _move_model_to_device(self, model: Any, device: Any) -> None:
        if not sharding.is_sharded(model):
            super()._move_model_to_device(model, device)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        if self.sharded:  # the first rank would do it as it reads the weights, and then be alone in gathering them
            sharding.reshard(self.model)
        super()._save_checkpoint(model, trial)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        size = self.args.train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        lengths, groups = self.rows.column("length"), self.rows.column("group")
        self._order = GroupedByLength(lengths, groups, size, self.args.seed, full=self.args.world_size > 1)
        return self._order

    def _run_epoch(self, *, epoch: int, **more: Any) -> None:  # type: ignore[override]
        # of a run that continues on several ranks accelerate 1.15 does not tell its sampler, three wrappers down
        self._order.set_epoch(epoch)
        super()._run_epoch(epoch=epoch, **more)  # type: ignore[no-untyped-call]

    def _get_num_items_in_batch(self, batch_samples: list[Batch], device: Any) -> Any:
        mass = torch.tensor(sum(self.objective.mass(batch) for batch in batch_samples), device=device)
        return self.accelerator.gather(mass).sum() if self.args.world_size > 1 else mass

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)  # type: ignore[no-untyped-call]
        if norm is not None and not bool(torch.isfinite(torch.as_tensor(norm))):
            self._stop_at(self._step, f"the gradient of this step ({self.state.global_step + 1}) is {float(norm)}")
        self._step.clear()
        return norm

    def seen_so_far(self) -> set[int]:
        """Numbers of the rows that any rank has seen; every rank must ask."""
        if self.args.world_size > 1:
            of_ranks: list[Any] = [None] * self.args.world_size
            torch.distributed.all_gather_object(of_ranks, sorted(self.seen))
            self.seen.update(*of_ranks)
        return self.seen

    def _stop_at(self, batches: Sequence[Batch], what: str) -> None:
        rows = [row for batch in batches for row in self._readable(batch)]
        raise failures.keep_batch(Path(str(self.args.output_dir)).parent, what, rows)

    def _readable(self, batch: Batch) -> Iterable[Mapping[str, Any]]:
        texts = [self.decode(ids) for ids in paths(batch)]
        for at, number in enumerate(batch["rows"].tolist()):
            yield {
                "row": number,
                "weight": float(batch["weights"][at]),
                "texts": [texts[leaf] for leaf in batch["leaf"][:, at].tolist()],
            }
