"""Worker processes for what only Python can do to a text: they begin clean, keep their order and end with this one."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

P = TypeVar("P")
A = TypeVar("A")

_LOOK = 0.5
"""Seconds between two looks of a worker for its parent."""


def pool_of(workers: int) -> ProcessPoolExecutor:
    """Worker processes that begin clean (this one may have threads), use one thread each and end with this one."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_settle, initargs=(os.getpid(),))


def in_order(pool: Executor, ask: Callable[[P], A], pieces: Iterable[P], ahead: int) -> Iterator[A]:
    """What `ask` answers to each piece, in the order of the pieces; at most `ahead` are under way."""
    waiting: deque[Future[A]] = deque()
    for piece in pieces:
        waiting.append(pool.submit(ask, piece))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _settle(parent: int) -> None:
    import pyarrow as pa

    pa.set_cpu_count(1)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    """End when the parent was killed and could not say so."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
