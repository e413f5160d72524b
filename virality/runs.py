"""Run folders: what ran, with which settings, on which inputs; files that appear whole or not at all.

A run is `runs/<step>/<name>/`. Its `run.json` is written first with state `running` and last with state `done`;
only a done run may be read by a later step. The same settings and inputs continue what is there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import shlex
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from virality.atomic import aside as aside
from virality.atomic import is_partial
from virality.atomic import sha256 as sha256
from virality.circumstances import circumstances, peak_memory_mb
from virality.config import RunSettings, flat
from virality.errors import ViralityError
from virality.progress import is_main, say

_NOT_COMPARED = {"name", "out", "micro_batch", "activation_checkpointing", "push"}
"""Where and how, not what: a run that was out of memory continues with a smaller micro_batch (of all objectives kto
alone feels it, through its reference point)."""
_NOT_COMPARED_SECTIONS = ("machine.", "tracking.", "push.")
_WORK = "work"
_NOT_OUTPUTS = {"tracking", "parts", _WORK, "ratings"}
"""Folders of a run that are no result: logs, answers of people, and what a later run of the folder would make again."""
_KEYS = {"step", "state", "settings", "inputs", "command"}
_KEYS_DONE = _KEYS | {"outputs", "rights", "seconds"}


@dataclass
class Run:
    """An open run folder.

    Fields:
        folder: where its files go.
        finished: True where the same settings and inputs were already run to the end.
        continued: True where an unfinished run with the same settings and inputs lies in the folder.
        document: what `run.json` holds.
    """

    folder: Path
    document: dict[str, Any]
    finished: bool = False
    continued: bool = False
    clock: float = field(default_factory=time.monotonic)

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """A path to write to, which becomes `folder/name` when the block ends well."""
        with aside(self.folder / name) as path:
            yield path

    def write_json(self, name: str, value: object) -> None:
        """Write `value` as `folder/name`, aside and renamed."""
        with self.file(name) as path:
            path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def finish(self, *, rights: Mapping[str, Any], **more: Any) -> None:
        """Mark the run done: hash its outputs and write the final `run.json`.

        Args:
            rights: `{"basis": {basis: rows}, "research_only": bool}`, carried to every later step.
            more: further facts for run.json, JSON values.
        """
        if not is_main():
            return
        outputs = {
            str(path.relative_to(self.folder)): {"sha256": sha256(path), "bytes": path.stat().st_size}
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
            and path != self.folder / "run.json"
            and not is_partial(path.relative_to(self.folder))
            and not _NOT_OUTPUTS.intersection(path.relative_to(self.folder).parts)
        }
        self.document |= {
            "state": "done",
            "finished": _now(),
            "seconds": round(time.monotonic() - self.clock, 1),
            "peak_memory_mb": peak_memory_mb(),
            "rights": dict(rights),
            "outputs": outputs,
            **more,
        }
        self.write_json("run.json", self.document)


def place(step: str, config: Path, settings: RunSettings) -> Path:
    """The folder that a config's run goes to."""
    return Path(settings.out) if settings.out else Path("runs") / step / (settings.name or config.stem)


def begin(
    step: str,
    config: Path,
    settings: RunSettings,
    inputs: Mapping[str, str],
    *,
    fresh: bool = False,
    grows: bool = False,
) -> Run:
    """`start` as a config says: its name, or the file's stem, its folder and its seed."""
    return start(
        step,
        settings.name or config.stem,
        settings=settings.model_dump(mode="json"),
        inputs=inputs,
        out=place(step, config, settings),
        fresh=fresh,
        grows=grows,
        seed=settings.seed,
    )


