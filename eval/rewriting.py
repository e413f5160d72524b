"""Rewrites of many drafts, kept as they come: an interrupted evaluation makes none twice and loses few."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.steps import Draft, RewriteRow, rewrite, rewrite_schema
from train.steering import UNLED, Steering
from train.steps import Writer
from virality import tables
from virality.atomic import aside
from virality.models import vllm_engine
from virality.progress import say

_AT_ONCE = 256
"""Rewrites between two pieces that are kept."""


def rewrites(
    open_: Callable[[], Writer],
    chosen: Sequence[Draft],
    work: Path,
    *,
    samples: int,
    temperature: float,
    seed: int,
    label: str,
    steering: Steering = UNLED,
) -> list[RewriteRow]:
    """`samples` rewrites of each draft, in the order of the drafts.

    Drafts of like length are written beside each other. A row depends on its draft, its sample's number and the seed
    alone, but for rounding, so it does not matter where an earlier run had stopped.

    Args:
        open_: gives the model; not called where all rewrites are there.
        chosen: the drafts.
        work: folder of the pieces; what an earlier run with the same settings left there is taken.
        samples: of each draft.
        temperature: 0 is greedy, one rewrite a draft.
        seed: of the samples.
        label: of the progress bar.
        steering: what leads sampling.
    """
    order = sorted(range(len(chosen)), key=lambda at: (len(chosen[at].text), at))
    width = max(1, _AT_ONCE // samples)
    pieces = [order[at : at + width] for at in range(0, len(order), width)]
    found: list[RewriteRow] = []
    writer: Writer | None = None
    kept = sum((work / _name(number)).is_file() for number in range(len(pieces)))
    if kept:
        say(f"  {label}: {kept} of {len(pieces)} parts are there")
    for number, piece in enumerate(pieces):
        path = work / _name(number)
        if not path.is_file():
            writer = writer or open_()
            part = f"{label}, part {number + 1} of {len(pieces)}" if len(pieces) > 1 else label
            rows = rewrite(writer, [chosen[at] for at in piece], samples=samples, temperature=temperature, seed=seed,
                           label=part, steering=steering)  # fmt: skip
            with aside(path) as temporary:
                tables.write(rows, rewrite_schema(), temporary)
        found += tables.read(path, rewrite_schema(), RewriteRow)
    if writer is not None and writer.engine == "vllm":
        vllm_engine.close(writer.model)
    place = {draft.example_id: at for at, draft in enumerate(chosen)}
    return sorted(found, key=lambda row: place[row.example_id])  # stable: samples stay in their order


def clear(work: Path) -> None:
    """Remove the pieces, when what they were kept for is done."""
    shutil.rmtree(work, ignore_errors=True)


def _name(number: int) -> str:
    return f"{number:05d}.parquet"
