"""Finished chunks beside the output, so that the same command continues where it was stopped, to the same bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from virality.atomic import aside, is_partial, sha256
from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow as pa

_ABOUT = "work.json"
_GROUP = 100_000
"""Rows of a row group of a parquet output, at least."""
ENDINGS = (".parquet", ".csv", ".jsonl")


class Work:
    """The folder `OUT.work`, and what becomes of it: `OUT`, and `OUT.json` which says what it was made of.

    Args:
        out: the output.
        key: what decides the output: input by hash, columns, scorer. Chunks of another key are never mixed in.
        fresh: leave out whatever an earlier command left.

    Raises:
        ViralityError: there is an output, or work, of another key; or nothing can be written there.
    """

    def __init__(self, out: Path, key: Mapping[str, Any], *, fresh: bool) -> None:
        """Open it. `finished` holds what `OUT.json` says where the output is whole already, else None."""
        self.out, self.key = out, json.loads(json.dumps(key))
        self.folder, self.about = out.with_name(f"{out.name}.work"), out.with_name(f"{out.name}.json")
        self.finished: dict[str, Any] | None = None
        try:
            self._open(fresh)
        except OSError as error:
            raise ViralityError(f"{out}: cannot be written ({error.strerror}); name another --out") from error

    def _open(self, fresh: bool) -> None:
        if self.out.is_dir():
            raise ViralityError(f"{self.out}: is a folder; name a file with --out")
        if fresh:
            self._clear()
            self.about.unlink(missing_ok=True)
        else:
            begun, ended = _read(self.folder / _ABOUT), _read(self.about)
            if ended is not None and self._differs(ended.get("key")) is None and self._is_whole(ended):
                self.finished = ended
                self._clear()
                return
            if begun is not None:
                self._refuse(self.folder, begun)
            elif self.out.exists():
                if ended is not None:
                    self._refuse(self.out, ended.get("key"))
                raise ViralityError(f"{self.out}: is there already; --fresh replaces it, or name another --out")
        self.folder.mkdir(parents=True, exist_ok=True)
        with aside(self.folder / _ABOUT) as path:
            path.write_text(json.dumps(self.key, indent=2, ensure_ascii=False), encoding="utf-8")

    def done(self) -> tuple[int, int]:
        """How many chunks are finished, and how many rows they hold; from the first that is not, none counts."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        chunks = rows = 0
        while (path := self._chunk(chunks)).is_file():
            try:
                rows += pq.read_metadata(path).num_rows
            except (pa.ArrowException, OSError):
                break
            chunks += 1
        return chunks, rows

    def keep(self, number: int, table: pa.Table) -> None:
        """Keep a chunk, whole or not at all."""
        import pyarrow.parquet as pq

        with aside(self._chunk(number)) as path:
            pq.write_table(table, path, compression="zstd")

    def chunks(self, number: int) -> Iterator[pa.Table]:
        """The first `number` chunks, in their order."""
        import pyarrow.parquet as pq

        for at in range(number):
            yield pq.read_table(self._chunk(at))

    def finish(self, number: int, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Make the output of the first `number` chunks and take the folder away. Returns what `OUT.json` says."""
        with aside(self.out) as path:
            _write(self.chunks(number), path, self.out.suffix.lower())
        document = {"key": self.key, **facts, "sha256": sha256(self.out)}
        with aside(self.about) as path:
            path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        self._clear()
        return document

    def _chunk(self, number: int) -> Path:
        return self.folder / f"{number:06d}.parquet"

    def _is_whole(self, ended: dict[str, Any]) -> bool:
        return self.out.is_file() and sha256(self.out) == ended.get("sha256")

    def _refuse(self, place: Path, key: object) -> None:
        if (changed := self._differs(key)) is not None:
            raise ViralityError(
                f"{place}: is of another command ({changed}); --fresh replaces it, or name another --out"
            )

    def _differs(self, key: object) -> str | None:
        """What of a key is not as it is now, in words."""
        there = key if isinstance(key, dict) else {}
        wrong = [name for name in self.key if there.get(name) != self.key[name]]
        return f"its {', '.join(wrong)} differ{'s' * (len(wrong) == 1)}" if wrong else None

    def _clear(self) -> None:
        """Take the folder away, if it is one that this class made."""
        if self.folder.is_dir():
            strange = [one.name for one in self.folder.iterdir()
                       if one.suffix not in (".parquet", ".json") and not is_partial(Path(one.name))]  # fmt: skip
            if strange:
                raise ViralityError(f"{self.folder}: holds {strange[0]}, which is none of ours; name another --out")
            shutil.rmtree(self.folder)


def _read(path: Path) -> dict[str, Any] | None:
    """A document of this class; None where there is none that can be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _write(tables: Iterator[pa.Table], path: Path, ending: str) -> None:
    """Tables of one schema, one after another, in the format of an ending."""
    first = next(tables)
    if ending == ".parquet":
        _write_parquet(first, tables, path)
    elif ending == ".csv":
        import pyarrow.csv as pc

        with pc.CSVWriter(path, first.schema, write_options=pc.WriteOptions(quoting_style="needed")) as writer:
            for table in (first, *tables):
                writer.write_table(table)
    else:
        with path.open("w", encoding="utf-8") as stream:
            for table in (first, *tables):
                stream.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in table.to_pylist())


def _write_parquet(first: pa.Table, tables: Iterator[pa.Table], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = [first]
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for table in tables:
            if sum(one.num_rows for one in held) >= _GROUP:
                writer.write_table(pa.concat_tables(held))
                held = []
            held.append(table)
        writer.write_table(pa.concat_tables(held))
