"""CSV and TSV of which every row keeps its place: where quotes leave open what a row is, the file is refused.

The reader of `prepare` mends what it can and counts what it drops; here an answer must stand beside its own row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from data_prep.sources.archives import Member, damage_of
from data_prep.sources.files import open_text
from virality.errors import ViralityError

_LARGEST = 16_000_000
"""Characters of a line or cell. A longer one is a quote that nobody closed, or no table."""
_OTHERS = ("\t", ";", "|")


def records(path: Path) -> Iterator[list[str]]:
    """The header, then every record that is not blank, in their order.

    Raises:
        ViralityError: quotes are not balanced, the file is damaged, or a line is too long to be one.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST))
    with open_text(Member(path)) as stream:
        lines = _Lines(stream, path)
        first = lines.peek()
        delimiter = "\t" if Member(path).kind == ".tsv" else ","
        if delimiter not in first:
            delimiter = next((one for one in _OTHERS if one in first), delimiter)
        reader = csv.reader(lines, delimiter=delimiter)
        while (cells := _next(reader, lines, delimiter)) is not None:
            if cells:
                yield cells
        damage = damage_of(stream)
        if damage is not None:
            raise ViralityError(f"{path}: is damaged after line {lines.number:,} ({damage}); fetch or pack it again")


class _Lines:
    """Lines of a stream for a csv.reader; remembers those of the record that is being read."""

    def __init__(self, stream: io.TextIOWrapper, path: Path) -> None:
        self.record: list[str] = []
        self.number = 0
        """Lines given so far."""
        self.ended = False
        self._stream, self.path = stream, path
        self._held: str | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line, self._held = (self._read() if self._held is None else self._held), None
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.record.append(line)
        return line

    def peek(self) -> str:
        """The first line, which stays to be read."""
        self._held = self._read()
        return self._held

    def _read(self) -> str:
        line = self._stream.readline(_LARGEST)
        if len(line) == _LARGEST:
            raise ViralityError(f"{self.path}: line {self.number + 1:,} has more than {_LARGEST:,} characters; "
                                "name a table with a row a line")  # fmt: skip
        return line


def _next(reader: Iterator[list[str]], lines: _Lines, delimiter: str) -> list[str] | None:
    """The next record, None at the end. What spans lines, or ends with the file, is read again with strict quotes."""
    lines.record, start = [], lines.number + 1
    try:
        cells = next(reader, None)
        if cells is not None and (len(lines.record) > 1 or lines.ended):
            list(csv.reader(lines.record, delimiter=delimiter, strict=True))
    except csv.Error as error:
        where = f"{lines.path}: the row that begins in line {start:,}"
        raise ViralityError(f"{where}: quotes are not balanced ({error}); close them, double those in texts") from error
    return cells
