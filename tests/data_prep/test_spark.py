"""Spark gives what DuckDB gives: the same pairs in the same parts, and numbers to the ninth place."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from data_prep import outputs, prepare
from data_prep.engine import DuckDB, Engine
from data_prep.ingest import Rules, ingest
from data_prep.records import SPLITS
from data_prep.settings import PrepareSettings
from data_prep.simulation import save, world
from data_prep.sources import About
from tests.data_prep.bakery import HEADLINE_COLUMNS, WARES, headline_rows, write_csv
from virality.config import load
from virality.runs import sha256

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed (extra spark)"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no java on this machine"),
    # pyspark 4.3 warns of every pandas from 3 on, and of the temporary files of its own session
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    # ibis 12 with DuckDB 1.5 and pandas 3
    pytest.mark.filterwarnings("ignore:fetch_record_batch.. is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option is deprecated"),
]

MINING: dict[str, Any] = {
    "source": {"kind": "table", "columns": dict(prepare.SIMULATED)},
    "rights": {"basis": "licence:CC0-1.0"},
    "pairs": {"kinds": ["neighbour"]},
}
TESTING: dict[str, Any] = {
    "source": {"kind": "table", "columns": HEADLINE_COLUMNS},
    "rights": {"basis": "own_ab_test"},
    "filters": {"min_words": 1},
    "pairs": {"kinds": ["ab_test"]},
}
LABELLED: dict[str, Any] = {
    "source": {"kind": "labelled_pairs", "columns": {"first": "one", "second": "two", "label": "wins"}},
    "rights": {"basis": "own_ab_test"},
    "filters": {"min_words": 1},
    "pairs": {"kinds": ["same_link"]},
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    from data_prep.spark import Spark

    made = Spark(tmp_path_factory.mktemp("spark"), memory=1000, threads=2)
    made.session.sparkContext.setLogLevel("ERROR")
    folder = made.folder
    yield made
    made.folder = folder
    made.close()


def simulated(folder: Path, posts: int = 1500) -> Path:
    save(world(6), folder / "feed.parquet", posts)
    return folder / "feed.parquet"


def headlines(folder: Path) -> Path:
    """Twelve even tests, and two that were not randomised evenly."""
    rows = headline_rows()
    for row in rows[:2]:
        row["shown"] = 5000 if row["clicked"] >= 90 else 1000
    for row in rows[2:4]:
        row["shown"] = 0
    return write_csv(folder / "headlines.csv", rows)


def labels(folder: Path) -> Path:
    rows = [
        {
            "one": f"Our {ware} number {number}",
            "two": f"Who wants warm {ware} of day {number}?",
            "wins": "01"[number % 2],
        }
        for ware in WARES
        for number in range(4)
    ]
    again = {"one": rows[5]["two"], "two": rows[5]["one"], "wins": "0"}
    against = dict(rows[7], wins="0")
    path = folder / "train.json"
    path.write_text(json.dumps([*rows, again, against]))
    return path


def of(
    engine: Engine, name: str, path: Path, config: dict[str, Any], folder: Path
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Measured pairs as an engine makes them, floats in full; and rows that were read whole and not kept."""
    settings_file = folder / "corpus.yaml"
    settings_file.write_text(yaml.safe_dump(config | {"path": str(path)}))
    settings = load(PrepareSettings, settings_file)
    assert settings.source is not None
    about = About("corpus", "own_ab_test", None, columns=settings.source.columns)
    rules = Rules(**settings.filters.model_dump())
    parts = ingest(settings.source.kind, [(path, sha256(path))], about, rules, folder / "parts", workers=1)
    engine.folder = folder / name  # type: ignore[attr-defined]
    engine.folder.mkdir(exist_ok=True)  # type: ignore[attr-defined]
    found = prepare.corpus(engine, parts, settings)
    prepared = prepare.pairs(engine, found, settings, None)
    assert prepared.final is not None
    tables = list(outputs.measured_pairs(engine, prepared.final, prepared.chance, None))
    refused = engine.batches(found.refused.select("post_id", "reason").order_by("post_id"))
    return pa.concat_tables(tables), [row for batch in refused for row in batch.to_pylist()]


def assert_alike(mine: pa.Table, theirs: pa.Table) -> None:
    assert mine.column_names == theirs.column_names
    for name in mine.column_names:
        one, two = mine[name], theirs[name]
        if pa.types.is_floating(one.type):
            assert one.is_null().equals(two.is_null()), name
            np.testing.assert_allclose(one.to_numpy(), two.to_numpy(), rtol=0, atol=1e-9)
        else:
            assert one.to_pylist() == two.to_pylist(), name


@pytest.mark.parametrize(
    ("make", "config"),
    [
        (simulated, MINING),
        (simulated, MINING | {"pairs": {"kinds": ["same_link"]}}),
        (headlines, TESTING),
        (labels, LABELLED),
    ],
    ids=["neighbour", "same_link", "ab_test", "labelled"],
)
def test_the_same_pairs_in_the_same_parts_on_both_engines(
    spark: Engine, tmp_path: Path, make: Any, config: dict[str, Any]
) -> None:
    path = make(tmp_path)
    duck = DuckDB(tmp_path / "duckdb", threads=2)
    try:
        mine, left = of(duck, "duckdb", path, config, tmp_path)
    finally:
        duck.close()
    theirs, also_left = of(spark, "spark", path, config, tmp_path)
    assert len(mine) > 8
    assert set(mine["split"].to_pylist()) <= set(SPLITS)
    assert left == also_left
    assert_alike(mine, theirs)
    if make is headlines:
        assert {row["reason"] for row in left} == {"sample_ratio"}
        assert len(left) == 4


def test_the_command_writes_the_same_files_on_spark(tmp_path: Path) -> None:
    simulated(tmp_path, 1000)
    config = MINING | {"path": "feed.parquet", "pairs": {"kinds": ["neighbour", "paraphrase"]}}
    (tmp_path / "feed.yaml").write_text(yaml.safe_dump(config))
    for engine in ("duckdb", "spark"):
        command = [sys.executable, "-m", "virality", "prepare", "feed.yaml", f"machine.engine={engine}"]
        subprocess.run([*command, f"out={engine}", "machine.memory_mb=1000"], cwd=tmp_path, check=True)
    for name in ("posts.parquet", "dropped.parquet", "pairs.parquet"):
        assert (tmp_path / "duckdb" / name).read_bytes() == (tmp_path / "spark" / name).read_bytes(), name
    sheets = [json.loads((tmp_path / engine / "datasheet.json").read_text()) for engine in ("duckdb", "spark")]
    assert sheets[0]["pairs"] == sheets[1]["pairs"]
    assert sheets[0]["dropped"] == sheets[1]["dropped"]
