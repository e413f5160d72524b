"""Which columns of a file hold the posts, and what to say where they are not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from virality.errors import ViralityError
from virality.spelling import nearest

FIELDS = ("first", "second", "text", "id")
_NEXT = re.compile(rf",(?=(?:{'|'.join(FIELDS)})=)")
_MOST_NAMED = 30


@dataclass(frozen=True, slots=True)
class Columns:
    """What is read of a file: two posts a row or one, and the row's id where it has one."""

    texts: tuple[str, ...]
    identifier: str | None

    @property
    def pairs(self) -> bool:
        """Whether a row holds two posts."""
        return len(self.texts) == 2

    def about(self) -> dict[str, str]:
        """Field -> column."""
        named = dict(zip(("first", "second") if self.pairs else ("text",), self.texts, strict=True))
        return named | ({} if self.identifier is None else {"id": self.identifier})


def choose(path: Path, there: Sequence[str], asked: str | None) -> Columns:
    """The columns of a file that are read.

    Args:
        path: the file, for what is said of it.
        there: the columns it has.
        asked: `first=a,second=b`, `text=caption`, with `id=post` or without; a column may be a dotted path into
            objects. None: `first` and `second` where both are there, else `text`; and `id` where it is there.

    Raises:
        ViralityError: the file has no such column, or none that could be meant; the line says which it has.
    """
    if not there:
        raise ViralityError(f"{path}: holds no row; name a table with one post or two a row")
    named = _parsed(asked)
    if not named.keys() - {"id"}:
        named |= _usual(there)
    for field, column in named.items():
        if column not in there:
            raise ViralityError(
                f"{path}: --columns {field}: no column {column!r}{nearest(column, there)}; it has {_listed(there)}"
            )
    texts = tuple(named[field] for field in ("first", "second", "text") if field in named)
    if sorted(named.keys() - {"id"}) not in (["first", "second"], ["text"]):
        if not texts:
            raise ViralityError(f"{path}: no columns first and second, and none called text; it has {_listed(there)}; "
                                "say which are meant: --columns first=A,second=B or --columns text=A")  # fmt: skip
        raise ViralityError(f"--columns {asked}: name first and second, or text alone")
    return Columns(texts, named.get("id", "id" if "id" in there else None))


def _usual(there: Sequence[str]) -> dict[str, str]:
    if "first" in there and "second" in there:
        return {"first": "first", "second": "second"}
    return {"text": "text"} if "text" in there else {}


def _parsed(asked: str | None) -> dict[str, str]:
    named: dict[str, str] = {}
    for part in _NEXT.split(asked) if asked else []:
        field, _, column = part.partition("=")
        if field not in FIELDS or not column or field in named:
            raise ViralityError(f"--columns {asked}: {part!r} is no FIELD=COLUMN; the fields are {', '.join(FIELDS)}"
                                f"{nearest(field, FIELDS)}, each once")  # fmt: skip
        named[field] = column
    return named


def _listed(there: Sequence[str]) -> str:
    return ", ".join(map(repr, there[:_MOST_NAMED])) + (", ..." if len(there) > _MOST_NAMED else "")
