"""The same posts give the same bytes: on any machine settings, in any order, from any files, under any author key."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from data_prep import faithful, ingest, run
from data_prep.prepare import SIMULATED
from data_prep.simulation import generate, world
from virality.cli import main

POSTS = 3000
WRITTEN = ("posts.parquet", "dropped.parquet", "pairs.parquet", "datasheet.json", "datasheet.html")
CONFIG: dict[str, Any] = {
    "path": "feed/*.csv",
    "source": {"kind": "table", "platform": "x", "columns": dict(SIMULATED)},
    "rights": {"basis": "licence:CC0-1.0"},
    "pairs": {"kinds": ["same_link", "neighbour", "paraphrase"], "per_post": 10},
    "splits": {"mode": "component", "block_days": 3},
}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def feed() -> list[Row]:
    """Simulated posts, among them some that are dropped: too short, no number, and ids that come again."""
    rows: list[Row] = [row for batch in generate(world(4), POSTS) for row in batch.to_pylist()]
    for at in range(0, POSTS, 150):
        rows[at]["text"] = "Rye again"
        rows[at + 1]["likes"] = "many"
        rows.append(rows[at + 2] | {"likes": rows[at + 2]["likes"] + 1})
        rows.append(rows[at + 3] | {"likes": rows[at + 3]["likes"] - 1})
        rows.append(dict(rows[at + 4]))
    return rows


def write(path: Path, rows: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(SIMULATED.values()))
        writer.writeheader()
        writer.writerows(rows)


def prepare(folder: Path, rows: Sequence[Row] | None, *overrides: str) -> Path:
    """A corpus prepared in its own folder, of the files there are, or of `rows` as one file."""
    if rows is not None:
        write(folder / "feed" / "a.csv", rows)
    (folder / "feed.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["prepare", "feed.yaml", "out=done", *overrides]) == 0
    finally:
        os.chdir(here)
    return folder / "done"


@pytest.fixture(scope="module")
def one(feed: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that the others are compared with: one process, one thread."""
    return prepare(tmp_path_factory.mktemp("one"), feed, "machine.threads=1", "machine.workers=1")


def assert_same_bytes(run: Path, other: Path, names: Sequence[str] = WRITTEN) -> None:
    assert [name for name in names if (run / name).read_bytes() != (other / name).read_bytes()] == []


def dropped(run: Path) -> list[str]:
    """Dropped rows without their place, in an order of their own."""
    return sorted(map(repr, pq.read_table(run / "dropped.parquet").drop_columns(["row"]).to_pylist()))


def test_the_corpus_of_these_tests_has_what_could_differ(one: Path) -> None:
    pairs = pq.read_table(one / "pairs.parquet")
    assert set(pairs["kind"].to_pylist()) == {"same_link", "neighbour", "paraphrase"}
    assert set(pairs["split"].to_pylist()) == {"train", "judge", "validation", "test"}
    reasons = set(pq.read_table(one / "dropped.parquet")["reason"].to_pylist())
    assert {"repeated_id", "too_short", "bad_likes", "reply"} <= reasons


@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("machine.threads=2", "machine.workers=2"),
        ("machine.threads=4", "machine.workers=1", "machine.memory_mb=200"),
        ("machine.threads=1", "machine.workers=2", "machine.memory_mb=8000"),
    ],
    ids=" ".join,
)
def test_threads_workers_and_memory_change_no_byte(
    feed: list[Row], one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: tuple[str, ...]
) -> None:
    monkeypatch.setattr(ingest, "_SMALL", 0)  # workers read and ask gates, however little there is to do
    monkeypatch.setattr(run, "_MANY", 0)
    monkeypatch.setattr(faithful, "_CHUNK", 20)
    assert_same_bytes(one, prepare(tmp_path, feed, *settings))


def test_the_order_of_rows_moves_only_the_numbers_of_rows(feed: list[Row], one: Path, tmp_path: Path) -> None:
    other = prepare(tmp_path, feed[1700::-1] + feed[1701:])
    assert_same_bytes(one, other, ("posts.parquet", "pairs.parquet"))
    assert dropped(one) == dropped(other)


def test_names_and_number_of_files_do_not_matter(feed: list[Row], one: Path, tmp_path: Path) -> None:
    parts = {"z.csv": feed[:500], "april.csv": feed[500:2600], "m.csv": feed[2600:]}
    for name, rows in parts.items():
        write(tmp_path / "feed" / name, rows)
    other = prepare(tmp_path, None)
    assert_same_bytes(one, other, ("posts.parquet", "pairs.parquet"))
    reasons = [sorted(pq.read_table(run / "dropped.parquet")["reason"].to_pylist()) for run in (one, other)]
    assert reasons[0] == reasons[1]


def test_the_author_key_moves_nothing_but_the_hashes_of_authors(
    feed: list[Row], one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "another person"))
    other = prepare(tmp_path, feed)
    for name in ("posts.parquet", "pairs.parquet", "dropped.parquet"):
        mine, theirs = (pq.read_table(run / name) for run in (one, other))
        assert mine["author_id"] != theirs["author_id"]
        assert mine.drop_columns(["author_id"]).equals(theirs.drop_columns(["author_id"]))
    assert_same_bytes(one, other, ("datasheet.json", "datasheet.html"))


TIED: Row = {
    "id": "tied", "account": "Ann", "text": "The oven is warm and the bread is ready", "likes": 7, "reposts": 1,
    "replies": 0, "followers": 90, "media": "none", "created_at": "2024-03-04T08:00:00Z",
    "collected_at": "2024-04-04T08:00:00Z", "is_reply": "", "link": "",
}  # fmt: skip
"""A post of which there are two readings that differ in one column alone."""


def kept_of(rows: Sequence[Row], folder: Path, column: str) -> list[object]:
    """What prepare keeps of `column`, by id."""
    done = prepare(folder, rows, "pairs.kinds=paraphrase")
    table = pq.read_table(done / "posts.parquet", columns=["post_id", column])
    return [row[column] for row in table.to_pylist() if row["post_id"].startswith("tied")]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("followers", ("90", "91")),
        ("content_key", ("https://one.example", "https://two.example")),
        ("collected_at", ("2024-04-04T08:00:00Z", "2024-05-04T08:00:00Z")),
    ],
)  # fmt: skip
def test_of_two_readings_of_one_post_the_order_of_rows_does_not_decide_which_is_kept(
    feed: list[Row], tmp_path: Path, column: str, values: tuple[str, str]
) -> None:
    both = [TIED | {SIMULATED[column]: value} for value in values]
    runs = [kept_of([*feed[:600], *rows], tmp_path / str(at), column) for at, rows in enumerate((both, both[::-1]))]
    assert len(runs[0]) == 1
    assert runs[0] == runs[1]


def test_of_one_id_by_two_accounts_the_author_key_does_not_decide_which_is_kept(
    feed: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [
        TIED | {"id": f"tied {at}", "account": f"{name} {at}", "link": name}
        for at in range(16)
        for name in ("Ann", "Bea")
    ]
    kept = []
    for digit in "07":
        key = tmp_path / digit / "virality" / "author.key"
        key.parent.mkdir(parents=True)
        key.write_text(digit * 64)
        key.chmod(0o600)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / digit))
        kept.append(kept_of([*feed[:600], *both], tmp_path / digit, "content_key"))
    assert len(kept[0]) == 16
    assert kept[0] == kept[1]
