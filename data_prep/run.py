"""`virality prepare CONFIG`: raw files -> posts.parquet, dropped.parquet, pairs.parquet, datasheet.{html,json}."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data_prep import datasheet, records, rights, steps
from data_prep.held_out import open_posts
from data_prep.settings import PrepareSettings
from data_prep.sources.files import find
from data_prep.splits import Placed, Shares, largest_share, place, span
from virality import runs, tables
from virality.config import load
from virality.progress import say, step


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Prepare a corpus as `config` says. Returns the run's folder."""
    settings = load(PrepareSettings, config, overrides)
    files = find(settings.path)
    folder = runs.place("prepare", config, settings)
    if dry_run:
        say(f"would read {', '.join(map(str, files))} as {settings.source.kind} and write to {folder}")
        return folder
    inputs = {str(path): runs.sha256(path) for path in files}
    here = runs.begin("prepare", config, settings, inputs, fresh=fresh)
    if here.finished:
        return here.folder
    corpus, pairs, facts = _prepare(settings, files, config.stem)
    with here.file("posts.parquet") as path:
        tables.write(corpus.posts, records.post_schema(), path)
    with here.file("dropped.parquet") as path:
        _write_dropped(corpus, path)
    with here.file("pairs.parquet") as path:
        tables.write(pairs, records.pair_schema(), path)
    here.write_json("datasheet.json", facts)
    with here.file("datasheet.html") as path:
        path.write_text(datasheet.render(here.document["name"], facts), encoding="utf-8")
    here.finish(
        rights={"basis": rights.count(post.rights for post in corpus.posts),
                "research_only": settings.rights.research_only},
    )  # fmt: skip
    say(_summary(facts, here.folder))
    return here.folder


def _prepare(
    settings: PrepareSettings, files: list[Path], source: str
) -> tuple[steps.Corpus, list[records.Pair], dict[str, Any]]:
    with step(f"reading {', '.join(path.name for path in files)}"):
        corpus = steps.read(
            settings.source.kind,
            files,
            columns=settings.source.columns,
            source=source,  # not name=: ids and splits stay under another name
            platform=settings.source.platform,
            rights=settings.rights.basis,
            account=settings.source.account,
        )
        corpus = steps.keep(corpus, **settings.filters.model_dump())
    mining = settings.pairs.model_dump(exclude={"kinds", "best"})
    with step("mining pairs"):
        matches = steps.measured(corpus, settings.pairs.kinds, **mining)
        shares = Shares(settings.splits.judge, settings.splits.validation, settings.splits.test)
        placed = place(
            matches, settings.splits.mode, shares, block_days=settings.splits.block_days, seed=settings.splits.seed
        )
    with step("gates and restatements"):
        restate = "paraphrase" in settings.pairs.kinds
        restated = (
            open_posts(corpus.posts, matches, placed.splits, settings.splits.mode, settings.splits.block_days)
            if restate
            else []
        )
        pairs = steps.pairs_of(matches, placed, restated, best=settings.pairs.best, seed=settings.seed)
    return corpus, pairs, steps.corpus_facts(corpus, pairs) | _split_facts(settings, corpus, placed)


def _split_facts(settings: PrepareSettings, corpus: steps.Corpus, placed: Placed) -> dict[str, Any]:
    first, last = span([post.posted_at for post in corpus.posts])
    kept = [name for name, split in zip(placed.components, placed.splits, strict=True) if split is not None]
    return {
        "first_post": first,
        "last_post": last,
        "research_only": settings.rights.research_only,
        "splits": settings.splits.model_dump(mode="json"),
        "components": len(set(kept)),
        "largest_component": largest_share(kept),
        "leaks": placed.leaks,
    }


def _write_dropped(corpus: steps.Corpus, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    posts = tables.to_table([drop.post for drop in corpus.dropped], records.post_schema())
    schema = records.dropped_schema()
    reasons = pa.array([drop.reason for drop in corpus.dropped], type=pa.string()).dictionary_encode()
    reasons = reasons.cast(schema.field("reason").type)
    pq.write_table(pa.Table.from_arrays([*posts.columns, reasons], schema=schema), path, compression="zstd")


def _summary(facts: dict[str, Any], folder: Path) -> str:
    lines = [f"{folder}: {facts['rows']:,} rows = {facts['kept']:,} kept + {sum(facts['dropped'].values()):,} dropped"]
    for reason, count in facts["dropped"].items():
        lines.append(f"  dropped {count:>7,}  {reason}")
    for kind, counts in facts["pairs"].items():
        split = "  ".join(f"{name} {counts[name]:,}" for name in records.SPLITS if name in counts)
        lines.append(f"  {kind}: {split}   faithful {facts['faithful'][kind]:,}")
    for reason, count in facts["leaks"].items():
        lines.append(f"  left out {count:,} pairs: {reason}")
    if empty := _empty_parts(facts):
        lines.append(f"  no pair in {', '.join(empty)}: too few components for such shares, or too many leaks")
    return "\n".join(lines)


def _empty_parts(facts: dict[str, Any]) -> list[str]:
    """Parts that the config asks for and no pair is in."""
    if facts["splits"]["mode"] == "test_only":
        return []
    filled = {split for counts in facts["pairs"].values() for split in counts}
    return [part for part in records.SPLITS if facts["splits"].get(part, 1) > 0 and part not in filled]
