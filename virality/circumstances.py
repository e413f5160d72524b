"""What a run's numbers may depend on beside its settings: versions, commit, machine."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "datasets", "scikit-learn", "numpy", "pyarrow")


def circumstances() -> dict[str, Any]:
    """`commit` and `dirty` (None where the code is not a git checkout), `versions` and `machine`, for run.json."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    commit, dirty = _commit(Path(__file__).resolve().parent.parent)
    return {"commit": commit, "dirty": dirty, "versions": versions, "machine": _machine()}


def _machine() -> str:
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} x {model}"


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
