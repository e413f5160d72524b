"""The members of a file, as streams: a plain file is one member, a gzip or zstd file too, a zip archive has many.

Nothing is ever extracted to disk, archives inside archives stay closed, and what expands without measure is refused.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from data_prep.sources import Bad
from data_prep.sources.blocking import shown
from data_prep.sources.hub import is_hub
from data_prep.sources.packed import UnpackedStream, check_measure, gunzipped, read_whole, unzipped, unzstandard
from virality.errors import ViralityError

KINDS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".js", ".parquet", ".xlsx")
PACKED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Member:
    """One readable thing: a file, or one name inside a zip archive.

    Fields:
        path: the file it is in.
        inner: its path inside the zip archive; None for a plain or packed file.
    """

    path: Path
    inner: str | None = None

    @property
    def file(self) -> str:
        """What drops and errors call it: `posts.csv`, or `archive.zip!data/tweets.js`."""
        return str(self.path) if self.inner is None else f"{self.path}!{self.inner}"

    @property
    def kind(self) -> str:
        """Its ending without that of its packing: `.csv` of `a.csv.gz`; '' where it has none."""
        return kind(PurePosixPath(self.path.name if self.inner is None else self.inner))


def kind(path: PurePosixPath | Path) -> str:
    """Ending of a table in lower case, without that of its packing (`.csv` of `a.csv.gz`)."""
    ending = path.suffix.lower()
    return PurePosixPath(path.stem).suffix.lower() if ending in PACKED else ending


def members(path: Path | Member, pattern: str | None = None) -> Iterator[Member | Bad]:
    """What there is to read in a file, in the order of names.

    Args:
        path: a plain, packed or zip file; a Member is given back as it is.
        pattern: which members of a zip archive (`fnmatch` on the path inside, `*` also matches `/`). Without one: all
            tables. A plain file is given whatever its name.

    Returns:
        Members; and for each name that leads out of the archive or is a link, a `Bad('bad_path')`.

    Raises:
        ViralityError: not a file, not a readable archive, locked with a password, or all members together expand
            without measure.
    """
    if isinstance(path, Member):
        yield path
        return
    if is_hub(path):
        yield Member(path)
        return
    if not path.is_file():
        raise ViralityError(f"{path}: not a file; give a file, a folder of files or a glob")
    if path.suffix.lower() != ".zip":
        yield Member(path)
        return
    with _archive(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.filename)
    size = path.stat().st_size
    chosen: list[zipfile.ZipInfo] = []
    for info in infos:
        if _leads_out(info):
            yield Bad("bad_path", value=shown(info.filename))
        elif _is_chosen(info, pattern):
            chosen.append(info)
    _measure(path, chosen, size)
    for name in dict.fromkeys(info.filename for info in chosen):
        yield Member(path, name)


def open_bytes(member: Member | Path, *, seekable: bool = False) -> BinaryIO:
    """The unpacked bytes of a member.

    Damage in a packed member ends the stream early, after all that can be unpacked; `damage_of` then says what it was.
    `seekable` holds an unpacked member in memory (at most 256 MB), for formats that are read from their end.

    Raises:
        ViralityError: it cannot be opened, or expands without measure.
    """
    if isinstance(member, Path):
        member = Member(member)
    packing = member.path.suffix.lower()
    try:
        if member.inner is not None:
            with _archive(member.path) as archive:
                stream = unzipped(member.file, member.path, archive.getinfo(member.inner))
        elif packing == ".gz":
            stream = gunzipped(member.file, member.path.open("rb"))
        elif packing == ".zst":
            stream = unzstandard(member.file, member.path.open("rb"))
        else:
            return member.path.open("rb")
    except OSError as error:
        raise ViralityError(f"{member.file}: cannot be read ({error.strerror or error})") from error
    return read_whole(stream) if seekable else io.BufferedReader(stream, 1 << 16)


def damage_of(stream: BinaryIO | io.TextIOWrapper) -> str | None:
    """What broke off a stream that has been read to its end; None where it is whole."""
    below = stream.buffer if isinstance(stream, io.TextIOWrapper) else stream
    raw = getattr(below, "raw", None)
    return raw.damage if isinstance(raw, UnpackedStream) else None


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ViralityError(f"{path}: not a readable zip archive ({shown(error)})") from error


def _leads_out(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename.replace("\\", "/")
    drive = len(name) > 1 and name[1] == ":"
    return drive or name.startswith("/") or ".." in name.split("/") or stat.S_ISLNK(info.external_attr >> 16)


def _is_chosen(info: zipfile.ZipInfo, pattern: str | None) -> bool:
    parts = PurePosixPath(info.filename).parts
    if info.is_dir() or any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return False
    if pattern is not None:
        return fnmatchcase(info.filename, pattern)
    return PurePosixPath(info.filename).suffix.lower() in KINDS


def _measure(path: Path, chosen: list[zipfile.ZipInfo], size: int) -> None:
    """By what the archive says of itself; its members together too, as many may share the same packed bytes."""
    for info in chosen:
        if info.flag_bits & 1:
            raise ViralityError(f"{path}!{info.filename}: locked with a password; unpack it first")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ViralityError(f"{path}!{info.filename}: packed in a way that is not read here; unpack it first")
        check_measure(f"{path}!{info.filename}", info.file_size, min(info.compress_size, size))
    check_measure(str(path), sum(info.file_size for info in chosen), size)
