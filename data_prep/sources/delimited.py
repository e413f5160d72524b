"""CSV and TSV as rows, one record at a time, whatever is wrong with its quotes."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator

from data_prep.sources import Bad
from data_prep.sources.archives import damage_of
from data_prep.sources.blocking import LARGEST_ROW, Sized, shown

_OTHERS = ("\t", ";", "|")


class _TooLong(Exception):
    """A record that goes on and on: a quote that nobody closed, or a cell that is no post."""


class _Lines:
    """Lines of a stream for a csv.reader, which remembers those of the record that is being read."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self.record: list[str] = []
        """Lines of the record so far."""
        self.size = 0
        self.alone = 0
        """How many lines from here on are records of their own, whatever their quotes say."""
        self.ended = False
        self._stream = stream
        self._again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.record and (self.size > LARGEST_ROW or self.alone):
            raise _TooLong
        fresh = not self._again
        line = self._stream.readline(LARGEST_ROW + 1) if fresh else self._again.popleft()
        if not line or (not line.endswith(("\n", "\r")) and self.damaged()):
            self.ended = True
            raise StopIteration
        self.record.append(line)
        self.size += len(line)
        if len(line) > LARGEST_ROW:
            if fresh:
                self._skip(line)
            raise _TooLong
        return line

    def begin(self) -> None:
        """The next line begins a record."""
        if self.record and self.alone:
            self.alone -= 1
        self.record, self.size, self.ended = [], 0, False

    def read_again(self) -> None:
        """Read all lines of this record but the first once more, each as a record of its own."""
        rest = self.record[1:]
        self._again.extendleft(reversed(rest))
        self.alone = max(self.alone, len(rest) + 1)  # begin() takes one for this record

    def damaged(self) -> bool:
        """Whether the file ends because the rest of it cannot be unpacked."""
        return damage_of(self._stream) is not None

    def peek(self) -> str:
        """The first line, which stays to be read."""
        self._again.append(self._stream.readline(LARGEST_ROW + 1))
        return self._again[0]

    def _skip(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(LARGEST_ROW)


def records(stream: io.TextIOWrapper, delimiter: str) -> Iterator[Sized]:
    """The records under the header, as rows. Blank lines are none; a header alone gives none.

    A record with more or fewer cells than the header is `bad_row`. A record of more than a megabyte is `too_big`, and
    as that is mostly a quote which nobody closed, the lines after its first are read again, one by one. So are those
    after a quote that is still open at the end of the file (`bad_row`).
    """
    lines = _Lines(stream)
    first = lines.peek()
    if delimiter not in first:
        delimiter = next((one for one in _OTHERS if one in first), delimiter)
    header: list[str] | None = None
    for cells in _cells(lines, delimiter):
        if isinstance(cells, Bad):
            yield cells, 200
        elif header is None:
            header = cells
        elif len(cells) == len(header):
            yield dict(zip(header, cells, strict=True)), lines.size
        else:
            yield Bad("bad_row", value=shown(delimiter.join(cells))), 200


def _cells(lines: _Lines, delimiter: str) -> Iterator[list[str] | Bad]:
    csv.field_size_limit(max(csv.field_size_limit(), 2 * LARGEST_ROW))  # ours is the one that counts
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin()
        try:
            cells = next(reader, None)
        except (_TooLong, csv.Error):
            yield Bad("too_big" if lines.size > LARGEST_ROW else "bad_row", value=shown(lines.record[0]))
            lines.read_again()
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        if cells is None or (lines.ended and lines.damaged()):
            return  # the caller says that the file is damaged
        if lines.ended:
            yield Bad("bad_row", value=shown(lines.record[0]))
            lines.read_again()
        elif cells:
            yield cells
