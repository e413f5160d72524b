"""An engine of its own for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_prep.engine import DuckDB, Engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """DuckDB in the test's folder."""
    made = DuckDB(tmp_path / "engine", memory=500, threads=1)
    yield made
    made.close()
