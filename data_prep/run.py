"""`virality prepare CONFIG`: raw files -> posts.parquet, dropped.parquet, pairs.parquet, datasheet.{html,json}."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from data_prep import datasheet, facts, mix, outputs, prepare, privacy, records, register, rights
from data_prep.engine import DuckDB, Engine
from data_prep.ingest import VERSION, Rules, ingest
from data_prep.settings import PrepareSettings
from data_prep.sources import About, hub
from data_prep.sources.files import find
from data_prep.workers import available_cores, pool_of
from virality import runs
from virality.config import load
from virality.errors import ViralityError
from virality.progress import say, step

_MANY = 20_000
"""Posts from which on several processes are worth their start."""


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Prepare a corpus as `config` says. Returns the run's folder."""
    settings = load(PrepareSettings, config, overrides)
    if settings.data:
        return mix.run(config, settings, fresh=fresh, dry_run=dry_run)
    if settings.source is None or settings.rights is None or settings.pairs is None:
        raise ValueError("settings without source, rights or pairs pass no validation")
    simulated = settings.source.kind == "simulated"
    files = [] if simulated else find(settings.path)
    folder = runs.place("prepare", config, settings)
    if dry_run:
        say(f"would read {', '.join(map(str, files))} as {settings.source.kind} and write to {folder}")
        return folder
    lists = [Path(path) for path in settings.rights.opt_out]
    opted_out = rights.read_opt_outs(lists)
    inputs = {str(path): _digest(path) for path in [*files, *lists]}
    here = runs.begin("prepare", config, settings, inputs, fresh=fresh, grows=True)
    if here.finished:
        register.refuse_held(here.folder)
        return here.folder
    cores = available_cores()
    workers, threads = settings.machine.workers or cores, settings.machine.threads or cores
    if simulated:
        files, inputs = prepare.simulate(settings, here.folder / "work", workers=workers)
    about = About(
        source=config.stem,  # not name=: ids and splits stay under another name
        rights=settings.rights.basis,
        platform=settings.source.platform,
        account=settings.source.account,
        columns=prepare.columns_of(settings.source.kind, settings.source.columns),
        items_at=settings.source.items_at,
    )
    forgotten = register.read(privacy.author_key()).without_texts()
    rules = Rules(**settings.filters.model_dump(), opted_out=opted_out, max_bad=settings.source.max_bad,
                  forgotten=forgotten)  # fmt: skip
    read = [(path, inputs[str(path)]) for path in files]
    parts = ingest(settings.source.kind, read, about, rules, here.folder / "parts", workers=workers)
    work = here.folder / "work" / _work_key(settings, inputs, str(here.document.get("commit")), forgotten.digest)
    engine = _engine(settings, work, threads)
    try:
        found = prepare.corpus(engine, parts, settings)
        with _pool(workers, found.size) as pool:
            prepared = prepare.pairs(engine, found, settings, pool)
            _write(here, engine, parts, prepared, settings, pool)
    finally:
        engine.close()
    shutil.rmtree(here.folder / "work", ignore_errors=True)
    _drop_old_parts(here.folder / "parts", parts)
    here.finish(
        rights={"basis": prepared.facts["rights"], "research_only": settings.rights.research_only},
        expectations=prepared.facts["expectations"],
    )
    say(facts.summary(prepared.facts, here.folder))
    return here.folder


def _write(
    here: runs.Run,
    engine: Engine,
    parts: list[Path],
    prepared: prepare.Prepared,
    settings: PrepareSettings,
    pool: Executor | None,
) -> None:
    read = engine.read([part / "dropped.parquet" for part in parts])
    with step("writing posts"):
        with here.file("posts.parquet") as path:
            outputs.write(path, records.post_schema(), outputs.posts(engine, prepared.corpus.posts))
        with here.file("dropped.parquet") as path:
            outputs.write(path, records.dropped_schema(), outputs.dropped(engine, read, prepared.corpus.refused))
    with step("gates and pairs"), here.file("pairs.parquet") as path:
        outputs.write(path, records.pair_schema(), prepare.all_pairs(engine, prepared, settings, pool))
    pairs = engine.read([here.folder / "pairs.parquet"])
    prepared.facts.update(facts.after(engine, prepared, read, pairs, settings))
    wanted = settings.pairs is not None and settings.pairs.kinds
    if wanted and not prepared.facts["pairs"]:
        raise ViralityError("pairs: no pair came of this corpus; pairs.kinds, pairs.best and splits.mode decide")
    here.write_json("datasheet.json", prepared.facts)
    shown = prepared.facts | {"examples": facts.examples(engine, pairs)}  # texts stand in the page alone
    with here.file("datasheet.html") as path:
        path.write_text(datasheet.render(here.document["name"], shown), encoding="utf-8")


def _engine(settings: PrepareSettings, folder: Path, threads: int) -> Engine:
    if settings.machine.engine == "spark":
        from data_prep.spark import Spark

        return Spark(folder / "spark", memory=settings.machine.memory_mb, threads=threads)
    return DuckDB(folder, memory=settings.machine.memory_mb, threads=threads)


@contextlib.contextmanager
def _pool(workers: int, posts: int) -> Iterator[Executor | None]:
    if workers < 2 or posts < _MANY:
        yield None
        return
    pool = pool_of(workers)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise ViralityError(
            "a worker was killed while it asked the gates, most likely for memory; use machine.workers=1"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _digest(path: Path) -> str:
    return hub.revision(path) if hub.is_hub(path) else runs.sha256(path)


def _work_key(settings: PrepareSettings, inputs: dict[str, str], commit: str, forgotten: str) -> str:
    """Intermediate results are found again by the same code, settings, inputs and register alone."""
    decisive = settings.model_dump(mode="json", exclude={"machine", "name", "out"}) | {"forgotten": forgotten}
    decisive |= {"inputs": inputs, "commit": commit, "version": VERSION, "engine": settings.machine.engine}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def _drop_old_parts(folder: Path, parts: list[Path]) -> None:
    """Parts that the files no longer make are removed: what somebody took back must not lie on."""
    for path in folder.iterdir():
        if path not in parts:
            shutil.rmtree(path, ignore_errors=True)
