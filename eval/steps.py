"""The work of this room on plain values: drafts -> rewrites -> verdicts -> outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data_prep.records import MEASURED, Pair
from data_prep.sources.table import identifier
from eval.figures import Outcome
from eval.metrics import Array
from train.candidates import judge_gates, sample
from train.scorers import Scorer
from train.steps import Writer
from virality.gates import Verdict, passed

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Draft:
    """A human post of the test split that is to be rewritten."""

    example_id: str
    component: str
    text: str
    lang: str | None
    platform: str | None


@dataclass(frozen=True, slots=True)
class RewriteRow:
    """One generated rewrite, as rewrites.parquet keeps it."""

    example_id: str
    component: str
    draft: str
    rewrite: str
    model: str
    revision: str
    prompt: str
    prompt_hash: str
    seed: int
    temperature: float
    stopped: str


def rewrite_schema() -> pa.Schema:
    """Schema of rewrites.parquet."""
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("example_id", pa.string(), nullable=False),
            pa.field("component", pa.string(), nullable=False),
            pa.field("draft", pa.string(), nullable=False),
            pa.field("rewrite", pa.string(), nullable=False),
            pa.field("model", words, nullable=False),
            pa.field("revision", words, nullable=False),
            pa.field("prompt", words, nullable=False),
            pa.field("prompt_hash", words, nullable=False),
            pa.field("seed", pa.int64(), nullable=False),
            pa.field("temperature", pa.float32(), nullable=False),
            pa.field("stopped", words, nullable=False),
        ]
    )


def test_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Measured pairs of the test split."""
    return [pair for pair in pairs if pair.kind in MEASURED and pair.split == "test"]


def drafts(pairs: Sequence[Pair], most: int, seed: int) -> list[Draft]:
    """Up to `most` different posts of test pairs, better and worse ones alike, one a component as long as there are enough."""
    both = {
        post_id: Draft(post_id, pair.component, text, pair.lang, pair.platform)
        for pair in pairs
        for post_id, text in ((pair.worse_id, pair.worse), (pair.better_id, pair.better))
    }
    order = sorted(both.values(), key=lambda draft: identifier(seed, draft.example_id))
    turn: dict[str, int] = {}
    ranked: list[tuple[int, int, Draft]] = []
    for at, draft in enumerate(order):
        turn[draft.component] = turn.get(draft.component, 0) + 1
        ranked.append((turn[draft.component], at, draft))
    ranked.sort(key=lambda item: item[:2])
    return [draft for _, _, draft in ranked[:most]]


def rewrite(
    writer: Writer, chosen: Sequence[Draft], *, samples: int, temperature: float, seed: int, label: str
) -> list[RewriteRow]:
    """`samples` rewrites of each draft by one system, in the order of the drafts."""
    made = sample(
        writer, [draft.text for draft in chosen], samples=samples, temperature=temperature, seed=seed, label=label
    )
    return [
        RewriteRow(draft.example_id, draft.component, draft.text, one.text, writer.name, writer.revision, writer.prompt.name,
                   writer.prompt.hash, one.seed, temperature, one.stopped)
        for draft, mine in zip(chosen, made, strict=True)
        for one in mine
    ]  # fmt: skip


def verdicts(rows: Sequence[RewriteRow], chosen: Sequence[Draft]) -> list[tuple[Verdict, ...]]:
    """Every gate on every rewrite."""
    about = {draft.example_id: draft for draft in chosen}
    return [
        judge_gates(row.draft, row.rewrite, about[row.example_id].platform, about[row.example_id].lang) for row in rows
    ]


def outcomes(
    rows: Sequence[RewriteRow],
    judged: Sequence[tuple[Verdict, ...]],
    chosen: Sequence[Draft],
    guide: Scorer,
    judge: Scorer,
) -> list[Outcome]:
    """What each draft came to: the guide chooses among what passed, the judge says whether it won."""
    good = [passed(one) for one in judged]
    chances = _only(guide, rows, good)
    verdict = _only(judge, rows, good)
    place: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        place.setdefault(row.example_id, []).append(at)
    return [_outcome(draft, rows, place[draft.example_id], good, chances, verdict) for draft in chosen]


def _outcome(
    draft: Draft,
    rows: Sequence[RewriteRow],
    mine: list[int],
    good: list[bool],
    chances: list[float | None],
    verdict: list[float | None],
) -> Outcome:
    def best(of: list[int]) -> int | None:
        open_ = [at for at in of if chances[at] is not None]
        return max(open_, key=lambda at: (chances[at], -at), default=None)

    counts = sorted({1, 2, 4, 8, 16, len(mine)} & set(range(1, len(mine) + 1)))
    firsts = {k: best(mine[:k]) for k in counts}
    chosen = best(mine)
    return Outcome(
        component=draft.component,
        draft=draft.text,
        rewrites=[rows[at].rewrite for at in mine],
        passed=[good[at] for at in mine],
        scorer=[chances[at] for at in mine],
        returned=None if chosen is None else mine.index(chosen),
        judge=None if chosen is None else verdict[chosen],
        first={k: None if at is None else verdict[at] for k, at in firsts.items()},
    )


def versus(judge: Scorer, first: Sequence[Outcome], second: Sequence[Outcome]) -> Array:
    """Judge's P(what the first system gives beats what the second gives); 1/2 where both give the same: (N,)."""
    p = judge.probability([one.text for one in first], [one.text for one in second])
    same = np.asarray([one.text == two.text for one, two in zip(first, second, strict=True)])
    return np.where(same, 0.5, p)


def _only(scorer: Scorer, rows: Sequence[RewriteRow], good: Sequence[bool]) -> list[float | None]:
    """P(rewrite beats draft) of the rows that are good; None for the others."""
    at = [index for index, fine in enumerate(good) if fine]
    p = scorer.probability([rows[index].rewrite for index in at], [rows[index].draft for index in at]).tolist()
    found = dict(zip(at, p, strict=True))
    return [found.get(index) for index in range(len(rows))]
