"""Files that somebody broke on purpose or by accident: nothing crashes, nothing hangs, no good row is lost."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_prep.sources import About, Bad, table
from data_prep.sources.blocking import LARGEST_ROW
from data_prep.sources.files import blocks, columns_of, expand
from tests.data_prep.sources.reading import bad, good
from virality.errors import ViralityError

ABOUT = About("bakery", "own_export", columns={"text": "text", "likes": "likes", "posted_at": "when"})


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Processor time of this process, which other work on the machine does not lengthen."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds


def test_a_quote_that_nobody_closes_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    line = "the bread is warm and waits,7\n"
    path.write_text("text,likes\nfirst,1\n" + '"never closed,2\n' + line * 200_000)
    with within(10):
        rows = good(path)
    assert len(rows) == 200_001
    assert [(one.reason, one.value) for one in bad(path)] == [("too_big", '"never closed,2\n')]


def test_a_quote_still_open_at_the_end_of_a_small_file_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text,likes\nfirst,1\n"never closed,2\nthird,3\nfourth,4\n')
    assert [row["likes"] for row in good(path)] == ["1", "3", "4"]
    assert [one.reason for one in bad(path)] == ["bad_row"]


def test_quotes_that_open_on_every_line_are_read_once_or_twice_and_not_for_hours(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,likes\n" + 'k,"z"z,"b\n' * 600_000)
    with within(20):
        assert good(path) == []


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "b.json"])
def test_a_row_of_many_megabytes_is_dropped_and_the_next_one_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    huge = "bread " * (30 * LARGEST_ROW // 6)
    rows = [{"text": "one"}, {"text": huge}, {"text": "two"}]
    if name == "a.csv":
        path.write_text("text\n" + "".join(f'"{row["text"]}"\n' for row in rows))
    elif name == "a.jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        path.write_text(json.dumps(rows if name == "a.json" else {"meta": huge, "data": rows}))
    with within(5):
        assert good(path) == [{"text": "one"}, {"text": "two"}]
    assert [one.reason for one in bad(path)] == ["too_big"]


def test_a_file_without_an_end_of_line_is_one_row_that_is_too_big(tmp_path: Path) -> None:
    for name in ("a.csv", "a.tsv", "a.jsonl", "a.json"):
        (tmp_path / name).write_bytes(b"\0" * 5_000_000 + b"[" * 5_000_000)
        with within(5):
            assert good(tmp_path / name) == []


def test_one_post_may_be_as_long_as_a_megabyte(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "b" * (LARGEST_ROW - 10) + "\n")
    assert len(good(path)[0]["text"]) == LARGEST_ROW - 10


def test_nul_bytes_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"te\0xt,likes\nwarm\0 bread,3\n")
    assert good(path) == [{"text": "warm bread", "likes": "3"}]


WHOLE = [{"text": f"Loaf {n} — ☕ «warm»", "likes": str(n), "when": "2024-03-04"} for n in range(9)]
LINES = ["text,likes,when", *(f'"{row["text"]}",{row["likes"]},{row["when"]}' for row in WHOLE)]
FORMS = {
    "a.csv": ("\n".join(LINES) + "\n").encode(),
    "a.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in WHOLE).encode(),
    "a.json": json.dumps(WHOLE, ensure_ascii=False, indent=1).encode(),
}
FORMS["a.csv.gz"] = gzip.compress(FORMS["a.csv"], mtime=0)


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", FORMS["a.csv"])
    return stream.getvalue()


FORMS["a.zip"] = _zip()
many = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(path: Path) -> list[object]:
    """Everything a source makes of a file, or nothing where it is refused. Rows = posts + drops."""
    out: list[object] = []
    try:
        columns_of(path)
        for block in blocks(path):
            for _, row in expand(block):
                found = [row] if isinstance(row, Bad) else list(table.items(row, ABOUT))
                assert len(found) == 1
                out += found
    except ViralityError:  # refused, as some damage leaves no table at all
        return out
    return out


@many
@given(name=st.sampled_from(sorted(FORMS)), cut=st.floats(0, 1))
def test_a_file_cut_short_keeps_every_whole_row(tmp_path: Path, name: str, cut: float) -> None:
    content = FORMS[name]
    kept = content[: int(cut * len(content))]
    (tmp_path / name).write_bytes(kept)
    survives(tmp_path / name)
    if name.endswith(("csv", "json", "jsonl")) and kept:
        text = kept.decode("utf-8", "ignore")
        whole = text.count("}") if "json" in name else max(text.count("\n") - 1, 0)
        assert good(tmp_path / name)[:whole] == WHOLE[:whole]


@many
@given(
    name=st.sampled_from(sorted(FORMS)), at=st.floats(0, 0.999),
    new=st.binary(max_size=6) | st.sampled_from([b'"', b"\0", b"{", b"]", b"\n", b"\xff\xfe", b"\\u d800", b","]),
)  # fmt: skip
def test_a_file_with_other_bytes_in_it_keeps_what_stands_before_them(
    tmp_path: Path, name: str, at: float, new: bytes
) -> None:
    content = FORMS[name]
    place = int(at * len(content))
    (tmp_path / name).write_bytes(content[:place] + new + content[place + len(new) :])
    survives(tmp_path / name)
    if name in ("a.csv", "a.jsonl"):
        text = content[:place].decode("utf-8", "ignore")
        whole = max(text.count("\n") - (name == "a.csv"), 0)
        assert good(tmp_path / name)[:whole] == WHOLE[:whole]


@many
@given(name=st.sampled_from([*sorted(FORMS), "a.csv.zst", "a.tsv", "a.js", "a.parquet", "a.xlsx"]), content=st.binary())
def test_any_bytes_are_rows_or_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    survives(tmp_path / name)
