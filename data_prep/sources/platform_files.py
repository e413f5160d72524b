"""Which part of a platform's export holds its posts, and whether a file is that export at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from data_prep.sources import About, Bad, Block
from data_prep.sources.archives import Member, damage_of, members
from data_prep.sources.blocking import Sized, pack, shown
from data_prep.sources.columns import check_fields
from data_prep.sources.files import blocks as rows_of
from data_prep.sources.files import expand, open_text
from virality.errors import ViralityError

__all__ = ["check_rows", "first_list", "is_zip", "members_named", "rows_of", "rows_or_lines"]

_LOOKED_AT = 20
"""Rows among which one must look like the export's."""


def check_rows(
    path: Path,
    about: About,
    fields: Sequence[str],
    blocks: Callable[[Path, About], Iterator[Block]],
    expected: Sequence[str],
    what: str,
) -> None:
    """Check that a file can be the export that the config says.

    Args:
        path: the file.
        about: its columns may map `fields` only.
        fields: of the source; () where the format is fixed.
        blocks: of the source.
        expected: keys; a row of the export has at least one of them.
        what: the export, for the error.

    Raises:
        ViralityError: fields that there are not, no such part in an archive, or rows of another kind.
    """
    if about.columns and not fields:
        raise ViralityError(f"source.columns: {what}: the format is fixed, so there is nothing to map; leave it out")
    check_fields(about.columns, fields)
    rows = [row for block in islice(blocks(path, about), 3) for _, row in islice(expand(block), _LOOKED_AT)]
    if not rows and is_zip(path):
        raise ViralityError(f"{path}: nothing in this archive is {what}")
    known = {key.casefold() for key in expected}
    keys = list(dict.fromkeys(str(key) for row in rows if isinstance(row, dict) for key in row))
    if keys and not any(key.strip("\ufeff ").casefold() in known for key in keys):
        there = ", ".join(repr(shown(key)[:40]) for key in keys[:8])
        raise ViralityError(f"{path}: not {what}: its rows have {there}; name another source.kind")


def is_zip(path: Path) -> bool:
    """Whether a file is an archive of many members."""
    return path.suffix.lower() == ".zip"


def members_named(path: Path, patterns: Sequence[str]) -> Iterator[Block]:
    """Rows of the members of a zip archive that one of `patterns` fits, pattern after pattern; or of a plain file."""
    if not is_zip(path):
        yield from rows_of(path)
        return
    for pattern in patterns:
        yield from rows_of(path, pattern=pattern)


def first_list(path: Path | Member, keys: Sequence[str]) -> Iterator[Block]:
    """Rows of the list under the first of `keys` that a JSON file has; where it has none, as the file lies."""
    for key in keys:
        rows = rows_of(path, items_at=key)
        try:
            first = next(rows, None)
        except ViralityError:  # no list stands there
            continue
        if first is not None:
            yield first
        yield from rows
        return
    yield from rows_of(path)


def rows_or_lines(path: Path) -> Iterator[Block]:
    """Rows of a table, and of a file without a table's ending (`RS_2023-01.zst`) the lines of JSON in it."""
    for member in members(path):
        if isinstance(member, Bad):
            yield Block(str(path), 1, [member])
        elif member.kind:
            yield from rows_of(member)
        else:
            with open_text(member, "\n") as stream:
                yield from pack(member.file, _lines(stream))


def _lines(stream: io.TextIOWrapper) -> Iterator[Sized]:
    from data_prep.sources.json_stream import lines

    yield from lines(stream)
    damage = damage_of(stream)
    if damage is not None:
        yield Bad("bad_file", value=shown(damage)), 0
