"""A file as its rows and as what cannot be read, for tests of any source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from data_prep.records import Dropped, Post
from data_prep.sources import About, Bad, Item, Label, Row
from data_prep.sources.files import blocks, expand


def good(path: Path) -> list[Row]:
    """The rows."""
    return [row for block in blocks(path) for _, row in expand(block) if not isinstance(row, Bad)]


def bad(path: Path) -> list[Bad]:
    """What is none."""
    return [row for block in blocks(path) for _, row in expand(block) if isinstance(row, Bad)]


def items(source: ModuleType, path: Path, about: About) -> list[Item]:
    """What a source makes of a file, after its check."""
    source.check(path, about)
    return [
        item
        for block in source.blocks(path, about)
        for _, row in expand(block)
        if not isinstance(row, Bad)
        for item in source.items(row, about)
    ]


def posts(found: Sequence[Item]) -> list[Post]:
    """The posts among items."""
    return [item for item in found if isinstance(item, Post)]


def drops(found: Sequence[Item]) -> list[Dropped]:
    """The drops among items."""
    return [item for item in found if isinstance(item, Dropped)]


def labels(found: Sequence[Item]) -> list[Label]:
    """The labels among items."""
    return [item for item in found if isinstance(item, Label)]
