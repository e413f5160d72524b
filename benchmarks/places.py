"""Where a figure was taken: commit, machine, device, threads and versions, for the last lines of a benchmark."""

from __future__ import annotations

import os
from typing import Any

from virality.circumstances import circumstances


def place() -> dict[str, Any]:
    """`circumstances`, `device` and `threads`, and all but the versions in one line, `told`."""
    import torch

    about = circumstances()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    threads = torch.get_num_threads()
    commit = f"commit {about['commit']}{' and changes' * bool(about['dirty'])}"
    malloc = " ".join(name for name in ("LD_PRELOAD", "MALLOC_TRIM_THRESHOLD_") if os.environ.get(name))
    told = f"{commit}, {about['machine']}, {device}, {threads} threads{', with ' * bool(malloc)}{malloc}"
    return about | {"device": device, "threads": threads, "told": told}
