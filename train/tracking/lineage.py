"""What a run reads and makes, by name and hash: what a tracker draws its lineage from. No file goes anywhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MADE = {"train": ("adapter/", "scorer/")}
"""Where a step's result lies among its outputs; of other steps all of them are."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """The result of a run.

    Fields:
        name: `<step>-<name of the run>`; the same whether it was made or is read, so that runs are joined by it.
        type: dataset, writer or scorer.
        files: name -> SHA-256.
        about: further facts, JSON values.
    """

    name: str
    type: str
    files: dict[str, str]
    about: dict[str, Any]


def artifact_of(document: Mapping[str, Any]) -> Artifact:
    """The result of a finished run, by its run.json."""
    step, name = document["step"], document["name"]
    starts = _MADE.get(step, ("",))
    outputs = {file: about for file, about in document["outputs"].items() if file.startswith(starts)}
    files = {file: about["sha256"] for file, about in sorted(outputs.items())}
    listed = "\n".join(f"{file} {digest}" for file, digest in files.items())
    about = {
        "step": step,
        "run": name,
        "sha256": hashlib.sha256(listed.encode()).hexdigest(),
        "files": files,
        "bytes": sum(one["bytes"] for one in outputs.values()),
        "rights": document["rights"],
    }
    kind = document["task"] if step == "train" else "dataset"
    return Artifact(re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{step}-{name}")[:128], kind, files, about)
