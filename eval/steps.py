"""The work of this room on plain values: test pairs -> drafts -> rewrites -> verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data_prep.records import MEASURED, Pair
from data_prep.sources.table import identifier
from train.candidates import judge_gates, sample
from train.records import Score
from train.recurring import without_recurring
from train.scorers import Scorer, controls, fitting
from train.steering import UNLED, Steering
from train.steps import Writer, read_pairs
from virality import runs
from virality.errors import ViralityError
from virality.gates import Context, Verdict

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
    """One generated rewrite, as rewrites.parquet keeps it; `engine`: what ran the model, empty where none was asked."""

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
    engine: str = ""


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
            pa.field("engine", words, nullable=False),
        ]
    )


def test_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Measured pairs of the test split."""
    return [pair for pair in pairs if pair.kind in MEASURED and pair.split == "test"]


def drafts(pairs: Sequence[Pair], most: int, seed: int) -> list[Draft]:
    """Up to `most` different posts of test pairs, better and worse alike, from as many components as there are."""
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
    writer: Writer,
    chosen: Sequence[Draft],
    *,
    samples: int,
    temperature: float,
    seed: int,
    label: str,
    steering: Steering = UNLED,
) -> list[RewriteRow]:
    """`samples` rewrites of each draft by one system, in the order of the drafts."""
    made = sample(
        writer, [draft.text for draft in chosen], samples=samples, temperature=temperature, seed=seed, label=label,
        steering=steering,
    )  # fmt: skip
    return [
        RewriteRow(
            example_id=draft.example_id,
            component=draft.component,
            draft=draft.text,
            rewrite=one.text,
            model=writer.name,
            revision=writer.revision,
            prompt=writer.prompt.name,
            prompt_hash=writer.prompt.hash,
            seed=one.seed,
            temperature=temperature,
            stopped=one.stopped,
            engine=writer.engine,
        )
        for draft, mine in zip(chosen, made, strict=True)
        for one in mine
    ]


def verdicts(
    rows: Sequence[RewriteRow], chosen: Sequence[Draft], context: Context | None = None
) -> list[tuple[Verdict, ...]]:
    """Every gate on every rewrite; `context`: thresholds, and what the gates may ask."""
    about = {draft.example_id: draft for draft in chosen}
    return [
        judge_gates(row.draft, row.rewrite, about[row.example_id].platform, about[row.example_id].lang, context)
        for row in rows
    ]


def by_draft(
    rows: Sequence[RewriteRow], judged: Sequence[tuple[Verdict, ...]], chosen: Sequence[Draft]
) -> list[list[tuple[Verdict, ...]]]:
    """The verdicts on each draft's rewrites, in the order of the drafts."""
    mine: dict[str, list[tuple[Verdict, ...]]] = {draft.example_id: [] for draft in chosen}
    for row, verdict in zip(rows, judged, strict=True):
        mine[row.example_id].append(verdict)
    return list(mine.values())


def pair_scores(label: str, scorer: Scorer, pairs: Sequence[Pair], p: NDArray[np.float64]) -> list[Score]:
    """P(better beats worse) of each pair as scores.parquet keeps it."""
    return [
        Score(pair.pair_id, label, scorer.version, float(value), None) for pair, value in zip(pairs, p, strict=True)
    ]


def training_of(run: Path) -> fitting.Training | None:
    """The pairs a scorer's run was fitted on; None where its data are gone or were made again since."""
    settings = runs.finished(run, "train")["settings"]
    pairs = _learned_from(run)
    if pairs is None:
        return None
    try:
        return fitting.choose(
            pairs,
            settings["split"],
            settings["max_pairs"],
            settings["seed"],
            control=settings.get("control"),
            fraction=settings.get("fraction"),
        )
    except ViralityError:
        return None


def dealt_test(run: Path) -> list[Pair] | None:
    """The test part of a run with control = random: rows that it did not learn from itself; None as above."""
    pairs = _learned_from(run)
    seed = runs.finished(run, "train")["settings"]["seed"]
    return None if pairs is None else test_pairs(controls.dealt([one for one in pairs if one.kind in MEASURED], seed))


def _learned_from(run: Path) -> list[Pair] | None:
    document = runs.finished(run, "train")
    folders = document["settings"]["data"]
    try:
        if any(runs.digest(Path(folder)) != document["inputs"][folder] for folder in folders):
            return None
        pairs = read_pairs(folders).pairs
        unseen = document["settings"].get("unseen")
        return without_recurring(pairs, unseen)[0] if unseen else pairs
    except ViralityError:
        return None
