"""Seconds that a mistaken command takes to answer: `python -m benchmarks.mistakes`, the median of three processes.

The commands are given in an empty folder with a config each, so that nothing is measured but the answer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_TIMES = 3
_WRITER = "task: writer\ndata: runs/prepare/none\nbase: tiny:llama\nobjective: sft\n"
_SCORER = "task: scorer\ndata: runs/prepare/none\nfamily: linear\n"
_PREPARE = "path: none.csv\nsource: {kind: table}\nrights: {basis: own_export}\npairs: {kinds: [ab_test]}\n"
_IMPROVE = "data: runs/prepare/none\nwriter: runs/train/none\nscorer: runs/train/none\n"
_EVALUATE = "data: runs/prepare/none\nscorer: runs/train/none\n"
_PUBLISH = "writer: runs/train/none\nreport: runs/evaluate/none\nto: out\n"

MISTAKES = (
    ("train", _WRITER, ("learning_rat=0.5", "lora_rank=64")),
    ("train", _WRITER, ("base=tiny:lama", "precision=bf16", "bits=4")),
    ("train", _WRITER, ("objective=dop",)),
    ("train", _SCORER, ("family=encoder", "encoder=pypi:none")),
    ("prepare", _PREPARE, ("filters.min_wrds=3",)),
    ("prepare", _PREPARE, ()),
    ("improve", _IMPROVE, ("sample=3",)),
    ("improve", _IMPROVE, ()),
    ("evaluate", _EVALUATE, ("draft=3",)),
    ("evaluate", _EVALUATE, ()),
    ("publish", _PUBLISH, ("repo=a/b",)),
    ("publish", _PUBLISH, ()),
)
"""Command, config and words, each of which exits 2."""


def main() -> None:
    """Print a line for each mistake, slowest last."""
    lines = sorted((_seconds(*mistake), mistake[0], " ".join(mistake[2])) for mistake in MISTAKES)
    for seconds, command, words in lines:
        print(f"{seconds:5.2f} s  virality {command} CONFIG {words}".rstrip())


def _seconds(command: str, config: str, words: tuple[str, ...]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.yaml").write_text(config)
        times = []
        for _ in range(_TIMES):
            started = time.perf_counter()
            ran = subprocess.run(
                [sys.executable, "-m", "virality", command, "config.yaml", *words],
                cwd=folder, env=os.environ | {"PYTHONPATH": str(_ROOT)}, capture_output=True, text=True, check=False,
            )  # fmt: skip
            times.append(time.perf_counter() - started)
            if ran.returncode != 2:
                raise SystemExit(f"{command} {words}: exit {ran.returncode}, and 2 was expected\n{ran.stderr}")
    return statistics.median(times)


if __name__ == "__main__":
    main()
