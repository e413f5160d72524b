"""Hand-written posts as the set-based steps see them: rows of a part, and a numbered corpus on an engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_prep import corpus, steps
from data_prep.engine import Engine, Table
from data_prep.ingest import label_schema, part_schema
from data_prep.records import Post
from data_prep.sources import Label
from data_prep.traits import traits


def rows(posts: Sequence[Post], file: str = "posts.csv") -> pa.Table:
    """Posts as a part of `ingest` has them, accounts by the name that the post gives."""
    found = traits([post.text for post in posts], [post.lang for post in posts])
    columns: dict[str, Any] = {field.name: [getattr(post, field.name) for post in posts] for field in fields()}
    for name in ("posted_at", "collected_at"):
        columns[name] = [None if time is None else int(time.timestamp()) for time in columns[name]]
    columns |= {"file": [file] * len(posts), "row": list(range(1, len(posts) + 1))}
    columns |= {"folded": found.folded, "form": found.form, "words": found.words, "shingles": found.shingles}
    return pa.table({one.name: pa.array(columns[one.name], one.type) for one in part_schema()}, schema=part_schema())


def fields() -> tuple[dataclasses.Field[Any], ...]:
    """The fields of a post."""
    return dataclasses.fields(Post)


def numbered(posts: Sequence[Post]) -> Table:
    """Posts with `n`, `account`, `content` and `t`; they are numbered in the order of their ids."""
    import ibis

    return corpus.numbered(ibis.memtable(rows(posts)))


def gathered(
    engine: Engine, folder: Path, posts: Sequence[Post], labels: Sequence[Label] = (), *, fair_tests: bool = False
) -> steps.Corpus:
    """One corpus of one part."""
    part = folder / "part"
    part.mkdir(parents=True)
    pq.write_table(rows(posts), part / "posts.parquet")
    columns = {name: [getattr(one, name) for one in labels] for name in label_schema().names}
    pq.write_table(pa.table(columns, schema=label_schema()), part / "labels.parquet")
    return steps.gather(engine, [part], fair_tests=fair_tests)


def told(engine: Engine, table: Table, *order: str) -> list[dict[str, Any]]:
    """The rows of a table, in an order that is asked for."""
    found = [row for batch in engine.batches(table) for row in batch.to_pylist()]
    return sorted(found, key=lambda row: tuple(row[name] for name in order))


def pairs(engine: Engine, table: Table, a: str = "a", b: str = "b") -> set[tuple[int, int]]:
    """Two columns of a table as a set; a row that stands there twice is a mistake."""
    found = [(row[a], row[b]) for row in told(engine, table)]
    assert len(found) == len(set(found))
    return set(found)


def table(columns: Mapping[str, Sequence[Any]]) -> Table:
    """A small table of plain values."""
    import ibis

    return ibis.memtable(pa.table(dict(columns)))
