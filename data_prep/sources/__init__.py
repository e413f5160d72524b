"""Sources: one file for each kind of export. Each turns rows of files into posts, drops and labels."""

from __future__ import annotations

from dataclasses import dataclass, field

from data_prep.records import Dropped, Post


@dataclass(frozen=True, slots=True)
class Label:
    """A corpus's own word on which of two posts did better, where it gives no counts."""

    worse_id: str
    better_id: str
    file: str
    """Stem of the file it stands in; `splits.mode=by_file` splits by it."""


@dataclass(slots=True)
class Read:
    """What a source made of its files. rows = rows read, whatever became of them."""

    posts: list[Post] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    rows: int = 0
