"""What each finished run took: seconds and peak memory, read from run.json. `python -m benchmarks.runs [FOLDER]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def rows(folder: Path) -> list[dict[str, Any]]:
    """Step, name, seconds, peak memory (MB), commit and machine of every finished run under `folder`, oldest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*/*/run.json")]
    done = sorted((one for one in found if one["state"] == "done"), key=lambda one: str(one["finished"]))
    return [
        {key: one.get(key) for key in ("step", "name", "seconds", "peak_memory_mb", "commit", "machine")}
        for one in done
    ]


def table(found: list[dict[str, Any]]) -> str:
    """The rows as Markdown, with a total."""
    lines = ["| step | run | seconds | peak memory, MB |", "| --- | --- | ---: | ---: |"]
    for one in found:
        lines.append(f"| {one['step']} | {one['name']} | {one['seconds']:.0f} | {one['peak_memory_mb'] or ''} |")
    total = sum(one["seconds"] for one in found)
    lines.append(f"| **all** | | **{total:.0f}** | **{max((one['peak_memory_mb'] or 0) for one in found)}** |")
    return "\n".join(lines)


if __name__ == "__main__":
    runs = rows(Path(sys.argv[1] if len(sys.argv) > 1 else "runs"))
    if not runs:
        sys.exit("no finished run here; make demo first")
    print(table(runs))
    print(f"\ncommit {runs[-1]['commit']}, {runs[-1]['machine']}")
