"""Rows put into blocks that a worker gets at once, and the sizes that keep memory flat whatever a file holds."""

from __future__ import annotations

from collections.abc import Iterator

from data_prep.sources import Bad, Block, Row

LARGEST_ROW = 1_000_000
"""Characters of a row, of a line or of one cell. What is larger is no post: it is dropped as `too_big`."""
ROWS = 2_000
"""Most rows of a block."""
CHARACTERS = 2_000_000
"""A block is closed when its rows hold so many."""

Sized = tuple[Row | str | Bad, int]
"""A row and about how many characters it holds."""


def pack(file: str, rows: Iterator[Sized]) -> Iterator[Block]:
    """`rows` in their order as blocks. Empty blocks are not given."""
    held: list[Row | str | Bad] = []
    first, size = 1, 0
    for row, characters in rows:
        held.append(row)
        size += characters
        if len(held) >= ROWS or size >= CHARACTERS:
            yield Block(file, first, held)
            first += len(held)
            held, size = [], 0
    if held:
        yield Block(file, first, held)


def shown(value: object) -> str:
    """A value as a drop shows it: at most 200 characters, and none that no file can hold."""
    try:
        text = str(value)
    except ValueError:  # a number of more digits than Python writes
        text = "a number of thousands of digits"
    return text[:200].encode("utf-8", "replace").decode()
