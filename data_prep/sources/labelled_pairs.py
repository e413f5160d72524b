"""Two texts a row and a label that says which did better (the tweet pairs of Tan, Lee and Pang 2014)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data_prep.records import Dropped, Post
from data_prep.sources import About, Block, Item, Label, Row, files
from data_prep.sources.blocking import shown
from data_prep.sources.cells import identifier
from data_prep.sources.columns import check_columns, check_fields, value_at
from virality.text.lang import detect
from virality.text.normalise import normalise

FIELDS = ("first", "second", "label")
_SIDES = {"first": 0, "second": 1, "0": 0, "1": 1, "0.0": 0, "1.0": 1}


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`.

    Raises:
        ViralityError: a field that is unknown or not mapped, or a column that the file has not.
    """
    check_fields(about.columns, FIELDS, FIELDS)
    check_columns(path, about.columns, (), about.items_at)


def blocks(path: Path, about: About) -> Iterator[Block]:
    """The rows of all tables in a file."""
    return files.blocks(path, columns=tuple(about.columns.values()), items_at=about.items_at)


def items(row: Row, about: About) -> Iterator[Item]:
    """Two posts and a label, or two drops: `bad_label`, `no_text`, `same_text`.

    The label is `first` or `second` (or 0 or 1). A text that is in several rows is a post of the same id in each.
    `Label.file` is left empty for the caller, who knows the file.
    """
    cells = {field: value_at(row, about.columns[field]) for field in FIELDS}
    worse, better = (_post(cells[field], about) for field in ("first", "second"))
    label = _SIDES.get(str(cells["label"]).strip().lower())
    if label is None:
        for post in (worse, better):
            yield Dropped(post, "bad_label", field="label", value=shown(cells["label"]))
        return
    reason = _reason(worse, better)
    if reason is not None:
        yield from (Dropped(post, reason) for post in (worse, better))
        return
    if label == 0:
        worse, better = better, worse
    yield from (worse, better, Label(worse.post_id, better.post_id, ""))


def _reason(first: Post, second: Post) -> str | None:
    if not (first.text and second.text):
        return "no_text"
    return "same_text" if first.text == second.text else None


def _post(value: object, about: About) -> Post:
    text = normalise(value) if isinstance(value, str) else ""
    return Post(
        post_id=identifier(about.source, text),
        source=about.source,
        platform=about.platform,
        text=text,
        lang=detect(text) if text else None,
        rights=about.rights,
    )
