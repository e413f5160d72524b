"""The runs of a sweep: each trained once, one after the other or several side by side, and continued where one stopped.

Runs are run folders of `virality train`: one that is done is reused, one that was killed goes on from its checkpoint.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from eval.sweep.plan import Trial
from train import run as training
from virality.errors import Interrupted, ViralityError
from virality.machine import cores
from virality.progress import say

_GONE = 1
"""prctl's PR_SET_PDEATHSIG."""


def train(
    config: Path, trials: Sequence[Trial], *, jobs: int, fresh: bool, logs: Path
) -> tuple[list[Trial], dict[str, str]]:
    """Train what is not trained yet.

    Args:
        config: of training.
        trials: the runs.
        jobs: how many at the same time; more than one are processes of their own.
        fresh: train all anew.
        logs: folder for what such processes say.

    Returns:
        Those that are done, and the names of those that failed with their reasons.
    """
    failed: dict[str, str] = {}
    if jobs == 1:
        for number, trial in enumerate(trials, 1):
            say(f"run {number} of {len(trials)}: {trial.point.said}, seed {trial.seed}")
            if why := _here(config, trial, fresh=fresh):
                failed[trial.name] = why
    else:
        failed = _side_by_side(config, trials, jobs, logs, fresh=fresh)
    for name, why in failed.items():
        say(f"  {name}: failed: {why.splitlines()[0]}")
    return [trial for trial in trials if trial.name not in failed], failed


def _here(config: Path, trial: Trial, *, fresh: bool) -> str:
    """Train in this process; why it failed, empty where it did not."""
    try:
        training.run(config, trial.words, fresh=fresh)
    except Interrupted:
        raise
    except ViralityError as error:
        return str(error)
    return ""


def _side_by_side(config: Path, trials: Sequence[Trial], jobs: int, logs: Path, *, fresh: bool) -> dict[str, str]:
    logs.mkdir(parents=True, exist_ok=True)
    waiting, failed = list(trials), dict[str, str]()
    open_: dict[int, tuple[Trial, subprocess.Popen[bytes]]] = {}
    with _ended(open_):
        while waiting or open_:
            for slot in [one for one in range(jobs) if one not in open_][: len(waiting)]:
                trial = waiting.pop(0)
                if not fresh and is_done(trial.folder):  # told to be the same, or not, without a process
                    failed |= {trial.name: why} if (why := _here(config, trial, fresh=False)) else {}
                    continue
                say(f"run {len(trials) - len(waiting)} of {len(trials)}: {trial.point.said}, seed {trial.seed}")
                with (logs / f"{trial.name}.log").open("wb") as log:
                    open_[slot] = trial, _begun(config, trial, slot, jobs, log, fresh=fresh)
            for slot, (trial, process) in list(open_.items()):
                if (code := process.poll()) is not None:
                    del open_[slot]
                    if code:
                        failed[trial.name] = _said(logs / f"{trial.name}.log", code)
            time.sleep(0.1)
    return failed


def _begun(config: Path, trial: Trial, slot: int, jobs: int, log: IO[bytes], *, fresh: bool) -> subprocess.Popen[bytes]:
    environment = {"OMP_NUM_THREADS": str(max(1, cores() // jobs))} | os.environ
    gpus = [one for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one]
    if len(gpus) > 1:
        environment["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)]
    command = [sys.executable, "-m", "virality", "train", str(config), *trial.words, *(["--fresh"] if fresh else [])]
    return subprocess.Popen(command, stdout=log, stderr=log, env=environment,
                            preexec_fn=_end_with_parent if sys.platform == "linux" else None)  # fmt: skip


def _end_with_parent() -> None:
    """Let SIGTERM reach this process when the sweep is killed: it saves and ends, and is not trained twice at once."""
    import ctypes

    ctypes.CDLL(None).prctl(_GONE, signal.SIGTERM)


@contextlib.contextmanager
def _ended(open_: dict[int, tuple[Trial, subprocess.Popen[bytes]]]) -> Iterator[None]:
    """Let no process outlive the sweep: what is interrupted saves and ends."""
    try:
        yield
    finally:
        for _, process in open_.values():
            process.terminate()
        for _, process in open_.values():
            process.wait()


def is_done(folder: Path) -> bool:
    """Whether a folder holds a run that ended well."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads((folder / "run.json").read_text(encoding="utf-8")).get("state") == "done")
    return False


def _said(log: Path, code: int) -> str:
    """Why a process failed: the lines it told a person, or its last."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line.partition(": ")[2] for line in lines if line.startswith("virality train: ")]
    return "\n".join(told or [*lines[-1:], f"exit code {code}; see {log}"][:1])
