"""Trainings that take turns: one computes a block of steps while the others wait, so that all see the same machine.

A process that calls `wait_for_turns` stops after every block of optimiser steps, whatever loop takes them, says how
long each took, and goes on when it is its turn again. `Turns` is the one who calls it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

_PIPES = "BENCHMARK_TURNS"


def wait_for_turns() -> None:
    """Wait for the first turn, and from then on after each block of steps. Where nobody calls, nothing is waited for.

    A step is counted from the end of the one before, so tokenising and laying out its batch belong to it; waiting does
    not.
    """
    if _PIPES not in os.environ:
        return
    read, write, block = map(int, os.environ.pop(_PIPES).split(","))
    waiting = _Waiting(os.fdopen(read), os.fdopen(write, "w"), block)
    waiting.wait()
    from torch.optim.optimizer import register_optimizer_step_post_hook

    register_optimizer_step_post_hook(waiting.after)


class _Waiting:
    """The side of the process that waits."""

    def __init__(self, calls: TextIO, answers: TextIO, block: int) -> None:
        self.calls, self.answers, self.block = calls, answers, block
        self.seconds: list[float] = []
        self.since = 0.0

    def wait(self) -> None:
        self.calls.readline()
        self.since = time.perf_counter()

    def after(self, *_: Any) -> None:
        """A step has ended."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds.append(time.perf_counter() - self.since)
        self.since = time.perf_counter()
        if len(self.seconds) == self.block:
            print(json.dumps(self.seconds), file=self.answers, flush=True)
            self.seconds.clear()
            self.wait()


class Turns:
    """A process that computes only when it is called.

    Fields:
        name: of the side.
        blocks: seconds of each step, by block; a last block that is short is not among them.
        seconds: that it was at work, from its start to its end.
        memory_mb: the most main memory it held; None before it has ended.
    """

    def __init__(self, name: str, command: Sequence[str], block: int, more: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self.blocks: list[list[float]] = []
        self.seconds = 0.0
        self.memory_mb: float | None = None
        there, call = os.pipe()
        answer, here = os.pipe()
        environment = os.environ | dict(more) | {_PIPES: f"{there},{here},{block}"}
        with log.open("w") as file:
            self.process = subprocess.Popen(command, env=environment, pass_fds=(there, here), stdout=file, stderr=file)
        os.close(there)
        os.close(here)
        self._call, self._answers = os.fdopen(call, "w"), os.fdopen(answer)

    def take(self) -> bool:
        """Let it compute a block. Returns whether it has more to do.

        Raises:
            SystemExit: it failed; its last lines are shown.
        """
        started = time.perf_counter()
        print(file=self._call, flush=True)
        said = self._answers.readline()
        if said:
            self.blocks.append(json.loads(said))
        else:
            _, status, usage = os.wait4(self.process.pid, 0)
            self.process.returncode = os.waitstatus_to_exitcode(status)
            self.memory_mb = usage.ru_maxrss / 1024
        self.seconds += time.perf_counter() - started
        if not said and self.process.returncode:
            raise SystemExit(f"{self.name}: exit {self.process.returncode}\n{self.log.read_text()[-3000:]}")
        return bool(said)

    def stop(self) -> None:
        """End it, wherever it is."""
        if self.process.returncode is None:
            self.process.kill()
            _, _, usage = os.wait4(self.process.pid, 0)
            self.process.returncode = -9
            self.memory_mb = usage.ru_maxrss / 1024
        for stream in (self._call, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
