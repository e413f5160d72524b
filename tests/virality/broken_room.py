"""A room with a bug in it, for the command line to meet."""

from __future__ import annotations

from pathlib import Path


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> None:
    """Fails as a bug does; with `dry_run` as a library does that lost the number of a disk's error."""
    if dry_run:
        raise RuntimeError("I/O error: No space left on device (os error 28)")
    raise KeyError("the oven")
