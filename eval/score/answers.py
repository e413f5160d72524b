"""Rows of posts -> a table of answers, each beside its row's number; what is not scored says why, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eval.score import languages
from eval.score.columns import Columns
from eval.score.rows import Row
from eval.score.texts import NOT_SURE, read
from eval.score.two import abstains
from train.scorers import Scorer

if TYPE_CHECKING:
    import pyarrow as pa

CHARACTERS = 1_000_000
"""A chunk is closed when its posts hold so many, which bounds the memory that scoring takes."""
ROWS = {"linear": 4_000, "encoder": 1_000}
FEW = 250
"""Rows of a chunk at most, by family and of the others: what a kill costs."""


def chunks(rows: Iterable[Row], family: str) -> Iterator[list[Row]]:
    """Rows in their order in chunks, whose ends depend on nothing but the rows since the last end."""
    most, held, size = ROWS.get(family, FEW), list[Row](), 0
    for row in rows:
        held.append(row)
        size += sum(len(cell) for cell in row[1] if isinstance(cell, str))
        if len(held) >= most or size >= CHARACTERS:
            yield held
            held, size = [], 0
    if held:
        yield held


def judged(scorer: Scorer, rows: Sequence[Row], start: int, columns: Columns) -> pa.Table:
    """Answers to one chunk. Equal posts, or pairs of posts, are scored once.

    Args:
        scorer: of any family; of one that values single posts where a row holds one.
        rows: of the file.
        start: number of the first of them, from 1.
        columns: of the file.

    Returns:
        `row`; `id` where there is one; `value`: P(first beats second), or of single posts the value in log-odds, null
        where it is not scored; of pairs `confidence` and `answer` (first, second, none); `why`, null where it answers.
    """
    import pyarrow as pa

    asked = _asked(scorer, rows)
    wanted = list(dict.fromkeys(texts for texts, why in asked if why is None))
    sides = [list(side) for side in zip(*wanted, strict=True)]
    values = _values(scorer, sides)
    known = dict(zip(wanted, values, strict=True))
    found = [None if why is not None else known[texts] for texts, why in asked]
    told: dict[str, Any] = {"row": pa.array(range(start, start + len(rows)), pa.int64())}
    if columns.identifier is not None:
        told["id"] = pa.array([identifier for identifier, _ in rows], pa.string())
    told["value"] = pa.array(found, pa.float64())
    whys = [why for _, why in asked]
    if columns.pairs:
        unsure = [p is not None and abstains(p, scorer.sure) for p in found]
        whys = [NOT_SURE if doubt else why for doubt, why in zip(unsure, whys, strict=True)]
        answers = [_answer(p, doubt) for p, doubt in zip(found, unsure, strict=True)]
        told["confidence"] = pa.array([None if p is None else max(p, 1 - p) for p in found], pa.float64())
        told["answer"] = pa.array(answers, pa.string())
    return pa.table(told | {"why": pa.array(whys, pa.string())})


def _asked(scorer: Scorer, rows: Sequence[Row]) -> list[tuple[tuple[str, ...], str | None]]:
    """The posts of each row as they are scored, and why they are not."""
    known: dict[str, tuple[str, str | None]] = {}

    def post(cell: object) -> tuple[str, str | None]:
        if not isinstance(cell, str):
            return read(cell)
        if cell not in known:
            text, why = read(cell)
            lang = languages.unlearned(text, scorer.languages) if why is None else None
            known[cell] = text, why if lang is None else languages.why(lang, scorer.languages)
        return known[cell]

    posts = [[post(cell) for cell in cells] for _, cells in rows]
    return [(tuple(text for text, _ in two), next((why for _, why in two if why), None)) for two in posts]


def _values(scorer: Scorer, sides: list[list[str]]) -> list[float]:
    if not sides:
        return []
    return list(map(float, scorer.probability(*sides) if len(sides) == 2 else scorer.utility(sides[0])))


def _answer(p: float | None, unsure: bool) -> str:
    return "none" if p is None or unsure else "first" if p > 0.5 else "second"
