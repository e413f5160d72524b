"""The set-based steps' engine: Ibis expressions on an embedded DuckDB that spills to disk, each result kept as parquet.

An expression is made once: `keep` writes it aside, renames it, and a later run of the same folder finds it. DuckDB adds
floats in no fixed order, so no expression of this room sums floats: they are rounded to fixed point first, and sums of
integers are the same for any number of threads and on any engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from virality.atomic import aside
from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow as pa

Table = Any
"""An Ibis table expression; Ibis has no types that mypy could follow."""

UNITS = 1_000_000
PART = 1_000_000
_FULL = ("No space left", "File too large", "Disk quota exceeded")


class Engine(Protocol):
    """Where expressions run."""

    def read(self, paths: Sequence[Path]) -> Table:
        """Parquet files of one schema as one table."""

    def keep(self, table: Table, name: str) -> Table:
        """The table made, kept under `name` and read back."""

    def put(self, table: pa.Table, name: str) -> Table:
        """A table of numbers in memory as one on the engine."""

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The table's rows, in its own order where it has one."""

    def close(self) -> None:
        """Leave it; what was kept stays."""


class DuckDB:
    """The engine on this machine.

    Args:
        folder: where results and spilled data go.
        memory: limit in MB; what does not fit is spilled to `folder`.
        threads: of DuckDB. No result depends on it.
    """

    def __init__(self, folder: Path, *, memory: int = 1600, threads: int = 2) -> None:
        """Open an empty database in memory."""
        import ibis

        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.connection = ibis.duckdb.connect(
            threads=threads,
            memory_limit=f"{memory}MB",
            temp_directory=str(folder / "spill"),
            preserve_insertion_order=False,
        )

    def read(self, paths: Sequence[Path]) -> Table:
        """Parquet files of one schema as one table."""
        return self.connection.read_parquet([str(path) for path in paths])

    def keep(self, table: Table, name: str) -> Table:
        """The table made, kept as `<name>.parquet` and read back; one that lies there already is not made again."""
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            with aside(path) as temporary, _told(path):
                self.connection.to_parquet(table, temporary, compression="zstd", compression_level=1)
        return self.read([path])

    def put(self, table: pa.Table, name: str) -> Table:
        """A table in memory as `<name>.arrow.parquet`, read back."""
        return self.read([put(table, self.folder / f"{name}.arrow.parquet")])

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The table's rows in batches of at most 50,000."""
        with _told(self.folder):
            yield from self.connection.to_pyarrow_batches(table, chunk_size=50_000)

    def close(self) -> None:
        """Close the database; what was kept stays."""
        self.connection.disconnect()


class _told:
    """A full disk or memory as one line that says where and what to do."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None or error is None or isinstance(error, ViralityError):
            return
        text = " ".join(str(error).split())[:160]
        if any(words in text for words in _FULL):
            raise ViralityError(
                f"{self.place}: the disk is full; free some space, then the same command continues"
            ) from error
        if kind.__name__ == "OutOfMemoryException":
            raise ViralityError(f"{self.place}: {text}; allow more with machine.memory_mb=") from error


def in_parts(engine: Engine, table: Table, posts: int, name: str, build: Callable[[Table], Table]) -> Table:
    """What `build` makes of a table, made and kept a part of the accounts at a time, so that memory does not grow.

    Args:
        engine: where it runs.
        table: with `account`; rows of one account are always in one part.
        posts: in the corpus; a part holds about `PART` of them.
        name: the parts are kept under.
        build: makes a table of a part.
    """
    parts = -(-posts // PART)
    if parts < 2:
        return engine.keep(build(table), name)
    made = [engine.keep(build(table.filter(table.account % parts == part)), f"{name}-{part}") for part in range(parts)]
    return unions(made)


def place(number: Table) -> Table:
    """A number as the place in an array: Spark counts places in 32 bits, and none is below zero."""
    import ibis

    return ibis.greatest(number, 0).cast("int32")


def put(table: pa.Table, path: Path) -> Path:
    """Write a table, whole or not at all. Returns the path."""
    import pyarrow.parquet as pq

    with aside(path) as temporary:
        pq.write_table(table, temporary)
    return path


def unions(tables: Sequence[Table]) -> Table:
    """All rows of tables of one schema."""
    first, *rest = tables
    return first.union(*rest) if rest else first


def one_row(engine: Engine, table: Table) -> dict[str, Any]:
    """The only row of a table; sums of integers are integers, however wide the engine made them."""
    [row] = [row for batch in engine.batches(table) for row in batch.to_pylist()]
    return {name: int(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def sums(engine: Engine, table: Table, **values: Table) -> dict[str, float]:
    """Sums of columns of a table, exact to 1e-6 and so the same in any order; 0 for none."""
    found = one_row(engine, table.aggregate(**{name: fixed_sum(value) for name, value in values.items()}))
    return {name: (total or 0) / UNITS for name, total in found.items()}


def fixed_sum(value: Table) -> Table:
    """The sum of a column in fixed point, `UNITS` to one: integers add up to the same in any order."""
    return (value * UNITS).round().cast("int64").sum()


def columns(engine: Engine, table: Table, sort: str | None = None) -> dict[str, NDArray[Any]]:
    """A narrow table in memory, by column; nulls are NaN or None."""
    import pyarrow as pa

    batches = list(engine.batches(table))
    whole = pa.Table.from_batches(batches) if batches else None
    if whole is None:
        return {name: np.zeros(0) for name in table.columns}
    if sort is not None:
        whole = whole.sort_by(sort)
    return {name: _numpy(whole[name]) for name in whole.column_names}


def integers(values: NDArray[Any]) -> NDArray[np.int64]:
    """Values as 64-bit integers."""
    return np.asarray(values, dtype=np.int64)


def null(kind: str) -> Table:
    """A null of a type."""
    import ibis

    return ibis.null(kind)


def _numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    import pyarrow as pa

    if pa.types.is_decimal(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_integer(column.type):
        column = column.fill_null(-1)
    return np.asarray(column.combine_chunks().to_numpy(zero_copy_only=False))
