"""Which column of a file is which of our fields, and the mistakes one can make there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from data_prep.sources.files import Row
from virality.errors import ViralityError
from virality.spelling import nearest


def check_fields(columns: Mapping[str, str], fields: Sequence[str], needed: Sequence[str] = ()) -> None:
    """Check that a config maps fields that there are, and all that are needed.

    Raises:
        ViralityError: one line for each field that is unknown (with the nearest) or missing.
    """
    mistakes = [
        f"source.columns.{field} is not a field{nearest(field, fields)}; there are {', '.join(fields)}"
        for field in columns
        if field not in fields
    ]
    mistakes += [
        f"source.columns: no column is named for {field}; write source.columns.{field}=COLUMN"
        for field in needed
        if field not in columns
    ]
    if mistakes:
        raise ViralityError("\n".join(mistakes))


def require(path: Path, row: Row, columns: Mapping[str, str]) -> None:
    """Check that a file has the columns that the config names.

    Raises:
        ViralityError: one line for each that is missing; names the nearest, and all that are there.
    """
    there = list(row)
    listed = ", ".join(map(repr, there))
    missing = [(field, column) for field, column in columns.items() if column not in row]
    if missing:
        raise ViralityError(
            "\n".join(
                f"{path}: source.columns.{field}: no column {column!r}{nearest(column, there)}; the file has {listed}"
                for field, column in missing
            )
        )
