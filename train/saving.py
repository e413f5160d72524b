"""What our two subclasses of `transformers.Trainer` have in common: how a checkpoint is saved, and a run goes on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from transformers import Trainer, TrainerState

from train import adapters, checkpoints
from train.launch import termination
from virality.errors import Interrupted
from virality.progress import is_main, stop


class SavesAside(Trainer):
    """To stand first among the bases: checkpoints are written aside, completed, and only then put into their place.

    Fields:
        entries: (name of a checkpoint, numbers of rows) -> its rows of the ledger; None: no ledger is kept.
        keep: checkpoints that stay, the best one beside them.
    """

    entries: checkpoints.Entries | None = None
    keep: int = 2

    def seen_so_far(self) -> Iterable[int]:
        """Numbers of the rows that any rank has seen; every rank must ask."""
        raise NotImplementedError

    def tidy(self, written: Path) -> None:
        """Change what the library has put into a checkpoint, before it is sealed; on the first rank."""

    def has_ended(self, state: TrainerState) -> bool:
        """Whether a run in this state has no step to go."""
        return state.global_step >= self.args.max_steps

    def go(self, checkpoint: Path | None) -> None:
        """Train from the beginning or from `checkpoint`, which may be that of the last step.

        Raises:
            Interrupted: a signal asked the run to end; the step at work was ended and saved.
        """
        if checkpoint is not None:
            state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
            if self.has_ended(state):
                self.state = state
                adapters.restore(self.model, checkpoint)
                return
        asked = termination.StopAtStep()
        self.callback_handler.callbacks.insert(0, asked)
        with termination.noted():
            self.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        if asked.at is not None:
            stop.clear()
            place = f"{Path(str(self.args.output_dir)).parent}: stopped after step {asked.at} of {self.args.max_steps}"
            raise Interrupted(f"{place}, which is saved; the same command continues" if is_main() else "")

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        folder = Path(str(self.args.output_dir))
        with checkpoints.writing(folder, self.state.global_step) as written:
            self.args.output_dir = str(written.parent)
            try:
                super()._save_checkpoint(model, trial)
            finally:
                self.args.output_dir = str(folder)
            seen, best = self.seen_so_far(), self.state.best_global_step or None
            self.accelerator.wait_for_everyone()
            if self.args.should_save:
                if best is not None:  # super() sees it where it is written
                    self.state.best_model_checkpoint = str(folder / f"checkpoint-{best}")
                    self.state.save_to_json(str(written / "trainer_state.json"))
                self.tidy(written)
                checkpoints.publish(written, seen, self.entries, best=best)
                checkpoints.rotate(folder, self.keep)
            self.accelerator.wait_for_everyone()
