"""Evaluation runs made by hand: prepared pairs, scores and rewrites that one can reckon with on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_prep.records import Pair, pair_schema
from eval.steps import RewriteRow, rewrite_schema
from train.records import Score, score_schema
from virality import runs, tables

RIGHTS: dict[str, Any] = {"basis": {"own_export": 1}, "research_only": False}
Drafts = Mapping[str, tuple[Sequence[bool], float | None]]
"""Draft -> which rewrites passed, and the judge's P of what was returned; None: nothing was."""


def prepared(pairs: int, *, name: str = "posts", each: int = 1, better: str = "It is free.") -> str:
    """A prepared run of test pairs `pair 0`, `pair 1` ...; `each` of them are of one component."""
    rows = [
        Pair(pair_id=f"pair {at}", kind="ab_test", component=f"c{at // each}", split="test", rights="own_export",
             worse_id=f"w{at}", better_id=f"b{at}", worse=f"Post {at}. Forms are here.", better=f"Post {at}. {better}",
             p_value=0.01 if at % 2 else 0.5, weight=1.0, faithful=True, gates_hash="x")
        for at in range(pairs)
    ]  # fmt: skip
    here = runs.start("prepare", name, settings={"better": better}, inputs={}, fresh=True)
    with here.file("pairs.parquet") as path:
        tables.write(rows, pair_schema(), path)
    here.finish(rights=RIGHTS)
    return str(here.folder)


def evaluated(
    name: str,
    data: str,
    *,
    pairs: Sequence[float | None] = (),
    drafts: Drafts | None = None,
    system: str = "writer",
    judge: str = "linear-1",
    each: int = 1,
    **settings: Any,
) -> str:
    """An evaluation run: P(better) of `pair 0`, `pair 1` ... and what became of drafts, `each` of one component."""
    scores = [Score(f"pair {at}", "scorer", name, p, None if p is not None else "lost") for at, p in enumerate(pairs)]
    scores += [Score(f"pair {at}", "judge", judge, 0.6, None) for at in range(len(pairs))]
    rewrites = []
    for at, (draft, (passed, p)) in enumerate((drafts or {}).items()):
        rewrites += [RewriteRow(draft, f"c{at // each}", f"Draft {draft}.", f"{draft} {number}", "m", "r", "p", "h", 0,
                                0.7, "end") for number in range(len(passed))]  # fmt: skip
        for which in (system, "base"):
            scores += [Score(f"{draft}:{which}:{number}", "scorer", "guide", 0.6 if good else None, None)
                       for number, good in enumerate(passed)]  # fmt: skip
            scores.append(Score(f"{draft}:{which}:returned", "judge", judge, p, None))
    here = runs.start("evaluate", name, settings={"data": data, "name": None, "out": None, "samples": 4, **settings},
                      inputs={data: runs.digest(Path(data))})  # fmt: skip
    with here.file("scores.parquet") as path:
        tables.write(scores, score_schema(), path)
    if drafts is not None:
        with here.file("rewrites.parquet") as path:
            tables.write(rewrites, rewrite_schema(), path)
    here.finish(rights=RIGHTS)
    return str(here.folder)
