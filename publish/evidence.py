"""What a publication rests on: the writer's run, the report that measured it, and every run that these come of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.records import Report
from virality import runs
from virality.errors import ViralityError

ADAPTER = "adapter/adapter_model.safetensors"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a card is made of.

    Fields:
        folder: of the writer's run.
        writer: its run.json.
        measured: folder of the evaluate run.
        evaluation: its run.json.
        report: what it found.
        ancestors: folder -> run.json of every run that writer or report come of, as far as they lie here.
    """

    folder: Path
    writer: dict[str, Any]
    measured: Path
    evaluation: dict[str, Any]
    report: Report
    ancestors: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def research_only(self) -> bool:
        """Whether anything it comes of is marked so."""
        every = (self.writer, self.evaluation, *self.ancestors.values())
        return any(bool(document.get("rights", {}).get("research_only")) for document in every)

    def learned_from(self) -> dict[str, dict[str, Any]]:
        """Those of the ancestors that the writer itself comes of: not what only measured it."""
        return _ancestors(self.writer)

    def missing(self) -> list[str]:
        """Runs that the writer comes of and that do not lie here, as run.json names them."""
        every = (self.writer, *self.learned_from().values())
        named = dict.fromkeys(one for document in every for one in _runs_of(document))
        return [one for one in named if not (Path(one) / "run.json").is_file()]


def gather(writer: Path, report: Path) -> Evidence:
    """Read what belongs together.

    Raises:
        ViralityError: a run is missing, unfinished or changed since, is no writer's, or the report is none, or measured
            another adapter.
    """
    document = runs.finished(writer, "train")
    if document.get("task") != "writer":
        raise ViralityError(f"writer = {writer}: is a {document.get('task')}'s run; only a writer is published")
    if ADAPTER not in document["outputs"]:
        raise ViralityError(f"writer = {writer}: its run.json names no {ADAPTER}; only safetensors are published: "
                            "train it again")  # fmt: skip
    if not (report / "run.json").is_file():
        raise ViralityError(f"report = {report}: there is no report, and nothing is published without evidence; "
                            f"virality evaluate CONFIG writer={writer}")  # fmt: skip
    evaluation = runs.finished(report, "evaluate")
    if evaluation.get("writer") is None:
        raise ViralityError(f"report = {report}: measured no writer; evaluate with writer={writer}")
    found = _read(report)
    adapter = document["outputs"][ADAPTER]["sha256"]
    if found.provenance.get("adapter sha256") != adapter:
        raise ViralityError(
            f"report = {report}: measured another adapter ({evaluation['writer']}) than {writer}; "
            f"evaluate this one: virality evaluate CONFIG writer={writer}"
        )
    return Evidence(writer, document, report, evaluation, found, _ancestors(document, evaluation))


def _read(report: Path) -> Report:
    path = report / "report.json"
    try:
        return Report.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a report of this version"
        raise ViralityError(f"{path}: cannot be read ({why}); evaluate again, with --fresh") from error


def _runs_of(document: Mapping[str, Any]) -> list[str]:
    """Inputs that are runs: all but the files of people that `prepare` reads."""
    mixed = {str(Path(one)) for one in document["settings"].get("data") or ()}
    return [one for one in document["inputs"] if document["step"] != "prepare" or one in mixed]


def _ancestors(*documents: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Folder -> run.json, of what these runs read, and what those read; what is no longer here is left out."""
    found: dict[str, dict[str, Any]] = {}
    open_ = [folder for document in documents for folder in document["inputs"]]
    while open_:
        folder = open_.pop()
        path = Path(folder) / "run.json"
        if folder in found or not path.is_file():
            continue
        try:
            found[folder] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ViralityError(f"{path}: not readable as JSON; restore it, or run that step again") from error
        open_ += found[folder].get("inputs", {})
    return found
