"""`virality sweep CONFIG`: trains settings x seeds, measures on validation, ranks -> sweep.{json,html,md}."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval import pages
from eval import run as evaluation
from eval.records import Report
from eval.sweep import stating, training, wandb_sweep
from eval.sweep.html import render_html
from eval.sweep.markdown import render_markdown
from eval.sweep.measuring import Bench, bench, common, components, measure
from eval.sweep.plan import Plan, Trial, evaluating, plan
from eval.sweep.records import Failed, Final, Measurement, Sweep, measurement_schema
from eval.sweep.settings import SweepSettings
from virality import runs, tables
from virality.config import read
from virality.errors import Interrupted, ViralityError
from virality.progress import say


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Run the sweep that `config` says. Returns its folder.

    Raises:
        ViralityError: a line for each mistake; or, when all that can be ranked is, a line for each run that failed.
    """
    said = read(SweepSettings, config, overrides)
    folder = runs.place("sweep", config, said.settings)
    made = plan(config, said)
    if dry_run:
        _tell(made, folder)
        return folder
    measures = bench(made)
    if fresh:
        runs.clear(folder, "sweep", measures.inputs)
    if made.settings.trial:
        wandb_sweep.trial(made, measures, folder, fresh=fresh)
        return folder
    if made.settings.wandb is not None:
        made = wandb_sweep.offered(made, config, overrides, folder)
        if not made.points:
            return folder
    done, failed = training.train(made.config, made.trials(), jobs=made.settings.jobs, fresh=fresh,
                                  logs=folder / "work")  # fmt: skip
    values = {trial.name: measure(measures, trial.folder, folder / "work") for trial in done}
    whole = [point for point in made.points if all(trial.name in values for trial in made.trials([point]))]
    if not whole:
        raise ViralityError("\n".join(f"{name}: {why}" for name, why in failed.items()))
    _write(made, measures, folder, made.trials(whole), values, _failures(made, failed), fresh=fresh)
    if failed:
        many = f"{len(failed)} of {len(made.trials())} runs failed; the same command tries them again"
        raise ViralityError("\n".join([*(f"{name}: {why.splitlines()[0]}" for name, why in failed.items()), many]))
    return folder


def _write(
    made: Plan, measures: Bench, folder: Path, trials: list[Trial], values: Mapping[str, Mapping[str, float]],
    failed: list[Failed], *, fresh: bool,
) -> None:  # fmt: skip
    """Rank, measure the winner where that is asked for, and write the sweep's own run."""
    settings = made.settings
    ids, where = common({trial.name: values[trial.name] for trial in trials}), components(measures)
    found = stating.state(made, measures.corpus, trials, values, ids, [where[one] for one in ids], failed)
    inputs = measures.inputs | {str(trial.folder): runs.digest(trial.folder) for trial in trials}
    if settings.final:
        found, report = _final(made, found, fresh=fresh)
        inputs |= {str(report): runs.digest(report)} if report is not None else {}
    asked = {"train": settings.train, "evaluate": settings.evaluate, "metric": made.metric, "seed": settings.seed,
             "measured": measures.asked}  # fmt: skip
    here = runs.start("sweep", made.name, settings=asked, inputs=inputs, out=folder, grows=True,
                      seed=settings.seed)  # fmt: skip
    if not here.finished:
        rows = [Measurement(trial.name, one, where[one], values[trial.name][one]) for trial in trials for one in ids]
        with here.file("measured.parquet") as path:
            tables.write(rows, measurement_schema(), path)
        found = pages.write(here, "sweep", found, render_html, render_markdown)
        here.finish(rights=pages.rights_of(trial.folder for trial in trials))
        say(f"  {found.summary}")
        say(f"  {found.next}")
    say(f"sweep: {folder / 'sweep.html'}")


def _final(made: Plan, found: Sweep, *, fresh: bool) -> tuple[Sweep, Path | None]:
    """The winner on the test split: its run of the first seed, as seeds are averaged and not chosen.

    Returns the folder that stands there too where it measured another winner: it was read, and stays an input.
    """
    winner, name = found.settings[0].runs[0], f"{made.name}-final"
    words = [*evaluating(made.task, winner), f"name={name}", "out="]
    try:
        folder = evaluation.run(Path(str(made.settings.evaluate)), words, fresh=fresh)
    except Interrupted:
        raise
    except ViralityError as error:
        there = Path("runs/evaluate") / name
        told = stating.ended(found, Final(winner, None, None, str(error).splitlines()[0]))
        return told, there if training.is_done(there) else None
    report = Report.model_validate_json((folder / "report.json").read_text(encoding="utf-8"))
    figure = next((one for one in report.figures if one.name == made.metric), None)
    why = "" if figure is not None else f"its report has no {made.metric}"
    return stating.ended(found, Final(winner, str(folder / "report.html"), figure, why)), folder


def _failures(made: Plan, failed: Mapping[str, str]) -> list[Failed]:
    return [Failed(str(trial.folder), dict(trial.point.values), trial.seed, failed[trial.name].splitlines()[0])
            for trial in made.trials() if trial.name in failed]  # fmt: skip


def _tell(made: Plan, folder: Path) -> None:
    trials = made.trials()
    say(f"would train {len(trials)} runs ({len(made.points)} settings x {len(made.settings.seeds)} seeds) of "
        f"{made.config}, rank them by {made.metric} on validation examples of {', '.join(made.data)}, and write to "
        f"{folder}")  # fmt: skip
    for trial in trials:
        print(f"{trial.folder}: {trial.point.said}, seed {trial.seed}")
