"""Tables at rest: parquet against an arrow schema that stands beside its record, checked on read.

Records are frozen slotted dataclasses whose field names are the schema's; dictionary<string> columns are
plain strings in memory.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow as pa

R = TypeVar("R")

SCHEMA_VERSION = "1"


def to_table(records: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Dataclass records as one arrow table with exactly `schema`'s columns."""
    import pyarrow as pa

    rows = list(records)
    columns = []
    for field in schema:
        values = [getattr(row, field.name) for row in rows]
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        array = pa.array(values, type=plain)
        if not field.nullable and array.null_count:
            raise ValueError(f"column {field.name} is never null, and {array.null_count} of {len(rows)} rows are")
        columns.append(array.dictionary_encode().cast(field.type) if plain != field.type else array)
    table = pa.Table.from_arrays(columns, schema=schema)
    return table.replace_schema_metadata({"virality.schema": SCHEMA_VERSION})


def write(records: Iterable[Any], schema: pa.Schema, path: Path) -> None:
    """Write records to `path`. The caller gives a path aside and renames it (`Run.file`)."""
    import pyarrow.parquet as pq

    pq.write_table(to_table(records, schema), path, compression="zstd")


def read_table(path: Path, schema: pa.Schema) -> pa.Table:
    """The parquet at `path` with exactly `schema`'s columns.

    Raises:
        ViralityError: the file is missing, is not parquet, lacks a column, has one of another type, or has nulls
            where the schema has none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise ViralityError(f"{path}: no such file; run the step that writes it first")
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ViralityError(f"{path}: not a readable parquet file ({str(error)[:120]})") from error
    missing = [name for name in schema.names if name not in table.schema.names]
    if missing:
        raise ViralityError(
            f"{path}: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
            f"it has {', '.join(table.schema.names)}"
        )
    columns = []
    for field in schema:
        column = table.column(field.name)
        if column.type != field.type:
            try:
                column = column.cast(field.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise ViralityError(f"{path}: column {field.name} is {column.type}, not {field.type}") from error
        if not field.nullable and column.null_count:
            raise ViralityError(f"{path}: column {field.name} has {column.null_count} nulls and may have none")
        columns.append(column)
    return pa.table(columns, schema=schema)


def read(path: Path, schema: pa.Schema, record: type[R]) -> list[R]:
    """The rows of `path` as records of class `record`, whose fields are the schema's."""
    names = [field.name for field in dataclasses.fields(record)]  # type: ignore[arg-type]
    if names != schema.names:
        raise ValueError(f"{record.__name__} and its schema differ: {names} against {schema.names}")
    columns = [column.to_pylist() for column in read_table(path, schema).columns]
    return [record(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]
