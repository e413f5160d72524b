"""Checkpoints that are trusted only when they are whole: marked complete once everything in them is on the disk."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from virality.atomic import sync
from virality.progress import say

MARK = "COMPLETE"
ROWS = "rows.json"


def complete(checkpoint: Path, rows: Iterable[int]) -> None:
    """Keep the numbers of the rows seen so far beside the weights, sync every file, and mark it complete."""
    (checkpoint / ROWS).write_text(json.dumps(sorted(set(rows))), encoding="utf-8")
    sizes = {}
    for path in sorted(checkpoint.iterdir()):
        if path.is_file() and path.name != MARK:
            sizes[path.name] = path.stat().st_size
            sync(path)
    with (checkpoint / f"{MARK}.partial").open("w", encoding="utf-8") as stream:
        json.dump(sizes, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(checkpoint / f"{MARK}.partial", checkpoint / MARK)
    sync(checkpoint)


def newest(folder: Path) -> Path | None:
    """The newest complete checkpoint in `folder`, or None; half-written ones are passed over with a line."""
    found = {int(match[1]): path for path in folder.glob("checkpoint-*") if (match := _NAME.fullmatch(path.name))}
    for number in sorted(found, reverse=True):
        if _whole(found[number]):
            return found[number]
        say(f"{found[number]}: was not written to the end, or cut short since; passed over")
    return None


def rows_seen(checkpoint: Path) -> set[int]:
    """Numbers of the rows that a complete checkpoint had seen."""
    return set(json.loads((checkpoint / ROWS).read_text(encoding="utf-8")))


_NAME = re.compile(r"checkpoint-(\d+)")


def _whole(checkpoint: Path) -> bool:
    try:
        sizes = json.loads((checkpoint / MARK).read_text(encoding="utf-8"))
        return all((checkpoint / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False
