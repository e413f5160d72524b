"""What is rated: the draft and the rewrite that a person would get for it, from the files of an evaluation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_prep.sources.table import identifier
from eval.steps import RewriteRow, rewrite_schema
from train.records import Score, score_schema
from virality import tables
from virality.errors import ViralityError

SYSTEM = "writer"


@dataclass(frozen=True, slots=True)
class Item:
    """A draft and the rewrite that was returned for it. `judge`: P(rewrite beats draft) by the judge."""

    example_id: str
    component: str
    draft: str
    rewrite: str
    judge: float


def items(run: Path) -> list[Item]:
    """The drafts of an evaluation for which its writer returned a rewrite, in the order of rewrites.parquet.

    The returned one is the passing rewrite that the guide likes best, the first of equals; whether one was returned
    is told by the judge having scored it (`eval.outcomes`).

    Raises:
        ViralityError: a file is missing or broken, the two do not belong together, or nothing was returned.
    """
    rows = tables.read(run / "rewrites.parquet", rewrite_schema(), RewriteRow)
    scores = tables.read(run / "scores.parquet", score_schema(), Score)
    chances, judged = _scored(scores)
    made: dict[str, list[RewriteRow]] = {}
    for row in rows:
        made.setdefault(row.example_id, []).append(row)
    found = []
    for example_id, judge in judged.items():
        values = chances.get(example_id, [])
        mine = made.get(example_id, [])[: len(values)]  # the writer's stand before those of other systems
        known = [(value, -at) for at, value in enumerate(values) if value is not None]
        if not known or len(mine) < len(values):
            raise ViralityError(
                f"{run}: scores.parquet and rewrites.parquet differ on draft {example_id}; evaluate again with --fresh"
            )
        row = mine[-max(known)[1]]
        found.append(Item(example_id, row.component, row.draft, row.rewrite, judge))
    if not found:
        raise ViralityError(f"{run}: the writer returned no rewrite, so there is nothing to rate; see its report")
    return found


def fingerprint(rated: Sequence[Item]) -> str:
    """SHA-256 of the drafts and rewrites, which ratings name so that they are not taken for those of others."""
    texts = sorted((one.example_id, one.draft, one.rewrite) for one in rated)
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def chosen(rated: Sequence[Item], most: int, rater: str) -> list[Item]:
    """At most `most` items, the same for every rater, in an order that is the rater's own and stays."""
    drawn = sorted(rated, key=lambda one: identifier("rate", one.example_id))[:most]
    return sorted(drawn, key=lambda one: identifier("order", rater, one.example_id))


def rewrite_first(rater: str, example_id: str) -> bool:
    """Whether this rater sees the rewrite of an item first: a coin that falls the same every time."""
    return int(identifier("side", rater, example_id), 16) % 2 == 1


def _scored(scores: Sequence[Score]) -> tuple[dict[str, list[float | None]], dict[str, float]]:
    """Of the writer, by draft: the guide's value of each rewrite, and the judge's of the returned one, if any was."""
    chances: dict[str, list[float | None]] = {}
    judged: dict[str, float] = {}
    for score in scores:
        example_id, _, which = score.example_id.rpartition(f":{SYSTEM}:")
        if not example_id:
            continue
        if which != "returned":
            chances.setdefault(example_id, []).append(score.value)
        elif score.value is not None:
            judged[example_id] = score.value
    return chances, judged
