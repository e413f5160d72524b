"""What ends a training run, told in one line: no memory left, no room on the disk, a loss that is no number."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from virality.atomic import aside
from virality.errors import ViralityError, is_disk_full
from virality.progress import is_main

BAD_BATCH = "bad_batch.json"


@contextlib.contextmanager
def out_of_memory(
    *,
    micro_batch: int,
    shape: tuple[int, int] | None = None,
    max_tokens: int | None = None,
    precision: str = "float32",
) -> Iterator[None]:
    """Turn a want of memory inside the block into one line that says which setting to change.

    Args:
        micro_batch: examples side by side on this rank.
        shape: of the batch at work: rows, and tokens of the longest; None where it is not known.
        max_tokens: the setting of that name, where it is known.
        precision: of the base: float32 leaves bf16 to be tried.

    Raises:
        ViralityError: memory ran out. Any other error passes through.
    """
    try:
        yield
    except ViralityError:
        raise  # told already, by a block inside this one
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise ViralityError(advice(micro_batch, shape, max_tokens, precision)) from error


def advice(
    micro_batch: int, shape: tuple[int, int] | None = None, max_tokens: int | None = None, precision: str = "float32"
) -> str:
    """The line for a run that is out of memory; arguments as `out_of_memory` has them."""
    where = f" at a batch of {shape[0]:,} rows of up to {shape[1]:,} tokens" if shape else ""
    start = f"micro_batch = {micro_batch}: out of memory{where}"
    if micro_batch > 1:
        fewer = max(part for part in range(1, micro_batch) if micro_batch % part == 0)
        return f"{start}; set micro_batch={fewer} (the same gradients, in more passes)"
    ways = ["take a smaller base"]
    if "32" in precision:
        ways.insert(0, "set precision=bf16")
    if shape and shape[1] >= 2 * _LEAST_TOKENS:
        now = "" if max_tokens is None else f" (it is {max_tokens})"
        ways.insert(0, f"set max_tokens={shape[1] // 2}{now}")
    return f"{start}; {', or '.join(ways)}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error, or anything that caused it, says that a device or this machine has no memory left.

    CUDA has an error of its own (`torch.OutOfMemoryError`), the CPU's allocator and oneDNN raise a RuntimeError: all
    keep the words.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or any(words in str(seen).lower() for words in _MEMORY_WORDS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def is_out_of_room(error: BaseException, folder: Path) -> bool:
    """Whether `error` came about because the files being written in `folder` found no room on the disk.

    `torch.save` says "iostream error" and no more, so the file system is asked again: may one more MiB stand behind
    the length of the longest file? A full disk, a full quota and a limit on the size of files all say no.
    """
    if is_disk_full(error):
        return True
    if not isinstance(error, Exception) or isinstance(error, ViralityError):
        return False
    probe = folder / "probe"
    try:
        longest = max((path.stat().st_size for path in folder.rglob("*") if path.is_file()), default=0)
        with probe.open("wb") as stream:
            stream.seek(longest)
            stream.write(bytes(1 << 20))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as again:
        return is_disk_full(again)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return False


def keep_batch(folder: Path, what: str, rows: Iterable[Mapping[str, Any]]) -> ViralityError:
    """Keep the batch at which training must stop for a look, and answer the error to raise.

    Args:
        folder: of the run. The file is bad_batch.json; of another rank than the first, bad_batch-rank<N>.json.
        what: which number of which step is none.
        rows: JSON values of each example; numbers that are none are kept as words.
    """
    place = folder / (BAD_BATCH if is_main() else BAD_BATCH.replace(".", f"-rank{os.environ['RANK']}."))
    document = {"what": what, "rows": [{key: _writable(value) for key, value in row.items()} for row in rows]}
    try:
        with aside(place) as path:
            path.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    except OSError as error:  # what stopped the run is worth more than why it could not be kept
        what = f"{what}; its rows could not be kept ({error.strerror})"
    return ViralityError(f"{place}: {what}; lower learning_rate, or look at its rows")


_LEAST_TOKENS = 16
_MEMORY_WORDS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "bad_alloc",
    "alloc_failed",
)


def _writable(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
