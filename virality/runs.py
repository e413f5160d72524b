"""Run folders: what ran, with which settings, on which inputs; files that appear whole or not at all.

A run is `runs/<step>/<name>/`. Its `run.json` is written first with state `running` and last with state `done`;
only a done run may be read by a later step. The same settings and inputs continue what is there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from virality.config import flat
from virality.errors import ViralityError
from virality.progress import is_main, say

_NOT_COMPARED = {"name", "out"}
_PACKAGES = ("torch", "transformers", "peft", "accelerate", "datasets", "scikit-learn", "numpy", "pyarrow")


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
            and path.name != "run.json"
            and ".partial" not in path.name
            and "tracking" not in path.relative_to(self.folder).parts
        }
        self.document |= {
            "state": "done",
            "finished": _now(),
            "seconds": round(time.monotonic() - self.clock, 1),
            "rights": dict(rights),
            "outputs": outputs,
            **more,
        }
        self.write_json("run.json", self.document)


def start(
    step: str,
    name: str,
    *,
    settings: Mapping[str, Any],
    inputs: Mapping[str, str],
    out: Path | None = None,
    fresh: bool = False,
    seed: int | None = None,
) -> Run:
    """Open the folder of a run, or say that it is done.

    Args:
        step: prepare, train, improve, evaluate or publish.
        name: the config's stem, or `name=`.
        settings: all settings, JSON values.
        inputs: what is read -> its SHA-256.
        out: another folder than `runs/<step>/<name>`.
        fresh: remove what is there first.
        seed: recorded in run.json.

    Raises:
        ViralityError: the folder holds a run of other settings or inputs, each named.
    """
    folder = out or Path("runs") / step / name
    wanted = json.loads(json.dumps(dict(settings)))
    if fresh and folder.exists() and is_main():
        if not (folder / "run.json").is_file() and any(folder.iterdir()):
            raise ViralityError(
                f"{folder}: --fresh removes run folders only, and this one has no run.json; name another with out="
            )
        shutil.rmtree(folder)
    there = _read_document(folder)
    run = Run(folder, document={})
    if there is not None:
        _refuse_changes(folder, there, wanted, inputs)
        run.finished = there["state"] == "done" and not _damaged(folder, there)
        run.continued = not run.finished
        if run.finished:
            run.document = there
            say(f"{folder}: done already with the same settings and inputs ({there['seconds']:.0f} s then); reused")
            return run
        say(f"{folder}: continuing what an earlier run left unfinished")
    elif folder.is_dir() and any(folder.iterdir()):
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
        **_circumstances(),
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
        command = " ".join(document["command"])
        raise ViralityError(f"{folder}: this run has not ended; continue it with: {command}")
    if step is not None and document["step"] != step:
        raise ViralityError(f"{folder}: is a run of `{document['step']}`, and one of `{step}` is needed here")
    return document


def digest(folder: Path) -> str:
    """SHA-256 over the outputs of a finished run: changes whenever one of its files does."""
    outputs = finished(folder)["outputs"]
    listed = "\n".join(f"{name} {outputs[name]['sha256']}" for name in sorted(outputs))
    return hashlib.sha256(listed.encode()).hexdigest()


def research_only(folders: list[Path]) -> bool:
    """Whether any of these finished runs is marked research_only."""
    return any(bool(finished(folder)["rights"]["research_only"]) for folder in folders)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write a file or folder to; renamed to `path` when the block ends well.

    What is written is synced to the disk before the rename, so a crash leaves the old state or the new one.
    """
    temporary = path.with_name(f"{path.name}.partial")
    _remove(temporary)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
    except BaseException:
        _remove(temporary)
        raise
    for file in sorted(temporary.rglob("*")) if temporary.is_dir() else [temporary]:
        if file.is_file():
            _sync(file)
    if temporary.is_dir():
        _remove(path)
    os.replace(temporary, path)
    _sync(path.parent)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ViralityError(f"{path}: not readable as JSON ({error}); remove the folder or use --fresh") from error
    return document


def _refuse_changes(folder: Path, there: dict[str, Any], settings: dict[str, Any], inputs: Mapping[str, str]) -> None:
    before, now = flat(there["settings"]), flat(settings)
    changed = [
        f"{key} was {before.get(key)!r} and is {now.get(key)!r}"
        for key in sorted(before.keys() | now.keys())
        if key not in _NOT_COMPARED and before.get(key) != now.get(key)
    ]
    old = there["inputs"]
    changed += [
        f"the input {key} has changed" for key in sorted(old.keys() | inputs.keys()) if old.get(key) != inputs.get(key)
    ]
    if changed:
        raise ViralityError(
            f"{folder}: holds a run of other settings: {'; '.join(changed)}; "
            "give this one a name=, or --fresh to replace it"
        )


def _damaged(folder: Path, document: dict[str, Any]) -> bool:
    for name, about in document["outputs"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != about["bytes"]:
            say(f"{folder}: {name} is missing or cut short; this step is run again")
            return True
    return False


def _circumstances() -> dict[str, Any]:
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    commit, dirty = _commit()
    return {"commit": commit, "dirty": dirty, "versions": versions, "machine": _machine()}


def _machine() -> str:
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} x {model}"


def _commit() -> tuple[str | None, bool | None]:
    root = Path(__file__).resolve().parent.parent
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=root, capture_output=True, text=True, check=True
        ).stdout.strip()
        changes = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None, None
    return commit, bool(changes.strip())


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
