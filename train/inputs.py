"""Runs that a command is to read, judged by their run.json alone: missing, unfinished, or of the wrong kind."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_prep.records import MEASURED
from virality import ledger, runs
from virality.errors import ViralityError

Counts = Mapping[str, Mapping[str, int]]
"""Kind of pair -> split -> how many."""


def opened(folder: str) -> tuple[dict[str, Any], str | None]:
    """The `run.json` of a finished run, or an empty one and what is wrong."""
    path = Path(folder)
    if not (path / "run.json").is_file():
        return {}, f"no run is there{_nearest(folder)}; run the step that makes it first"
    try:
        return runs.finished(path), None
    except ViralityError as error:
        return {}, str(error).removeprefix(f"{folder}: ").removeprefix(f"{path / 'run.json'}: ")


def trained(folder: str, task: str) -> tuple[dict[str, Any], str | None]:
    """The `run.json` of a train run that made a `task` (scorer, writer), or what is wrong."""
    document, wrong = opened(folder)
    if wrong:
        return {}, wrong
    made = document.get("task") if document["step"] == "train" else None
    if made == task:
        why = ledger.forgotten(path := Path(folder))
        return ({}, why.removeprefix(f"{path}: ")) if why else (document, None)
    what = f"a {made}'s run" if made else f"a run of `{document['step']}`"
    return {}, f"is {what}; name a {task}'s: a run of virality train with task={task}"


def pair_counts(folder: str) -> tuple[Counts, str | None]:
    """How many pairs of which kind and split a run of `prepare` or `improve` holds, or what is wrong."""
    document, wrong = opened(folder)
    if wrong:
        return {}, wrong
    if document["step"] not in ("prepare", "improve"):
        return {}, f"is a run of `{document['step']}`; pairs are in runs of prepare and improve: name one of those"
    if "pairs.parquet" not in document["outputs"]:
        return {}, "this run made no pairs; prepare it again with pairs.kinds"
    if document["step"] == "improve" and isinstance(document.get("pairs"), int):
        return {"judged": {"train": document["pairs"]}}, None
    counted = _counted(Path(folder)) or _read(Path(folder))
    if not any(by_split for by_split in counted.values()):
        return {}, "holds no pair; pairs.kinds of its config decides which are made"
    return counted, None


def merged(every: list[Counts]) -> dict[str, dict[str, int]]:
    """The counts of several runs as one."""
    total: dict[str, dict[str, int]] = {}
    for counts in every:
        for kind, by_split in counts.items():
            mine = total.setdefault(kind, {})
            for split, count in by_split.items():
                mine[split] = mine.get(split, 0) + count
    return total


def measured(counts: Counts, split: str) -> int:
    """How many measured pairs a split holds."""
    return sum(by_split.get(split, 0) for kind, by_split in counts.items() if kind in MEASURED)


def told(counts: Counts) -> str:
    """`{'neighbour/train': 2668, 'paraphrase/train': 1743}`, as the trainers say it."""
    return str({f"{kind}/{split}": count for kind, by_split in counts.items() for split, count in by_split.items()})


def _counted(folder: Path) -> Counts:
    """As the data sheet counts them, which is read in no time."""
    try:
        found = json.loads((folder / "datasheet.json").read_text(encoding="utf-8"))["pairs"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(folder: Path) -> Counts:
    """From two columns of the pairs themselves, where no data sheet counts them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(folder / "pairs.parquet", columns=["kind", "split"])
    except (OSError, pa.ArrowInvalid) as error:
        raise ViralityError(f"{folder / 'pairs.parquet'}: cannot be read ({error}); prepare it again") from error
    found: dict[str, dict[str, int]] = {}
    for kind, split in zip(table["kind"].to_pylist(), table["split"].to_pylist(), strict=True):
        mine = found.setdefault(kind, {})
        mine[split] = mine.get(split, 0) + 1
    return found


def _nearest(folder: str) -> str:
    known = sorted(str(path.parent) for path in Path("runs").glob("*/*/run.json"))
    close = difflib.get_close_matches(folder.rstrip("/"), known, n=1, cutoff=0.6)
    if close:
        return f" (did you mean {close[0]}?)"
    return f"; there are {', '.join(known)}" if known else ""
