"""Checks that refuse: what must hold before anything is exported or pushed. Each names the file and the way out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.records import Report
from virality import runs
from virality.errors import ViralityError


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a card is made of: the writer's run.json, the evaluate run's, and its report."""

    writer: dict[str, Any]
    evaluation: dict[str, Any]
    report: Report

    @property
    def research_only(self) -> bool:
        """Whether anything it comes of is marked so."""
        return any(bool(document["rights"]["research_only"]) for document in (self.writer, self.evaluation))


def gather(writer: Path, report: Path) -> Evidence:
    """Read what belongs together.

    Raises:
        ViralityError: a run is missing or unfinished, is no writer's, or the report measured another adapter.
    """
    document = runs.finished(writer, "train")
    if document.get("task") != "writer":
        raise ViralityError(f"writer = {writer}: is a {document.get('task')}'s run; only a writer is published")
    evaluation = runs.finished(report, "evaluate")
    if evaluation["writer"] is None:
        raise ViralityError(f"report = {report}: measured no writer; evaluate with writer={writer}")
    found = Report.model_validate(json.loads((report / "report.json").read_text(encoding="utf-8")))
    adapter = document["outputs"]["adapter/adapter_model.safetensors"]["sha256"]
    if found.provenance.get("adapter sha256") != adapter:
        raise ViralityError(
            f"report = {report}: measured another adapter ({evaluation['writer']}) than {writer}; "
            f"evaluate this one: virality evaluate CONFIG writer={writer}"
        )
    return Evidence(document, evaluation, found)


def refuse_push(evidence: Evidence, repo: str) -> None:
    """Refuse to push what may not leave this machine. Nothing overrides it.

    Raises:
        ViralityError: the run, or anything it comes of, is marked research_only.
    """
    if evidence.research_only:
        bases = ", ".join(evidence.writer["rights"]["basis"])
        raise ViralityError(
            f"repo = {repo}: refused: this writer comes of rows marked research_only (rights basis {bases}), "
            "which may be measured with and never published; export it for yourself with to=FOLDER"
        )
    raise ViralityError(f"repo = {repo}: pushing is not in this version; export with to=FOLDER and upload it")
