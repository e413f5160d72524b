"""A sweep through W&B: its config, made of ours; one trial, as its agents ask for it; which trials there are."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from eval.compare.measures import KINDS
from eval.sweep import training
from eval.sweep.measuring import Bench, measure
from eval.sweep.plan import Plan
from eval.sweep.points import Point, every
from eval.sweep.settings import Range, SweepSettings
from train.tracking.wandb_run import WandbRun, problem
from virality import runs
from virality.atomic import aside
from virality.errors import ViralityError
from virality.progress import say

_FOLDER = "tracking"
"""Of a sweep's folder: no result, so what lies there is hashed by no run."""


def config_of(settings: SweepSettings, metric: str, words: Sequence[str], name: str) -> dict[str, Any]:
    """A sweep as W&B reads it: its agents call `virality sweep` with one setting as `trial.KEY=VALUE`.

    Args:
        settings: of the sweep.
        metric: that ranks.
        words: what an agent's command begins with, behind `virality`.
        name: of the sweep.
    """
    made = {
        "name": name,
        "method": settings.search,
        "metric": {"name": metric, "goal": "minimize" if KINDS[metric].lower_is_better else "maximize"},
        "parameters": {f"trial.{key}": _parameter(one, settings.search) for key, one in settings.settings.items()},
        "command": ["${env}", "virality", *words, "${args_no_hyphens}"],
    }
    return made | ({"run_cap": settings.runs} if settings.runs is not None else {})


def offered(made: Plan, config: Path, overrides: Sequence[str], folder: Path) -> Plan:
    """Make the sweep at W&B, or say in one line what that needs; the plan with the trials that agents have trained."""
    settings = made.settings
    assert settings.wandb is not None
    path = folder / _FOLDER / "wandb-sweep.yaml"
    with aside(path) as temporary:
        asked = config_of(settings, made.metric, ["sweep", str(config), *overrides], made.name)
        temporary.write_text(yaml.safe_dump(asked, sort_keys=False, allow_unicode=True), encoding="utf-8")
    kept = folder / _FOLDER / "wandb-sweep.json"
    if kept.is_file():
        say(f"agents, on any machine with this folder: {json.loads(kept.read_text(encoding='utf-8'))['agent']}")
    elif (why := problem()) is not None:
        entity = ["--entity", settings.wandb.entity] if settings.wandb.entity else []
        by_hand = shlex.join(["wandb", "sweep", "--project", settings.wandb.project, *entity, str(path)])
        say(f"no sweep was made at W&B: {why}; then the same command makes it, or: {by_hand}")
    else:
        agent = _made(asked, settings.wandb.project, settings.wandb.entity)
        with aside(kept) as temporary:
            temporary.write_text(json.dumps({"agent": agent}) + "\n", encoding="utf-8")
        say(f"agents, on any machine with this folder: {agent}")
    found = [Point(json.loads(one.read_text(encoding="utf-8"))) for one in sorted(_points(folder).glob("*.json"))]
    if not found:
        say("no agent has trained a setting yet; the same command ranks them when there are some")
    return replace(made, points=found)


def trial(made: Plan, measures: Bench, folder: Path, *, fresh: bool) -> None:
    """One setting with every seed: trained, measured, and its mean told to W&B.

    Raises:
        ViralityError: one of its runs failed.
    """
    point = made.points[0]
    done, failed = training.train(made.config, made.trials(), jobs=made.settings.jobs, fresh=fresh,
                                  logs=folder / "work")  # fmt: skip
    if failed:
        raise ViralityError("\n".join(failed.values()))
    by_seed = [measure(measures, one.folder, folder / "work").values() for one in done]
    value = sum(sum(mine) / len(mine) for mine in by_seed) / len(by_seed)
    with aside(_points(folder) / f"{point.key}.json") as path:
        path.write_text(json.dumps(dict(point.values)), encoding="utf-8")
    say(f"{point.said}: {made.metric} {value:.4f} on validation examples")
    if made.settings.wandb is not None:
        document = runs.finished(done[0].folder)
        told = WandbRun(folder / _FOLDER, os.environ.get("WANDB_RUN_ID", f"{made.name}-{point.key}"),
                        made.settings.wandb.project, document, online=True)  # fmt: skip
        told.log({made.metric: value}, 0)
        told.close(0)


def _points(folder: Path) -> Path:
    return folder / _FOLDER / "points"


def _made(asked: dict[str, Any], project: str, entity: str | None) -> str:
    """Make the sweep at W&B. Returns the command of its agents."""
    import wandb

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found = wandb.sweep(asked, project=project, entity=entity)
    except Exception as error:  # wandb raises errors of its own, of requests and of its server
        raise ViralityError(f"wandb.project = {project}: W&B made no sweep: {' '.join(str(error).split())[:160]}; "
                            "leave wandb out to run here") from error  # fmt: skip
    return "wandb agent " + "/".join(part for part in (entity, project, found) if part)


def _parameter(one: Range, search: str) -> dict[str, Any]:
    if one.choice is not None or search == "grid":
        return {"values": every(one)}
    if one.integers is not None:
        return {"distribution": "int_uniform", "min": one.integers[0], "max": one.integers[1]}
    kind, ends = ("uniform", one.uniform) if one.uniform is not None else ("log_uniform_values", one.log_uniform)
    assert ends is not None
    return {"distribution": kind, "min": ends[0], "max": ends[1]}
