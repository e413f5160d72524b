"""Texts that recur: what will be measured leaves the training part, and what was learned leaves the measurement.

Two texts are the same, or nearly, where `prepare` takes them for copies: see `data_prep.corpus.copies`.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep import corpus
from data_prep.engine import DuckDB, columns, integers
from data_prep.records import Pair, pair_schema
from data_prep.traits import NO_WORDS, shingled_texts
from virality import ledger, runs, tables
from virality.errors import ViralityError
from virality.machine import cores

NEARLY, SAME = 1, 2
REASONS = {SAME: "a text of it will be measured", NEARLY: "nearly a text of it will be measured"}


def without_recurring(pairs: Sequence[Pair], folders: Sequence[str]) -> tuple[list[Pair], dict[str, int]]:
    """The pairs that a scorer may learn from before the test pairs of `folders` are measured, in their order.

    Pairs of the training, judge and validation splits leave where one of their texts recurs there, or nearly; test
    pairs stay: nothing learns from them.

    Args:
        pairs: to learn from.
        folders: prepared runs that will be measured.

    Returns:
        What is kept, and reason -> pairs left out.

    Raises:
        ViralityError: one of `folders` is no finished prepared run, or holds no test pair.
    """
    measured = [text for folder in folders for text in _measured(Path(folder))]
    found = recurring([pair for pair in pairs if pair.split != "test"], measured)
    states = iter(found.tolist())
    stated = [(pair, 0 if pair.split == "test" else next(states)) for pair in pairs]
    left_out = Counter(REASONS[state] for _, state in stated if state)
    return [pair for pair, state in stated if not state], dict(left_out)


def recurring(pairs: Sequence[Pair], among: Sequence[str]) -> NDArray[np.int64]:
    """Of each pair whether one of its texts is among others: `SAME`, `NEARLY`, or 0 for neither, (N,)."""
    if not pairs or not among:
        return np.zeros(len(pairs), dtype=np.int64)
    texts = list(dict.fromkeys([*among, *(text for pair in pairs for text in _texts(pair))]))
    place = {text: at for at, text in enumerate(texts)}
    state = _states(texts, len(dict.fromkeys(among)))
    return np.asarray([max(state[place[text]] for text in _texts(pair)) for pair in pairs], dtype=np.int64)


def learned(run: Path) -> tuple[list[str], int]:
    """Texts that a `train` run learned from or was calibrated on, as far as the data it names are still there.

    Returns:
        The texts, and how many of the pairs in its ledger are not there any more.

    Raises:
        ViralityError: it is no finished `train` run, or has no ledger.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    names = {one.pair_id for one in tables.read(run / "ledger.parquet", ledger.schema(), ledger.Entry)}
    texts: dict[str, None] = {}
    missing = set(names)
    for folder in dict.fromkeys(_data(run)):
        with contextlib.suppress(ViralityError):  # it is gone: its pairs are counted as missing
            table = tables.read_table(folder / "pairs.parquet", pair_schema())
            mine = table.filter(pc.is_in(table["pair_id"], pa.array(sorted(names), pa.string())))
            missing -= set(mine["pair_id"].to_pylist())
            for side in ("worse", "better", "draft"):
                texts |= dict.fromkeys(text for text in mine[side].to_pylist() if text is not None)
    return list(texts), len(missing)


def _data(run: Path) -> Iterator[Path]:
    """Folders of pairs that a run read, and those that it continues or is made of."""
    settings: dict[str, Any] = runs.finished(run, "train")["settings"]
    yield from map(Path, settings["data"])
    before = [settings.get("init"), *(one.get("run") for one in (settings.get("members") or {}).values())]
    for other in dict.fromkeys(one for one in before if one is not None):
        with contextlib.suppress(ViralityError):
            yield from _data(Path(other))


def _measured(folder: Path) -> list[str]:
    runs.finished(folder, "prepare")
    table = tables.read_table(folder / "pairs.parquet", pair_schema()).select(["split", "worse", "better"])
    rows = table.to_pylist()
    found = [row[side] for row in rows if row["split"] == "test" for side in ("worse", "better")]
    if not found:
        raise ViralityError(f"unseen: {folder}: holds no test pair, so nothing of it will be measured; leave it out")
    return found


def _texts(pair: Pair) -> tuple[str, ...]:
    return (pair.worse, pair.better) if pair.draft is None else (pair.worse, pair.better, pair.draft)


def _states(texts: Sequence[str], known: int) -> NDArray[np.int64]:
    """Of each text whether it is one of the first `known` (`SAME`), nearly one of them (`NEARLY`), or neither: 0."""
    import ibis

    shingled = shingled_texts(texts)
    folded, first, code = np.unique(shingled["folded"].to_numpy(), return_index=True, return_inverse=True)
    there = np.zeros(len(folded), dtype=bool)
    there[code[:known]] = True
    there &= folded != NO_WORDS
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(DuckDB(Path(folder), threads=cores())) as engine:
        links = columns(engine, corpus.copies(ibis.memtable(shingled.take(first))))
    a, b = (code[integers(links[side])] for side in ("a", "b"))
    nearly = np.zeros(len(folded), dtype=bool)
    nearly[a[there[b]]] = nearly[b[there[a]]] = True
    return np.where(there, SAME, np.where(nearly, NEARLY, 0))[code]