def start(
    step: str,
    name: str,
    *,
    settings: Mapping[str, Any],
    inputs: Mapping[str, str],
    out: Path | None = None,
    fresh: bool = False,
    grows: bool = False,
    seed: int | None = None,
) -> Run:
    """Open the folder of a run, or say that it is done.

    Args:
        step: prepare, train, improve, evaluate or publish.
        name: the config's stem, or `name=`.
        settings: all settings, JSON values.
        inputs: what is read -> its SHA-256.
        out: another folder than `runs/<step>/<name>`.
        fresh: remove what is there first, if it is a run of this step and nothing that this one reads.
        grows: inputs may be added to a run that is there; it then runs again with all of them.
        seed: recorded in run.json.

    Raises:
        ViralityError: the folder holds a run of other settings or inputs, each named; or is no run folder.
    """
    folder = out or Path("runs") / step / name
    wanted = json.loads(json.dumps(dict(settings)))
    if fresh and is_main():
        clear(folder, step, inputs)
    there = None if fresh else _read_document(folder)
    run = Run(folder, document={})
    changed = [] if there is None else _changes(folder, there, step, wanted, inputs, grows=grows)
    if there is not None and changed and _only_begun(folder, there):
        there = None  # it failed before it wrote anything: nothing to continue, and nothing to lose
        _forget(folder)
    if there is not None:
        if changed:
            raise ViralityError(
                f"{folder}: holds a run of other settings: {'; '.join(changed)}; "
                "give this one a name=, or --fresh to replace it"
            )
        damaged = _damaged(folder, there) if there["state"] == "done" else []
        added = sorted(inputs.keys() - there["inputs"].keys())
        run.finished = there["state"] == "done" and not damaged and not added
        run.continued = not run.finished
        if run.finished:
            run.document = there
            say(f"{folder}: done already with the same settings and inputs ({there['seconds']:.0f} s then); reused")
            return run
        if damaged:
            _remove_damaged(folder, damaged)
        elif added and there["state"] == "done":
            say(f"{folder}: {len(added)} new input{'s' * (len(added) > 1)} beside {len(there['inputs'])} read before")
        else:
            say(f"{folder}: continuing what an earlier run left unfinished")
    elif not fresh and folder.is_dir() and not _is_nothing(folder):
        raise ViralityError(f"{folder}: is not empty and holds no run.json; name another folder with out=")
    run.document = {
        "schema": 1,
        "step": step,
        "name": name,
        "state": "running",
        "command": ["virality", *sys.argv[1:]],
        "settings": wanted,
        "inputs": dict(inputs),
        "seed": seed,
        "started": _now(),
        **circumstances(),
    }
    if is_main():
        _make_folder(folder)
        run.write_json("run.json", run.document)
    return run


def finished(folder: Path, step: str | None = None) -> dict[str, Any]:
    """The `run.json` of a run that ended well.

    Raises:
        ViralityError: no such folder, no run in it, a run of another step, or one that has not ended.
    """
    document = _read_document(folder)
    if document is None:
        known = sorted(str(path.parent) for path in Path("runs").glob("*/*/run.json"))
        there = f"; there are {', '.join(known)}" if known else ""
        raise ViralityError(f"{folder}: holds no run (no run.json); run the step that makes it first{there}")
    if document["state"] != "done":
        command = shlex.join(document["command"])
        raise ViralityError(f"{folder}: this run has not ended; continue it with: {command}")
    if step is not None and document["step"] != step:
        raise ViralityError(f"{folder}: is a run of `{document['step']}`, and one of `{step}` is needed here")
    return document


def digest(folder: Path) -> str:
    """SHA-256 over the outputs of a finished run: changes whenever one of its files does.

    Raises:
        ViralityError: it is no finished run, or its files are not what they were when it ended.
    """
    document = finished(folder)
    if damaged := _damaged(folder, document):
        raise ViralityError(
            f"{folder}: {', '.join(damaged)}: missing, cut short or changed since the run ended; "
            f"run it again: {shlex.join(document['command'])}"
        )
    outputs = document["outputs"]
    listed = "\n".join(f"{name} {outputs[name]['sha256']}" for name in sorted(outputs))
    return hashlib.sha256(listed.encode()).hexdigest()


def research_only(folders: list[Path]) -> bool:
    """Whether any of these finished runs is marked research_only."""
    return any(bool(finished(folder)["rights"]["research_only"]) for folder in folders)


