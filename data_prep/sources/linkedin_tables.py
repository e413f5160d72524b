"""LinkedIn's tables: a note above the header, several sheets, and two tables side by side on one of them."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from data_prep.sources import Bad, Block, Row
from data_prep.sources.archives import Member, members, open_bytes
from data_prep.sources.blocking import Sized, pack, shown
from data_prep.sources.files import blocks, open_text
from data_prep.sources.packed import check_measure
from data_prep.sources.platform_files import is_zip
from virality.errors import ViralityError

_SHEETS = ("all posts", "top posts")
_NOTES = 12
"""Rows among which the header must be."""

Cells = tuple[object, ...]


def sheets_or_csv(path: Path, header: frozenset[str]) -> Iterator[Block]:
    """Rows of posts in a workbook, a CSV or the download's zip.

    Args:
        path: the file.
        header: names in lower case; the row that has two of them is the header.
    """
    for one in members(path, "*Shares.csv" if is_zip(path) else None):
        if isinstance(one, Bad):
            yield Block(str(path), 1, [one])
        elif one.kind == ".xlsx":
            yield from pack(one.file, _workbook(one, header))
        elif one.kind == ".csv" and _has_note(one, header):
            yield from pack(one.file, _noted(one, header))
        else:
            yield from blocks(one)


def tables(rows: Iterable[Cells], header: frozenset[str]) -> Iterator[Row]:
    """The rows under a header as objects; those of tables side by side as one where their first cells are the same."""
    remaining = iter(rows)
    names: Cells = ()
    for one in islice(remaining, _NOTES):
        if sum(_name(cell).casefold() in header for cell in one) >= min(2, len(header)):
            names = one
            break
    parts = _parts(names)
    if len(parts) == 1:
        for one in remaining:
            if any(_name(cell) for cell in one):
                yield _row(names, one, parts[0])
        return
    joined: dict[str, Row] = {}
    for one, part in ((one, part) for one in remaining for part in parts):
        row = _row(names, one, part)
        if first := _name(next(iter(row.values()), None)):
            joined.setdefault(first, {}).update(row)
    yield from joined.values()


def _parts(names: Cells) -> list[range]:
    """Where the tables under one header lie: an empty cell stands between them."""
    named = [bool(_name(cell)) for cell in (*names, None)]
    starts = [at for at, there in enumerate(named) if there and (at == 0 or not named[at - 1])]
    ends = [at for at, there in enumerate(named) if not there and at > 0 and named[at - 1]]
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def _row(names: Cells, cells: Cells, part: range) -> Row:
    return {_name(names[at]): cells[at] if at < len(cells) else None for at in part}


def _name(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).replace("\ufeff", "").split())


def _sized(rows: Iterable[Row]) -> Iterator[Sized]:
    return ((row, 100 + sum(len(cell) for cell in row.values() if isinstance(cell, str))) for row in rows)


def _has_note(member: Member, header: frozenset[str]) -> bool:
    with open_text(member) as stream:
        first = next(csv.reader(io.StringIO(stream.readline(10_000))), [])
    return not any(_name(cell).casefold() in header for cell in first)


def _noted(member: Member, header: frozenset[str]) -> Iterator[Sized]:
    with open_text(member) as stream:
        try:
            yield from _sized(tables(map(tuple, csv.reader(stream)), header))
        except csv.Error as error:
            yield Bad("bad_file", value=shown(error)), 200


def _workbook(member: Member, header: frozenset[str]) -> Iterator[Sized]:
    with open_bytes(member, seekable=True) as stream:
        book = _opened(member, stream)
        named = [sheet for sheet in book.worksheets if _name(sheet.title).casefold() in _SHEETS] or book.worksheets[:1]
        try:
            yield from _sized(chain.from_iterable(tables(sheet.values, header) for sheet in named))
        except Exception as error:  # openpyxl checks little, so damage ends in errors of any kind
            yield Bad("bad_file", value=shown(error)), 200


def _opened(member: Member, stream: Any) -> Any:
    import openpyxl

    try:
        unpacked = sum(info.file_size for info in zipfile.ZipFile(stream).infolist())
        check_measure(member.file, unpacked, stream.seek(0, 2))
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles, which no row needs
            return openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except ViralityError:
        raise
    except Exception as error:  # see above
        raise ViralityError(f"{member.file}: not a readable xlsx workbook ({type(error).__name__})") from error
