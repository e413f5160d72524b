"""Tables of an engine -> the room's parquet files, in one order and row groups of one size: always the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_prep.engine import Engine, Table
from data_prep.faithful import Texts, faithful, may_be_faithful
from data_prep.lifts import Chance, posterior, two_rate_p
from data_prep.pairing.same_link import STATED_P_BETTER
from data_prep.records import dropped_schema, post_schema
from data_prep.sources.table import identifier
from data_prep.splits import PARTS
from virality.gates import Context, gates_hash
from virality.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 50_000
"""Rows of a row group."""


class Writer:
    """A parquet file of exactly one schema, written batch by batch in row groups of `ROWS`, whatever the batches."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.schema = schema.with_metadata({"virality.schema": SCHEMA_VERSION})
        self.file = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows; columns are cast to the schema's types and dictionaries."""
        import pyarrow as pa

        self.waiting.append(
            pa.Table.from_arrays([_fitted(table[one.name], one) for one in self.schema], schema=_bare(self.schema))
        )
        self.rows += len(table)
        while self.rows >= ROWS:
            self._flush(ROWS)

    def close(self) -> None:
        """Write what waits, and the footer."""
        if self.rows:
            self._flush(self.rows)
        self.file.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _flush(self, rows: int) -> None:
        import pyarrow as pa

        whole = pa.concat_tables(self.waiting)
        group = whole.slice(0, rows).combine_chunks()
        arrays = [
            pa.chunked_array(
                [chunk.dictionary_encode() for chunk in group[one.name].chunks],
                type=pa.dictionary(pa.int32(), pa.string()),
            )
            if pa.types.is_dictionary(one.type)
            else group[one.name]
            for one in self.schema
        ]
        self.file.write_table(pa.Table.from_arrays(arrays, schema=self.schema), row_group_size=ROWS)
        rest = whole.slice(rows)
        self.waiting, self.rows = ([rest] if len(rest) else []), len(rest)


