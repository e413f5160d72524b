"""Two texts a row and a label that says which did better (the tweet pairs of Tan, Lee and Pang 2014)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from data_prep.records import Dropped, Post
from data_prep.sources import Label, Read
from data_prep.sources.columns import check_fields, require
from data_prep.sources.files import rows
from data_prep.sources.table import identifier
from virality.text.lang import detect
from virality.text.normalise import normalise

FIELDS = ("first", "second", "label")


def read(files: list[Path], columns: Mapping[str, str], *, source: str, platform: str | None, rights: str) -> Read:
    """A post for each different text and a label for each row.

    Args:
        files: tables, see `files.rows`.
        columns: `first`, `second` and `label` -> the file's columns. The label is `first` or `second` (or 0 or 1).
        source: name of the corpus.
        platform: of all its posts, or None.
        rights: rights basis of all its rows.

    Returns:
        rows counts texts, two for each row of the files. Drops: `bad_label`, `no_text`, `same_text`, and
        `repeated_text` for a text that is kept already (its labels stay).

    Raises:
        ViralityError: a field that is unknown or not mapped, or a column that the file has not.
    """
    check_fields(columns, FIELDS, FIELDS)
    out, seen = Read(), set[str]()
    for path in files:
        for number, row in enumerate(rows(path)):
            if number == 0:
                require(path, row, columns)
            texts = [normalise(str(row[columns[side]] or "")) for side in ("first", "second")]
            label = {"first": 0, "second": 1, "0": 0, "1": 1}.get(str(row[columns["label"]]).strip().lower())
            pair = [_post(text, source, platform, rights) for text in texts]
            out.rows += 2
            reason = _reason(texts, label)
            for post in pair:
                if reason is not None:
                    out.dropped.append(Dropped(post, reason))
                elif post.post_id in seen:
                    out.dropped.append(Dropped(post, "repeated_text"))
                else:
                    seen.add(post.post_id)
                    out.posts.append(post)
            if reason is None and label is not None:
                out.labels.append(Label(pair[1 - label].post_id, pair[label].post_id, path.name.split(".")[0]))
    return out


def _reason(texts: list[str], label: int | None) -> str | None:
    if label is None:
        return "bad_label"
    if not all(texts):
        return "no_text"
    return "same_text" if texts[0] == texts[1] else None


def _post(text: str, source: str, platform: str | None, rights: str) -> Post:
    return Post(
        post_id=identifier(source, text), source=source, platform=platform, text=text, lang=detect(text), rights=rights
    )
