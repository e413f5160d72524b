"""Archives: what is read out of them, and what they may not do to the machine."""

from __future__ import annotations

import gzip
import io
import stat
import time
import zipfile
from pathlib import Path

import pytest
import zstandard

from data_prep.sources import Bad
from data_prep.sources.archives import Member, members
from data_prep.sources.files import blocks, find, open_text
from tests.data_prep.sources.reading import bad, good
from virality.errors import ViralityError

CSV = b"text,likes\nWarm bread,3\nPlum cake,4\n"


def zipped(path: Path, **names: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return path


def test_an_archive_gives_its_tables_in_the_order_of_their_names(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        **{"b/x.csv": CSV, "a.json": b'[{"text": "Bun"}]', "README.txt": b"", "__MACOSX/._x.csv": CSV,
           ".hidden.csv": CSV, "inner.zip": b"PK", "deep.csv.gz": gzip.compress(CSV)},
    )  # fmt: skip
    assert find([str(tmp_path)]) == [path]
    assert [block.file for block in blocks(path)] == [f"{path}!a.json", f"{path}!b/x.csv"]
    assert len(good(path)) == 3


def test_a_pattern_chooses_members(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"data/tweets.js": b"x", "data/tweets-part1.js": b"y", "data/like.js": b"z"})
    found = [one for one in members(path, "data/tweets*.js") if isinstance(one, Member)]
    assert [open_text(one).read() for one in found] == ["y", "x"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd.csv", "C:\\x.csv", "a\\..\\..\\x.csv", "link.csv"])
def test_a_name_that_leads_out_of_the_archive_is_counted_and_not_followed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo(name)
        if name == "link.csv":
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("z.csv", CSV)
    assert bad(path) == [Bad("bad_path", value=name)]
    assert len(good(path)) == 2


def test_a_workbook_and_a_parquet_file_are_read_inside_an_archive(tmp_path: Path) -> None:
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq

    book, sheet, table = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["text"])
    book.active.append(["Bun"])
    book.save(sheet)
    pq.write_table(pa.table({"text": ["Loaf"]}), table)
    path = zipped(tmp_path / "a.zip", **{"a.xlsx": sheet.getvalue(), "b.parquet": table.getvalue()})
    assert good(path) == [{"text": "Bun"}, {"text": "Loaf"}]


def zeros(path: Path, size: int) -> Path:
    """`size` bytes of nothing, packed."""
    content = bytes(size)
    if path.suffix == ".zip":
        return zipped(path, **{"a.csv": content})
    path.write_bytes(gzip.compress(content, 6) if path.suffix == ".gz" else zstandard.compress(content))
    return path


@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz", "a.csv.zst"])
def test_what_expands_without_measure_is_refused_within_seconds(tmp_path: Path, name: str) -> None:
    path = zeros(tmp_path / name, 256 << 20)
    begun = time.monotonic()
    with pytest.raises(ViralityError, match=r"a\.(zip!a\.csv|csv\.gz|csv\.zst): expands to more than 200 times"):
        list(blocks(path))
    assert time.monotonic() - begun < 5


def test_an_archive_that_understates_its_size_is_still_measured_as_it_is_unpacked(tmp_path: Path) -> None:
    path = zeros(tmp_path / "a.zip", 128 << 20)
    said = (128 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(said, (100).to_bytes(4, "little")))
    assert {one.reason for one in bad(path)} <= {"too_big", "bad_file"}
    assert good(path) == []


def test_members_that_share_their_packed_bytes_are_measured_together(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"text\n" + b"bread and cake\n" * 600_000)
        one = archive.infolist()[0]
        for number in range(100):
            copy = zipfile.ZipInfo(f"{number}.csv")
            copy.compress_type, copy.CRC, copy.header_offset = one.compress_type, one.CRC, one.header_offset
            copy.file_size, copy.compress_size = one.file_size, one.compress_size
            archive.filelist.append(copy)
            archive.NameToInfo[copy.filename] = copy
        archive._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(ViralityError, match=r"a\.zip: expands to more than"):
        list(blocks(path))


def test_a_locked_archive_is_said_to_be_locked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"a.csv": CSV})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ViralityError, match="locked with a password"):
        list(blocks(path))


def test_rows_before_the_damage_in_an_archive_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
    path.write_bytes(path.read_bytes().replace(b"Plum", b"Plim"))  # the checksum is now wrong
    assert good(path) == [{"text": "Warm bread", "likes": "3"}, {"text": "Plim cake", "likes": "4"}]
    assert [one.reason for one in bad(path)] == ["bad_file"]
