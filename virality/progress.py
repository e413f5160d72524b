"""Progress on the terminal: a bar for what is counted, a line with seconds for what is not.

Everything goes to stderr, from the main process only. What stdout carries are results.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

stop = threading.Event()
"""Set by a signal that asks the run to end."""


def is_main() -> bool:
    """Whether this process is the one that speaks (rank 0, or the only one)."""
    return os.environ.get("RANK", "0") == "0"


def say(line: str) -> None:
    """Print one line to stderr, from the main process only."""
    if is_main():
        print(line, file=sys.stderr, flush=True)


def bar(items: Iterable[T], label: str, total: int | None = None, unit: str = "it") -> Iterable[T]:
    """Iterate over `items` under a progress bar; redrawn rarely where stderr is a file."""
    from tqdm import tqdm

    return tqdm(
        items,
        desc=label,
        total=total,
        unit=f" {unit}",
        disable=not is_main(),
        mininterval=0.5 if sys.stderr.isatty() else 5.0,
        maxinterval=15.0,
        ncols=90,
        file=sys.stderr,
    )


def close_bars() -> None:
    """Close the bars that an error left open, so that what is said next stands on a line of its own."""
    tqdm = sys.modules.get("tqdm")
    for one in list(tqdm.tqdm._instances) if tqdm else []:
        one.close()


@contextmanager
def step(label: str) -> Iterator[None]:
    """Say what begins, and how many seconds it took.

    Raises:
        KeyboardInterrupt: a signal asked the run to end, and the exception it raised was lost on its way.
    """
    _check()
    say(f"  {label} ...")
    started = time.monotonic()
    yield
    _check()
    seconds = time.monotonic() - started
    if seconds >= 2:
        say(f"  {label}: {seconds:.0f} s")


def _check() -> None:
    if stop.is_set():
        raise KeyboardInterrupt
