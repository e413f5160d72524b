"""What is being changed, written before it is: a `virality forget` killed and run again ends in the same state.

Everything is found again by the register, which is written before anything is erased; the journal adds what could not
be told from the files any more: which of them were changed, and how many rows went.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from publish.audit import JOURNAL
from virality.atomic import aside, sha256, sync
from virality.errors import ViralityError

Step = Callable[[str], None]
"""Told what comes next, before it is done."""


@dataclass(slots=True)
class Change:
    """What is done to a file.

    Fields:
        rows: rows, lines, answers or hashes that go.
        act: `rewritten`, `removed` or `made anew`.
        before: SHA-256 of the file as it was; empty for a folder.
    """

    rows: int
    act: str
    before: str = ""


@dataclass(slots=True)
class Journal:
    """The open journal of a folder of runs.

    Fields:
        root: the folder.
        at: when it was begun, ISO 8601 in UTC.
        changes: path below the root -> what is done to it.
        step: see `Step`.
    """

    root: Path
    at: str
    changes: dict[str, Change] = field(default_factory=dict)
    step: Step = lambda _: None

    def note(self, path: Path, rows: int, act: str) -> None:
        """Keep what will be done to a file, on the disk, before it is done."""
        name = path.relative_to(self.root).as_posix()
        was = self.changes.get(name)
        now = sha256(path) if path.is_file() else ""
        again = 0 if was is None or was.before == now else was.rows  # the same bytes: it was noted and not done
        self.changes[name] = Change(rows + again, act, now)
        self._write()
        self.step(f"{act} {name}")

    def below(self, folder: Path) -> dict[str, Change]:
        """What was done to the files of a folder, by their paths within it."""
        start = f"{folder.relative_to(self.root).as_posix()}/"
        return {name.removeprefix(start): one for name, one in self.changes.items() if name.startswith(start)}

    def close(self) -> None:
        """Everything is done."""
        self.step("end")
        (self.root / JOURNAL).unlink(missing_ok=True)
        sync(self.root)

    def _write(self) -> None:
        told = {name: [one.rows, one.act, one.before] for name, one in self.changes.items()}
        with aside(self.root / JOURNAL) as path:
            path.write_text(json.dumps({"at": self.at, "changes": told}, indent=1) + "\n", encoding="utf-8")


def begin(root: Path, step: Step) -> Journal:
    """Open the journal of a folder, or go on with the one that lies there.

    Raises:
        ViralityError: it is damaged.
    """
    place = root / JOURNAL
    made = Journal(root, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), step=step)
    if place.is_file():
        try:
            document = json.loads(place.read_text(encoding="utf-8"))
            made.at = str(document["at"])
            made.changes = {name: Change(*one) for name, one in document["changes"].items()}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ViralityError(f"{place}: is damaged; remove it and give the same command again") from error
    made._write()
    step("begin")
    return made
