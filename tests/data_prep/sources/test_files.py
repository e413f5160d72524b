"""Files as rows, and what is wrong with those that are none."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from data_prep.sources import Bad
from data_prep.sources.files import blocks, columns_of, expand, find
from tests.data_prep.sources.reading import bad, good
from virality.errors import ViralityError


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
    assert all(good(path) == wanted for path in found)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nقهوة\n", encoding="utf-8-sig")
    (tmp_path / "b.csv").write_text("text\nقهوة\n", encoding="utf-16")
    assert [good(tmp_path / name) for name in ("a.csv", "b.csv")] == [[{"text": "قهوة"}]] * 2


def test_latin_1_is_read_and_one_broken_byte_does_not_spoil_the_rest_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text\nCafé crème\n".encode("latin-1"))
    (tmp_path / "b.csv").write_bytes("text\n☕ Café\n".encode() + b"Caf\xe9\n")
    assert good(tmp_path / "a.csv") == [{"text": "Café crème"}]
    assert good(tmp_path / "b.csv") == [{"text": "☕ Café"}, {"text": "Café"}]


def test_letters_of_windows_1252_stay_and_another_alphabet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text\nIt’s “ready” – €5 only\n".encode("cp1252"))
    assert good(tmp_path / "a.csv") == [{"text": "It’s “ready” – €5 only"}]
    for encoding, text in (("cp1256", "وصل الخبز الطازج اليوم إلى المخبز"), ("cp1251", "свежий хлеб уже в пекарне")):
        (tmp_path / "b.csv").write_bytes(("text\n" + f"{text}\n" * 3).encode(encoding))
        with pytest.raises(ViralityError, match=r"b\.csv: no Unicode text .* save the file as UTF-8"):
            good(tmp_path / "b.csv")


def test_a_list_of_objects_may_stand_behind_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"errors": [], "data": [{"text": "bread"}]}')
    assert good(tmp_path / "a.json") == [{"text": "bread"}]


def test_a_line_of_json_may_hold_a_line_separator(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one\u2028two\x85"}\r\n{"text": "three"}\n', newline="")
    assert good(tmp_path / "a.jsonl") == [{"text": "one\u2028two\x85"}, {"text": "three"}]


def test_a_column_that_only_some_objects_have_is_one_of_the_columns(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n{"text": "two", "counts": {"likes": 3}}\n')
    assert columns_of(tmp_path / "a.jsonl") == ("text", "counts", "counts.likes")


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "b.json"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text({"a.json": "[]", "b.json": "{}"}.get(name, ""))
    assert good(tmp_path / name) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.json", b'{"a": [1], "b": [1, 2]}', "columns of different length"),
        ("a.json", b'{"a": "one"}', "neither a list of objects nor an object of columns; it has"),
        ("a.json", b'"bread"', "neither a list of objects nor"),
        ("a.parquet", b"PAR1 and no more", "not a readable parquet file"),
        ("a.parquet", b"", "not a readable parquet file"),
        ("a.csv.gz", b"no gzip", "cannot be read"),
        ("a.csv.gz", b"", "cannot be read"),
        ("a.csv.zst", b"no zstd", "cannot be read"),
        ("a.xlsx", b"PK", "not a readable xlsx workbook"),
        ("a.zip", b"PK", "not a readable zip archive"),
        ("a.docx", b"PK", "docx ending; tables end in"),
    ],
)
def test_what_is_no_table_at_all_is_refused_by_name(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ViralityError) as caught:
        columns_of(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "kept", "reasons"),
    [
        ("a.json", b'[{"a": 1}, {"a": 2}, {"a": "thr', 2, ["bad_json"]),
        ("a.json", b'[{"a": 1}, {"a": 2},', 2, ["bad_json"]),
        ("a.json", b'[{"a": 1}, {"a": oops}, [3], "four", {"a": 2}]', 2, ["bad_json", "bad_row", "bad_row"]),
        ("a.json", b'{"a": 1}\n{"a": 2}\n{"a"', 2, ["bad_json"]),
        ("a.json", b'{"meta": {"n": [1]}, "data": [{"a": 1}, {"a": 2}], "more": 3}', 2, []),
        ("a.js", b'window.YTD.tweets.part0 = [ {"a": 1}, {"a": {"b": [{}]}} ]', 2, []),
        ("a.jsonl", b'{"a": 1}\n{"a": \n[1]\n{"a": 2}\n' + b"[" * 5000, 2, ["bad_json", "bad_row", "bad_json"]),
        ("a.jsonl", b'{"a": ' + b"9" * 5000 + b'}\n{"a": NaN}\n{"a": "\\ud800"}', 2, ["bad_json"]),
        ("a.csv", b"a,b\n1,2\n3\n4,5,6\n\n7,8", 2, ["bad_row", "bad_row"]),
        ("a.csv", b"a;b\n1;2,5\n3;4\n", 2, []),
        ("a.tsv", b'a\tb\n1\t"two\nlines"\n3\t4', 2, []),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n3,4\n")[:-9], 2, ["bad_file"]),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n3,4\n") + gzip.compress(b"5,6\n"), 3, []),
        ("a.csv.zst", zstandard.compress(b"a,b\n1,2\n3,4\n"), 2, []),
    ],
)  # fmt: skip
def test_what_is_damaged_is_counted_and_every_whole_row_is_kept(
    tmp_path: Path, name: str, content: bytes, kept: int, reasons: list[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert len(good(path)) == kept
    assert [one.reason for one in bad(path)] == reasons


def test_rows_are_numbered_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text,likes\n"one\n\nmore",1\n\ntwo\n"three",3\n')
    [block] = blocks(path)
    assert [(number, type(row)) for number, row in expand(block)] == [(1, dict), (2, Bad), (3, dict)]


def test_the_list_of_a_json_object_is_found_by_its_key(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"took": 3, "other": [{"a": 0}], "hits": {"total": {"n": 1}, "hits": [{"a": 1}]}}')
    found = [row for block in blocks(path, items_at="hits.hits") for _, row in expand(block)]
    assert found == [{"a": 1}]
    with pytest.raises(ViralityError, match=r"no list stands at 'hits\.total'"):
        list(blocks(path, items_at="hits.total"))


def test_a_workbook_keeps_what_a_formula_says(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (
        ["text", "likes", "when"],
        ['=HYPERLINK("x.example")', 3, dt.datetime(2024, 3, 4)],
        [],
        ["Bun", None],
    ):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    assert good(tmp_path / "a.xlsx") == [
        {"text": '=HYPERLINK("x.example")', "likes": 3, "when": dt.datetime(2024, 3, 4)},
        {"text": "Bun", "likes": None, "when": None},
    ]


def test_only_the_needed_columns_of_a_parquet_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1], "b": [2], "c": [{"d": 3}]}), path)
    [block] = blocks(path, columns=["a", "c.d"])
    assert list(expand(block)) == [(1, {"a": 1, "c": {"d": 3}})]


def test_values_that_python_cannot_hold_spoil_no_other_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    far = pa.array([0, 10**16], pa.int64()).cast(pa.timestamp("ms"))
    broken = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\3\0\0\0\6\0\0\0"), pa.py_buffer(b"bunb\xe9n"))
    pq.write_table(pa.table({"when": far, "text": broken, "raw": [b"caf\xe9", b"bun"]}), path)
    first, second = good(path)
    assert (first["text"], second["text"], first["raw"]) == ("bun", "bén", "café")
    assert first["when"] == dt.datetime(1970, 1, 1)
    assert isinstance(second["when"], str)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(ViralityError, match="neither a file nor a folder"):
        find([str(tmp_path / "a.csv")])
    with pytest.raises(ViralityError, match="not a file"):
        list(blocks(tmp_path / "a.csv"))


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


def test_a_folder_of_packed_dumps_is_found(tmp_path: Path) -> None:
    for name in ("RS_2023-01.zst", "a.jsonl", "notes.txt", "b.tar.gz"):
        (tmp_path / name).write_bytes(b"")
    assert [one.name for one in find([str(tmp_path)])] == ["RS_2023-01.zst", "a.jsonl"]
