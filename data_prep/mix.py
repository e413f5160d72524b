"""Several prepared corpora as one: `virality prepare CONFIG data=A,B weights=[1,0.5]`.

Every pair keeps the split it has, so that a corpus's test stays its test. Components and near-duplicates are worked out
again across the corpora: what stands in one corpus's test, in the same or nearly the same words, leaves the other's
training part, and is counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data_prep import corpus, datasheet, facts, outputs, records, register, splits
from data_prep.engine import DuckDB, columns
from data_prep.ingest import plain
from data_prep.settings import PrepareSettings
from data_prep.sources.table import identifier
from data_prep.splits import PARTS, Ints, Keys, Placed, Shares, Sides
from data_prep.traits import shingled_texts
from data_prep.workers import available_cores
from virality import runs
from virality.errors import ViralityError
from virality.progress import say, step
from virality.tables import read_table

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Prepared:
    """One prepared run that goes into the mixture."""

    folder: Path
    weight: float
    posts: pa.Table
    dropped: pa.Table
    pairs: pa.Table
    document: dict[str, Any]
    facts: dict[str, Any]


def run(config: Path, settings: PrepareSettings, *, fresh: bool, dry_run: bool) -> Path:
    """Mix the prepared runs that `settings.data` names. Returns the run's folder.

    Raises:
        ViralityError: one is no finished prepared run, or two are of the same corpus.
    """
    folders = [Path(path) for path in settings.data]
    folder = runs.place("prepare", config, settings)
    inputs = {str(path): runs.digest(path) for path in folders if runs.finished(path, "prepare")}
    if dry_run:
        say(f"would mix {', '.join(map(str, folders))} and write to {folder}")
        return folder
    here = runs.begin("prepare", config, settings, inputs, fresh=fresh)
    if here.finished:
        register.refuse_held(here.folder)
        return here.folder
    weights = settings.weights or (1.0,) * len(folders)
    for path in folders:
        register.refuse_held(path)
    with step("reading prepared corpora"):
        mixed = [_read(path, weight) for path, weight in zip(folders, weights, strict=True)]
        _refuse_twice(mixed)
    engine = DuckDB(here.folder / "work", memory=settings.machine.memory_mb,
                    threads=settings.machine.threads or available_cores())  # fmt: skip
    try:
        posts, pairs = _joined(mixed)
        with step("components and near-duplicates across corpora"):
            placed = _placed(engine, posts, pairs, settings)
        kept = placed.split >= 0
        final = _relabelled(pairs, placed, posts).filter(kept)
        told = _facts(engine, mixed, final, placed, settings)
        shown = told | {"examples": facts.examples(engine, _simple(final))}
    finally:
        engine.close()
    with here.file("posts.parquet") as path:
        outputs.write(path, records.post_schema(), [posts.select(records.post_schema().names)])
    with here.file("dropped.parquet") as path:
        outputs.write(path, records.dropped_schema(), [_concatenated([one.dropped for one in mixed])])
    with here.file("pairs.parquet") as path:
        outputs.write(path, records.pair_schema(), [final])
    here.write_json("datasheet.json", told)
    with here.file("datasheet.html") as path:
        path.write_text(datasheet.render(here.document["name"], shown), encoding="utf-8")
    here.finish(
        rights={"basis": told["rights"], "research_only": told["research_only"]}, expectations=told["expectations"]
    )
    say(facts.summary(told, here.folder))
    return here.folder


def _read(folder: Path, weight: float) -> Prepared:
    import pyarrow as pa

    posts = read_table(folder / "posts.parquet", records.post_schema())
    pairs = read_table(folder / "pairs.parquet", records.pair_schema())
    dropped = read_table(folder / "dropped.parquet", records.dropped_schema())
    told = json.loads((folder / "datasheet.json").read_text(encoding="utf-8"))
    ids = posts["post_id"].to_pylist()
    mixture = "corpora" in told  # its ids say already which corpus each is of
    sources = posts["source"].cast(pa.string())
    if not mixture:
        posts = _with(posts, "post_id", _named(sources, posts["post_id"]))
        renamed = dict(zip(ids, posts["post_id"].to_pylist(), strict=True))
        for column in ("worse_id", "better_id"):
            pairs = _with(pairs, column, pa.array([_renamed(name, renamed) for name in pairs[column].to_pylist()]))
        keys = zip(sources.to_pylist(), posts["content_key"].to_pylist(), strict=True)  # both may have a test 1
        own = [key if key is None or "://" in key else f"{source}:{key}" for source, key in keys]
        posts = _with(posts, "content_key", pa.array(own, pa.string()))
    pairs = _with(pairs, "weight", pa.array(pairs["weight"].to_numpy() * weight, pa.float32()))
    return Prepared(folder, weight, posts, dropped, pairs, runs.finished(folder, "prepare"), told)


def _renamed(name: str, renamed: Mapping[str, str]) -> str:
    plain = name.removesuffix(":plain")  # a restatement is named after its post
    return renamed[name] if name in renamed else f"{renamed[plain]}:plain"


def _refuse_twice(mixed: Sequence[Prepared]) -> None:
    by_source: dict[str, Path] = {}
    for one in mixed:
        for source in _sources(one):
            if source in by_source:
                raise ViralityError(
                    f"data: {by_source[source]} and {one.folder} are both of the corpus {source}; leave one out"
                )
            by_source[source] = one.folder


def _sources(one: Prepared) -> list[str]:
    return sorted({str(name) for name in one.posts["source"].unique().to_pylist()})


def _joined(mixed: Sequence[Prepared]) -> tuple[pa.Table, pa.Table]:
    """Posts in the order of their ids, and pairs in the order of kind and ids, of all corpora."""
    posts = _concatenated([one.posts for one in mixed]).sort_by("post_id")
    pairs = _concatenated([one.pairs for one in mixed])
    order = [(name, "ascending") for name in ("kind", "worse_id", "better_id")]
    measured = pairs.filter(_is_measured(pairs)).sort_by(order)
    return posts, _concatenated([measured, pairs.filter(~_is_measured(pairs)).sort_by(order)])


def _is_measured(pairs: pa.Table) -> Any:
    return np.isin(pairs["kind"].to_numpy(zero_copy_only=False).astype(str), records.MEASURED)


def _placed(engine: DuckDB, posts: pa.Table, pairs: pa.Table, settings: PrepareSettings) -> Placed:
    import ibis

    ids = posts["post_id"].to_pylist()
    numbers = {post_id: at for at, post_id in enumerate(ids)}
    better = np.asarray([numbers[name] for name in pairs["better_id"].to_pylist()], dtype=np.int64)
    # a restatement is made of its own post: it has no other side
    worse = np.asarray(
        [numbers.get(name, own) for name, own in zip(pairs["worse_id"].to_pylist(), better, strict=True)],
        dtype=np.int64,
    )
    shingled = shingled_texts(posts["text"].to_pylist())
    links = columns(engine, corpus.copies(ibis.memtable(shingled)))
    copies, near = splits.named_copies(
        splits.connected(len(ids), links["a"].astype(np.int64), links["b"].astype(np.int64))
    )
    posted = posts["posted_at"].cast("int64").fill_null(-1).to_numpy()
    split = pairs["split"].to_numpy(zero_copy_only=False).astype(str)
    keys = Keys(
        account=_codes(posts["author_id"]),
        t=posted,
        block=np.where(posted >= 0, posted // (settings.splits.block_days * 86400), -1),
        content=_codes(posts["content_key"]),
        copies=copies,
        near=near,
        same=_codes(shingled["folded"]),
    )
    sides = Sides(
        a=worse,
        b=better,
        keys=keys,
        file=np.full(len(better), -1, dtype=np.int64),
        given=np.asarray([PARTS.index(part) for part in split], dtype=np.int64),
    )
    shares = Shares(settings.splits.judge, settings.splits.validation, settings.splits.test)
    return splits.place(
        sides, "component", shares, posts=len(ids), seed=settings.splits.seed, name=lambda at: [ids[one] for one in at]
    )


def _codes(column: Any) -> Ints:
    """The first place of each value; -1 for null."""
    first: dict[str, int] = {}
    return np.asarray(
        [-1 if value is None else first.setdefault(value, at) for at, value in enumerate(column.to_pylist())],
        dtype=np.int64,
    )


def _relabelled(pairs: pa.Table, placed: Placed, posts: pa.Table) -> pa.Table:
    import pyarrow as pa

    ids = posts["post_id"].to_pylist()
    names = [identifier("component", ids[at]) if at >= 0 else "" for at in placed.component]
    own = [
        identifier(*row)
        for row in zip(*(pairs[name].to_pylist() for name in ("kind", "worse_id", "better_id")), strict=True)
    ]
    return _with(_with(pairs, "component", pa.array(names)), "pair_id", pa.array(own))


def _facts(
    engine: DuckDB, mixed: Sequence[Prepared], final: pa.Table, placed: Placed, settings: PrepareSettings
) -> dict[str, Any]:
    told = {
        name: _summed([one.facts.get(name, {}) for one in mixed])
        for name in ("dropped", "rights", "languages", "platforms", "months")
    }
    kept = placed.component[placed.split >= 0]
    dates = sorted(day for one in mixed for day in (one.facts.get("first_post"), one.facts.get("last_post")) if day)
    return {
        "corpora": [{"name": one.document["name"], "weight": one.weight, "pairs": one.pairs.num_rows} for one in mixed],
        "sources": sorted({source for one in mixed for source in _sources(one)}),
        "rows": sum(one.facts["rows"] for one in mixed),
        "kept": sum(one.facts["kept"] for one in mixed),
        "first_post": dates[0] if dates else None,
        "last_post": dates[-1] if dates else None,
        "accounts": {"count": sum(one.facts["accounts"]["count"] for one in mixed)},
        "research_only": any(one.document["rights"]["research_only"] for one in mixed),
        "splits": settings.splits.model_dump(mode="json") | {"mode": "as in each corpus"},
        "components": len(np.unique(kept)),
        "largest_component": splits.largest_share(kept),
        "leaks": placed.leaks,
        **told,
        **facts.of_pairs(engine, _simple(final)),
    }


def _simple(pairs: pa.Table) -> Any:
    import ibis

    return ibis.memtable(pairs.select(records.pair_schema().names).cast(plain(records.pair_schema())))


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for name, count in one.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _concatenated(tables: Sequence[pa.Table]) -> pa.Table:
    import pyarrow as pa

    plainly = [_undictionaried(table) for table in tables]
    return pa.concat_tables([table.cast(_nullable(plainly[0].schema)) for table in plainly])


def _nullable(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([pa.field(one.name, one.type) for one in schema])


def _undictionaried(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    for at, one in enumerate(table.schema):
        if pa.types.is_dictionary(one.type):
            table = table.set_column(at, one.name, table[one.name].cast(pa.string()))
    return table.replace_schema_metadata(None)


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)


def _named(source: Any, values: Any) -> Any:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(source, values, ":")
