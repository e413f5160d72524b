"""Parquet files as batches of arrow rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from data_prep.sources import Bad, Block
from data_prep.sources.archives import Member, open_bytes
from data_prep.sources.arrow_rows import cut
from data_prep.sources.blocking import ROWS, shown
from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow.parquet as pq


def batches(member: Member, columns: Iterable[str] | None) -> Iterator[Block]:
    """Blocks of a parquet file; a row group that cannot be read ends it with a `bad_file`.

    Raises:
        ViralityError: it is no parquet file at all.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_bytes(member, seekable=True) as stream:
        try:
            file = pq.ParquetFile(stream)
        except (pa.ArrowException, OSError, ValueError) as error:
            why = " ".join(shown(error).split())
            raise ViralityError(f"{member.file}: not a readable parquet file ({why})") from error
        first = 1
        try:
            for batch in file.iter_batches(ROWS, columns=_needed(file, columns)):
                for piece in cut(batch):
                    yield Block(member.file, first, piece)
                    first += piece.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            yield Block(member.file, first, [Bad("bad_file", value=shown(error))])


def _needed(file: pq.ParquetFile, columns: Iterable[str] | None) -> list[str] | None:
    if columns is None:
        return None
    wanted = {
        part
        for column in columns
        for name in (column, *(one.strip() for one in column.split("+")))
        for part in (name, name.split(".")[0])
    }
    return [name for name in file.schema_arrow.names if name in wanted]
