"""`virality evaluate CONFIG`: rewrites.parquet, scores.parquet and report.{json,html,md} on the test split alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from eval import claims, controls, figures, gallery, steps
from eval.figures import Place
from eval.metrics import Array
from eval.records import Corpus, Curve, Example, Figure, GateCount, Report
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from eval.settings import EvaluateSettings
from train import steps as training
from train.records import Score, score_schema
from train.scorers import Scorer, fitting
from virality import runs, tables
from virality.config import load
from virality.errors import ViralityError
from virality.progress import say, step
from virality.text import form


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Evaluate what `config` names. Returns the run's folder."""
    settings = load(EvaluateSettings, config, overrides)
    name = settings.name or config.stem
    named = [settings.data, settings.scorer, settings.judge, settings.writer, *settings.controls.values()]
    inputs = {folder: runs.digest(Path(folder)) for folder in named if folder is not None}
    _refuse_partial_judge(settings)
    if dry_run:
        say(f"would measure {', '.join(inputs)} and write to runs/evaluate/{name}")
        return Path("runs/evaluate") / name
    here = runs.start(
        "evaluate",
        name,
        settings=settings.model_dump(mode="json"),
        inputs=inputs,
        out=Path(settings.out) if settings.out else None,
        fresh=fresh,
        seed=settings.seed,
    )
    if not here.finished:
        _evaluate(settings, here, inputs, name)
    say(f"report: {here.folder / 'report.html'}")
    return here.folder


def _refuse_partial_judge(settings: EvaluateSettings) -> None:
    """A judge that learned what guide or writer learned, or is of the guide's family, judges its own work."""
    if settings.judge is None:
        return
    judge = runs.finished(Path(settings.judge), "train")
    if judge.get("task") != "scorer" or judge["split"] != "judge":
        raise ViralityError(
            f"judge = {settings.judge}: was not trained on the judge split; train a scorer with split=judge"
        )
    if settings.scorer is not None:
        guide = runs.finished(Path(settings.scorer), "train")
        if guide.get("family") == judge["family"] and settings.writer is not None:
            raise ViralityError(f"judge = {settings.judge}: is of the family of the scorer that chooses ({judge['family']}); "
                                "train one of another family")  # fmt: skip


def _evaluate(settings: EvaluateSettings, here: runs.Run, inputs: dict[str, str], name: str) -> None:
    data = training.read_pairs([settings.data])
    pairs = steps.test_pairs(data.pairs)
    if not pairs:
        raise ViralityError(
            f"data = {settings.data}: its test split holds no measured pair; see splits.test or splits.mode"
        )
    facts = json.loads((Path(settings.data) / "datasheet.json").read_text(encoding="utf-8"))
    corpus = Path(settings.data).name
    guide = training.load_scorer(Path(settings.scorer)) if settings.scorer else None
    judge = training.load_scorer(Path(settings.judge)) if settings.judge else None
    scores: list[Score] = []
    found: list[Figure] = []
    curves: list[Curve] = []
    if guide is not None:
        with step(f"measuring the scorer on {len(pairs):,} pairs"):
            of_scorer = _measure_scorer(settings, data.pairs, pairs, guide, judge, corpus, scores)
        found += of_scorer[0]
        curves += of_scorer[1]
    gates: list[GateCount] = []
    shown: list[Example] = []
    if settings.writer is not None and guide is not None and judge is not None:
        of_writer = _measure_writer(settings, here, pairs, guide, judge, corpus, scores)
        found += of_writer[0]
        curves += of_writer[1]
        gates, shown = of_writer[2], of_writer[3]
    with here.file("scores.parquet") as path:
        tables.write(scores, score_schema(), path)
    answers = claims.claims(found)
    report = Report(
        title=f"Evaluation: {name}",
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        summary=claims.summary(answers),
        live_evidence="no live evidence",
        corpus=_corpus(corpus, facts, data.basis),
        claims=answers,
        figures=found,
        gates=gates,
        curves=curves,
        examples=shown,
        warnings=_warnings(settings, facts, pairs, data.research_only),
        provenance=_provenance(settings, here, inputs),
    )
    with here.file("report.json") as path:
        path.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    with here.file("report.html") as path:
        path.write_text(render_html(report), encoding="utf-8")
    with here.file("report.md") as path:
        path.write_text(render_markdown(report), encoding="utf-8")
    research_only = runs.research_only([Path(folder) for folder in inputs])
    here.finish(rights={"basis": data.basis, "research_only": research_only}, writer=settings.writer, scorer=settings.scorer,
                judge=settings.judge)  # fmt: skip
    say(f"  {report.summary}")


