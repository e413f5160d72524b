"""What memory there is, what this process has taken of it, and how long it has run: asked of the system."""

from __future__ import annotations

import contextlib
import ctypes
import os
import time
from pathlib import Path

from virality.circumstances import peak_memory_mb

_PROC = Path("/proc/self")
_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)
"""Files of a container's limit and use, of both versions of cgroups."""


def available(device: str, ranks_here: int = 1) -> int:
    """Bytes that this process may hold in all, what it already holds among them.

    Args:
        device: cpu: what is free, within the container's limit; cuda: what is free on the current GPU.
        ranks_here: processes of the run on this machine, which share the main memory; each has a GPU of its own.
    """
    if device == "cuda":
        import torch

        free, _ = torch.cuda.mem_get_info()
        return int(free + torch.cuda.memory_reserved())
    free = _free()
    for limit, used in _LIMITS:
        with contextlib.suppress(OSError, ValueError):
            free = min(free, int(Path(limit).read_text()) - int(Path(used).read_text()) + _reclaimable(Path(used)))
    return (free + resident()) // ranks_here


def resident() -> int:
    """Bytes of main memory that this process holds now; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        return int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def peak(device: str) -> int:
    """The most bytes this process has held since `reset`, or since it began where that is not to be had."""
    if device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated())
    with contextlib.suppress(OSError):
        for line in (_PROC / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return (peak_memory_mb() or 0) << 20


def reset(device: str) -> None:
    """Let `peak` begin anew, where the system allows it."""
    if device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()
        return
    with contextlib.suppress(OSError):
        (_PROC / "clear_refs").write_text("5")


def let_go() -> None:
    """Give back to the system what the allocator holds in main memory and nobody uses; with glibc alone."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def since_start() -> float:
    """Seconds since this process began, imports and all; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError):
        ticks = int((_PROC / "stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return 0.0


def _free() -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(OSError, ValueError):  # not on Linux: what is built in
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 1 << 62


def _reclaimable(used: Path) -> int:
    """Bytes of files that the system would drop for a process in need."""
    for line in (used.parent / "memory.stat").read_text().splitlines():
        if line.startswith(("inactive_file ", "total_inactive_file ")):
            return int(line.split()[1])
    return 0