def clear(folder: Path, step: str, inputs: Iterable[str] = ()) -> None:
    """Remove the run of a step that lies in a folder; where none was begun, nothing.

    Args:
        folder: of the run.
        step: whose run may be removed.
        inputs: what is read for the run to come, which must not lie there.

    Raises:
        ViralityError: what lies there is no run, one of another step, or an input.
    """
    if not folder.is_dir() or (not (folder / "run.json").is_file() and _is_nothing(folder)):
        return
    if not (folder / "run.json").is_file():
        raise ViralityError(
            f"{folder}: --fresh removes run folders only, and this one has no run.json; name another with out="
        )
    with contextlib.suppress(ValueError):  # a damaged one says no step, and is what --fresh is for
        found = json.loads((folder / "run.json").read_bytes())
        if isinstance(found, dict) and found.get("step", step) != step:
            raise ViralityError(
                f"{folder}: holds a run of `{found['step']}`, and --fresh removes one of `{step}` only; name another "
                "folder with out="
            )
    own = folder.resolve()
    if read := next((one for one in inputs if own in (place := Path(one).resolve(), *place.parents)), None):
        raise ViralityError(f"{folder}: --fresh would remove {read}, which is read here; name another folder with out=")
    shutil.rmtree(folder)


def _forget(folder: Path) -> None:
    if is_main():
        (folder / "run.json").unlink(missing_ok=True)
        shutil.rmtree(folder / _WORK, ignore_errors=True)  # its pieces were made by the settings of then


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise ViralityError(f"{folder}: cannot be made ({error.strerror}); name another folder with out=") from error


def _read_document(folder: Path) -> dict[str, Any] | None:
    path = folder / "run.json"
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ViralityError(f"{path}: not readable as JSON ({error}); remove the folder or use --fresh") from error
    needed = _KEYS_DONE if isinstance(document, dict) and document.get("state") == "done" else _KEYS
    if not isinstance(document, dict) or needed - document.keys():
        raise ViralityError(f"{path}: not a run.json of this program; remove the folder or use --fresh")
    return document


def _only_begun(folder: Path, document: dict[str, Any]) -> bool:
    return document["state"] == "running" and _is_nothing(folder)


def _is_nothing(folder: Path) -> bool:
    """Whether no result lies in a folder: at most run.json, what would be made again, and what was never finished."""
    nothing = {"run.json", *_NOT_OUTPUTS}
    return all(path.name in nothing or is_partial(Path(path.name)) for path in folder.iterdir())


def _changes(
    folder: Path,
    there: dict[str, Any],
    step: str,
    settings: dict[str, Any],
    inputs: Mapping[str, str],
    *,
    grows: bool,
) -> list[str]:
    """What is not as it was in the run that lies in the folder, in words."""
    if there["step"] != step:
        raise ViralityError(f"{folder}: holds a run of `{there['step']}`; give this one another folder with out=")
    before, now = flat(there["settings"]), flat(settings)
    changed = [
        f"{key} was {_shown(before, key)} and is {_shown(now, key)}"
        for key in sorted(before.keys() | now.keys())
        if _is_compared(key)
        and (key in before, before.get(key)) != (key in now, now.get(key))
        and not (key not in before and now[key] in (False, 0))  # a switch or a number that came later, and is off
    ]
    old = there["inputs"]
    changed += [f"the input {key} has changed" for key in sorted(old.keys() & inputs.keys()) if old[key] != inputs[key]]
    changed += [f"the input {key} is new" for key in sorted(inputs.keys() - old.keys()) if not grows]
    return changed + [f"the input {key} is no longer read" for key in sorted(old.keys() - inputs.keys())]


def _is_compared(key: str) -> bool:
    return key not in _NOT_COMPARED and not key.startswith(_NOT_COMPARED_SECTIONS)


def _shown(values: dict[str, Any], key: str) -> str:
    return repr(values[key]) if key in values else "not set"


def _damaged(folder: Path, document: dict[str, Any]) -> list[str]:
    """Outputs that are not what they were when the run ended."""
    return [
        name
        for name, about in document["outputs"].items()
        if not (path := folder / name).is_file()
        or path.stat().st_size != about["bytes"]
        or sha256(path) != about["sha256"]
    ]


def _remove_damaged(folder: Path, names: list[str]) -> None:
    say(f"{folder}: {', '.join(names)}: missing, cut short or changed; this step is run again")
    for name in names if is_main() else []:
        (folder / name).unlink(missing_ok=True)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
