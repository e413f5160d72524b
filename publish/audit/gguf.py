"""GGUF files as pieces: what their head says; the weights behind it hold no text."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from publish.audit.pieces import Decode, Piece, Undecodable

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MOST = 1 << 30
"""Bytes of a text."""


def pieces(path: Path, _: Decode | None) -> Iterator[Piece]:
    """What the head of a GGUF file says, its words among it; the tensors behind it hold no text."""
    with path.open("rb") as stream:
        try:
            version, _, count = struct.unpack("<4xIQQ", stream.read(24))
            found = [text for _ in range(count) for text in _entry(stream)] if version > 1 else None
        except (struct.error, KeyError, MemoryError) as error:
            raise Undecodable("broken GGUF header") from error
    if found is None:
        raise Undecodable("GGUF of an old version")
    yield Piece(None, found)


def _entry(stream: BinaryIO) -> Iterator[str]:
    yield _string(stream)
    yield from _value(stream, struct.unpack("<I", stream.read(4))[0])


def _value(stream: BinaryIO, kind: int) -> Iterator[str]:
    if kind == _STRING:
        yield _string(stream)
    elif kind == _ARRAY:
        inner, count = struct.unpack("<IQ", stream.read(12))
        if inner in _SIZES:
            stream.seek(_SIZES[inner] * count, io.SEEK_CUR)
        else:
            for _ in range(count):
                yield from _value(stream, inner)
    else:
        stream.seek(_SIZES[kind], io.SEEK_CUR)


def _string(stream: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", stream.read(8))
    if length > _MOST:
        raise struct.error
    return stream.read(length).decode("utf-8", "replace")
