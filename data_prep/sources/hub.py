"""Data sets of the Hugging Face hub, named `hf:OWNER/NAME` or `hf:OWNER/NAME@SPLIT` (the split `train` without one).

Such a name is kept as a `Path` and streamed: nothing is downloaded whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import Block
from data_prep.sources.arrow_rows import cut
from data_prep.sources.blocking import ROWS, shown
from virality.errors import ViralityError

_NAME = re.compile(r"hf:([\w.-]+/[\w.-]+)(?:@([\w.-]+))?")


def is_hub(path: Path) -> bool:
    """Whether a path is the name of a data set on the hub."""
    return path.parts[:1] != () and path.parts[0].startswith("hf:")


def revision(path: Path) -> str:
    """The commit of a data set as it is now on the hub: what stands for its content where a file has a hash.

    Raises:
        ViralityError: there is no such data set, or the hub cannot be reached.
    """
    from huggingface_hub import HfApi

    name, _ = _parts(path)
    try:
        return str(HfApi().dataset_info(name).sha)
    except Exception as error:  # the hub's client raises errors of many kinds
        raise _refused(path, error) from error


def hub_blocks(path: Path, tables: Iterator[Any] | None = None) -> Iterator[Block]:
    """The rows of a data set, as they come.

    Args:
        path: its name.
        tables: arrow tables; None = streamed from the hub.

    Raises:
        ViralityError: there is no such data set or split, or the hub cannot be reached.
    """
    name, split = _parts(path)
    first = 1
    for table in tables if tables is not None else streamed(path, name, split):
        for batch in table.to_batches():
            for piece in cut(batch):
                yield Block(str(path), first, piece)
                first += piece.num_rows


def streamed(path: Path, name: str, split: str) -> Iterator[Any]:
    """The arrow tables of a data set's split; `name` is what `datasets` knows it by, a folder too.

    Raises:
        ViralityError: there is no such data set or split, or the hub cannot be reached.
    """
    import datasets

    try:
        yield from datasets.load_dataset(name, split=split, streaming=True).with_format("arrow").iter(ROWS)
    except GeneratorExit:
        raise
    except Exception as error:  # a data set's files and the network fail in many ways
        raise _refused(path, error) from error


def _parts(path: Path) -> tuple[str, str]:
    found = _NAME.fullmatch(str(path))
    if found is None:
        raise ViralityError(f"path: {path}: not a data set's name; write hf:OWNER/NAME or hf:OWNER/NAME@SPLIT")
    return found[1], found[2] or "train"


def _refused(path: Path, error: Exception) -> ViralityError:
    why = " ".join(shown(error).split())
    return ViralityError(f"path: {path}: cannot be read from the hub ({type(error).__name__}: {why})")
