"""`virality train CONFIG`: pairs -> scorer/ or adapter/, with metrics.jsonl and a ledger of the rows that were seen."""

from __future__ import annotations

from pathlib import Path

import yaml

from train import run_scorer, run_writer
from train.settings import LoraScorerSettings, ScorerSettings, WriterSettings
from virality import runs
from virality.config import load, nearest
from virality.errors import ViralityError
from virality.models.base import find
from virality.models.prompts import load_prompt
from virality.progress import say

AnySettings = ScorerSettings | LoraScorerSettings | WriterSettings


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Train what `config` says. Returns the run's folder."""
    settings: AnySettings = load(_kind(config, overrides), config, overrides)
    folders = [*settings.data, *_others(settings)]
    inputs = {folder: runs.digest(Path(folder)) for folder in folders}
    _refuse_missing(settings)
    folder = runs.place("train", config, settings)
    if dry_run:
        say(f"would train a {settings.task} on {', '.join(settings.data)} and write to {folder}")
        return folder
    here = runs.begin("train", config, settings, inputs, fresh=fresh)
    if here.finished:
        return here.folder
    if isinstance(settings, WriterSettings):
        run_writer.train(settings, here)
    elif isinstance(settings, LoraScorerSettings):
        run_scorer.train_adapter(settings, here)
    else:
        run_scorer.train(settings, here)
    return here.folder


def _others(settings: AnySettings) -> list[str]:
    """Runs beside the data that a run reads."""
    named = [settings.init, settings.grpo.scorer] if isinstance(settings, WriterSettings) else []
    return [folder for folder in named if folder is not None]


def _refuse_missing(settings: AnySettings) -> None:
    """Find what can be found missing before a folder is opened for the run."""
    if not isinstance(settings, ScorerSettings):
        find(settings.base)
        load_prompt(settings.prompt)
        if isinstance(settings, WriterSettings) and settings.grpo.scorer is not None:
            run_writer.refuse_rewarder(Path(settings.grpo.scorer))
        return
    if settings.family == "encoder":
        find(settings.encoder, "encoder")
    if settings.features_from:
        runs.finished(Path(settings.features_from), "train")


def _kind(config: Path, overrides: list[str]) -> type[AnySettings]:
    """The settings that a config has: `task`, and of a scorer `family`, decide which there are."""
    task = _stated(config, overrides, "task") or ("writer" if not config.is_file() else None)
    if task not in ("scorer", "writer"):
        near = nearest(task or "", ["scorer", "writer"])
        raise ViralityError(f"{config}: task = {task or 'nothing'}{near}: write task: scorer or task: writer")
    if task == "writer":
        return WriterSettings
    return LoraScorerSettings if _stated(config, overrides, "family") == "lora" else ScorerSettings


def _stated(config: Path, overrides: list[str], key: str) -> str | None:
    """What a config and its overrides say of `key`, before they are read as a whole."""
    stated = [one.partition("=")[2] for one in overrides if one.startswith(f"{key}=")]
    if stated:
        return stated[-1]
    try:
        values = yaml.safe_load(config.read_text(encoding="utf-8")) if config.is_file() else None
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return str(values[key]) if isinstance(values, dict) and key in values else None
