"""`virality evaluate CONFIG`: rewrites.parquet, scores.parquet and report.{json,html,md} on the test split alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data_prep.records import Pair
from eval import about, claims, controls, figures, gains, gallery, independence, outcomes, steps
from eval.figures import Place
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
    named = [settings.data, settings.scorer, settings.judge, settings.writer, *settings.controls.values()]
    inputs = {folder: runs.digest(Path(folder)) for folder in named if folder is not None}
    if settings.judge is not None:
        independence.refuse_partial_judge(Path(settings.judge), _path(settings.scorer), _path(settings.writer))
    independence.refuse_controls(settings.controls)
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
    independence.refuse_seen(pairs, [Path(folder) for folder in inputs if folder != settings.data])
    guide = training.load_scorer(Path(settings.scorer)) if settings.scorer else None
    judge = training.load_scorer(Path(settings.judge)) if settings.judge else None
    found = Measured()
    if guide is not None:
        with step(f"measuring the scorer on {len(pairs):,} pairs"):
            _measure_scorer(settings, pairs, guide, judge, found)
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
        warnings=about.limits(facts, pairs, research_only=research_only, rewritten=settings.writer is not None),
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


def _measure_scorer(
    settings: EvaluateSettings, pairs: Sequence[Pair], guide: Scorer, judge: Scorer | None, found: Measured
) -> None:
    others = {name: training.load_scorer(Path(run)) for name, run in settings.controls.items()}
    if judge is not None:
        others["judge"] = judge
    p = controls.probabilities(guide, pairs)
    of_others = {name: (scorer.family, controls.probabilities(scorer, pairs)) for name, scorer in others.items()}
    found.scores += steps.pair_scores("scorer", guide, pairs, p)
    for name, scorer in others.items():
        found.scores += steps.pair_scores(name, scorer, pairs, of_others[name][1])
    fitted_on = steps.training_of(Path(str(settings.scorer)))
    place = Place(corpus=Path(settings.data).name, source="scores.parquet", family=guide.family, seed=settings.seed)
    made, curves = figures.of_scorer(pairs, p, place, fitted_on, of_others, settings.seed)
    found.figures += made
    found.curves += curves


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
