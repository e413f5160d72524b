"""Every format that posts may lie in is read as text, whatever it is called; what cannot be read is named."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.numpy import save_file

from publish.audit import decode
from publish.audit.pieces import Undecodable
from tests.publish.forget import trackers

TEXT = 'The café at "Mill & Lane" opens <early> on Friday, and the owner\'s dog greets everybody there.'


def _csv(path: Path) -> None:
    path.write_text(f'id,text\n1,"{TEXT.replace(chr(34), chr(34) * 2)}"\n', encoding="utf-8")


def _html(path: Path) -> None:
    shown = TEXT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("é", "&eacute;")
    marked = shown.replace("opens", "<ins>opens</ins>").replace("the owner", "the <b>own</b>er")
    path.write_text(f"<p>Before</p><p>{marked}</p>", encoding="utf-8")


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE kept (said TEXT)")
        database.execute("INSERT INTO kept VALUES (?)", [TEXT])
    database.close()


def _duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT ? AS said", [TEXT])


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside/notes.jsonl", json.dumps({"draft": TEXT}) + "\n")


def _broken_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", TEXT * 9)
    return buffer.getvalue().replace(buffer.getvalue()[35:60], b"\xff" * 25)


def _arrow_file(path: Path) -> None:
    table = pa.table({"deep": [[{"said": TEXT}]]})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)


def _zst(path: Path) -> None:
    with pa.CompressedOutputStream(str(path), "zstd") as stream:
        stream.write(json.dumps([TEXT]).encode())


def _gguf(path: Path) -> None:
    def string(text: str) -> bytes:
        return struct.pack("<Q", len(text.encode())) + text.encode()

    words = struct.pack("<IIQ", 9, 8, 2) + string("rye") + string(TEXT)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 3)
    numbers = string("sizes") + struct.pack("<IIQ", 9, 4, 2) + bytes(8) + string("size") + struct.pack("<II", 4, 7)
    path.write_bytes(head + numbers + string("words") + words + bytes(range(256)))


WRITERS: dict[str, Callable[[Path], object]] = {
    "posts.parquet": lambda path: pq.write_table(pa.table({"text": [TEXT]}), path, compression="zstd"),
    "words.parquet": lambda path: pq.write_table(pa.table({"text": pa.array([TEXT]).dictionary_encode()}), path),
    "cache.arrow": _arrow_file,
    "called.otherwise": lambda path: pq.write_table(pa.table({"text": [TEXT]}), path),
    "kept.duckdb": _duckdb,
    "kept.db": _sqlite,
    "answer.json": lambda path: path.write_text(json.dumps({"deep": [{"said": TEXT}]}), encoding="utf-8"),
    "answers.jsonl": lambda path: path.write_text(json.dumps({"said": TEXT}) + '\n{"torn": "', encoding="utf-8"),
    "answers.csv.part": lambda path: path.write_text('{"key": 1}\n' + json.dumps({"said": TEXT}) + "\n"),
    "table.csv": _csv,
    "page.html": _html,
    "notes.txt": lambda path: path.write_text(f"one\n{TEXT}\n", encoding="utf-8"),
    "notes.txt.gz": lambda path: path.write_bytes(gzip.compress(TEXT.encode(), mtime=0)),
    "more.json.zst": _zst,
    "packed.zip": _zip,
    "texts.npy": lambda path: np.save(path, np.array([TEXT])),
    "named.safetensors": lambda path: save_file({"a": np.zeros(2)}, path, metadata={"draft": TEXT}),
    "state.pt": lambda path: torch.save({"draft": TEXT, "weights": torch.zeros(3)}, path),
    "state.pkl": lambda path: path.write_bytes(pickle.dumps({"draft": TEXT})),
    "events.out.tfevents.1.host": lambda path: path.write_bytes(trackers.event_file("other", TEXT)),
    "base.gguf": _gguf,
    "run.wandb": lambda path: path.write_bytes(trackers.wandb_log("x" * 40_000, json.dumps({"draft": TEXT}))),
}


def texts(path: Path) -> str:
    """All that is read of a file."""
    return "\n".join(value or "" for piece in decode.pieces(path, lambda: None) for value in piece.values)


@pytest.mark.parametrize("name", WRITERS)
def test_a_text_is_read_in_every_format(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    assert TEXT in texts(tmp_path / name)


def test_token_ids_are_read_by_the_tokenizer_at_hand(tmp_path: Path) -> None:
    def spell(ids: object) -> str:
        return "".join(map(chr, ids))  # type: ignore[call-overload]

    ids = list(map(ord, TEXT))
    path = tmp_path / "examples.arrow"
    table = pa.table({"prompt": [ids], "weight": [0.5]})
    with pa.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "batch.json").write_text(json.dumps({"rows": [{"input_ids": ids}]}), encoding="utf-8")
    save_file({"ids": np.array([ids], np.int64)}, tmp_path / "batch.safetensors")
    np.save(tmp_path / "batch.npy", np.array(ids, np.int32))
    for name in ("examples.arrow", "batch.json", "batch.safetensors", "batch.npy"):
        found = decode.pieces(tmp_path / name, lambda: spell)
        assert TEXT in "\n".join(value or "" for piece in found for value in piece.values), name


@pytest.mark.parametrize(("name", "content", "why"), [
    ("posts.parquet", b"PAR1 and then nothing of the kind", "broken parquet"),
    ("answer.json", b'{"draft": "The ', "broken JSON"),
    ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x80\x81", "neither text nor"),
    ("notes.gz", gzip.compress(b"The bakery opens" * 99, mtime=0)[:-20], "broken gzip"),
    ("packed.zip", _broken_zip(), "cannot be decoded .error: "),
    ("run.wandb", b":W&B\x0b\xbe\x00" + b"\x09" * 40, "broken at byte"),
    ("objects.npy", b"", ""),
    ("weights.safetensors", b"\xff" * 64, "broken safetensors"),
    ("kept.db", b"SQLite format 3\x00" + b"\x01" * 90, "SQLite cannot open"),
])  # fmt: skip
def test_what_cannot_be_read_is_told_and_why(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    if name == "objects.npy":
        buffer = io.BytesIO()
        np.save(buffer, np.array([{"draft": TEXT}], dtype=object), allow_pickle=True)
        path.write_bytes(buffer.getvalue())
        why = "without unpickling"
    with pytest.raises(Undecodable, match=why):
        texts(path)


@pytest.mark.parametrize("name", ["events.out.tfevents.1", "run.wandb"])
def test_of_a_log_that_was_cut_short_the_last_record_is_read_as_it_lies_there(tmp_path: Path, name: str) -> None:
    WRITERS["run.wandb" if name == "run.wandb" else "events.out.tfevents.1.host"](tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:-8])
    assert "greets" in texts(tmp_path / name)


def test_nothing_of_a_pickle_runs(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return exec, (f"open({str(tmp_path / 'harmed')!r}, 'w')",)

    (tmp_path / "state.pkl").write_bytes(pickle.dumps({"draft": TEXT, "harm": Harm()}))
    assert TEXT in texts(tmp_path / "state.pkl")
    assert not (tmp_path / "harmed").exists()
