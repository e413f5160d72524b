"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

ENDING = ".partial"


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write a file or folder to; renamed to `path` when the block ends well.

    What is written is synced to the disk before the rename, so a crash leaves the old file or the new one (of a
    folder: the old, the new or none).
    """
    temporary = path.with_name(f"{path.name}{ENDING}")
    _remove(temporary)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        for file in sorted(temporary.rglob("*")) if temporary.is_dir() else [temporary]:
            if file.is_file():
                sync(file)
    except BaseException as error:
        _remove(temporary)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which file it was
        raise
    if temporary.is_dir():
        _remove(path)
    os.replace(temporary, path)
    sync(path.parent)


def is_partial(path: Path) -> bool:
    """Whether a path inside a run folder is, or lies in, something that was never finished."""
    return any(part.endswith(ENDING) for part in path.parts)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Return only when a file, or the list of names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
