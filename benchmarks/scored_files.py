"""A large file through `virality score RUN --file F`: posts a second, peak memory, and what a kill -9 leaves."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks import prepare
from virality.atomic import sha256

_BLOCK = 50_000
_EVERY = 0.05
"""Seconds between two looks at what a command has finished."""


def texts_of(data: str) -> list[str]:
    """The distinct posts of a prepared run's pairs."""
    from train.steps import read_pairs

    return list(dict.fromkeys(text for pair in read_pairs([data]).pairs for text in (pair.worse, pair.better)))


def numbered(texts: list[str], count: int, first: int = 0) -> Iterator[str]:
    """So many posts, all different: the corpus over and over, each with a number behind it."""
    return (f"{text} {first + at}" for at, text in enumerate(islice(cycle(texts), count)))


def write(texts: list[str], rows: int, path: Path) -> None:
    """A parquet of `rows` different posts, `id` and `text`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    stream = numbered(texts, rows)
    with pq.ParquetWriter(path, schema) as writer:
        for begin in range(0, rows, _BLOCK):
            some = list(islice(stream, _BLOCK))
            names = [f"post-{begin + at}" for at in range(len(some))]
            writer.write_table(pa.table({"id": names, "text": some}, schema=schema))


def command(run: str, file: Path, out: Path) -> list[str]:
    """`virality score` of a file."""
    return [sys.executable, "-m", "virality", "score", run, "--file", str(file), "--out", str(out)]


def million(run: str, data: str, rows: int, folder: Path) -> dict[str, Any]:
    """Score a file of so many rows once: seconds from the start of the command to its end, and the group's peak PSS."""
    file, out = folder / "posts.parquet", folder / "scores.parquet"
    write(texts_of(data), rows, file)
    job = prepare.measured("virality score", rows, command(run, file, out))
    return {"rows": rows, "rows_out": _rows(out), "seconds": job.seconds, "posts_a_second": rows / job.seconds,
            "memory_mb": job.memory_mb, "file_mb": file.stat().st_size >> 20,
            "out_mb": out.stat().st_size >> 20}  # fmt: skip


def resume(run: str, data: str, rows: int, folder: Path) -> dict[str, Any]:
    """Score a file, and once more with kill -9 in the middle; whether the second came to the same bytes.

    Raises:
        SystemExit: a command failed, or had ended before it could be killed.
    """
    file, whole, stopped = folder / "posts.parquet", folder / "whole.parquet", folder / "stopped.parquet"
    write(texts_of(data), rows, file)
    without = prepare.measured("virality score", rows, command(run, file, whole)).seconds
    started = time.perf_counter()
    kept = _killed(command(run, file, stopped), stopped.with_name(f"{stopped.name}.work"), rows // 2)
    before = time.perf_counter() - started
    started = time.perf_counter()
    done = subprocess.run(command(run, file, stopped), capture_output=True, text=True)
    after = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"the resumed command: exit {done.returncode}\n{done.stderr[-2000:]}")
    found = re.search(r"continuing after ([\d,]+) of", done.stderr)
    return {"rows": rows, "seconds": without, "seconds_until_killed": before, "rows_kept_when_killed": kept,
            "rows_continued_after": int(found[1].replace(",", "")) if found else 0, "seconds_resumed": after,
            "same_bytes": sha256(whole) == sha256(stopped)}  # fmt: skip


def _killed(words: list[str], work: Path, least: int) -> int:
    """Kill a command as soon as it has kept `least` rows. Returns how many it had kept."""
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while (kept := sum(map(_rows, sorted(work.glob("[0-9]*.parquet"))))) < least:
        if process.poll() is not None:
            sys.exit(f"{' '.join(words)}: ended (exit {process.returncode}) before it was killed; take more --rows")
        time.sleep(_EVERY)
    process.kill()
    process.wait()
    return kept


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
