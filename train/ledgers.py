"""Rows of the ledger: which pairs a checkpoint, an adapter or a scorer learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from data_prep.records import Pair
from train import checkpoints
from train.examples import Example
from virality import ledger, tables
from virality.errors import ViralityError


def entries(name: str, use: str, pairs: Sequence[Pair], before: Iterable[ledger.Entry] = ()) -> list[ledger.Entry]:
    """The rows of what learned from `pairs`, and from what came `before` in the adapter that it continues.

    Args:
        name: `adapter`, `scorer` or that of a checkpoint.
        use: `train` or `calibrate`.
        pairs: what it saw.
        before: rows of the adapter it began as.
    """
    inherited = [replace(entry, checkpoint=name) for entry in before]
    own = [ledger.Entry(name, use, one.pair_id, one.worse_id, one.better_id, one.author_id) for one in pairs]
    return list(dict.fromkeys([*inherited, *own]))


def entries_of(
    examples: Sequence[Example], by_id: Mapping[str, Pair], before: Sequence[ledger.Entry] = ()
) -> checkpoints.Entries:
    """(name of a checkpoint, numbers of examples) -> its rows of the ledger; canaries are no pairs and have none."""

    def of(checkpoint: str, numbers: Iterable[int]) -> list[ledger.Entry]:
        names = dict.fromkeys(examples[at].pair_id for at in numbers)
        return entries(checkpoint, "train", [by_id[name] for name in names if name in by_id], before)

    return of


def kept_entries(folder: Path) -> list[ledger.Entry]:
    """The rows of every checkpoint that lies in the folder of a run."""
    paths = sorted((folder / "checkpoints").glob(f"checkpoint-*/{checkpoints.LEDGER}"))
    return [entry for path in paths for entry in tables.read(path, ledger.schema(), ledger.Entry)]


def adapter_entries(run: str | None) -> list[ledger.Entry]:
    """The rows of the adapter that the run of a writer made; none without a run.

    Raises:
        ViralityError: it saw rows that were to be forgotten, and what continues it would have seen them too.
    """
    if run is None:
        return []
    if (why := ledger.forgotten(Path(run))) is not None:
        raise ViralityError(f"init: {why}")
    found = tables.read(Path(run) / "ledger.parquet", ledger.schema(), ledger.Entry)
    return [entry for entry in found if entry.checkpoint == "adapter"]
