"""Tables of the runs, looked at for the rows that requests name: their ids, their words, and which of these stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publish.audit.sought import Sought, Sources
from virality.gates.corpus import RUN, Corpus
from virality.text.normalise import fold

_OWNER = {
    "text": ("post_id",), "alt": ("post_id",), "worse": ("worse_id",), "better": ("better_id",),
    "draft": ("example_id", "worse_id"), "rewrite": ("example_id",),
}  # fmt: skip
"""A column of text -> the column whose id says whose it is."""
_AUTHOR = "author_id"
_POST, _PAIR = "post_id", "pair_id"
_EXAMPLE = "example_id"
"""Of a draft or pair, with more behind it in tables of scores."""
_SIDES = ("worse_id", "better_id")
_ROWS = 20_000

_Columns = dict[str, list[Any]]


@dataclass(slots=True)
class Mine:
    """What tables hold of those who ask: (corpus, id) of posts and of all rows, values that were met, and texts.

    `texts` are their own words; `derived` are restatements and rewrites, which a program may make of others' posts too.
    """

    posts: set[tuple[str, str]] = field(default_factory=set)
    rows: set[tuple[str, str]] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    derived: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)


def ask(path: Path, sources: Sources, sought: Sought, mine: Mine) -> None:
    """Add what a table tells of the rows that are asked for: ids of posts and pairs, and their words.

    Where nobody knows of which of several corpora a row is, its ids are not taken: posts.parquet has them.
    """
    for columns in _batches(path):
        flags = _flags(columns, sources, sought)
        for at, source in enumerate(columns["source"]):
            if any(one[at] for one in flags.values()):
                known = source or (next(iter(sources)) if len(sources) == 1 else None)
                _add(columns, flags, at, known, sources, mine)


def _add(columns: _Columns, flags: dict[str, list[bool]], at: int, source: str | None, sources: Sources,
         mine: Mine) -> None:  # fmt: skip
    author = _AUTHOR in flags and flags[_AUTHOR][at]
    mine.met.update(columns[name][at] for name, hit in flags.items() if hit[at])
    if _PAIR in columns:  # a hash of both ids: of one corpus alone
        mine.rows.update((one, columns[_PAIR][at]) for one in sources)
    if source is not None:
        ids = [columns[name][at] for name in (_POST, *_SIDES) if name in columns and (author or flags[name][at])]
        mine.rows.update((source, _bare(one, source)) for one in ids)
        mine.met.update(_bare(one, source) for one in ids)
        if _POST in columns:
            mine.posts.add((source, _bare(columns[_POST][at], source)))
    for name, owner in _owned(columns):
        if columns[name][at] and (author or flags[owner][at]):
            made = name == "rewrite" or ":" in _bare(columns[owner][at], source or "")
            (mine.derived if made else mine.texts).add(columns[name][at])


def own_alone(mine: Mine, tables: Sequence[tuple[Path, Sources]], sought: Sought) -> tuple[list[int], list[str]]:
    """Runs of their own words, and whole texts, that stand in no row which stays."""
    import numpy as np

    runs = Corpus.of(mine.texts).hashes
    whole = {fold(one): one for one in (*mine.texts, *filter(is_long, mine.derived))}
    seen: set[int] = set()
    for path, sources in tables:
        for columns in _batches(path):
            rest = list(_of_others(columns, sources, sought, seen))
            if rest and len(runs):
                runs = np.setdiff1d(runs, Corpus.of(rest).hashes, assume_unique=True)
            for one in rest:
                whole.pop(fold(one), None)
    return runs.tolist(), list(whole.values())


def _of_others(columns: _Columns, sources: Sources, sought: Sought, seen: set[int]) -> Iterator[str]:
    """Texts of a batch that are nobody's who asked."""
    flags = _flags(columns, sources, sought)
    for name, owner in _owned(columns):
        for at, value in enumerate(columns[name]):
            if value and not flags[owner][at] and not (_AUTHOR in flags and flags[_AUTHOR][at]):
                if hash(value) not in seen:
                    yield value
                seen.add(hash(value))


def _flags(columns: _Columns, sources: Sources, sought: Sought) -> dict[str, list[bool]]:
    ids = (_POST, _PAIR, *_SIDES, _EXAMPLE, _AUTHOR)
    return {name: sought.flags(name, columns[name], sources) for name in ids if name in columns}


def _owned(columns: _Columns) -> Iterator[tuple[str, str]]:
    """Columns of text, each with the column of the ids whose it is."""
    for name, owners in _OWNER.items():
        owner = next((one for one in owners if one in columns), None)
        if name in columns and owner is not None:
            yield name, owner


def _batches(path: Path) -> Iterator[_Columns]:
    """Columns that matter, batch by batch, with `source`; nothing of a table without ids."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = (_POST, _PAIR, *_SIDES, _EXAMPLE, _AUTHOR, *_OWNER, "source")
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in wanted if name in file.schema_arrow.names]
            if not {_POST, _PAIR, *_SIDES, _EXAMPLE}.intersection(names):
                return
            for batch in file.iter_batches(_ROWS, columns=names):
                values = {name: batch[name].cast(pa.string()).to_pylist() for name in names}
                yield {"source": [None] * len(batch), **values}
    except (pa.ArrowException, OSError):
        return  # told by the search as what could not be opened


def is_long(text: str) -> bool:
    """Whether a text that others may have got too tells one from another."""
    return fold(text).count(" ") + 1 >= RUN


def _bare(value: str, source: str) -> str:
    """An id without its corpus, as a mixture writes it."""
    return value.removeprefix(f"{source}:")
