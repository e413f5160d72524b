"""`virality evaluate CONFIG`: rewrites.parquet, scores.parquet and report.{json,html,md} on the test split alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from eval import about, alone, claims, gains, gallery, independence, outcomes, steps
from eval.figures import never_saw
from eval.place import Place
from eval.records import Curve, Example, Figure, GateCount, Report
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from eval.settings import EvaluateSettings
from train import steps as training
from train.records import Score, score_schema
from train.scorers import Scorer
from virality import runs, tables
from virality.config import load
from virality.errors import ViralityError
from virality.progress import say, step


@dataclass
class Measured:
    """What has been measured so far."""

    figures: list[Figure] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    gates: list[GateCount] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Evaluate what `config` names. Returns the run's folder."""
    settings = load(EvaluateSettings, config, overrides)
    folder = runs.place("evaluate", config, settings)
    runs.finished(Path(settings.data), "prepare")
    controls = [run for named in settings.controls.values() for run in named]
    named = [settings.data, settings.scorer, settings.judge, settings.writer, *controls]
    inputs = {folder: runs.digest(Path(folder)) for folder in named if folder is not None}
    if settings.judge is not None:
        independence.refuse_partial_judge(Path(settings.judge), _path(settings.scorer), _path(settings.writer))
    independence.refuse_guiding_controls(_path(settings.scorer), _path(settings.judge), _path(settings.writer))
    independence.refuse_controls(settings.controls, settings.data)
    if dry_run:
        say(f"would measure {', '.join(inputs)} and write to {folder}")
        return folder
    here = runs.begin("evaluate", config, settings, inputs, fresh=fresh)
    if not here.finished:
        _evaluate(settings, here, inputs)
    say(f"report: {here.folder / 'report.html'}")
    return here.folder


def _evaluate(settings: EvaluateSettings, here: runs.Run, inputs: dict[str, str]) -> None:
    data = training.read_pairs([settings.data])
    pairs = steps.test_pairs(data.pairs)
    if not pairs:
        raise ViralityError(
            f"data = {settings.data}: its test split holds no measured pair; see splits.test or splits.mode"
        )
    leaks = settings.controls.get("random", ())  # measured on a test part of its own
    seen_by = [Path(run) for run in inputs if run != settings.data and run not in leaks]
    independence.refuse_seen(pairs, seen_by)
    kept, told = independence.unseen(pairs, seen_by)
    for line in told:
        say(f"  {line}")
    out = {pair.pair_id for pair in pairs} - {pair.pair_id for pair in kept}
    every, pairs = [pair for pair in data.pairs if pair.pair_id not in out], kept
    guide = training.load_scorer(Path(settings.scorer)) if settings.scorer else None
    judge = training.load_scorer(Path(settings.judge)) if settings.judge else None
    found = Measured()
    if guide is not None:
        with step(f"measuring the scorer on {len(pairs):,} pairs"):
            found.figures, found.curves, found.scores = alone.measure(
                guide, Path(str(settings.scorer)), Path(settings.data), every, judge=judge, named=settings.controls,
                refit=settings.refit, seed=settings.seed,
            )  # fmt: skip
    if settings.writer is not None and guide is not None and judge is not None:
        _measure_writer(settings, here, pairs, guide, judge, found)
    with here.file("scores.parquet") as path:
        tables.write(found.scores, score_schema(), path)
    facts = json.loads((Path(settings.data) / "datasheet.json").read_text(encoding="utf-8"))
    research_only = runs.research_only([Path(folder) for folder in inputs])
    answers = claims.claims(found.figures)
    report = Report(
        title=f"Evaluation: {here.document['name']}",
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        summary=claims.summary(answers, found.figures),
        live_evidence="no live evidence",
        corpus=about.corpus(Path(settings.data).name, facts),
        claims=answers,
        figures=found.figures,
        gates=found.gates,
        curves=found.curves,
        examples=found.examples,
        warnings=[*told, *_warnings(settings, facts, pairs, guide, research_only)],
        provenance=about.provenance(here.document, inputs, settings.scorer, settings.judge, settings.writer),
    )
    with here.file("report.json") as path:
        path.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    with here.file("report.html") as path:
        path.write_text(render_html(report), encoding="utf-8")
    with here.file("report.md") as path:
        path.write_text(render_markdown(report), encoding="utf-8")
    here.finish(
        rights={"basis": data.basis, "research_only": research_only},
        writer=settings.writer,
        scorer=settings.scorer,
        judge=settings.judge,
    )
    say(f"  {report.summary}")


def _warnings(
    settings: EvaluateSettings, facts: dict[str, Any], pairs: Sequence[Pair], guide: Scorer | None, research_only: bool
) -> list[str]:
    own = runs.finished(Path(settings.scorer)).get("control") if settings.scorer else None
    unseen = never_saw(pairs, guide.languages) if guide is not None else {}
    return [
        *about.limits(facts, pairs, research_only=research_only, rewritten=settings.writer is not None),
        *about.of_scorer(unseen, len(pairs), own),
    ]


def _measure_writer(
    settings: EvaluateSettings,
    here: runs.Run,
    pairs: Sequence[Pair],
    guide: Scorer,
    judge: Scorer,
    found: Measured,
) -> None:
    chosen = steps.drafts(pairs, settings.drafts, settings.seed)
    rows = {system: _rewrites(settings, here, system, chosen) for system in ("writer", "base")}
    with here.file("rewrites.parquet") as path:
        tables.write([row for mine in rows.values() for row in mine], steps.rewrite_schema(), path)
    with step("gates, guide and judge"):
        verdicts = {system: steps.verdicts(mine, chosen) for system, mine in rows.items()}
        results = {system: outcomes.outcomes(rows[system], verdicts[system], chosen, guide, judge) for system in rows}
        versus = outcomes.versus(judge, results["writer"], results["base"])
    for system, mine in results.items():
        found.scores += outcomes.scores(system, chosen, mine, guide.version, judge.version)
        found.gates += gallery.gate_counts(system, verdicts[system])
    place = Place(
        corpus=Path(settings.data).name,
        source="rewrites.parquet",
        family=judge.family,
        best_of=settings.samples,
        seed=settings.seed,
    )
    made, curves = gains.of_writer(results, versus, place, settings.seed)
    found.figures += made
    found.curves += curves
    found.examples += gallery.examples(
        chosen,
        results["writer"],
        results["base"],
        steps.by_draft(rows["writer"], verdicts["writer"], chosen),
        settings.examples,
        settings.seed,
    )


def _rewrites(
    settings: EvaluateSettings, here: runs.Run, system: str, chosen: Sequence[steps.Draft]
) -> list[steps.RewriteRow]:
    """One system's rewrites, kept as soon as they are there: an interrupted run does not make them again."""
    name = f"rewrites.{system}.parquet"
    if here.continued and (here.folder / name).is_file():
        return tables.read(here.folder / name, steps.rewrite_schema(), steps.RewriteRow)
    run_folder = Path(str(settings.writer))
    with step(f"loading the {system}"):
        if system == "writer":
            model = training.load_writer(run_folder)
        else:
            base = runs.finished(run_folder)["base"]
            model = training.load_base(base["spec"], settings.base_prompt, revision=base["revision"])
    rows = steps.rewrite(model, chosen, samples=settings.samples, temperature=settings.temperature, seed=settings.seed,
                         label=f"rewriting ({system})")  # fmt: skip
    with here.file(name) as path:
        tables.write(rows, steps.rewrite_schema(), path)
    return rows


def _path(folder: str | None) -> Path | None:
    return Path(folder) if folder else None
