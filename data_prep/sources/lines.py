"""Plain text, a post a line: lists of headlines, say. The file's name says which list it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TextIO

from data_prep.records import Dropped, Post
from data_prep.sources import About, Bad, Block, Item, Row
from data_prep.sources.archives import members
from data_prep.sources.blocking import pack, shown
from data_prep.sources.cells import identifier
from data_prep.sources.files import open_text
from virality.errors import ViralityError
from virality.text.lang import detect
from virality.text.normalise import normalise

FIELDS: tuple[str, ...] = ()
_LONGEST = 1_000_000
"""Characters of one line that are looked at."""


def check(path: Path, about: About) -> None:
    """Refuse columns: lines have none.

    Raises:
        ViralityError: the config maps columns.
    """
    if about.columns:
        raise ViralityError(
            f"source.columns: {', '.join(about.columns)}: lines of text have no columns; use kind table"
        )


def blocks(path: Path, about: About) -> Iterator[Block]:
    """The lines of a file, plain or packed, as rows with `text` and `list` (the stem of the file)."""
    for member in members(path):
        if isinstance(member, Bad):
            yield Block(str(path), 1, [member])
            continue
        stem = PurePath(member.inner or member.path.name).name.split(".")[0]
        with open_text(member) as stream:
            yield from pack(member.file, _rows(stream, stem))


def _rows(stream: TextIO, stem: str) -> Iterator[tuple[Row | Bad, int]]:
    while line := stream.readline(_LONGEST):
        if not line.strip():
            continue
        if len(line) == _LONGEST and not line.endswith("\n"):
            while (rest := stream.readline(_LONGEST)) and not rest.endswith("\n"):
                pass
            yield Bad("too_big", "text", shown(line)), 200
        else:
            yield {"text": line, "list": stem}, len(line)


def items(row: Row, about: About) -> Iterator[Item]:
    """One post a line, in the community of its list. Blank lines are no rows."""
    text = normalise(str(row.get("text") or ""))
    found = str(row.get("list"))
    post = Post(
        post_id=identifier(about.source, found, text), source=about.source, platform=about.platform, community=found,
        author_id=about.account, text=text, lang=detect(text) if text else None, rights=about.rights,
    )  # fmt: skip
    yield post if text else Dropped(post, "no_text", field="text")
