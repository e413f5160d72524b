"""Bytes as text: UTF-8 with or without a byte order mark, UTF-16 or UTF-32 with one, in one codec that streams.

Bytes that are not UTF-8 are read as Windows-1252 (Latin-1 where that has none), and those alone: one broken byte does
not spoil the emoji of a whole file.
NUL, which no post holds and which stops other readers, is left out.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

NAME = "virality.text"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_MARK = 4


def _latin(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(_SINGLE[byte] for byte in error.object[error.start : error.end]), error.end


_SINGLE = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]
codecs.register_error("virality.latin", _latin)


class Decoder(codecs.IncrementalDecoder):
    """Decodes piece by piece; gives the same text wherever the pieces are cut."""

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        self._held = b""
        self._inner: codecs.IncrementalDecoder | None = None

    def decode(self, input: Buffer, final: bool = False) -> str:  # noqa: A002 - the name that codecs calls it by
        """Text of the next bytes; what may go on in the next piece waits for it."""
        data = bytes(input)
        if self._inner is None:
            data = self._held + data
            if len(data) < _LONGEST_MARK and not final:
                self._held = data
                return ""
            self._held = b""
            self._inner = _decoder(data)
        return self._inner.decode(data, final).replace("\0", "")

    def reset(self) -> None:
        """Begin another file."""
        self._held, self._inner = b"", None


def _decoder(start: bytes) -> codecs.IncrementalDecoder:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return codecs.getincrementaldecoder(encoding)("replace")
    return codecs.getincrementaldecoder("utf-8-sig")("virality.latin")


def _decode(data: Buffer, errors: str = "strict", /) -> tuple[str, int]:
    whole = bytes(data)
    return decode(whole), len(whole)


def _codec(name: str) -> codecs.CodecInfo | None:
    if name != NAME:
        return None
    return codecs.CodecInfo(codecs.utf_8_encode, _decode, incrementaldecoder=Decoder, name=NAME)


codecs.register(_codec)


def is_foreign(start: bytes) -> bool:
    """Whether a file begins with letters of one byte of another alphabet (Windows-1256): not readable.

    Of a text in Western Europe's letters few bytes are no UTF-8; of Arabic or Russian ones most.
    """
    if any(start.startswith(mark) for mark, _ in _MARKS):
        return False
    bad = len(start) - len(start.decode("utf-8", "ignore").encode())
    return len(start) >= _JUDGED and bad > len(start) * _MOST_BAD


_JUDGED = 64
_MOST_BAD = 0.25


def decode(data: bytes) -> str:
    """The text of a whole file's bytes."""
    return Decoder().decode(data, final=True)


def text_stream(stream: io.BufferedReader | BinaryIO, newline: str | None = "") -> io.TextIOWrapper:
    """Text of a stream of bytes. `newline` as in `open`: '' keeps line ends, and lines end at any of them."""
    return io.TextIOWrapper(stream, encoding=NAME, newline=newline)
