"""`virality evaluate CONFIG`: rewrites.parquet, scores.parquet and report.{json,html,md} on the test split alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data_prep.records import MEASURED, Pair
from eval import (
    about,
    alone,
    baselines,
    claims,
    extraction,
    family,
    independence,
    live,
    rate,
    rewriting,
    steps,
    systems,
    transfer,
    voice,
    writing,
)
from eval.figures import never_saw
from eval.frontier import Levels, frontier
from eval.measured import Measured
from eval.place import Place
from eval.records import Report, Standing
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from eval.settings import EvaluateSettings
from eval.systems import System
from train import judges
from train import steps as training
from train.gate_settings import context
from train.records import score_schema
from train.scorers import Scorer
from virality import runs, tables
from virality.config import load
from virality.errors import ViralityError
from virality.models import vllm_engine
from virality.progress import say, step


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Evaluate what `config` names. Returns the run's folder."""
    settings = load(EvaluateSettings, config, overrides)
    folder = runs.place("evaluate", config, settings)
    runs.finished(Path(settings.data), "prepare")
    controls = [run for named in settings.controls.values() for run in named]
    compared = list(settings.baselines.values())
    named = [settings.data, settings.scorer, settings.judge, settings.second_judge, *controls, *compared]
    folders = {folder: runs.digest(Path(folder)) for folder in named if folder is not None}
    writers = _writers(settings)
    if writers:
        vllm_engine.chosen(settings.writes_with())  # told before anything is measured
    inputs = folders | {one.spec: one.digest or "the commit of a hub" for one in writers}
    readers = live.measure(Path(settings.live)) if settings.live is not None else None  # bad rows are told first
    if settings.live is not None:
        inputs[settings.live] = runs.sha256(Path(settings.live))
    trained = [one.run for one in writers if one.run is not None]
    _refuse(settings, trained)
    if settings.transfer and settings.scorer is not None:
        inputs |= transfer.inputs(Path(settings.scorer), settings.transfer)
    if dry_run:
        say(f"would measure {', '.join(inputs)} and write to {folder}")
        return folder
    here = runs.begin("evaluate", config, settings, inputs, fresh=fresh)
    if not here.finished:
        _evaluate(settings, here, [Path(folder) for folder in folders] + trained, writers, readers, inputs)
    say(f"report: {here.folder / 'report.html'}")
    return here.folder


def _writers(settings: EvaluateSettings) -> list[System]:
    """The writer and what else writes, found but not loaded."""
    if settings.writer is None:
        return []
    return [systems.named(name, spec) for name, spec in ({"writer": settings.writer} | settings.systems).items()]


def _refuse(settings: EvaluateSettings, trained: Sequence[Path]) -> None:
    """Refuse judges, controls and baselines that are none; `trained`: runs of what writes."""
    if settings.judge is not None:
        guiding = [guide for run in trained for guide in judges.guides(run)]
        if settings.writer is not None and settings.scorer is not None:  # else two scorers stand beside each other
            guiding.insert(0, Path(settings.scorer))
        judges.refuse_partial_judge(Path(settings.judge), guiding)
        if settings.second_judge is not None:
            judges.refuse_partial_judge(Path(settings.second_judge), guiding, "second_judge")
            judges.refuse_same_family(Path(settings.second_judge), Path(settings.judge))
    for judging in (settings.judge, settings.second_judge):
        independence.refuse_guiding_controls(
            _path(settings.scorer), _path(judging), writing=settings.writer is not None
        )
    independence.refuse_controls(settings.controls, settings.data)
    baselines.refuse_no_scorers((f"baselines.{name}", run) for name, run in settings.baselines.items())
    baselines.refuse_no_scorers(("transfer", run) for run in settings.transfer)


def _evaluate(
    settings: EvaluateSettings,
    here: runs.Run,
    folders: list[Path],
    writers: Sequence[System],
    readers: live.Live | None,
    inputs: dict[str, str],
) -> None:
    data = training.read_pairs([settings.data])
    every, pairs, told = _test_part(settings, data.pairs, folders)
    guide = training.load_scorer(Path(settings.scorer)) if settings.scorer else None
    judge = training.load_scorer(Path(settings.judge)) if settings.judge else None
    found = Measured()
    ran: dict[str, str] = {}
    if guide is not None:
        with step(f"measuring the scorer on {len(pairs):,} pairs"):
            found.figures, found.curves, found.scores = alone.measure(
                guide, Path(str(settings.scorer)), Path(settings.data), every, judge=judge, named=settings.controls,
                compared=settings.baselines, refit=settings.refit, seed=settings.seed,
            )  # fmt: skip
    if settings.transfer and guide is not None:
        found.add(transfer.measure(guide, Path(str(settings.scorer)), settings.transfer, most=settings.transfer_pairs,
                                   seed=settings.seed))  # fmt: skip
    if writers and guide is not None and judge is not None:
        accounts = voice.accounts(pair for pair in data.pairs if pair.kind in MEASURED)
        ran = _measure_writer(settings, here, writers, pairs, accounts, guide, judge, found)
    with here.file("scores.parquet") as path:
        tables.write(found.scores, score_schema(), path)
    if writers and judge is not None:
        place = Place(corpus=Path(settings.data).name, source="ratings/*.jsonl", family=judge.family,
                      best_of=settings.samples, seed=settings.seed)  # fmt: skip
        found.figures += rate.figures(here.folder, place)
    found.figures += readers.figures if readers else []
    if found.scores:
        place = Place(corpus=Path(settings.data).name, source="scores.parquet")
        found.figures.append(family.unscored(found.scores, place))
    facts = json.loads((Path(settings.data) / "datasheet.json").read_text(encoding="utf-8"))
    research_only = runs.research_only([*folders, *map(Path, settings.transfer)])
    answers = claims.claims(found.figures, len({pair.component for pair in pairs}))
    report = Report(
        title=f"Evaluation: {here.document['name']}",
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        summary=claims.summary(answers),
        live_evidence=readers.evidence if readers else "no live evidence",
        corpus=about.corpus(Path(settings.data).name, facts),
        claims=answers,
        figures=found.figures,
        gates=found.gates,
        curves=found.curves,
        examples=found.examples,
        frontier=_frontier(settings, found),
        warnings=[
            *told,
            *found.told,
            *(readers.warnings if readers else []),
            *_warnings(settings, facts, pairs, guide, research_only),
        ],
        provenance=about.provenance(
            here.document,
            inputs,
            {"scorer": settings.scorer, "judge": settings.judge, "second judge": settings.second_judge},
            writers[0] if writers else None,
        )
        | ran,
    )
    for name, text in (
        ("report.json", report.model_dump_json(indent=2) + "\n"),
        ("report.html", render_html(report)),
        ("report.md", render_markdown(report)),
    ):
        with here.file(name) as path:
            path.write_text(text, encoding="utf-8")
    here.finish(
        rights={"basis": data.basis, "research_only": research_only},
        writer=settings.writer,
        scorer=settings.scorer,
        judge=settings.judge,
    )
    rewriting.clear(here.folder / "work")
    say(f"  {report.summary}")


