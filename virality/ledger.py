"""The ledger: which checkpoint saw which row, so that an erasure can reach the models that learned from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from virality import tables

if TYPE_CHECKING:
    import pyarrow as pa

FORGOTTEN = "forgotten.json"
"""Lies in the folder of a run that learned from rows which were to be forgotten, until it is made again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that a checkpoint learned from."""

    checkpoint: str
    """`scorer`, `adapter`, or `checkpoint-<step>`."""
    use: str
    """`train` or `calibrate`."""
    pair_id: str
    worse_id: str
    better_id: str
    author_id: str | None


def schema() -> pa.Schema:
    """Schema of ledger.parquet."""
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("checkpoint", words, nullable=False),
            pa.field("use", words, nullable=False),
            pa.field("pair_id", pa.string(), nullable=False),
            pa.field("worse_id", pa.string(), nullable=False),
            pa.field("better_id", pa.string(), nullable=False),
            pa.field("author_id", pa.string()),
        ]
    )


def write(entries: Iterable[Entry], path: Path) -> None:
    """Write the ledger of a run."""
    tables.write(entries, schema(), path)


def forgotten(run: Path) -> str | None:
    """Why a run must not be used or continued, in one line: it saw rows that were to be forgotten. None: it did not."""
    try:
        document = json.loads((run / FORGOTTEN).read_text(encoding="utf-8"))
        rows, when, command = document["rows"], str(document["at"])[:10], document["command"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return f"{run / FORGOTTEN}: marks this run as one that saw forgotten rows, and is damaged; make the run again"
    saw = f"saw {rows:,} rows" if rows else "is made of runs that saw rows"
    return f"{run}: {saw} that were to be forgotten ({when}); make it again: {command}"
