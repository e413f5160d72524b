"""Which of several processes this one is, before torch knows, and which GPU is its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from virality.atomic import aside


def world() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def local() -> int:
    """Number of this process on its machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def first_here() -> int:
    """Rank of the first process on this machine: a number that no other machine has."""
    return int(os.environ.get("RANK", "0")) - local()


def take_device() -> None:
    """Make `cuda` this process's own GPU: every rank would load its base onto the first one."""
    if world() == 1:
        return
    import torch

    if torch.cuda.is_available():
        torch.cuda.set_device(local() % torch.cuda.device_count())


def leave() -> None:
    """End this process's part in the group: where the end of the program finds it open, it may abort."""
    if world() == 1:
        return
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def one_answer(path: Path, ask: Callable[[], str]) -> str:
    """What `ask` answers on the first process of this machine, for all that run here and for those that continue.

    It goes through a file: the process group, whose collectives give up after some minutes, need not be there.
    """
    if world() == 1:
        return ask()
    if local() == 0 and not path.is_file():
        with aside(path) as temporary:
            temporary.write_text(ask(), encoding="utf-8")
    wait_for(path)
    return path.read_text(encoding="utf-8")


def wait_for(path: Path) -> None:
    """Return when the file is there: it is renamed into its place whole. A launcher ends who waits for a dead rank."""
    while not path.is_file():
        time.sleep(0.2)


def says_yes(name: str) -> bool:
    """Whether a launcher has set this variable of the environment to true."""
    return os.environ.get(name, "false").lower() in ("1", "true")
