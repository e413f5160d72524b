"""Batches of arrow rows: cut small enough for a block, and as rows of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from data_prep.sources import Bad, Row
from data_prep.sources.blocking import CHARACTERS, LARGEST_ROW, ROWS, shown
from data_prep.sources.encodings import decode

if TYPE_CHECKING:
    import pyarrow as pa


def cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A batch in pieces of at most 2,000 rows and about 2 MB."""
    fit = batch.num_rows * CHARACTERS // max(batch.nbytes, 1)
    step = max(1, min(ROWS, fit))
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def rows_of(batch: pa.RecordBatch) -> Iterator[Row | Bad]:
    """Its rows. A value that Python cannot hold (a year 300,000, text that is not UTF-8) becomes text.

    A row with a cell of more than a megabyte is `too_big`.
    """
    names = batch.schema.names
    for cells in zip(*map(_values, batch.columns), strict=True):
        large = next((cell for cell in cells if isinstance(cell, str) and len(cell) > LARGEST_ROW), None)
        yield dict(zip(names, cells, strict=True)) if large is None else Bad("too_big", value=shown(large))


def _values(column: pa.Array) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)  # nanoseconds would come as pandas' own type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if cell is None else decode(cell) for cell in column.to_pylist()]
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        values = [_value(cell) for cell in column]
    return values


def _value(cell: pa.Scalar) -> Any:
    import pyarrow as pa

    try:
        return cell.as_py()
    except (ValueError, OverflowError, pa.ArrowException):
        as_bytes = getattr(cell, "as_buffer", None)
        if as_bytes is not None:
            return decode(as_bytes().to_pybytes())
        return f"{getattr(cell, 'value', '')} {cell.type}"
