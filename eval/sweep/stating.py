"""From the values of every run to what a sweep states: the ranking, in figures and in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from eval.compare.measures import ENOUGH, KINDS, Kind
from eval.place import Place
from eval.records import Figure
from eval.report.labels import value_and_interval
from eval.sweep.plan import Plan, Trial, evaluating
from eval.sweep.points import shown
from eval.sweep.ranking import Ranked, of_seeds, rank
from eval.sweep.records import Failed, Final, Setting, Sweep
from eval.sweep.settings import Range
from virality import runs
from virality.page import number
from virality.statistics import Interval, spread

_CHOSEN = ("Measured on the validation split, which also chose each run's own checkpoint, strength and calibration: "
           "all these figures are of the examples that chose, and the winner's is the luckiest of them.")  # fmt: skip


def state(
    made: Plan, corpus: str, trials: Sequence[Trial], values: Mapping[str, Mapping[str, float]], ids: Sequence[str],
    clusters: Sequence[str], failed: list[Failed],
) -> Sweep:  # fmt: skip
    """What the sweep found.

    Args:
        made: the plan.
        corpus: name of what was measured.
        trials: the runs, settings in their order, each with every seed.
        values: of each run by name, by example.
        ids: the examples.
        clusters: theirs.
        failed: runs that are not among them.
    """
    kind, seeds = KINDS[made.metric], made.settings.seeds
    by_setting = [list(trials[at : at + len(seeds)]) for at in range(0, len(trials), len(seeds))]
    every = np.asarray([[[values[one.name][name] for name in ids] for one in mine] for mine in by_setting])
    ranked = rank(every, clusters, lower_is_better=kind.lower_is_better, hits=kind.hits, seed=made.settings.seed)
    place = Place(corpus, "measured.parquet", seed=made.settings.seed)
    parts = len(set(clusters))
    known = len(by_setting) > 1 and parts > 1
    found = [_setting(at, one, by_setting[one.at], every[one.at].mean(1).tolist(), made.metric, kind, place)
             for at, one in enumerate(ranked, 1)]  # fmt: skip
    return Sweep(
        title=f"Sweep: {made.name}",
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        summary=_summary(found),
        train=made.settings.train,
        evaluate=made.settings.evaluate,
        search="W&B" if made.settings.wandb is not None else made.settings.search,
        seeds=list(seeds),
        metric=made.metric,
        metric_title=kind.title,
        lower_is_better=kind.lower_is_better,
        on=f"{len(ids):,} {kind.examples} of the validation split of {corpus}, in {parts:,} components",
        scales={key: _scale(one, key, found) for key, one in made.settings.settings.items()},
        settings=found,
        failed=failed,
        kept=spread(every.mean(1), clusters, of_seeds(every)).kept if known else None,
        final=None,
        next=_next(made, found[0]),
        warnings=_warnings(found, len(seeds), parts, failed),
    )


def ended(found: Sweep, final: Final) -> Sweep:
    """The same with the winner's figure on the test split."""
    if final.figure is None:
        return replace(found, final=final, next=f"The winner was not measured on the test split: {final.why}")
    said = f"On the test split, which chose nothing, the winner has {value_and_interval(final.figure)} ({final.report})"
    return replace(found, final=final, next=f"{said}. Measure no second setting there: then the test chooses too.")


def _setting(
    at: int, one: Ranked, trials: Sequence[Trial], by_seed: list[float], metric: str, kind: Kind, place: Place
) -> Setting:  # fmt: skip
    scale, unit = (100.0, "points") if kind.unit == "share" else (1.0, kind.unit)
    behind = None if one.behind is None else _times(one.behind, scale)
    return Setting(
        rank=at,
        values=dict(trials[0].point.values),
        runs=[str(trial.folder) for trial in trials],
        by_seed=by_seed,
        figure=_figure(place, metric, one.value, kind.unit),
        shrunk=None if one.shrunk is None else _figure(place, f"{metric}.shrunk", one.shrunk, kind.unit),
        best=one.best,
        behind=None if behind is None else _figure(place, f"{metric}.behind", behind, unit),
        may_be_best=one.may_be_best,
        said=_said(at, one),
        seconds=sum(float(runs.finished(trial.folder)["seconds"]) for trial in trials),
    )


def _said(at: int, one: Ranked) -> str:
    if one.best is None:
        return "chance is not known"
    if not one.may_be_best:
        return "another is shown to do better"
    return "ranks first" if at == 1 else "no difference shown"


def _figure(place: Place, name: str, found: Interval, unit: Any) -> Figure:
    return place.figure(name, found, unit).model_copy(update={"split": "validation"})


def _times(found: Interval, scale: float) -> Interval:
    low, high = (None if end is None else end * scale for end in (found.low, found.high))
    return Interval(found.value * scale, low, high, found.n)


def _summary(found: Sequence[Setting]) -> str:
    first = found[0]
    words = ", ".join(f"{key} = {shown(value)}" for key, value in first.values.items())
    said = f"{words} ranks first of {len(found)} settings: {value_and_interval(first.figure)}"
    if first.shrunk is None or first.best is None:
        return f"{said}; from so little it cannot be told what is chance."
    said += (f", {number(first.shrunk.value, first.shrunk.unit)} less the luck of the choice; "
             f"it is the best of them with probability {number(first.best, 'share')}.")  # fmt: skip
    alike = sum(one.may_be_best for one in found) - 1
    if alike == len(found) - 1:
        return f"{said} No setting is shown to do better than another."
    beaten = len(found) - 1 - alike
    return f"{said} {beaten} of the others are shown to do worse than another; for {alike} no difference is shown."


def _scale(one: Range, key: str, found: Sequence[Setting]) -> str:
    values = [mine.values[key] for mine in found]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "words"
    return "log" if one.log_uniform is not None else "number"


def _next(made: Plan, first: Setting) -> str:
    config = made.settings.evaluate or f"configs/eval/scorer.yaml data={made.data[0]}"
    again = " ".join(["virality evaluate", config, *evaluating(made.task, first.runs[0]), f"name={made.name}-final"])
    return f"Measure the winner once on data that did not choose it, the test split: {again} (or final=true)."


def _warnings(found: Sequence[Setting], seeds: int, parts: int, failed: Sequence[Failed]) -> list[str]:
    out = [_CHOSEN]
    if seeds == 1:
        out.append("One seed a setting: how its runs would differ with another is not known, and in no interval here.")
    if parts < ENOUGH:
        out.append(f"The examples are of {parts} components only: intervals from so few are too narrow.")
    if 1 < len(found) < 4:
        out.append("Of so few settings it is hard to tell how much of their spread is chance: what is shrunk is rough.")
    if failed:
        out.append(f"{len(failed)} runs failed and are not ranked, nor are their settings.")
    return out
