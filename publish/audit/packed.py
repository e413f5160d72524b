"""Binary files as pieces: .npy, safetensors, torch and pickle files (never unpickled), protobuf logs of trackers."""

from __future__ import annotations

import io
import pickletools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publish.audit.pieces import TOKENS, Decode, Piece, Undecodable
from publish.audit.plain import leaves, line_value, readable

_BLOCK = 32768
_DEEP = 12
_INTEGERS = {"I64": "<i8", "I32": "<i4", "U32": "<u4", "I16": "<i2", "U16": "<u2"}


def npy(path: Path, decode: Decode | None) -> Iterator[Piece]:
    """An array: of hashes (an index of a corpus), of text, of token ids; other numbers hold no text."""
    import numpy as np

    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise Undecodable(f"not readable as .npy without unpickling ({str(error)[:60]})") from error
    if found.dtype == np.uint64 and found.ndim == 1:
        yield Piece(None, runs=found.tolist())
    elif found.dtype.kind in "US":
        yield Piece(None, [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
                           for one in found.reshape(-1).tolist()])  # fmt: skip
    elif found.dtype.kind in "iu":
        yield from _token_rows(found, decode)


def safetensors(path: Path, decode: Decode | None) -> Iterator[Piece]:
    """Names and metadata, and token ids in tensors of integers; other numbers hold no text."""
    import numpy as np

    with path.open("rb") as stream:
        head = stream.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if not 0 < length <= path.stat().st_size - 8:
            raise Undecodable("broken safetensors header")
        header = line_value(stream.read(length).decode("utf-8", "replace"))
        if not isinstance(header, dict):
            raise Undecodable("broken safetensors header")
        yield Piece(None, [text for _, text in leaves(header, None)])
        for name, about in header.items():
            kind = about.get("dtype") if isinstance(about, dict) else None
            if kind in _INTEGERS and decode is None and name in TOKENS:
                yield Piece(name, undecoded=1)
            elif kind in _INTEGERS and decode is not None:
                begin, end = about["data_offsets"]
                stream.seek(8 + length + begin)
                values = np.frombuffer(stream.read(end - begin), _INTEGERS[kind])
                yield from _token_rows(values.reshape(about["shape"]), decode)


def pickled(data: bytes) -> Iterator[Piece]:
    """The strings of a pickle, read from its opcodes: nothing is built and nothing runs."""
    try:
        found = [arg for _, arg, _ in pickletools.genops(io.BytesIO(data)) if isinstance(arg, str | bytes)]
    except Exception as error:  # pickletools tells of damage in many ways
        raise Undecodable(f"broken pickle ({str(error)[:60]})") from error
    yield Piece(None, [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in found])


def events(path: Path, _: Decode | None) -> Iterator[Piece]:
    """The strings of TensorBoard's event files: records of a length, its checksum, a protobuf and its checksum."""
    data = path.read_bytes()
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        if at + 12 + length > len(data):  # torn while it was written
            yield readable(data[at:])
            break
        yield Piece(None, list(strings(data[at + 12 : at + 12 + length])))
        at += 16 + length
    if at == 0 and data:
        raise Undecodable("no record of an event file")


def wandb(path: Path, _: Decode | None) -> Iterator[Piece]:
    """The strings of W&B's log: LevelDB's format of blocks, each record a protobuf."""
    data = path.read_bytes()
    if not data.startswith(b":W&B"):
        raise Undecodable("no log of W&B")
    record = b""
    at = 7
    while at + 7 <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < 7:
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        if kind == 0 and length == 0:  # the rest of a block is filled with zeros
            at += left
            continue
        if kind not in (1, 2, 3, 4) or length > left - 7:
            raise Undecodable(f"a record of W&B's log is broken at byte {at}")
        if at + 7 + length > len(data):  # torn while it was written
            yield readable(record + data[at + 7 :])
            return
        chunk = data[at + 7 : at + 7 + length]
        record = chunk if kind in (1, 2) else record + chunk
        if kind in (1, 4):
            yield Piece(None, list(strings(record)))
        at += 7 + length


def strings(data: bytes, deep: int = 0) -> Iterator[str]:
    """Whatever in a protobuf may be text: fields of bytes that read as UTF-8, and those of messages within.

    No schema is needed, so a field is read both ways where it can be.
    """
    for field in _fields(data) or ():
        if (text := _text(field)) is not None:
            yield text
            if text[:1] in '{["':
                value: Any = line_value(text)
                yield from (found for _, found in leaves(value, None) if found is not None and found != text)
        if deep < _DEEP:
            yield from strings(field, deep + 1)


def _fields(data: bytes) -> list[bytes] | None:
    """The fields of bytes of a message; None where it is none."""
    found, at = [], 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if tag >> 3 == 0 or at > len(data):
            return None
        if kind == 0:
            _, at = _varint(data, at)
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        elif kind == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                return None
            found.append(data[at : at + length])
            at += length
        else:
            return None
    return found if at == len(data) else None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    return 0, len(data) + 1


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(text) > 2 and "\x00" not in text else None


def _token_rows(values: Any, decode: Decode | None) -> Iterator[Piece]:
    if decode is None or values.ndim not in (1, 2) or not values.size:
        return
    rows = values.reshape(1, -1) if values.ndim == 1 else values
    yield Piece(None, [decode([one for one in row if one >= 0]) for row in rows.tolist()])