def write(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """All rows of `tables` as one file."""
    with Writer(path, schema) as writer:
        for table in tables:
            writer.write(table)


def posts(engine: Engine, corpus: Table) -> Iterator[pa.Table]:
    """Kept posts in the order of their ids."""
    names = post_schema().names
    return _tables(engine, corpus.select("n", *names).order_by("n"))


def dropped(engine: Engine, read: Table, refused: Table) -> Iterator[pa.Table]:
    """Rows that are not kept, by file and row; and those that were read whole (`refused`) with them."""
    import ibis

    names = dropped_schema().names
    late = refused.mutate(field=ibis.null("string"), value=ibis.null("string"))
    both = read.select(*names).union(late.select(*names))
    return _tables(engine, both.order_by(["file", "row", "post_id", "reason"]))


def chosen_pairs(chosen: Table, corpus: Table) -> Table:
    """Chosen pairs with what `Pair` needs of both posts, the better one found by label or gap; in the final order."""
    import ibis

    needed = ["post_id", "text", "lang", "platform", "rights", "author_id", "t", "impressions", "clicks", "words"]
    up = b_is_better(chosen)
    sided = chosen.mutate(worse_n=ibis.ifelse(up, chosen.a, chosen.b), better_n=ibis.ifelse(up, chosen.b, chosen.a))
    worse = corpus.select(worse_n="n", **{f"{name}_w": corpus[name] for name in needed})
    better = corpus.select(better_n="n", **{f"{name}_b": corpus[name] for name in needed})
    named = corpus.select(component="n", component_post="post_id")
    both = sided.join(worse, "worse_n").join(better, "better_n").join(named, "component")
    both = both.mutate(
        said=both.words_w.length(),
        instead=both.words_b.length(),
        shared=both.words_w.intersect(both.words_b).length(),
    ).drop("words_w", "words_b")
    return both.order_by(["kind", "worse_n", "better_n"])


def b_is_better(pairs: Table) -> Table:
    """Whether b did better than a: by the corpus's own label, else by the gap."""
    import ibis

    return ibis.ifelse(pairs.label.notnull(), pairs.label > 0, pairs.gap > 0)


def measured_pairs(
    engine: Engine, final: Table, chance: Mapping[str, Chance], pool: Executor | None
) -> Iterator[pa.Table]:
    """Measured pairs as `Pair` has them, from `chosen_pairs`.

    Args:
        engine: where expressions run.
        final: of `chosen_pairs`.
        chance: by kind: noise and effect.
        pool: workers for the gates.
    """
    for table in _tables(engine, final):
        yield _pairs(table, chance, pool)


def _pairs(table: pa.Table, chance: Mapping[str, Chance], pool: Executor | None) -> pa.Table:
    import pyarrow as pa

    rows = len(table)
    kinds = table["kind"].to_pylist()
    values = {
        name: _numbers(table[name]) for name in ("gap", "noise", "scale", "t_w", "t_b", "said", "instead", "shared")
    }
    labelled = ~np.isnan(_numbers(table["label"]))
    size, lift, sure = np.abs(values["gap"]), np.full(rows, np.nan), np.full(rows, STATED_P_BETTER)
    for kind in sorted(set(kinds)):
        mine = np.asarray([each == kind for each in kinds]) & ~labelled
        if mine.any():
            effect = chance[kind].effect * np.nan_to_num(values["scale"][mine], nan=1.0)
            lift[mine], sure[mine] = posterior(size[mine], values["noise"][mine], effect)
    test = np.asarray([kind == "ab_test" for kind in kinds])
    shown = {side: _numbers(table[f"impressions_{side}"]) for side in "wb"}
    done = {side: _numbers(table[f"clicks_{side}"]) for side in "wb"}
    p_value = np.full(rows, np.nan)
    if test.any():
        p_value[test] = two_rate_p((done["w"][test], done["b"][test]), (shown["w"][test], shown["b"][test]))
    ids = [table[f"post_id_{side}"].to_pylist() for side in "wb"]
    authors = [
        a if a == b else None
        for a, b in zip(table["author_id_w"].to_pylist(), table["author_id_b"].to_pylist(), strict=True)
    ]
    columns = {
        "pair_id": [identifier(kind, one, two) for kind, one, two in zip(kinds, *ids, strict=True)],
        "kind": kinds,
        "component": [identifier("component", name) for name in table["component_post"].to_pylist()],
        "split": [PARTS[code] for code in table["split"].to_pylist()],
        "author_id": authors,
        "lang": table["lang_b"], "platform": table["platform_b"], "rights": _weaker(table),
        "worse_id": ids[0], "better_id": ids[1], "worse": table["text_w"], "better": table["text_b"],
        "draft": pa.nulls(rows, pa.string()),
        "lift": _nullable(lift), "difference": _nullable(np.where(labelled, np.nan, size)), "p_better": pa.array(sure),
        "p_value": _nullable(p_value),
        "trials_worse": _where(test, shown["w"]), "successes_worse": _where(test, done["w"]),
        "trials_better": _where(test, shown["b"]), "successes_better": _where(test, done["b"]),
        "hours_apart": _nullable((values["t_b"] - values["t_w"]) / 3600),
        "weight": pa.array(np.ones(rows)),
        "faithful": _faithful(table, values, pool),
        "gates_hash": [gates_hash(Context())] * rows,
    }  # fmt: skip
    return pa.table(
        {
            name: values if isinstance(values, pa.ChunkedArray | pa.Array) else pa.array(values)
            for name, values in columns.items()
        }
    )


def _faithful(table: pa.Table, values: Mapping[str, NDArray[Any]], pool: Executor | None) -> pa.Array:
    import pyarrow as pa

    langs = table["lang_w"].to_pylist()
    asked = may_be_faithful(
        langs,
        table["lang_b"].to_pylist(),
        *(values[name].astype(np.int64) for name in ("said", "instead", "shared")),
    )
    at = np.flatnonzero(asked)
    taken = table.take(pa.array(at))
    pairs: list[Texts] = list(
        zip(taken["text_w"].to_pylist(), taken["text_b"].to_pylist(), [langs[each] for each in at], strict=True)
    )
    out = np.zeros(len(table), dtype=bool)
    out[at] = faithful(pairs, pool)
    return pa.array(out)


def _weaker(table: pa.Table) -> list[str]:
    """The basis of both sides; where they differ the one that allows less."""
    pairs = zip(table["rights_w"].to_pylist(), table["rights_b"].to_pylist(), strict=True)
    return [one if one == two or one in ("unknown", "x_api") else two for one, two in pairs]


def _tables(engine: Engine, table: Table) -> Iterator[pa.Table]:
    """An ordered table in pieces of exactly `ROWS` rows: how an engine cuts its batches must not show."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in engine.batches(table):
        waiting.append(batch)
        rows += len(batch)
        if rows >= ROWS:
            whole = pa.Table.from_batches(waiting)
            yield from (whole.slice(at, ROWS) for at in range(0, rows - ROWS + 1, ROWS))
            rest = whole.slice(rows - rows % ROWS)
            waiting, rows = rest.to_batches(), len(rest)
    if rows:
        yield pa.Table.from_batches(waiting)


def _fitted(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    import pyarrow as pa

    plain = pa.string() if pa.types.is_dictionary(field.type) else field.type
    if column.type != plain:
        column = column.cast(plain)
    if not field.nullable and column.null_count:
        raise ValueError(f"column {field.name} is never null, and {column.null_count} rows are")
    return column


def _bare(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type, one.nullable)
            for one in schema
        ]
    )


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(column.cast("float64").to_numpy(), dtype=np.float64)


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, mask=np.isnan(values))


def _where(mask: NDArray[np.bool_], values: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(np.where(mask, np.nan_to_num(values), 0).astype(np.int64), mask=~mask)
