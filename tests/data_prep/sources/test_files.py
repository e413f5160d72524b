"""Files as rows, and what is wrong with those that are none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_prep.sources.files import find, rows
from virality.errors import ViralityError


def read(path: Path) -> list[dict[str, Any]]:
    return list(rows(path))


def test_one_table_reads_the_same_from_every_kind_of_file(tmp_path: Path) -> None:
    wanted = [{"text": "Bread, warm", "likes": "3"}, {"text": 'Plum "cake"', "likes": "4"}]
    table = 'text,likes\n"Bread, warm",3\n"Plum ""cake""",4\n'
    (tmp_path / "a.csv").write_text(table)
    (tmp_path / "a.tsv").write_text('text\tlikes\nBread, warm\t3\n"Plum ""cake"""\t4\n')
    (tmp_path / "a.json").write_text(json.dumps(wanted))
    (tmp_path / "b.json").write_text(json.dumps({"text": [row["text"] for row in wanted], "likes": ["3", "4"]}))
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, wanted)) + "\n\n")
    pq.write_table(pa.Table.from_pylist(wanted), tmp_path / "a.parquet")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(table.encode()))
    found = find([str(tmp_path)])
    assert len(found) == 7
    assert all(read(path) == wanted for path in found)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nقهوة\n", encoding="utf-8-sig")
    (tmp_path / "b.csv").write_text("text\nقهوة\n", encoding="utf-16")
    assert [read(tmp_path / name) for name in ("a.csv", "b.csv")] == [[{"text": "قهوة"}]] * 2


def test_latin_1_is_read_and_one_broken_byte_does_not_spoil_the_rest_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text\nCafé crème\n".encode("latin-1"))
    (tmp_path / "b.csv").write_bytes("text\n☕ Café\n".encode() + b"Caf\xe9\n")
    assert read(tmp_path / "a.csv") == [{"text": "Café crème"}]
    assert read(tmp_path / "b.csv") == [{"text": "☕ Café"}, {"text": "Café"}]


def test_a_line_of_json_may_hold_a_line_separator(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one\u2028two\x85"}\r\n{"text": "three"}\n', newline="")
    assert read(tmp_path / "a.jsonl") == [{"text": "one\u2028two\x85"}, {"text": "three"}]


def test_what_an_object_leaves_out_is_null(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n{"text": "two", "likes": 3}\n')
    assert read(tmp_path / "a.jsonl") == [{"text": "one", "likes": None}, {"text": "two", "likes": 3}]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "b.json"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text({"a.json": "[]", "b.json": "{}"}.get(name, ""))
    assert read(tmp_path / name) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.json", b'[{"text": "bread"}, {"text": "ca', "line 1: not JSON"),
        ("a.json", b'{"a": [1], "b": [1, 2]}', "columns of different length"),
        ("a.json", b'"bread"', "neither a list of objects nor"),
        ("a.jsonl", b'{"text": "bread"}\n{"text": ', "line 2: not JSON"),
        ("a.jsonl", b"[1]\n", "line 1: a list; each line is one object"),
        ("a.parquet", b"PAR1 and no more", "not a readable parquet file"),
        ("a.csv.gz", b"no gzip", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"text\n" + b"bread\n" * 999)[:-20], "cannot be read"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff", "cannot be read"),
        ("a.xlsx", b"PK", "xlsx ending; tables end in"),
    ],
)
def test_a_damaged_file_is_named_with_the_place(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ViralityError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_parquet_that_was_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["bread"] * 1000}), path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ViralityError, match="not a readable parquet file"):
        read(path)


def test_a_folder_gives_its_tables_alone_and_each_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.json", "README.md", ".hidden.csv"):
        (tmp_path / name).write_text("[]")
    (tmp_path / "folder.csv").mkdir()
    wanted = [tmp_path / "a.json", tmp_path / "b.csv"]
    assert find([str(tmp_path)]) == wanted
    assert find([str(tmp_path), str(tmp_path / "b.csv")]) == wanted


def test_a_glob_may_be_relative_or_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "a.csv").write_text("text\n")
    monkeypatch.chdir(tmp_path)
    assert find(["2024/*.csv"]) == [Path("2024/a.csv")]
    assert find([f"{tmp_path}/**/*.csv"]) == [tmp_path / "2024" / "a.csv"]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("post.csv", "path: post.csv: no such file or folder (did you mean posts.csv?)"),
        ("*.json", "path: *.json: no such file or folder"),
        ("empty", "path: empty: no .csv, .tsv"),
        ("pypi:no-such-package-here/x", "pip install --no-deps no-such-package-here"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, complaint: str
) -> None:
    (tmp_path / "posts.csv").write_text("text\n")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ViralityError) as caught:
        find([path])
    assert complaint in str(caught.value)


def test_no_path_at_all_is_said_too() -> None:
    with pytest.raises(ViralityError, match="path: no input named"):
        find([])