def _measure_scorer(
    settings: EvaluateSettings,
    everything: Sequence[Pair],
    pairs: Sequence[Pair],
    guide: Scorer,
    judge: Scorer | None,
    corpus: str,
    scores: list[Score],
) -> tuple[list[Figure], list[Curve]]:
    p = controls.probabilities(guide, pairs)
    others: dict[str, Array] = {}
    for name, folder in settings.controls.items():
        others[name] = controls.probabilities(training.load_scorer(Path(folder)), pairs)
    if judge is not None:
        others["judge"] = controls.probabilities(judge, pairs)
    for label, version, values in [("scorer", guide.version, p), *(
        ("judge", judge.version if judge else "", value) for key, value in others.items() if key == "judge"
    )]:  # fmt: skip
        scores.extend(
            Score(pair.pair_id, label, version, float(value), None) for pair, value in zip(pairs, values, strict=True)
        )
    fitted_on = fitting.choose(everything, "train", None, settings.seed)
    place = Place(corpus=corpus, source="scores.parquet", family=guide.family, seed=settings.seed)
    return figures.of_scorer(pairs, p, place, fitted_on, others, settings.seed)


def _measure_writer(
    settings: EvaluateSettings,
    here: runs.Run,
    pairs: Sequence[Pair],
    guide: Scorer,
    judge: Scorer,
    corpus: str,
    scores: list[Score],
) -> tuple[list[Figure], list[Curve], list[GateCount], list[Example]]:
    chosen = steps.drafts(pairs, settings.drafts, settings.seed)
    rows = {system: _rewrites(settings, here, system, chosen) for system in ("writer", "base")}
    with here.file("rewrites.parquet") as path:
        tables.write([row for mine in rows.values() for row in mine], steps.rewrite_schema(), path)
    with step("gates, guide and judge"):
        verdicts = {system: steps.verdicts(mine, chosen) for system, mine in rows.items()}
        results = {system: steps.outcomes(rows[system], verdicts[system], chosen, guide, judge) for system in rows}
    for system, outcomes in results.items():
        scores.extend(_scores(system, chosen, outcomes, guide.version, judge.version))
    back = [one for one in results["writer"] if one.returned is not None]
    columns = [form.NAMES.index(feature) for feature in form.HONESTY]
    changes = (form.matrix([one.text for one in back]) - form.matrix([one.draft for one in back]))[:, columns]
    place = Place(
        corpus=corpus, source="rewrites.parquet", family=judge.family, best_of=settings.samples, seed=settings.seed
    )
    versus = steps.versus(judge, results["writer"], results["base"])
    found, curves = figures.of_writer(results, versus, changes, place, settings.seed)
    gates = [count for system, mine in verdicts.items() for count in gallery.gate_counts(system, mine)]
    by_draft = [
        verdicts["writer"][at : at + settings.samples] for at in range(0, len(rows["writer"]), settings.samples)
    ]
    shown = gallery.examples(chosen, results["writer"], results["base"], by_draft, settings.examples, settings.seed)
    return found, curves, gates, shown


