"""A file -> its pieces, by what its first bytes say and then by its name; compressed files and archives from within."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from publish.audit import columns, gguf, packed, plain
from publish.audit.pieces import Decode, Piece, Tokenizer, Undecodable

_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2", b"\x04\x22\x4d\x18": "lz4"}
_ENDINGS = (".gz", ".zst", ".zstd", ".bz2", ".lz4")
_STORAGE = ("data", "storages", "tensors")
_DEEP = 4
_MOST = 1 << 31
"""Bytes that a compressed file may become."""

Reader = Callable[[Path, Decode | None], Iterator[Piece]]


def pieces(path: Path, tokenizer: Tokenizer, deep: int = 0) -> Iterator[Piece]:
    """Everything that reads as text in a file.

    Args:
        path: the file.
        tokenizer: asked once a file that holds token ids may be one.
        deep: how many archives it lies in.

    Raises:
        Undecodable: it cannot be read to its end, which is told after what could be read.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
        if not head:
            return
        yield from _read(path, head, tokenizer, deep)
    except Undecodable:
        raise
    except OSError as error:
        raise Undecodable(f"cannot be read ({error.strerror or str(error)[:60]})") from error
    except Exception as error:  # a damaged file can fail in more ways than its readers tell of
        raise Undecodable(f"cannot be decoded ({type(error).__name__}: {' '.join(str(error).split())[:60]})") from error


def kind_of(path: Path) -> str:
    """`parquet`, `arrow`, `json`, `lines`, `table`, `npy` or `other`: what `publish.forget` can rewrite."""
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(b"PAR1"):
        return "parquet"
    if _is_arrow(path, head):
        return "arrow"
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if path.name.endswith((".jsonl", ".ndjson")):
        return "lines"
    return {".json": "json", ".csv": "table", ".tsv": "table"}.get(path.suffix.lower(), "other")


def _read(path: Path, head: bytes, tokenizer: Tokenizer, deep: int) -> Iterator[Piece]:
    how = next((how for magic, how in _COMPRESSED.items() if head.startswith(magic)), None)
    if how is not None:
        yield from _within(path, how, tokenizer, deep)
    elif head.startswith(b"PK\x03\x04"):
        yield from _archive(path, tokenizer, deep)
    elif head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        yield from packed.pickled(path.read_bytes())
    else:
        reader, asks = _reader(path, head)
        yield from reader(path, tokenizer() if asks else None)


def _reader(path: Path, head: bytes) -> tuple[Reader, bool]:
    """What reads a file, and whether it may hold token ids."""
    if head.startswith(b"PAR1"):
        return columns.parquet, True
    if _is_arrow(path, head):
        return columns.arrow, True
    if head.startswith(b"SQLite format 3\x00"):
        return columns.sqlite, False
    if head[8:12] == b"DUCK":
        return columns.duckdb, False
    if head.startswith(b"\x93NUMPY"):
        return packed.npy, True
    if head.startswith(b":W&B"):
        return packed.wandb, False
    if head.startswith(b"GGUF"):
        return gguf.pieces, False
    if path.suffix == ".safetensors":
        return packed.safetensors, True
    if "tfevents" in path.name:
        return packed.events, False
    return plain.pieces, path.suffix in (".json", ".jsonl")


def _is_arrow(path: Path, head: bytes) -> bool:
    return head.startswith(b"ARROW1") or (
        path.suffix in (".arrow", ".ipc", ".feather") and head[:4] == b"\xff\xff\xff\xff"
    )


def _within(path: Path, how: str, tokenizer: Tokenizer, deep: int) -> Iterator[Piece]:
    """A compressed file, unpacked beside nothing that stays."""
    import pyarrow as pa

    if deep >= _DEEP:
        raise Undecodable("archives within archives within archives")
    with tempfile.TemporaryDirectory(prefix="virality-audit-") as folder:
        inner = Path(folder) / (path.stem if path.suffix.lower() in _ENDINGS else path.name)
        try:
            with pa.input_stream(str(path), compression=how) as source, inner.open("wb") as out:
                total = 0
                while chunk := source.read(1 << 20):
                    total += len(chunk)
                    if total > _MOST:
                        raise Undecodable(f"unpacks to more than {_MOST >> 30} GiB")
                    out.write(chunk)
        except (pa.ArrowException, OSError, EOFError) as error:
            raise Undecodable(f"broken {how} data") from error
        yield from pieces(inner, tokenizer, deep + 1)


def _archive(path: Path, tokenizer: Tokenizer, deep: int) -> Iterator[Piece]:
    """Members of a zip; of what torch.save wrote the numbers themselves hold no text."""
    if deep >= _DEEP:
        raise Undecodable("archives within archives within archives")
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            listed = archive.infolist()
        except zipfile.BadZipFile as error:
            raise Undecodable("broken zip") from error
        yield Piece(None, [one.filename for one in listed])
        of_torch = any(one.filename.endswith("/data.pkl") for one in listed)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="virality-audit-")))
        for at, one in enumerate(listed):
            parts = one.filename.split("/")
            if one.is_dir() or (of_torch and len(parts) > 2 and parts[-2] in _STORAGE):
                continue
            if one.file_size > _MOST:
                raise Undecodable(f"{one.filename} in it unpacks to more than {_MOST >> 30} GiB")
            inner = folder / f"{at}-{parts[-1]}"
            try:
                inner.write_bytes(archive.read(one))
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
                raise Undecodable(f"{one.filename} in it cannot be unpacked ({str(error)[:60]})") from error
            yield from pieces(inner, tokenizer, deep + 1)
            inner.unlink()
