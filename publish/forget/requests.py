"""What a person asks to have erased: accounts and posts, from the command line or a file of requests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_prep.register import Register, asked_for
from virality.errors import ViralityError

_COLUMNS = ("author", "post")


@dataclass(frozen=True, slots=True)
class Requests:
    """Accounts as the raw data call them, or as `author_id` has them; ids of posts as the raw data or a run has them.

    Fields:
        authors: each once, in the order they were named.
        posts: likewise.
    """

    authors: tuple[str, ...]
    posts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.authors) + len(self.posts)

    def register(self, key: bytes, sources: Iterable[str]) -> Register:
        """The requests as keyed hashes; ids also as prepared runs of these corpora have those that are addresses."""
        return asked_for(self.authors, self.posts, key, sources)


def gather(authors: Sequence[str], posts: Sequence[str], file: Path | None) -> Requests:
    """All requests of a command.

    Raises:
        ViralityError: nobody is named, or the file is no table of requests.
    """
    listed = [] if file is None else _read(file)
    accounts = _each([*authors, *(value for column, value in listed if column == "author")])
    ids = _each([*posts, *(value for column, value in listed if column == "post")])
    if not accounts and not ids:
        where = f"{file}: " if file is not None else ""
        raise ViralityError(
            f"{where}names nobody; give --author NAME, --post ID, or --file with a column author or post"
        )
    return Requests(accounts, ids)


def _read(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.DictReader(stream)
            named = [name for name in rows.fieldnames or () if name.strip().casefold() in _COLUMNS]
            if not named:
                there = ", ".join(rows.fieldnames or ()) or "nothing"
                raise ViralityError(f"{path}: has no column author or post, but {there}; name one so")
            return [(name.strip().casefold(), row[name] or "") for row in rows for name in named]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ViralityError(f"{path}: cannot be read ({error}); give a CSV of UTF-8 text") from error


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in values if one.strip()))
