"""Examples that are made once on each machine: its first rank writes them, the others wait for the file and map it.

They wait for a file and not in a collective, which gives up after some minutes, before the process group is there.
What is mapped lies in memory once for all ranks of a machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import pyarrow as pa

from train.examples import Example
from train.launch import ranks
from virality import runs
from virality.atomic import aside
from virality.models.base import Found
from virality.models.prompts import Prompt

_SCHEMA = pa.schema(
    [
        ("pair_id", pa.string()),
        ("prompt", pa.list_(pa.int32())),
        ("completions", pa.list_(pa.list_(pa.int32()))),
        ("weight", pa.float64()),
        ("p_better", pa.float64()),
        ("offset", pa.float64()),
        ("group", pa.int64()),
        ("row", pa.int64()),
        ("length", pa.int64()),
    ]
)
_LONG = {"prompt", "completions"}
_CHUNK = 1000


class Row(Mapping[str, Any]):
    """One example as `train.fit` lays it out; its token ids are read when they are asked for."""

    __slots__ = ("_at", "_of")

    def __init__(self, of: Stored, at: int) -> None:
        self._of, self._at = of, at

    def __getitem__(self, name: str) -> Any:
        return self._of.table[name][self._at].as_py() if name in _LONG else self._of.short[name][self._at]

    def __iter__(self) -> Iterator[str]:
        return iter(_SCHEMA.names)

    def __len__(self) -> int:
        return len(_SCHEMA.names)


class Stored(Sequence[Example]):
    """Examples in a file of arrow batches, memory-mapped.

    Fields:
        path: of the file.
        table: its columns, mapped.
        short: its columns without token ids, in memory.
        too_long: how many examples were left out when it was made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table = pa.ipc.open_stream(pa.memory_map(str(path))).read_all()
        self.short = {name: self.table[name].to_pylist() for name in _SCHEMA.names if name not in _LONG}
        self.too_long = int(self.table.schema.metadata[b"too_long"])

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, at: int) -> Example: ...
    @overload
    def __getitem__(self, at: slice) -> list[Example]: ...
    def __getitem__(self, at: int | slice) -> Example | list[Example]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        row = Row(self, at)
        return Example(**{name: row[name] for name in _SCHEMA.names if name not in ("row", "length")})

    def rows(self) -> list[Row]:
        """Every example as a row."""
        return [Row(self, at) for at in range(len(self))]


def once(
    folder: Path, known: Mapping[str, Any], encode: Callable[[], tuple[list[Example], int]]
) -> tuple[Sequence[Example], int]:
    """What `encode` answers: examples, and how many were too long. Under several ranks it is called once a machine.

    Args:
        folder: of the run; files go to its `work/examples/`.
        known: JSON values, all that the answer depends on.
        encode: makes the examples.
    """
    if ranks.world() == 1:
        return encode()
    key = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]
    path = folder / "work" / "examples" / f"{key}-{ranks.first_here()}.arrow"
    if not path.is_file():
        if ranks.local() == 0:
            write(path, *encode())
        else:
            ranks.wait_for(path)
    found = Stored(path)
    return found, found.too_long


def once_for(
    here: runs.Run | None, base: Found, prompt: Prompt, encode: Callable[[], tuple[list[Example], int]]
) -> tuple[Sequence[Example], int]:
    """`once`, for an open run; without one `encode` is called."""
    return encode() if here is None else once(here.folder, known(here, base, prompt), encode)


def known(here: runs.Run, base: Found, prompt: Prompt) -> dict[str, Any]:
    """All that the examples of a run depend on."""
    about = here.document
    return {"settings": about["settings"], "inputs": about["inputs"], "base": [base.spec, base.revision],
            "prompt": prompt.hash}  # fmt: skip


def write(path: Path, examples: Sequence[Example], too_long: int) -> None:
    """Write examples as `Stored` reads them."""
    schema = _SCHEMA.with_metadata({"too_long": str(too_long)})
    with aside(path) as temporary, pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:
        for start in range(0, len(examples), _CHUNK):
            some = enumerate(examples[start : start + _CHUNK], start)
            rows = [{name: getattr(one, name) for name in _SCHEMA.names if name != "row"} | {"row": at}
                    for at, one in some]  # fmt: skip
            stream.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
