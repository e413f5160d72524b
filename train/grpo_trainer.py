"""One thin subclass of TRL's `GRPOTrainer`: our prompts, our limits, our checkpoints; no telemetry and no cards."""

from __future__ import annotations

import importlib
import math
import shutil
from pathlib import Path
from typing import Any

from train import checkpoints, failures
from train.saving import SavesAside
from virality.errors import ViralityError

GRPOTrainer: Any = importlib.import_module("trl").GRPOTrainer  # not `from trl`: mypy is to pass without the extra too


class GrpoTrainer(SavesAside, GRPOTrainer):  # type: ignore[misc]
    """Trains the adapter of a writer on drafts, whose rewrites it samples.

    Args:
        prompts: slotted draft, as the column `prompt` has it -> token ids of its prompt.
        limits: slotted draft -> most tokens of its rewrite, the stop token among them.
        rows: numbers of the drafts of all steps, one step after the other.
        batch_size: drafts for each step.
        entries: (name of a checkpoint, numbers of drafts) -> its rows of the ledger.
        keep: checkpoints that stay.
        options: for `GRPOTrainer`.
    """

    def __init__(
        self,
        *,
        prompts: dict[str, list[int]],
        limits: dict[str, int],
        rows: list[int],
        batch_size: int,
        entries: checkpoints.Entries | None = None,
        keep: int = 2,
        **options: Any,
    ) -> None:
        self.prompts, self.limits = prompts, limits
        self.rows, self.batch_size = rows, batch_size
        self.entries, self.keep = entries, keep
        self._now: list[int] = []
        super().__init__(**options)

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """None: what a run is, its run.json says."""

    def _send_telemetry(self) -> None:
        pass

    def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
        self._now = [self.limits[one] for one in prompts]
        return [self.prompts[one] for one in prompts], None, {}

    def _generate_single_turn(self, *args: Any, **kwargs: Any) -> tuple[list[list[int]], Any]:
        """Every rewrite within its own draft's limit, as at suggestion; the batch goes on to the longest."""
        self.generation_config.max_new_tokens = max(self._now)
        try:
            made, logps = super()._generate_single_turn(*args, **kwargs)
        except RuntimeError as error:
            if failures.is_out_of_memory(error):
                raise ViralityError(f"batch_size * samples = {self.batch_size} * {self.num_generations}: out of memory "
                                    "while they are sampled; set one of them lower") from error  # fmt: skip
            if "probability tensor" in str(error):
                raise ViralityError(f"after step {self.state.global_step} the writer's probabilities are no numbers; "
                                    "lower learning_rate") from error  # fmt: skip
            raise
        return [ids[:limit] for ids, limit in zip(made, self._now, strict=True)], logps

    def training_step(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        """As TRL does it; where memory runs out, one line says what to change."""
        micro, precision = self.args.per_device_train_batch_size, str(next(model.parameters()).dtype)
        with failures.out_of_memory(micro_batch=micro, precision=precision):
            return super().training_step(model, *args, **kwargs)

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)  # type: ignore[no-untyped-call]
        if not math.isfinite(float(norm)):
            last = zip(self._logs["prompt"], self._logs["completion"], self._logs["advantages"], strict=True)
            rows = [{"draft": draft, "rewrite": rewrite, "advantage": value} for draft, rewrite, value in last]
            what = f"the gradient of this step ({self.state.global_step + 1}) is {float(norm)}"
            raise failures.keep_batch(Path(str(self.args.output_dir)).parent, what, rows)
        return norm

    def seen_so_far(self) -> list[int]:
        """Numbers of the drafts of all steps until now."""
        return self.rows[: self.state.global_step * self.batch_size]

    def tidy(self, written: Path) -> None:
        """Without the start, which a run that continues has, and peft's template of a card."""
        shutil.rmtree(written / "ref", ignore_errors=True)
        (written / "README.md").unlink(missing_ok=True)
