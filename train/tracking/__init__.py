"""Where the curves go: Weights & Biases (online or kept offline), TensorBoard, or nowhere. It never stops a run."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from train.tracking.lineage import Artifact, artifact_of
from virality.atomic import aside
from virality.progress import is_main, say
from virality.runs import Run, finished

To = Literal["wandb", "offline", "tensorboard", "none"]

_PACKAGE = {"wandb": "wandb", "offline": "wandb", "tensorboard": "tensorboard"}


class Tracker:
    """What every tracker is told; this one keeps nothing."""

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Figures after so many optimiser steps."""

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int) -> None:
        """A table after so many optimiser steps."""

    def read(self, artifact: Artifact) -> None:
        """What the run reads."""

    def made(self, artifact: Artifact) -> None:
        """What the run made."""

    def close(self, code: int) -> None:
        """The end, with the exit code of the run."""


class Guarded(Tracker):
    """A tracker whose failures cost its curves and never the run: one line, then it is left alone.

    Nothing is told twice: what a run that continues does again is the same as before, and steps do not go back.

    Args:
        tracker: that is told.
        path: of the file that `state` is kept in.
        state: `logged`: part of the curves -> the last step that was told; and what says which run this is.
    """

    def __init__(self, tracker: Tracker, path: Path, state: dict[str, Any]) -> None:
        self._tracker: Tracker | None = tracker
        self._path, self._state = path, state

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Figures, each of whose parts (`train/`, `validation/`) is told once a step."""
        parts = sorted({name.partition("/")[0] for name in values})
        fresh = {part for part in parts if step > self._state["logged"].get(part, -1)}
        if left := {name: value for name, value in values.items() if name.partition("/")[0] in fresh}:
            self._told(fresh, step, lambda tracker: tracker.log(left, step))

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int) -> None:
        """A table, told once a step."""
        if step > self._state["logged"].get(f"{name} table", -1):
            self._told({f"{name} table"}, step, lambda tracker: tracker.table(name, columns, rows, step))

    def read(self, artifact: Artifact) -> None:
        """What the run reads."""
        self._try(lambda tracker: tracker.read(artifact))

    def made(self, artifact: Artifact) -> None:
        """What the run made."""
        self._try(lambda tracker: tracker.made(artifact))

    def close(self, code: int) -> None:
        """The end."""
        self._try(lambda tracker: tracker.close(code))
        self._tracker = None

    def _told(self, parts: set[str], step: int, tell: Callable[[Tracker], None]) -> None:
        def and_note(tracker: Tracker) -> None:
            tell(tracker)
            self._state["logged"] |= dict.fromkeys(parts, step)
            _write(self._path, self._state)

        self._try(and_note)

    def _try(self, tell: Callable[[Tracker], None]) -> None:
        if self._tracker is None:
            return
        try:
            tell(self._tracker)
        except Exception as error:  # whatever a tracker dies of, the run goes on
            self._tracker = None
            say(f"  tracking has failed and is left out from here on: {_in_one_line(error)}")


def reachable(to: To) -> str | None:
    """What stands between this machine and the tracker, in one line, within two seconds; None: nothing does.

    None of it stops a run: one for W&B is then kept offline.
    """
    if line := _missing(to):
        return line
    if to != "wandb":
        return None
    from train.tracking import wandb_run

    problem = wandb_run.problem()
    return f"tracking.to = wandb: {problem}; the run will be kept offline" if problem else None


@contextlib.contextmanager
def opened(to: To, project: str, here: Run) -> Iterator[Tracker]:
    """The tracker of a run while it lasts: told what the run reads at its beginning, and at its end what it made."""
    if to == "none" or not is_main():
        yield Tracker()
        return
    tracker = _open(to, project, here)
    code = 1
    try:
        for folder in here.document["inputs"]:
            tracker.read(artifact_of(finished(Path(folder))))
        yield tracker
        code = 0
        if here.document["state"] == "done":
            tracker.made(artifact_of(here.document))
    except BaseException as error:
        code = 75 if isinstance(error, KeyboardInterrupt) else getattr(error, "exit_code", 1)
        raise
    finally:
        tracker.close(code)


def _open(to: To, project: str, here: Run) -> Tracker:
    path = here.folder / "tracking" / "run.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        state = _state(path, here)
        _write(path, state)
        tracker: Tracker
        if to == "tensorboard":
            from train.tracking.event_files import EventFiles

            tracker = EventFiles(path.parent, here.document)
        else:
            from train.tracking.wandb_run import WandbRun

            tracker = WandbRun(path.parent, state["id"], project, here.document, online=to == "wandb")
    except Exception as error:  # a tracker that cannot begin costs its curves
        say(f"  tracking cannot begin and is left out: {_missing(to) or _in_one_line(error)}")
        return Tracker()
    return Guarded(tracker, path, state)


def _state(path: Path, here: Run) -> dict[str, Any]:
    """The id and the last steps of a run that continues; new ones for any other run, also in the same folder."""
    if here.continued:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            there: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if there["id"] and isinstance(there["logged"], dict):
                return there
    return {"id": secrets.token_hex(4), "logged": {}}


def _write(path: Path, state: Mapping[str, Any]) -> None:
    with aside(path) as written:
        written.write_text(json.dumps(state) + "\n", encoding="utf-8")


def _missing(to: To) -> str | None:
    package = _PACKAGE.get(to)
    if package is None or importlib.util.find_spec(package) is not None:
        return None
    return f"tracking.to = {to}: needs {package}, not installed here: pip install {package}, or tracking.to=none"


def _in_one_line(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]
