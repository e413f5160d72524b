"""Tables as pieces: parquet, arrow files and streams, DuckDB and SQLite files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publish.audit.pieces import TOKENS, Decode, Piece, Undecodable
from publish.audit.plain import readable
from publish.audit.sought import is_id_name

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000


def parquet(path: Path, decode: Decode | None) -> Iterator[Piece]:
    """Columns in batches, and what the footer says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield from _metadata(file.schema_arrow)
            for batch in file.iter_batches(ROWS):
                yield from batch_pieces(batch, decode)
    except (pa.ArrowException, OSError) as error:
        raise Undecodable(f"broken parquet ({_short(error)})") from error


def arrow(path: Path, decode: Decode | None) -> Iterator[Piece]:
    """The same of an arrow file or stream."""
    import pyarrow as pa

    try:
        yield from _metadata(opened(path).schema)
        for batch in batches(path):
            for start in range(0, len(batch), ROWS):
                yield from batch_pieces(batch.slice(start, ROWS), decode)
    except (pa.ArrowException, OSError) as error:
        raise Undecodable(f"broken arrow data ({_short(error)})") from error


def opened(path: Path) -> Any:
    """A reader of an arrow file or stream."""
    import pyarrow as pa

    with path.open("rb") as stream:
        is_file = stream.read(6) == b"ARROW1"
    source = pa.OSFile(str(path))
    return pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of an arrow file or stream."""
    reader = opened(path)
    if hasattr(reader, "num_record_batches"):
        yield from (reader.get_batch(at) for at in range(reader.num_record_batches))
    else:
        yield from reader


def duckdb(path: Path, decode: Decode | None) -> Iterator[Piece]:
    """Every table of a DuckDB file, and what can be read in its blocks as they lie there."""
    import duckdb as engine

    try:
        with engine.connect(str(path), read_only=True) as connection:
            listed = connection.sql("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            for schema, name in listed:
                query = f'SELECT * FROM "{schema}"."{name}"'
                for batch in connection.sql(query).to_arrow_reader(ROWS):
                    yield from batch_pieces(batch, decode)
    except engine.Error as error:
        raise Undecodable(f"DuckDB cannot open it ({_short(error)})") from error
    yield readable(path.read_bytes())


def sqlite(path: Path, _: Decode | None) -> Iterator[Piece]:
    """Every table of an SQLite file, and what can be read in its pages as they lie there, the freed ones too."""
    import sqlite3

    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in listed:
                rows = connection.execute(f'SELECT * FROM "{name}"')
                names = [one[0] for one in rows.description]
                while some := rows.fetchmany(ROWS):
                    for at, column in enumerate(names):
                        yield Piece(column, [_cell(row[at]) for row in some])
        connection.close()
    except sqlite3.Error as error:
        raise Undecodable(f"SQLite cannot open it ({_short(error)})") from error
    yield readable(path.read_bytes())


def batch_pieces(batch: pa.RecordBatch, decode: Decode | None) -> Iterator[Piece]:
    """The columns of a batch that hold text, ids or token ids; one value a row at the first level."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        yield from _pieces(name, column, decode)


def _pieces(name: str, column: Any, decode: Decode | None) -> Iterator[Piece]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _pieces(name, column.dictionary_decode(), decode)
    elif pa.types.is_struct(kind):
        for at in range(kind.num_fields):
            yield from _pieces(kind.field(at).name, column.field(at), decode)
    elif _is_list(kind):
        yield from _of_lists(name, column, decode)
    elif (values := _texts(name, column)) is not None:
        yield Piece(name, values)


def _of_lists(name: str, column: Any, decode: Decode | None) -> Iterator[Piece]:
    import pyarrow as pa

    if not pa.types.is_integer(column.type.value_type):
        yield from _pieces(name, column.flatten(), decode)  # lists of token ids within lists, too
    elif name in TOKENS and decode is not None:
        yield Piece(None, [None if ids is None else decode(ids) for ids in column.to_pylist()])
    elif name in TOKENS:
        yield Piece(name, undecoded=len(column) - column.null_count)


def _texts(name: str, column: Any) -> list[str | None] | None:
    """A plain column as text; None where it holds none."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return list(column.to_pylist())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if one is None else one.decode("utf-8", "replace") for one in column.to_pylist()]
    if pa.types.is_map(kind) or isinstance(kind, pa.ExtensionType) or (pa.types.is_integer(kind) and is_id_name(name)):
        return [None if one is None else str(one) for one in column.to_pylist()]
    return None


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return any(of(kind) for of in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))


def _metadata(schema: pa.Schema) -> Iterator[Piece]:
    said = [
        value.decode("utf-8", "replace") for key, value in (schema.metadata or {}).items() if key != b"ARROW:schema"
    ]
    yield Piece(None, [*schema.names, *said])


def _cell(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None or isinstance(value, float) else str(value)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:80]
