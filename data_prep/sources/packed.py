"""Unpacking as a stream that is bounded and that ends at damage, with all that stood before it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from virality.errors import ViralityError

ROOM = 64 * 2**20
"""Bytes that a member may unpack to whatever its packed size."""
MOST_TIMES = 200
"""Above that, how many times its packed size. Real posts pack 3 to 30 times."""
WHOLE = 256 * 2**20
"""Most bytes of a member that has to be held in memory."""
_GZIP = 31  # zlib's wbits for a gzip header
_PIECE = 1 << 14  # unpacks to at most 16 MB: deflate's limit is 1032 times
_LOCAL_HEADER = 30
_PIECE_ZSTD = 1 << 11  # unpacks to at most 64 MB: four bytes can stand for 128 kB


class UnpackedStream(io.RawIOBase):
    """Bytes of an iterator of chunks.

    Attributes:
        damage: what ended the stream before its time; None while it is whole.
    """

    def __init__(self, name: str, chunks: Iterator[bytes], packed: Callable[[], int], close: Callable[[], None]):
        super().__init__()
        self.damage: str | None = None
        self._name, self._chunks, self._packed, self._close = name, chunks, packed, close
        self._held, self._out = memoryview(b""), 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` with what is next; 0 at the end or at damage."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._held:
            try:
                chunk = next(self._chunks, None)
            except (Damage, OSError) as error:
                self.damage, chunk = str(error), None
            if chunk is None:
                return 0
            self._out += len(chunk)
            check_measure(self._name, self._out, self._packed())
            self._held = memoryview(chunk)
        size = min(len(target), len(self._held))
        target[:size], self._held = self._held[:size], self._held[size:]
        return size

    def close(self) -> None:
        """Close what is below."""
        if not self.closed:
            self._close()
        super().close()


class Damage(Exception):
    """Packed bytes that end too early or are not what they should be."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def check_measure(name: str, unpacked: int, packed: int) -> None:
    """Refuse what expands without measure, such as 10 MB that become 10 GB of zeros.

    Raises:
        ViralityError: more than 64 MB and more than 200 times the packed size.
    """
    if unpacked > ROOM and unpacked > MOST_TIMES * packed:
        raise ViralityError(
            f"{name}: expands to more than {MOST_TIMES} times its packed size; if that is meant, unpack it first"
        )


def gunzipped(name: str, file: BinaryIO) -> UnpackedStream:
    """The stream of a gzip file, of several parts or one."""
    return UnpackedStream(name, _unpack(file, lambda: zlib.decompressobj(_GZIP), _PIECE), file.tell, file.close)


def unzstandard(name: str, file: BinaryIO) -> UnpackedStream:
    """The stream of a zstd file, of several frames or one."""
    import zstandard

    frames = zstandard.ZstdDecompressor(max_window_size=2**31)
    return UnpackedStream(name, _unpack(file, frames.decompressobj, _PIECE_ZSTD), file.tell, file.close)


def unzipped(name: str, path: Path, info: zipfile.ZipInfo) -> UnpackedStream:
    """The stream of one member of a zip archive."""
    file = path.open("rb")
    packed = min(info.compress_size, path.stat().st_size)  # what an archive says of itself may be a lie
    return UnpackedStream(name, _unzip(file, info), lambda: packed, file.close)


def read_whole(stream: UnpackedStream) -> BinaryIO:
    """All of a stream in memory, for formats that are read from their end.

    Raises:
        ViralityError: it is damaged, or larger than 256 MB.
    """
    with stream:
        data = io.BufferedReader(stream).read(WHOLE + 1)
        if stream.damage is not None:
            raise ViralityError(f"{stream._name}: cannot be read ({stream.damage})")
    if len(data) > WHOLE:
        raise ViralityError(f"{stream._name}: too large to be read inside an archive; unpack it first")
    return io.BytesIO(data)


def _unpack(file: BinaryIO | _Part, begin: Callable[[], _Unpacker], piece: int) -> Iterator[bytes]:
    unpacker, rest, inside = begin(), b"", True
    while data := rest or file.read(piece):
        rest, inside, before = b"", True, _copy(unpacker)
        try:
            yield unpacker.decompress(data)
        except _errors() as error:
            yield from _up_to_damage(before, data)
            raise Damage(str(error)) from error
        if unpacker.eof:
            rest = unpacker.unused_data.lstrip(b"\0")  # some writers pad the end
            unpacker, inside = begin(), False
    if inside:
        raise Damage("the file ends before its packed data does")


def _copy(unpacker: _Unpacker) -> _Unpacker | None:
    copy: Callable[[], _Unpacker] | None = getattr(unpacker, "copy", None)  # zstd has none
    return copy() if copy is not None else None


def _up_to_damage(unpacker: _Unpacker | None, data: bytes) -> Iterator[bytes]:
    """What of `data` can be unpacked: byte by byte, as a larger piece is lost whole."""
    if unpacker is None:
        return
    for at in range(len(data)):
        try:
            yield unpacker.decompress(data[at : at + 1])
        except _errors():
            return


def _errors() -> tuple[type[Exception], ...]:
    import zstandard

    return zlib.error, zstandard.ZstdError


class _Part:
    """So many bytes of a file, from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data


def _unzip(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Not by `zipfile`, which gives nothing of a piece of 256 kB when its checksum is wrong."""
    file.seek(max(info.header_offset, 0))  # a broken directory may say less
    head = file.read(_LOCAL_HEADER)
    if len(head) < _LOCAL_HEADER or head[:4] != b"PK\x03\x04":
        raise Damage("the archive has no such member where it says")
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    part = _Part(file, info.compress_size)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        chunks = _unpack(part, lambda: zlib.decompressobj(-zlib.MAX_WBITS), _PIECE)
    else:
        chunks = iter(lambda: part.read(_PIECE), b"")
    checksum, size = 0, 0
    for chunk in chunks:
        checksum, size = zlib.crc32(chunk, checksum), size + len(chunk)
        yield chunk
    if size != info.file_size or checksum != info.CRC:
        raise Damage("not the bytes that were packed: size or checksum differ")
