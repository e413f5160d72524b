"""`virality improve CONFIG`: one round of a writer's own rewrites, gated and ranked, as judged pairs to learn from.

What comes out has the schema of the data room (pairs.parquet), so `virality train` reads it like any other data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from data_prep.records import Pair, pair_schema
from data_prep.sources.table import identifier
from train import steps
from train.candidates import Ranked, gates_of, rank
from train.drafts import drafts
from train.scorers import controls
from train.scorers.calibration import sigmoid_of
from train.settings import ImproveSettings
from virality import runs, tables
from virality.config import load
from virality.errors import ViralityError
from virality.gates import gates_hash
from virality.progress import say, step
from virality.text.similarity import edit_ratio


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Make judged pairs as `config` says. Returns the run's folder."""
    settings = load(ImproveSettings, config, overrides)
    folder = runs.place("improve", config, settings)
    inputs = {folder: runs.digest(Path(folder)) for folder in (*settings.data, settings.writer, settings.scorer)}
    controls.refuse(Path(settings.scorer), "scorer")
    if dry_run:
        say(f"would rewrite {settings.drafts} drafts of {', '.join(settings.data)} and write to {folder}")
        return folder
    here = runs.begin("improve", config, settings, inputs, fresh=fresh)
    if here.finished:
        return here.folder
    data = steps.read_pairs(settings.data)
    chosen = drafts(data.pairs, settings.drafts, settings.seed)
    if not chosen:
        raise ViralityError(
            f"data: {', '.join(settings.data)}: no measured pair in its train split to take drafts from"
        )
    with step("loading the writer and the scorer"):
        writer = steps.load_writer(Path(settings.writer))
        scorer = steps.load_scorer(Path(settings.scorer))
    gates = gates_of(Path(settings.writer), settings.gates.encoder, settings.gates.entailment,
                     settings.gates.thresholds())  # fmt: skip
    ranked = rank(
        [pair.worse for pair in chosen],
        writer,
        scorer,
        samples=settings.samples,
        edits=settings.edits,
        temperature=settings.temperature,
        seed=settings.seed,
        context=gates,
    )
    made = [
        judged
        for pair, candidates in zip(chosen, ranked, strict=True)
        for judged in prefer(pair, candidates, settings.least_gain, settings.least_edit, gates_hash(gates))
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
        rights=data.rights, drafts=len(chosen), pairs=len(made), passed=dict(origin), candidates=dict(generated)
    )
    say(f"{here.folder}: {len(made)} judged pairs from {len(chosen)} drafts; passed every gate: "
        + ", ".join(f"{origin[kind]} of {generated[kind]} {kind}s" for kind in sorted(generated)))  # fmt: skip
    return here.folder


def prefer(
    source: Pair, candidates: Sequence[Ranked], least_gain: float, least_edit: float, gates: str = ""
) -> list[Pair]:
    """The best rewrite against the draft left as it is, and against the worst rewrite, where they differ enough.

    The draft itself is a rewrite to avoid: a writer that copies says nothing. None where no candidate that passed every
    gate and changed enough beats the draft with at least `least_gain`. `gates`: their hash, for the pairs.
    """
    passed = [one for one in candidates if one.passed]
    better = max(
        (one for one in passed if edit_ratio(source.worse, one.text) >= least_edit),
        key=lambda one: (one.utility, one.text),
        default=None,
    )
    if better is None or sigmoid_of(better.utility) < least_gain:
        return []
    worst = min(passed, key=lambda one: (one.utility, one.text))
    made = [_judged(source, better.text, source.worse, sigmoid_of(better.utility), gates)]
    if worst.utility < 0:
        made.append(_judged(source, better.text, worst.text, sigmoid_of(better.utility - worst.utility), gates))
    return made


def _judged(source: Pair, better: str, worse: str, p_better: float, gates: str) -> Pair:
    return Pair(
        pair_id=identifier("judged", source.worse_id, worse, better),
        kind="judged",
        component=source.component,
        split="train",
        author_id=source.author_id,
        lang=source.lang,
        platform=source.platform,
        rights=source.rights,
        worse_id=f"{source.worse_id}:{identifier(worse)}",
        better_id=f"{source.worse_id}:{identifier(better)}",
        worse=worse,
        better=better,
        draft=source.worse,
        p_better=p_better,
        weight=2 * p_better - 1,
        faithful=True,
        gates_hash=gates,
    )
