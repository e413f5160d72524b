"""A signal that asks a run to end: the optimiser step at work is ended and saved, and the same command continues.

SLURM, Kubernetes and spot machines send SIGTERM some time before they kill. All ranks must leave at the same step, or
those that go on wait for the others for ever: so at the end of each step they agree.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import torch
from transformers import TrainerCallback

from virality.progress import is_main, stop

ECHO = 5.0
"""Seconds within which a second signal is the launcher's echo of the first, where a launcher has started this."""

_NOTED = b"\n  stopping: the step at work is ended and saved; once more stops at once\n"


class StopAtStep(TrainerCallback):
    """Saves and ends at the end of the step in which `progress.stop` was set on any rank.

    It must come before what reads `control.should_save` at the end of a step.

    Fields:
        at: the step after which it ended the run, or None.
    """

    def __init__(self) -> None:
        self.at: int | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Ask whether to stop; every rank does."""
        asked = torch.tensor(int(stop.is_set()), device=args.device)
        if args.world_size > 1:
            torch.distributed.all_reduce(asked, torch.distributed.ReduceOp.MAX)
        if asked.item():
            self.at = state.global_step
            control.should_save = control.should_training_stop = True


@contextlib.contextmanager
def noted() -> Iterator[None]:
    """While it lasts, the first SIGTERM or Ctrl-C sets `progress.stop` and no more; a second one interrupts at once.

    A third one kills, even where a library is deep in a computation. Outside the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    first: list[float] = []

    def note(*_: object) -> None:
        now = time.monotonic()
        if not first:
            first.append(now)
            stop.set()
            if is_main():
                os.write(2, _NOTED)  # print may be at work already, below this handler
        elif not launched() or now - first[0] > ECHO:
            for number in before:
                signal.signal(number, signal.SIG_DFL)
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def launched() -> bool:
    """Whether a launcher (torchrun, accelerate) has started this process: it hands on each signal that it gets."""
    return "LOCAL_RANK" in os.environ
