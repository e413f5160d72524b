"""Excel workbooks: the first sheet, whose first row is the header."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from data_prep.sources import Bad
from data_prep.sources.archives import Member, open_bytes
from data_prep.sources.blocking import LARGEST_ROW, Sized, shown
from data_prep.sources.packed import check_measure
from virality.errors import ViralityError

_LARGEST = 2**30
"""Bytes of an unpacked workbook; its texts are held in memory."""


def sheet_rows(member: Member) -> Iterator[Sized]:
    """The rows under the header. Of a formula its last result, or the formula as text where none was kept.

    Rows without any value are none. A sheet that is damaged further down ends with a `bad_file`.

    Raises:
        ViralityError: it is no workbook, or expands without measure.
    """
    with open_bytes(member, seekable=True) as stream, open_bytes(member, seekable=True) as again:
        _measure(member, stream)
        results, formulas = _sheet(member, stream, results=True), _sheet(member, again, results=False)
        try:
            yield from _rows(results.values, formulas.values)
        except Exception as error:  # see _sheet
            yield Bad("bad_file", value=shown(error)), 200


def _sheet(member: Member, stream: BinaryIO, *, results: bool) -> Any:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and other things that no row needs
        try:
            return openpyxl.load_workbook(stream, read_only=True, data_only=results).worksheets[0]
        except Exception as error:  # openpyxl checks little, so damage ends in errors of any kind
            why = f"{type(error).__name__}: {' '.join(shown(error).split())}"
            raise ViralityError(f"{member.file}: not a readable xlsx workbook ({why})") from error


def _measure(member: Member, stream: BinaryIO) -> None:
    try:
        infos = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ViralityError(f"{member.file}: not a readable xlsx workbook ({shown(error)})") from error
    size, unpacked = stream.seek(0, 2), sum(info.file_size for info in infos)
    stream.seek(0)
    check_measure(member.file, unpacked, size)
    if unpacked > _LARGEST:
        raise ViralityError(f"{member.file}: a workbook of {unpacked >> 20:,} MB; save its sheet as CSV")


def _rows(results: Iterator[tuple[Any, ...]], formulas: Iterator[tuple[Any, ...]]) -> Iterator[Sized]:
    header: list[str | None] | None = None
    for values, texts in zip(results, formulas, strict=True):
        cells = [text if value is None else value for value, text in zip(values, texts, strict=False)]
        if all(cell is None for cell in cells):
            continue
        if header is None:
            header = [None if cell is None else str(cell) for cell in cells]
            continue
        row = {name: cell for name, cell in zip(header, cells, strict=False) if name is not None}
        size = sum(len(cell) for cell in cells if isinstance(cell, str))
        if size > LARGEST_ROW:
            yield Bad("too_big", value=shown(cells)), 200
        else:
            yield {**dict.fromkeys(name for name in header if name is not None), **row}, size + 100
