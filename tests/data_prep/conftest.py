"""An engine of its own for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_prep.engine import DuckDB, Engine


def pytest_configure(config: pytest.Config) -> None:
    """Ibis 12 asks DuckDB 1.5 and pandas 3 for things of their past; both warn of it."""
    config.addinivalue_line("filterwarnings", "ignore:fetch_:DeprecationWarning")
    config.addinivalue_line("filterwarnings", "ignore:The 'future.infer_string' option:DeprecationWarning")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """DuckDB in the test's folder."""
    made = DuckDB(tmp_path / "engine", memory=500, threads=1)
    yield made
    made.close()
