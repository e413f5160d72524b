"""Sources: one file for each kind of export. Each turns rows of files into posts, drops and labels, one at a time.

A source is a module with four names:

    FIELDS: tuple[str, ...]                      what `source.columns` may map; () where the format is fixed
    check(path, about) -> None                   raises ViralityError where the file cannot be what the config says
    blocks(path, about) -> Iterator[Block]       cheap: cuts a file into blocks of rows, in the reading process
    items(row, about) -> Iterator[Item]          everything else, in a worker: one row as posts, drops and labels

so a file larger than memory is read by one process and understood by many. A row that cannot be read is a `Bad`, which
becomes a counted drop; nothing a file holds makes a source raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data_prep.records import Dropped, Post

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """What the config says of all rows of a source."""

    source: str
    """Name of the corpus."""
    rights: str
    """Rights basis of all its rows."""
    platform: str | None = None
    account: str | None = None
    """Name of the account where the whole file is one account's and no column says so."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our field -> the file's column."""
    items_at: str | None = None
    """Dotted path of the list of rows inside a JSON file; None for the file itself or the first list in it."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be read, or a value that cannot be what its field says."""

    reason: str
    """`bad_<field>`, `bad_json`, `bad_row`, `bad_file` (not readable from here on), `bad_path`, `too_big`."""
    field: str | None = None
    value: str | None = None
    """What stands there, at most 200 characters."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one file, small enough to be sent to a worker (at most a few MB).

    Fields:
        file: the file; `archive.zip!member` inside an archive.
        first: number of the first row, counted from 1 in the file.
        rows: objects, lines of JSON, rows that cannot be read; or one batch of arrow rows.
    """

    file: str
    first: int
    rows: list[Row | str | Bad] | pa.RecordBatch


@dataclass(frozen=True, slots=True)
class Label:
    """A corpus's own word on which of two posts did better, where it gives no counts."""

    worse_id: str
    better_id: str
    file: str
    """Stem of the file it stands in; `splits.mode=by_file` splits by it."""


Item = Post | Dropped | Label
