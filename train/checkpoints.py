"""Checkpoints that are trusted only when they are whole: each is marked complete after everything in it is written."""

from __future__ import annotations

from pathlib import Path

from virality.progress import say

MARK = "COMPLETE"


def mark_complete(checkpoint: Path) -> None:
    """Say that everything in `checkpoint` is written."""
    with (checkpoint / MARK).open("w") as stream:
        stream.write("complete\n")


def newest(folder: Path) -> Path | None:
    """The newest complete checkpoint in `folder`, or None; half-written ones are passed over with a line."""
    if not folder.is_dir():
        return None
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rsplit("-", 1)[1]), reverse=True)
    for checkpoint in found:
        if (checkpoint / MARK).is_file():
            return checkpoint
        say(f"{checkpoint}: was not written to the end; passed over")
    return None
