"""What this machine has, read without torch, so that it can be said before anything heavy is imported."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
MEMINFO = Path("/proc/meminfo")
DRIVER = Path("/proc/driver/nvidia")

_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Flags of processors that multiply in bfloat16: the first two x86, the last ARM."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """An NVIDIA GPU: its name and memory in GiB."""

    name: str
    memory: float


def flags(cpuinfo: Path | None = None) -> frozenset[str] | None:
    """What the processor can do, in the kernel's words; None where the system does not tell."""
    with contextlib.suppress(OSError):
        for line in (cpuinfo or CPUINFO).read_text().splitlines():
            key, _, said = line.partition(":")
            if key.strip() in ("flags", "Features"):
                return frozenset(said.split())
    return None


def bf16_flags() -> list[str] | None:
    """Which of its flags say that the processor multiplies in bfloat16; None where the system does not tell."""
    known = flags()
    return None if known is None else sorted(_BF16 & known)


def sees_nvidia() -> bool:
    """Whether an NVIDIA GPU may be used: a driver or its tool is there, and the environment does not hide it."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return False
    return DRIVER.exists() or shutil.which("nvidia-smi") is not None


def gpus(seconds: float = 5) -> list[Gpu]:
    """The GPUs that `nvidia-smi` names; none where it does not answer."""
    asked: Sequence[str] = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=seconds).stdout
        rows = [line.rpartition(",") for line in said.splitlines() if line.strip()]
        return [Gpu(name.strip(), float(megabytes) / 1024) for name, _, megabytes in rows]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []


def memory() -> tuple[float, float] | None:
    """GiB of main memory in all and to be had; None where the system does not tell."""
    with contextlib.suppress(OSError, KeyError, ValueError):
        said = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines() if ":" in line)
        total, free = (int(said[name].split()[0]) / 2**20 for name in ("MemTotal", "MemAvailable"))
        return total, free
    return None


@functools.cache
def cores() -> int:
    """Cores that this process may use."""
    with contextlib.suppress(AttributeError, OSError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
