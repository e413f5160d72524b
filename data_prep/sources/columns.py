"""Which column of a file is which of our fields, the mistakes one can make there, and how a value is found in a row.

A column is a name, or a dotted path into objects (`public_metrics.like_count`); for text also several names joined by
`+` (`Caption+Hashtags`). A column that is really called so goes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_prep.sources import Row
from data_prep.sources.archives import Member, members
from data_prep.sources.files import columns_of
from virality.errors import ViralityError
from virality.spelling import nearest

_MOST_NAMED = 60


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


def check_columns(
    path: Path, columns: Mapping[str, str], joined: Sequence[str] = (), items_at: str | None = None
) -> None:
    """Check that each table in a file has the columns that the config names, by its first rows.

    Args:
        path: the file.
        columns: our field -> the column.
        joined: the fields that may be several columns.
        items_at: for JSON, where the list of objects stands.

    Raises:
        ViralityError: as `files.columns_of`, and `require`.
    """
    for member in members(path):
        if isinstance(member, Member):
            require(member.file, columns_of(member, items_at=items_at), columns, joined)


def require(file: str, there: Sequence[str], columns: Mapping[str, str], joined: Sequence[str] = ()) -> None:
    """Check that `there` are the columns that the config names; nothing is asked of a file without rows.

    Raises:
        ViralityError: one line for each that is missing; names the nearest, and all that are there.
    """
    if not there:
        return
    listed = ", ".join(map(repr, there[:_MOST_NAMED])) + (", ..." if len(there) > _MOST_NAMED else "")
    missing = [
        (field, part)
        for field, column in columns.items()
        for part in (names(column) if field in joined and column not in there else [column])
        if part not in there
    ]
    if missing:
        raise ViralityError(
            "\n".join(
                f"{file}: source.columns.{field}: no column {column!r}{nearest(column, there)}; the file has {listed}"
                for field, column in missing
            )
        )


def names(column: str) -> list[str]:
    """The columns that `A+B` joins."""
    return [name.strip() for name in column.split("+")]


def value_at(row: Row, column: str) -> Any:
    """The value of a column, or at a dotted path; None where there is none."""
    if column in row:
        return row[column]
    value: Any = row
    for key in column.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
