"""The ledger of what a checkpoint learned from."""

from __future__ import annotations

from pathlib import Path

from virality import ledger, tables


def test_an_entry_comes_back_as_it_was_written(tmp_path: Path) -> None:
    entries = [
        ledger.Entry("scorer", "train", "pair", "worse", "better", "author"),
        ledger.Entry("scorer", "calibrate", "other", "worse", "better", None),
    ]
    ledger.write(entries, tmp_path / "ledger.parquet")
    assert tables.read(tmp_path / "ledger.parquet", ledger.schema(), ledger.Entry) == entries