def _rewrites(
    settings: EvaluateSettings, here: runs.Run, system: str, chosen: Sequence[steps.Draft]
) -> list[steps.RewriteRow]:
    """One system's rewrites; kept aside as soon as they are there, so that an interrupted run does not make them again."""
    name = f"rewrites.{system}.parquet"
    if here.continued and (here.folder / name).is_file():
        return tables.read(here.folder / name, steps.rewrite_schema(), steps.RewriteRow)
    run_folder = Path(str(settings.writer))
    with step(f"loading the {system}"):
        if system == "writer":
            model = training.load_writer(run_folder)
        else:
            model = training.load_base(runs.finished(run_folder)["base"]["spec"], settings.base_prompt)
    rows = steps.rewrite(model, chosen, samples=settings.samples, temperature=settings.temperature, seed=settings.seed,
                         label=f"rewriting ({system})")  # fmt: skip
    with here.file(name) as path:
        tables.write(rows, steps.rewrite_schema(), path)
    return rows


def _scores(
    system: str, chosen: Sequence[steps.Draft], outcomes: Sequence[figures.Outcome], guide: str, judge: str
) -> list[Score]:
    out = []
    for draft, outcome in zip(chosen, outcomes, strict=True):
        for at, value in enumerate(outcome.scorer):
            out.append(
                Score(
                    f"{draft.example_id}:{system}:{at}",
                    "scorer",
                    guide,
                    value,
                    None if value is not None else "failed a gate",
                )
            )
        why = None if outcome.judge is not None else "nothing was returned"
        out.append(Score(f"{draft.example_id}:{system}:returned", "judge", judge, outcome.judge, why))
    return out


def _corpus(name: str, facts: dict[str, Any], basis: dict[str, int]) -> Corpus:
    return Corpus(
        name=name,
        posts=facts["kept"],
        dropped=sum(facts["dropped"].values()),
        accounts=facts["accounts"],
        first_post=facts["first_post"],
        last_post=facts["last_post"],
        languages=facts["languages"],
        rights=facts["rights"],
        research_only=facts["research_only"],
        pairs=facts["pairs"],
        components=facts["components"],
        largest_component=facts["largest_component"],
        leaks=facts["leaks"],
    )


def _warnings(
    settings: EvaluateSettings, facts: dict[str, Any], pairs: Sequence[Pair], research_only: bool
) -> list[str]:
    out = ["No live evidence: a scorer's preference is not an audience's. The largest published effect of this kind, in ten "
           "weeks of live advertising, is +6.7% clicks."]  # fmt: skip
    if research_only:
        out.append("Research only: the rights basis of these posts does not allow publishing what was trained on them.")
    if facts["accounts"] <= 1:
        out.append(
            f"{facts['accounts'] or 'No'} account{'s'[: facts['accounts'] != 1]}: nothing here says how it would be for others."
        )
    if all(pair.author_id is None for pair in pairs):
        out.append("The corpus names no authors, so one author may stand in the training part and in the test.")
    components = len({pair.component for pair in pairs})
    if components < 30:
        out.append(f"Only {components} components in the test: intervals from so few are too narrow.")
    if settings.writer is not None:
        out.append(
            "Names are told by capitals and meaning by words: the gates cannot see a synonym, nor a claim made of old words."
        )
    return out


def _provenance(settings: EvaluateSettings, here: runs.Run, inputs: dict[str, str]) -> dict[str, str]:
    out = {
        "commit": f"{here.document['commit']}{' (dirty)' if here.document['dirty'] else ''}",
        "machine": here.document["machine"],
        **{f"version of {name}": version for name, version in here.document["versions"].items()},
        **{f"sha256 of {folder}": sha[:16] for folder, sha in inputs.items()},
    }
    for label, folder in (("scorer", settings.scorer), ("judge", settings.judge), ("writer", settings.writer)):
        if folder is not None:
            document = runs.finished(Path(folder))
            out[label] = folder
            out[f"{label}: seconds to train"] = f"{document['seconds']:.0f}"
            out[f"{label}: commit"] = str(document["commit"])
    if settings.writer is not None:
        document = runs.finished(Path(settings.writer))
        out["base"] = f"{document['base']['spec']} {document['base']['revision']}"
        out["adapter sha256"] = document["outputs"]["adapter/adapter_model.safetensors"]["sha256"]
        out["prompt"] = f"{document['prompt']['name']} {document['prompt']['hash']}"
    out["seed"] = str(settings.seed)
    return out
