"""A writer's own rewrites and edits of its drafts' words, gated and ranked, as judged pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path

from data_prep.records import Pair, pair_schema
from train import steps
from train.candidates import Ranked, rank
from train.drafts import drafts
from train.gate_settings import context
from train.improve.prefer import prefer
from train.improve.settings import ImproveSettings
from train.improve.voice import listen
from train.scorers import Scorer
from train.search import Source, search
from virality import runs, tables
from virality.errors import ViralityError
from virality.gates import Context, gates_hash
from virality.progress import bar, say, step

_AT_ONCE = 200
"""Drafts whose edits are scored in one batch."""


def make(settings: ImproveSettings, here: runs.Run) -> None:
    """Rewrites of the writer and edits, gated and ranked, into pairs.parquet.

    Raises:
        ViralityError: there is no draft, or none gave a rewrite that beats it.
    """
    data = steps.read_pairs(settings.data)
    chosen = drafts(data.pairs, settings.drafts, settings.seed, settings.turn)
    if not chosen:
        raise ViralityError(
            f"data: {', '.join(settings.data)}: no measured pair in its train split to take drafts from"
        )
    with step("loading the scorer"):
        scorer = steps.load_scorer(Path(settings.scorer))
    gates = context(settings.gates, Path(settings.writer))
    ranked = _samples(chosen, scorer, gates, settings) if settings.samples else [[] for _ in chosen]
    ranked = _with_edits(ranked, _edits(chosen, scorer, gates, settings)) if settings.edits else ranked
    heard = listen(chosen, ranked, data.pairs, settings.voice) if settings.voice else None
    ranked = ranked if heard is None else heard.ranked
    made = [
        judged
        for pair, candidates in zip(chosen, ranked, strict=True)
        for judged in prefer(
            pair,
            candidates,
            settings.least_gain,
            settings.least_edit,
            gates_hash(gates),
            targets=settings.targets,
            against=settings.against,
            failures=settings.failures,
        )
    ]
    if not made:
        raise ViralityError(
            f"improve: none of {len(chosen)} drafts gave a rewrite that beats it with {settings.least_gain:g}; "
            "raise samples or edits, or lower least_gain"
        )
    with here.file("pairs.parquet") as path:
        tables.write(made, pair_schema(), path)
    origin = Counter(one.origin for candidates in ranked for one in candidates if one.passed)
    generated = Counter(one.origin for candidates in ranked for one in candidates)
    here.finish(
        rights=steps.rights_with(data, asks=(settings.writer, settings.scorer)),
        drafts=len(chosen),
        pairs=len(made),
        passed=dict(origin),
        candidates=dict(generated),
        voice=None if heard is None else heard.about(),
    )
    say(f"{here.folder}: {len(made)} judged pairs from {len(chosen)} drafts; passed every gate: "
        + ", ".join(f"{origin[kind]} of {generated[kind]} {kind}s" for kind in sorted(generated)))  # fmt: skip


def _samples(chosen: Sequence[Pair], scorer: Scorer, gates: Context, settings: ImproveSettings) -> list[list[Ranked]]:
    """Rewrites of each draft by the writer."""
    with step("loading the writer"):
        writer = steps.load_writer(Path(settings.writer))
    return rank(
        [pair.worse for pair in chosen],
        writer,
        scorer,
        samples=settings.samples,
        temperature=settings.temperature,
        seed=settings.seed,
        context=gates,
        steering=settings.steering(),
    )


def _edits(chosen: Sequence[Pair], scorer: Scorer, gates: Context, settings: ImproveSettings) -> list[list[Ranked]]:
    """The best legal edits of each draft's own words, found by a search that the guide leads."""
    found = []
    sources = [Source(pair.worse, pair.platform, pair.lang) for pair in chosen]
    for at in bar(range(0, len(sources), _AT_ONCE), "searching edits", unit="batches"):
        found += search(sources[at : at + _AT_ONCE], scorer.probability, gates, depth=settings.depth,
                        most=settings.edits, seed=settings.seed, least_edit=settings.least_edit)  # fmt: skip
    return [[Ranked(one.text, "edit", True, log(one.p_better / (1 - one.p_better))) for one in mine] for mine in found]


def _with_edits(samples: Sequence[Sequence[Ranked]], edits: Sequence[Sequence[Ranked]]) -> list[list[Ranked]]:
    """Both, each text once."""
    return [
        [*found, *(one for one in mine if one.text not in {known.text for known in found})]
        for found, mine in zip(samples, edits, strict=True)
    ]
