"""What lies beside the weights: prompt, figures, report, settings, data sheet, licence. No post is among it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from eval.report.html import render_html
from publish import local, snippet
from publish.evidence import Evidence
from virality import runs
from virality.atomic import is_partial
from virality.models.prompts import load_prompt
from virality.models.terms import Terms

CARD = "README.md"
LICENCE, NOTICE = "LICENSE", "NOTICE"
_COUNTED = ("first_post", "last_post", "months", "languages", "platforms", "rights", "research_only", "kept", "dropped",
            "pairs", "components", "largest_component", "leaks")  # fmt: skip
"""Of a data sheet, what counts and nothing that quotes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that would be sent, or was: its path, bytes and SHA-256."""

    path: str
    size: int
    sha256: str


def write(evidence: Evidence, asked: Terms, text: Path | None, here: runs.Run) -> None:
    """Write them into the folder of `here`.

    Args:
        evidence: what is published.
        asked: what the licence of the base asks.
        text: the licence's own text, where it is at hand.
        here: the open run.
    """
    here.write_json("prompt.json", snippet.prompt_file(load_prompt(evidence.writer["prompt"]["name"])))
    report = local.shown(evidence.report)
    here.write_json("figures.json", [figure.model_dump(mode="json") for figure in report.figures])
    with here.file("report.html") as path:
        path.write_text(render_html(report), encoding="utf-8")
    for name, document in _configs(evidence).items():
        with here.file(f"configs/{name}.yaml") as path:
            said = yaml.safe_dump(local.cut(_unnamed(document["settings"])), sort_keys=False, allow_unicode=True)
            path.write_text(f"# virality {document['step']}, commit {document.get('commit')}\n{said}", encoding="utf-8")
    here.write_json("datasheet.json", datasheet(evidence))
    if asked.copied and text is not None:
        with here.file(LICENCE) as path:
            shutil.copyfile(text, path)
    if asked.notice:
        with here.file(NOTICE) as path:
            path.write_text(asked.notice + "\n", encoding="utf-8")


def datasheet(evidence: Evidence) -> dict[str, Any]:
    """Counts of what the writer learned from and of what it was measured on: no text, no name of an account."""
    prepared: dict[str, Any] = {}
    for folder, document in evidence.ancestors.items():
        if document.get("step") == "prepare":
            prepared[_apart(Path(folder).name, prepared)] = _counts(Path(folder))
    corpus = evidence.report.corpus.model_dump(mode="json")
    return {"learned": {"pairs": evidence.writer["pairs"], "rights": evidence.writer["rights"],
                        "languages": evidence.writer["languages"]},
            "measured": corpus, "prepared": prepared}  # fmt: skip


def names(folder: Path) -> list[str]:
    """Every file of an export but run.json, in order."""
    every = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in every if path != Path("run.json") and not is_partial(path))


def listed(folder: Path) -> list[Listed]:
    """Every file of a finished export, in order: exactly what is sent."""
    document = runs.finished(folder, "publish")
    return [Listed(name, about["bytes"], about["sha256"]) for name, about in sorted(document["outputs"].items())]


def told(files: Sequence[Listed]) -> list[str]:
    """A line for each file, and one for all."""
    width = max(len(one.path) for one in files)
    lines = [f"{one.path:<{width}}  {one.size:>14,} bytes  {one.sha256}" for one in files]
    return [*lines, f"{len(files)} files, {sum(one.size for one in files):,} bytes"]


def _configs(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Name of a file -> run.json, of every run that the writer comes of, and of its evaluation."""
    every = {str(evidence.folder): evidence.writer} | evidence.learned_from()
    named: dict[str, dict[str, Any]] = {}
    for folder, document in every.items():
        named[_apart(f"{document['step']}-{Path(folder).name}", named)] = document
    return named | {"evaluate": evidence.evaluation}


def _apart(name: str, taken: Container[str]) -> str:
    """`name`, with a number behind it where another has it: the writers of all rounds are called `writer`."""
    return next(one for one in (name, *(f"{name}-{at}" for at in range(2, 1000))) if one not in taken)


def _unnamed(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without the account that a corpus is of."""
    source = settings.get("source")
    return settings | {"source": source | {"account": None}} if isinstance(source, dict) else settings


def _counts(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "datasheet.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: found[name] for name in _COUNTED if name in found}
