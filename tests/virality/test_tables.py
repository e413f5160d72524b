"""Records at rest: what is written is read back, and what does not fit is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality import tables
from virality.errors import ViralityError


@dataclass(frozen=True, slots=True)
class Loaf:
    """A loaf."""

    name: str
    kind: str | None
    grams: int | None
    baked: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Roll:
    """A record of other fields."""

    name: str


SCHEMA = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("kind", pa.dictionary(pa.int32(), pa.string())),
        pa.field("grams", pa.int64()),
        pa.field("baked", pa.timestamp("s", tz="UTC")),
    ]
)
LOAVES = [Loaf("rye", "dark", 900, dt.datetime(2024, 3, 4, 6, tzinfo=dt.UTC)), Loaf("oat", None, None, None)]


@pytest.mark.parametrize("loaves", [LOAVES, [], LOAVES[1:]], ids=["some", "none", "all null"])
def test_what_is_written_is_read_back(tmp_path: Path, loaves: list[Loaf]) -> None:
    tables.write(loaves, SCHEMA, tmp_path / "loaves.parquet")
    assert tables.read(tmp_path / "loaves.parquet", SCHEMA, Loaf) == loaves


@given(st.lists(st.builds(Loaf, st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.sampled_from("ab"),
                          st.none() | st.integers(0, 2**60), st.none())))  # fmt: skip
def test_any_records_come_back(tmp_path_factory: pytest.TempPathFactory, loaves: list[Loaf]) -> None:
    path = tmp_path_factory.mktemp("tables") / "loaves.parquet"
    tables.write(loaves, SCHEMA, path)
    assert tables.read(path, SCHEMA, Loaf) == loaves


def test_a_null_where_there_may_be_none_is_our_bug_when_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="column name is never null, and 1 of 1 rows are"):
        tables.write([Loaf(None, None, None, None)], SCHEMA, tmp_path / "x.parquet")  # type: ignore[arg-type]


def test_plain_words_of_another_writer_are_read_as_ours(tmp_path: Path) -> None:
    plain = {
        "name": ["rye"],
        "kind": ["dark"],
        "grams": pa.array([900], pa.int32()),
        "baked": pa.array([None], pa.null()),
    }
    pq.write_table(pa.table({"more": [1], **plain}), tmp_path / "loaves.parquet")
    assert tables.read(tmp_path / "loaves.parquet", SCHEMA, Loaf) == [Loaf("rye", "dark", 900, None)]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"name": ["rye"], "kind": ["dark"]}, "lacks the columns grams, baked; it has name, kind"),
        ({"name": ["rye"], "kind": [None], "grams": ["heavy"], "baked": [None]}, "column grams is string, not int64"),
        ({"name": [None], "kind": [None], "grams": [1], "baked": [None]}, "column name has 1 nulls and may have none"),
    ],
)
def test_a_table_that_does_not_fit_is_told_with_the_column(
    tmp_path: Path, columns: dict[str, list[object]], told: str
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "loaves.parquet")
    with pytest.raises(ViralityError) as caught:
        tables.read(tmp_path / "loaves.parquet", SCHEMA, Loaf)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "loaves.parquet"
    with pytest.raises(ViralityError, match="no such file; run the step that writes it first"):
        tables.read(path, SCHEMA, Loaf)
    tables.write(LOAVES, SCHEMA, path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ViralityError, match="not a readable parquet file"):
        tables.read(path, SCHEMA, Loaf)


def test_a_record_whose_fields_are_not_the_schemas_is_our_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Roll and its schema differ"):
        tables.read(tmp_path / "loaves.parquet", SCHEMA, Roll)
