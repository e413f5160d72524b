"""Rows taken out of parquet and arrow files, batch by batch; in a ledger they stay, without a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from publish.audit import columns
from publish.audit.pieces import TOKENS, Decode
from publish.audit.sought import DERIVED, Sought, Sources, is_id_name
from virality.atomic import aside

if TYPE_CHECKING:
    import pyarrow as pa

_EMPTIED = "thread"
"""A column of ids that name another row: the cell goes, its row stays."""
_LEDGER = ("pair_id", "worse_id", "better_id")


def parquet(path: Path, sought: Sought, sources: Sources, decode: Decode | None, *, apply: bool) -> int:
    """Take out of a parquet file the rows in which anything is found. Returns how many; 0 leaves the file as it is."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        masks = [_hit(batch, sought, sources, decode) for batch in file.iter_batches(columns.ROWS)]
        count = sum(int(gone.sum()) + int((cells & ~gone).sum()) for gone, cells in masks)
        if not count or not apply:
            return count
        with aside(path) as temporary, pq.ParquetWriter(temporary, file.schema_arrow, compression="zstd") as writer:
            for batch, (gone, cells) in zip(file.iter_batches(columns.ROWS), masks, strict=True):
                writer.write_table(_left(batch, gone, cells))
    return count


def arrow(path: Path, sought: Sought, sources: Sources, decode: Decode | None, *, apply: bool) -> int:
    """The same of an arrow file or stream."""
    import pyarrow as pa

    reader = columns.opened(path)
    found = [(batch, *_hit(batch, sought, sources, decode)) for batch in columns.batches(path)]
    count = sum(int(gone.sum()) + int((cells & ~gone).sum()) for _, gone, cells in found)
    if count and apply:
        make = pa.ipc.new_file if hasattr(reader, "num_record_batches") else pa.ipc.new_stream
        with aside(path) as temporary, make(str(temporary), reader.schema) as writer:
            for batch, gone, cells in found:
                writer.write_table(_left(batch, gone, cells))
    return count


def ledger(path: Path, sought: Sought, sources: Sources, _: Decode | None, *, apply: bool) -> int:
    """Put keyed hashes in the place of ids that are looked for. Returns how many rows of the ledger name one.

    So it still says how many rows a checkpoint learned from, and that these are among them, and not which they were.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    plain = {name: table[name].cast(pa.string()).to_pylist() for name in (*_LEDGER, "author_id")}
    flags = {name: sought.flags(name, values, sources) for name, values in plain.items()}
    hit = [any(one) for one in zip(*flags.values(), strict=True)]
    if not any(hit) or not apply:
        return sum(hit)
    for name in _LEDGER:
        every = [
            f"{DERIVED}{sought.row(value, sources)}"
            if flag or (flags["author_id"][at]) or (name == "pair_id" and hit[at])
            else value
            for at, (value, flag) in enumerate(zip(plain[name], flags[name], strict=True))
        ]
        table = _with(table, name, every)
    authors = [None if gone else one for one, gone in zip(plain["author_id"], hit, strict=True)]
    table = _with(table, "author_id", authors)
    with aside(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return sum(hit)


def seen(path: Path, sought: Sought, sources: Sources) -> dict[str, list[str]]:
    """Of a ledger, rewritten or not: checkpoint -> keyed hashes of forgotten rows that it saw, each once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    listed = {name: table[name].cast(pa.string()).to_pylist() for name in ("checkpoint", *_LEDGER, "author_id")}
    flags = [sought.flags(name, listed[name], sources) for name in (*_LEDGER, "author_id")]
    found: dict[str, dict[str, None]] = {}
    for at, (checkpoint, pair) in enumerate(zip(listed["checkpoint"], listed["pair_id"], strict=True)):
        if pair.startswith(DERIVED) or any(one[at] for one in flags):
            own = pair.removeprefix(DERIVED) if pair.startswith(DERIVED) else sought.row(pair, sources)
            found.setdefault(checkpoint, {})[own] = None
    return {name: list(hashes) for name, hashes in found.items()}


def _hit(
    batch: pa.RecordBatch, sought: Sought, sources: Sources, decode: Decode | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(rows to take out, cells of `thread` to empty)."""
    gone, cells = np.zeros(len(batch), dtype=bool), np.zeros(len(batch), dtype=bool)
    for name in sorted(batch.schema.names, key=lambda name: not is_id_name(name)):  # most are told by their ids
        values = _values(name, batch[name], decode)
        if name == _EMPTIED and values is not None:
            cells = np.asarray(sought.flags("thread_id", values, sources), dtype=bool)
        elif values is not None:
            left = [None if out else one for one, out in zip(values, gone.tolist(), strict=True)]
            gone |= np.asarray(sought.flags(name, left, sources), dtype=bool)
    return gone, cells


def _values(name: str, column: Any, decode: Decode | None) -> list[str | None] | None:
    """A column as one text a row; None where it holds no text."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return list(column.cast(kind).to_pylist())
    if pa.types.is_integer(kind):
        return [None if one is None else str(one) for one in column.to_pylist()] if is_id_name(name) else None
    if name in TOKENS and decode is not None and pa.types.is_list(kind):
        return [None if one is None else "\n".join(map(decode, _rows(one))) for one in column.to_pylist()]
    if pa.types.is_nested(kind) and not _of_numbers(kind):
        return [None if one is None else " \n ".join(_within(one)) for one in column.to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if one is None else one.decode("utf-8", "replace") for one in column.to_pylist()]
    return None


def _rows(value: list[Any]) -> list[list[int]]:
    """Token ids of a cell: of one text, or of several."""
    return value if value and isinstance(value[0], list) else [value]


def _of_numbers(kind: Any) -> bool:
    import pyarrow as pa

    while pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        kind = kind.value_type
    return bool(pa.types.is_primitive(kind))


def _within(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for one in value.values() for found in _within(one)]
    if isinstance(value, list | tuple):
        return [found for one in value for found in _within(one)]
    return [value] if isinstance(value, str) else []


def _left(batch: pa.RecordBatch, gone: NDArray[np.bool_], cells: NDArray[np.bool_]) -> pa.Table:
    """What stays of a batch; no dictionary keeps a value of a row that went."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.Table.from_batches([batch])
    if cells.any():
        emptied = pc.if_else(pa.array(cells), pa.scalar(None, pa.string()), table[_EMPTIED].cast(pa.string()))
        table = table.set_column(table.schema.get_field_index(_EMPTIED), batch.schema.field(_EMPTIED),
                                 emptied.cast(batch.schema.field(_EMPTIED).type))  # fmt: skip
    table = table.filter(pa.array(~gone))
    for at, one in enumerate(table.schema):
        if pa.types.is_dictionary(one.type):
            plain = table[one.name].cast(one.type.value_type).combine_chunks()
            table = table.set_column(at, one, pa.chunked_array([plain.dictionary_encode()]).cast(one.type))
    return table


def _with(table: pa.Table, name: str, values: list[str | None] | list[str]) -> pa.Table:
    import pyarrow as pa

    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), pa.array(values, pa.string()))
