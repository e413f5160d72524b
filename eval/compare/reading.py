"""Evaluation runs as they lie in their folders -> what each measured, example by example, ready to be aligned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data_prep.records import pair_schema
from eval.metrics import right
from eval.steps import rewrite_schema
from train.records import Score, score_schema
from virality import runs, tables
from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow as pa

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """One example of a run: its component, its texts (that tell whether it is the same elsewhere), its measures."""

    component: str
    texts: tuple[str, ...]
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation run, read.

    Fields:
        name: of the run; its folder where another has the same name.
        document: its run.json.
        pairs, drafts: example_id -> what was measured.
        system: whose rewrites those are; None without drafts.
        judge: version of the judge; None where it had none.
        told: what could not be read of it.
    """

    name: str
    folder: Path
    document: dict[str, Any]
    pairs: dict[str, Measured]
    drafts: dict[str, Measured]
    system: str | None
    judge: str | None
    told: list[str] = field(default_factory=list)


def read(folders: Sequence[Path]) -> list[Evaluated]:
    """Runs of `virality evaluate`.

    Raises:
        ViralityError: one is not a finished evaluation, or holds a score that is no number.
    """
    documents = [runs.finished(folder, "evaluate") for folder in folders]
    names = [str(document["name"]) for document in documents]
    called = [str(folder) if names.count(name) > 1 else name for folder, name in zip(folders, names, strict=True)]
    corpora: dict[tuple[str, str], dict[str, _Row] | None] = {}
    out = []
    for folder, document, name in zip(folders, documents, called, strict=True):
        data = str(document["settings"]["data"])
        measured = data, str(document["inputs"].get(data))
        if measured not in corpora:
            corpora[measured] = _corpus(*measured)
        out.append(_one(folder, document, name, corpora[measured]))
    return out


def _one(folder: Path, document: dict[str, Any], name: str, corpus: dict[str, _Row] | None) -> Evaluated:
    scores = _scores(folder / "scores.parquet")
    drafts = _drafts_of(folder) if "rewrites.parquet" in document["outputs"] else {}
    of_pairs: list[Score] = []
    of_drafts: dict[str, list[Score]] = {}
    for one in scores:
        example, _, place = one.example_id.rpartition(":")
        example, _, whose = example.rpartition(":")
        if example in drafts:
            of_drafts.setdefault(whose, []).append(replace(one, example_id=f"{example}:{place}"))
        else:
            of_pairs.append(one)
    system = min(of_drafts, key=_own, default=None)
    judge = next((one.scorer_version for one in of_drafts.get(str(system), ()) if one.scorer == "judge"), None)
    told = []
    if corpus is None and of_pairs:
        told.append(f"{name}: {document['settings']['data']} is not what it was when it was measured, so the scorer's "
                    "pairs are not compared; evaluate again to compare them.")  # fmt: skip
    unscored = sum(one.value is None for one in of_pairs if one.scorer == "scorer")
    if unscored:
        told.append(f"{name}: {unscored:,} pairs were not scored and are not compared.")
    return Evaluated(
        name=name,
        folder=folder,
        document=document,
        pairs=_pairs(of_pairs, corpus or {}),
        drafts={} if system is None else _outcomes(of_drafts[system], drafts),
        system=system,
        judge=judge,
        told=told,
    )


def _own(system: str) -> tuple[bool, bool]:
    """Order of systems: the writer, then whatever else was measured, the base model asked last."""
    return system == "base", system != "writer"


def _scores(path: Path) -> list[Score]:
    scores = tables.read(path, score_schema(), Score)
    broken = next((one for one in scores if one.value is not None and math.isnan(one.value)), None)
    if broken is not None:
        raise ViralityError(f"{path}: the score of {broken.example_id} by {broken.scorer} is NaN; evaluate again")
    return scores


def _pairs(scores: Iterable[Score], corpus: Mapping[str, _Row]) -> dict[str, Measured]:
    out = {}
    for one in scores:
        row = corpus.get(one.example_id)
        if one.scorer != "scorer" or row is None or one.value is None:
            continue
        values = of_pair(one.value, row["p_value"])
        out[one.example_id] = Measured(row["component"], (row["worse"], row["better"]), values)
    return out


def of_pair(p: float, p_value: float | None) -> dict[str, float]:
    """Measures of a pair of which a scorer gives the better post `p`; `p_value`: that the two are alike."""
    correct = float(right(np.asarray(p)))
    values = {"scorer.pair_accuracy": correct, "scorer.brier": (1 - p) ** 2}
    return values | ({"scorer.pair_accuracy.p05": correct} if p_value is not None and p_value < 0.05 else {})


def _outcomes(scores: Iterable[Score], drafts: Mapping[str, _Row]) -> dict[str, Measured]:
    """What became of each draft: judge's P where something was returned, and which rewrites passed the gates."""
    judged: dict[str, float | None] = {}
    passed: dict[str, list[bool]] = {}
    for one in scores:
        example, _, place = one.example_id.rpartition(":")
        if one.scorer == "judge" and place == "returned":
            judged[example] = one.value
        elif one.scorer == "scorer":
            passed.setdefault(example, []).append(one.value is not None)
    return {
        example: Measured(
            drafts[example]["component"], (drafts[example]["draft"],), of_draft(p, passed.get(example, []))
        )
        for example, p in judged.items()
    }


def of_draft(judge: float | None, passed: Sequence[bool]) -> dict[str, float]:
    """Measures of a draft; `judge`: P of what was returned, None: nothing was; `passed`: one a rewrite."""
    won = float(judge is not None and judge > 0.5)
    return {
        "writer.win_rate.versus_draft": 0.5 if judge is None else won,
        "writer.win_rate": won,
        "writer.drafts_with_suggestion": float(judge is not None),
        "writer.drafts_with_passing": float(any(passed)),
        **({"writer.gate_pass_rate": sum(passed) / len(passed)} if passed else {}),
    }


def _corpus(data: str, digest: str) -> dict[str, _Row] | None:
    """Test pairs of prepared data by id; None where they are gone or were made again since."""
    try:
        if runs.digest(Path(data)) != digest:
            return None
        rows = _rows(Path(data) / "pairs.parquet", pair_schema(), "pair_id", "split", "component", "worse", "better",
                     "p_value")  # fmt: skip
    except ViralityError:
        return None
    return {row["pair_id"]: row for row in rows if row["split"] == "test"}


def _drafts_of(folder: Path) -> dict[str, _Row]:
    rows = _rows(folder / "rewrites.parquet", rewrite_schema(), "example_id", "component", "draft")
    return {row["example_id"]: row for row in rows}


def _rows(path: Path, schema: pa.Schema, *names: str) -> list[dict[str, Any]]:
    import pyarrow as pa

    rows: list[dict[str, Any]] = tables.read_table(path, pa.schema([schema.field(name) for name in names])).to_pylist()
    return rows
