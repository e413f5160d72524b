"""What a run's numbers may depend on beside its settings: versions, commit, machine."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from virality.machine import gpus, sees_nvidia

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "datasets", "scikit-learn", "numpy", "pyarrow", "vllm")
_CORE_WATTS, _GPU_WATTS = 10, 500
"""Power of a busy core with its share of the machine, and of a busy data-centre GPU: assumed."""


def circumstances() -> dict[str, Any]:
    """`commit` and `dirty` (None where the code is not a git checkout), `versions` and `machine`, for run.json."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    commit, dirty = tree()
    return {"commit": commit, "dirty": dirty, "versions": versions, "machine": _machine()}


def tree() -> tuple[str | None, bool | None]:
    """The commit of this code, and whether it was changed since; None where the code is not a git checkout."""
    return _commit(Path(__file__).resolve().parent.parent)


def _machine() -> str:
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    graphics = Counter(one.name for one in gpus()) if sees_nvidia() else Counter()
    return "; ".join([f"{os.cpu_count()} x {model}", *(f"{count} x {name}" for name, count in graphics.items())])


def energy(seconds: float, machine: str) -> str:
    """What a run may have used, in words: an estimate from its time and a power that is assumed, not measured.

    Args:
        seconds: of the run.
        machine: as run.json names it: `2 x SOME PROCESSOR; 1 x SOME GPU`.
    """
    cores, *graphics = (int(count) if (count := part.split(" x ")[0]).isdigit() else 0 for part in machine.split("; "))
    kilowatts = (_CORE_WATTS * cores + _GPU_WATTS * sum(graphics)) / 1000
    return f"{kilowatts * seconds / 3600:.4f} kWh, estimated ({_CORE_WATTS} W a core, {_GPU_WATTS} W a GPU assumed)"


def _commit(root: Path) -> tuple[str | None, bool | None]:
    if not (root / ".git").exists():  # installed into an environment, which may lie in some other checkout
        return None, None
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD").strip()
        return commit, bool(_git(root, "status", "--porcelain", "--untracked-files=no").strip())
    except (OSError, subprocess.CalledProcessError):
        return None, None


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def peak_memory_mb() -> int | None:
    """The most main memory this process has held, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