def _test_part(
    settings: EvaluateSettings, corpus: Sequence[Pair], folders: Sequence[Path]
) -> tuple[list[Pair], list[Pair], list[str]]:
    """The corpus and its test pairs without those that `folders` learned from, and what a reader must know of these."""
    pairs = steps.test_pairs(corpus)
    if not pairs:
        raise ViralityError(
            f"data = {settings.data}: its test split holds no measured pair; see splits.test or splits.mode"
        )
    leaks = {Path(run) for run in settings.controls.get("random", ())}  # measured on a test part of its own
    seen_by = [run for run in dict.fromkeys(folders) if run != Path(settings.data) and run not in leaks]
    independence.refuse_seen(pairs, seen_by)
    kept, told = independence.unseen(pairs, seen_by)
    for line in told:
        say(f"  {line}")
    if len(parts := {pair.component for pair in kept}) < 2:
        raise ViralityError(f"data = {settings.data}: all {len(kept)} test pairs lie in one component "
                            f"({parts.pop()}), so chance cannot be told; prepare more posts")  # fmt: skip
    out = {pair.pair_id for pair in pairs} - {pair.pair_id for pair in kept}
    return [pair for pair in corpus if pair.pair_id not in out], kept, told


def _frontier(settings: EvaluateSettings, found: Measured) -> list[Standing]:
    if settings.writer is None:
        return []
    levels = Levels(settings.frontier.kept, settings.frontier.harm, settings.frontier.gap)
    candidates = ["writer", *settings.systems]
    beside = [name for name in ("base", "human", "ungated") if name in settings.rivals]
    measured = {figure.name for figure in found.figures}
    systems_ = [*candidates, *(name for name in beside if f"writer.win_rate.{name}" in measured)]
    return frontier(found.figures, systems_, candidates, levels)


def _warnings(
    settings: EvaluateSettings, facts: dict[str, Any], pairs: Sequence[Pair], guide: Scorer | None, research_only: bool
) -> list[str]:
    own = runs.finished(Path(settings.scorer)).get("control") if settings.scorer else None
    unseen = never_saw(pairs, guide.languages) if guide is not None else {}
    return [
        *about.limits(
            facts,
            pairs,
            research_only=research_only,
            rewritten=settings.writer is not None,
            live=settings.live is not None,
        ),
        *about.of_scorer(unseen, len(pairs), own),
    ]


def _measure_writer(
    settings: EvaluateSettings,
    here: runs.Run,
    writers: Sequence[System],
    pairs: Sequence[Pair],
    accounts: voice.Accounts,
    guide: Scorer,
    judge: Scorer,
    found: Measured,
) -> dict[str, str]:
    """Put what is measured into `found`; returns what ran the models, for the provenance."""
    asked = writing.Asked(settings.drafts, settings.samples, settings.temperature, settings.seed, settings.base_prompt,
                          settings.writes_with(), settings.steering())  # fmt: skip
    held = context(settings.gates, writers[0].run)
    made = writing.measure(
        writers[0], writers[1:], settings.rivals, pairs, asked, guide, judge, here.folder / "work",
        second_judge=training.load_scorer(Path(settings.second_judge)) if settings.second_judge else None,
        gates=held,
        accounts=accounts, corpus=Path(settings.data).name, examples=settings.examples,
    )  # fmt: skip
    with here.file("rewrites.parquet") as path:
        rows = {id(mine): mine for mine in made.rows.values()}  # what two systems share stands there once
        tables.write([row for mine in rows.values() for row in mine], steps.rewrite_schema(), path)
    found.add(made)
    place = Place(corpus=Path(settings.data).name, source="rewrites.parquet", seed=settings.seed)
    found.figures += extraction.figures(writers[0], made.rows, place, posts=settings.extraction, seed=settings.seed)
    return {**about.asked(settings, held), **about.engines(made.rows)}


def _path(folder: str | None) -> Path | None:
    return Path(folder) if folder else None
