"""The rows of a file of posts, in their order, none left out: CSV, TSV, JSONL, JSON, parquet, XLSX, plain or packed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import Bad, Block, files
from data_prep.sources.archives import KINDS, PACKED, kind
from data_prep.sources.columns import value_at
from eval.score.columns import Columns
from eval.score.delimited import records
from virality.errors import ViralityError
from virality.spelling import nearest_path

Row = tuple[str | None, tuple[Any, ...]]
"""The row's id, and its cell or two; each a `Bad` where the row cannot be read."""
_DELIMITED = (".csv", ".tsv")


def check(path: Path) -> None:
    """Refuse what is no file of a kind that is read.

    Raises:
        ViralityError: it is not there, is a folder, a pipe or an archive, or ends in something else.
    """
    if path.is_dir():
        raise ViralityError(f"{path}: is a folder; name one table in it{nearest_path(path / 'x', KINDS)}")
    if not path.exists():
        raise ViralityError(f"{path}: no such file{nearest_path(path, (*KINDS, *PACKED))}")
    if not path.is_file():
        raise ViralityError(f"{path}: neither a file nor a folder, but a pipe or a device; save it as a file")
    if kind(path) not in KINDS:
        raise ViralityError(f"{path}: tables end in {', '.join(KINDS)}, or one of them and {' or '.join(PACKED)}")
    if path.stat().st_size == 0:
        raise ViralityError(f"{path}: is an empty file; name a table with one post or two a row")


def names(path: Path) -> tuple[str, ...]:
    """The columns of a file; () where it holds no row."""
    if kind(path) not in _DELIMITED:
        return files.columns_of(path)
    header = next(records(path), [])
    double = [name for at, name in enumerate(header) if name in header[:at]]
    if double:
        raise ViralityError(f"{path}: two columns are called {double[0]!r}; give each a name of its own")
    return tuple(header)


def count(path: Path, columns: Columns) -> int:
    """How many rows there are. Whatever would end the reading early ends it here, before anything is scored.

    Raises:
        ViralityError: the file cannot be read to its end.
    """
    if kind(path) in _DELIMITED:
        return max(0, sum(1 for _ in records(path)) - 1)
    return sum(len(block.rows) if isinstance(block.rows, list) else block.rows.num_rows
               for block in _blocks(path, columns))  # fmt: skip


def rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Every row, once.

    Raises:
        ViralityError: see `count`.
    """
    yield from _of_records(path, columns) if kind(path) in _DELIMITED else _of_blocks(path, columns)


def _of_records(path: Path, columns: Columns) -> Iterator[Row]:
    lines = records(path)
    header = next(lines)
    places = [header.index(name) for name in columns.texts]
    identifier = None if columns.identifier is None else header.index(columns.identifier)
    for cells in lines:
        if len(cells) != len(header):
            yield None, (Bad("bad_row"),) * len(places)
        else:
            yield None if identifier is None else _named(cells[identifier]), tuple(cells[at] for at in places)


def _of_blocks(path: Path, columns: Columns) -> Iterator[Row]:
    for block in _blocks(path, columns):
        for _, row in files.expand(block):
            if isinstance(row, Bad):
                yield None, (row,) * len(columns.texts)
            else:
                cells = tuple(value_at(row, name) for name in columns.texts)
                yield None if columns.identifier is None else _named(value_at(row, columns.identifier)), cells


def _blocks(path: Path, columns: Columns) -> Iterator[Block]:
    for block in files.blocks(path, columns=columns.about().values()):
        for row in block.rows if isinstance(block.rows, list) else ():
            if isinstance(row, Bad) and row.reason != "too_big":
                raise ViralityError(f"{path}: cannot be read to its end ({' '.join(str(row.value).split())})")
        yield block


def _named(value: object) -> str | None:
    """An id as text that any file can hold; None where it is null or NaN."""
    if value is None or value != value:
        return None
    return str(value).encode("utf-8", "replace").decode()
