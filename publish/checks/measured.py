"""What the report must show, and under which circumstances it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.extraction import COMPLETED, EXPOSURE, LONGEST
from publish.checks import Refusal
from publish.evidence import Evidence
from publish.settings import Bars
from virality import circumstances

_LEAST = {"suggested": "writer.drafts_with_suggestion", "kept": "writer.meaning.kept"}
_MOST = {"harm": "writer.harm", "gap": "writer.proxy_gap"}
EXTRACTION = {"completed": COMPLETED, "exposure": EXPOSURE, "longest_run": LONGEST}
"""bars.NAME -> the figure that is held against it."""


def of_figures(evidence: Evidence, bars: Bars) -> Iterator[Refusal]:
    """Figures below or above the bars; what was not measured holds none of them."""
    where = f"{evidence.measured}/report.json"
    values = {figure.name: figure.value for figure in evidence.report.figures}
    asked = bars.model_dump()
    if values.get("writer.win_rate.versus_draft", values.get("writer.win_rate")) is None:
        yield Refusal(where, "does not say how often the judge prefers the rewrites (writer.win_rate is not measured)",
                      "evaluate with a judge")  # fmt: skip
    for key, name in (*_LEAST.items(), *_MOST.items()):
        yield from _held(where, key, name, values.get(name), asked[key], least=key in _LEAST)
    for name, value in values.items():
        if name.startswith("writer.facts.") and name.count(".") == 2 and value is not None:
            yield from _held(where, "facts", name, value, bars.facts, least=True)
    for key, name in EXTRACTION.items():
        if asked[key] is not None and values.get(name) is None:
            what = f"{name} is not there: what it can be made to recite was not tested"
            yield Refusal(where, what, f"evaluate with the extraction test, or bars.{key}=null")
        else:
            yield from _held(where, key, name, values.get(name), asked[key], least=False)


def _held(where: str, key: str, name: str, value: float | None, bar: float | None, *, least: bool) -> Iterator[Refusal]:
    if bar is None:
        return
    if value is None:
        yield Refusal(where, f"{name} is not measured, and bars.{key} = {bar:g} asks for it", "evaluate it")
    elif (value < bar) if least else (value > bar):
        side = "below" if least else "above"
        yield Refusal(where, f"{name} = {value:.4g} is {side} bars.{key} = {bar:g}", "train a better one")


def of_circumstances(evidence: Evidence, *, allow_dirty: bool) -> Iterator[Refusal]:
    """A tree that was not committed, controls among what it comes of, no word about live evidence."""
    _, dirty = circumstances.tree()
    trees: list[tuple[str, dict[str, Any]]] = [
        (f"{evidence.folder}/run.json", evidence.writer),
        (f"{evidence.measured}/run.json", evidence.evaluation),
        ("this checkout", {"dirty": dirty}),
    ]
    for where, document in trees if not allow_dirty else ():
        if document.get("dirty"):
            what = "was made with code that is not committed"
            yield Refusal(where, what, "commit and run it again, or --allow-dirty")
    if not evidence.report.live_evidence.strip():
        yield Refusal(f"{evidence.measured}/report.json", "does not say whether there is live evidence",
                      "evaluate again with this version")  # fmt: skip
    guided = {**evidence.learned_from(), **_choosers(evidence)}
    for folder, document in guided.items():
        if control := document["settings"].get("control"):
            what = f"is a control ({control}): it guides, judges and trains nothing that is published"
            yield Refusal(f"{folder}/run.json", what, "name a scorer that is none, and run again")


def _choosers(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Scorer and judge of the report."""
    named = [str(evidence.evaluation.get(name)) for name in ("scorer", "judge")]
    return {folder: evidence.ancestors[folder] for folder in named if folder in evidence.ancestors}


def of_index(evidence: Evidence) -> Iterator[Refusal]:
    """Without an index of what it learned from nobody can tell whether a file holds a post."""
    from virality.gates.corpus import FILE

    if not (Path(evidence.folder) / FILE).is_file():
        yield Refusal(f"{evidence.folder}/{FILE}", "is not here, so no file can be searched for posts", "train again",
                      firm=True)  # fmt: skip
