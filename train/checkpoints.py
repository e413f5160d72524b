"""Checkpoints that are trusted only when they are whole: written aside, synced, marked complete, renamed into place.

`writing` gives the folder aside, `publish` completes it and puts it into its place, and only then does `rotate` delete
older ones. A process that is killed anywhere in between leaves every complete checkpoint as it was, and what it did
not finish in one folder, which nothing reads and `sweep` removes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from train.failures import is_out_of_room
from virality import ledger
from virality.atomic import ENDING, sha256, sync
from virality.errors import ViralityError
from virality.progress import is_main, say

MARK = "COMPLETE"
ROWS = "rows.json"
LEDGER = "ledger.parquet"
ASIDE = f"writing{ENDING}"
"""Folder beside the checkpoints for what is being written or deleted."""

Entries = Callable[[str, list[int]], Iterable[ledger.Entry]]
"""(name of a checkpoint, numbers of the rows it saw) -> its rows of the ledger."""


@contextlib.contextmanager
def writing(folder: Path, step: int) -> Iterator[Path]:
    """A folder aside, `<folder>/writing.partial/checkpoint-<step>`, for the files of a checkpoint.

    Every rank writes into the same one; call `publish` within the block. It is removed if the block fails.

    Raises:
        ViralityError: the disk is full. Any other error passes through.
    """
    written = folder / ASIDE / f"checkpoint-{step}"
    try:
        written.mkdir(parents=True, exist_ok=True)
        yield written
    except BaseException as error:
        full = is_out_of_room(error, written)  # asked before room is made
        if is_main():
            sweep(folder)
        if full:
            place = folder / written.name
            raise ViralityError(
                f"{place}: the disk is full; free some space, then the same command continues"
            ) from error
        raise


def publish(written: Path, rows: Iterable[int], entries: Entries | None = None, best: int | None = None) -> Path:
    """Complete a checkpoint that lies aside and rename it into its place; once, by the first rank, after a barrier.

    A whole checkpoint of the same step that is there already stays instead: it is the same one.

    Args:
        written: what `writing` gave, with all files in it.
        rows: numbers of the rows seen so far.
        entries: its rows of the ledger.
        best: step of the best checkpoint so far, where one is chosen in the end.

    Returns:
        Where it is now.
    """
    folder = written.parent.parent
    place = folder / written.name
    complete(written, rows, entries, best)
    if place.exists():
        if flaw(place) is None:
            shutil.rmtree(written)
            return place
        _set_aside(place)
    os.replace(written, place)
    sync(folder)
    sync(folder.parent)
    return place


def complete(checkpoint: Path, rows: Iterable[int], entries: Entries | None = None, best: int | None = None) -> None:
    """Keep beside the weights which rows they saw, sync every file, and mark the folder complete.

    The mark holds the SHA-256 of every file: a checkpoint is an adapter and two moments of its optimiser, hashed in
    well under a second for each GB, and a bit that flipped in a moment would bend the run as surely as one in a weight.
    """
    seen = sorted(set(rows))
    (checkpoint / ROWS).write_text(json.dumps(seen), encoding="utf-8")
    if entries is not None:
        ledger.write(entries(checkpoint.name, seen), checkpoint / LEDGER)
    (checkpoint / MARK).unlink(missing_ok=True)
    files = {}
    for path in sorted(checkpoint.rglob("*")):
        sync(path)
        if path.is_file():
            files[path.relative_to(checkpoint).as_posix()] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    sync(checkpoint)
    mark = {"files": files, "best": None if best is None else f"checkpoint-{best}"}
    with (checkpoint / f"{MARK}{ENDING}").open("w", encoding="utf-8") as stream:
        json.dump(mark, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(checkpoint / f"{MARK}{ENDING}", checkpoint / MARK)
    sync(checkpoint)


def rotate(folder: Path, keep: int) -> None:
    """Delete all but the newest `keep` complete checkpoints and the best ones that these name; by the first rank."""
    found = _found(folder)
    whole = [number for number in sorted(found) if _flaw_of_files(found[number], hashes=False) is None]
    kept = {found[number].name for number in whole[-keep:]}
    kept |= {str(_mark(folder / name)["best"]) for name in kept}
    for number in sorted(found, reverse=True):  # one that names a best goes before that
        if whole and number < whole[-1] and found[number].name not in kept:
            _set_aside(found[number])
    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove what was never finished, written or deleted; by the first rank, when nothing is being written."""
    shutil.rmtree(folder / ASIDE, ignore_errors=True)


def newest(folder: Path) -> Path | None:
    """The newest checkpoint in `folder` that is whole, or None; others are passed over, each with a line."""
    found = _found(folder)
    for number in sorted(found, reverse=True):
        why = flaw(found[number])
        if why is None:
            return found[number]
        say(f"{found[number]}: was not written to the end, or cut short or changed since ({why}); passed over")
    return None


def flaw(checkpoint: Path) -> str | None:
    """Why a checkpoint cannot be continued from, or None where every byte of it and of the best one is as written."""
    own = _flaw_of_files(checkpoint)
    if own is not None or (best := _mark(checkpoint)["best"]) is None:
        return own
    of_best = _flaw_of_files(checkpoint.with_name(best))
    return of_best and f"its best one, {best}: {of_best}"


def rows_seen(checkpoint: Path) -> set[int]:
    """Numbers of the rows that a complete checkpoint had seen."""
    return set(json.loads((checkpoint / ROWS).read_text(encoding="utf-8")))


_NAME = re.compile(r"checkpoint-(\d+)")


def _found(folder: Path) -> dict[int, Path]:
    return {int(match[1]): path for path in folder.glob("checkpoint-*") if (match := _NAME.fullmatch(path.name))}


def _set_aside(checkpoint: Path) -> None:
    """Take a checkpoint out of its place in one move: none is ever seen half deleted."""
    place = checkpoint.parent / ASIDE / f"deleted-{checkpoint.name}"
    place.parent.mkdir(exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    os.replace(checkpoint, place)


def _mark(checkpoint: Path) -> dict[str, Any]:
    return dict(json.loads((checkpoint / MARK).read_text(encoding="utf-8")))


def _flaw_of_files(checkpoint: Path, *, hashes: bool = True) -> str | None:
    try:
        mark = _mark(checkpoint)
        for name, about in mark["files"].items():
            path = checkpoint / name
            if path.stat().st_size != about["bytes"]:
                return f"{name} is of another length"
            if hashes and sha256(path) != about["sha256"]:
                return f"{name} has changed"
        return None if mark["best"] is None or _NAME.fullmatch(mark["best"]) else f"{MARK} is not readable"
    except FileNotFoundError as error:
        return f"{Path(str(error.filename)).name} is missing"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"{MARK} is not readable"
