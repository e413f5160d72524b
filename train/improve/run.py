"""`virality improve` as its settings say: one set of pairs, or rounds in which a writer learns them."""

from __future__ import annotations

from pathlib import Path

from train import grpo, judges
from train.improve import pairs, rounds
from train.improve.settings import ImproveSettings
from train.scorers import controls
from virality import runs
from virality.config import load
from virality.progress import say


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Make judged pairs, and train the writers of rounds, as `config` says. Returns the run's folder."""
    settings = load(ImproveSettings, config, overrides)
    folder = runs.place("improve", config, settings)
    inputs = inputs_of(settings)
    controls.refuse(Path(settings.scorer), "scorer")
    if settings.judge is not None:
        guiding = [Path(settings.scorer), *judges.guides(Path(settings.writer))]
        judges.refuse_partial_judge(Path(settings.judge), guiding)
    if settings.rounds and "grpo" in (settings.learn.first, settings.learn.then):
        grpo.require_trl()  # told now, not after a round
    if dry_run:
        often = f" in each of {settings.rounds} rounds" if settings.rounds else ""
        say(f"would rewrite {settings.drafts} drafts of {', '.join(settings.data)}{often} and write to {folder}")
        return folder
    here = runs.begin("improve", config, settings, inputs, fresh=fresh)
    if here.finished:
        return here.folder
    if settings.rounds:
        rounds.carry_out(settings, here)
    else:
        pairs.make(settings, here)
    return here.folder


def inputs_of(settings: ImproveSettings) -> dict[str, str]:
    """What a run reads -> its digest."""
    named = [*settings.data, settings.writer, settings.scorer, *([settings.judge] if settings.judge else [])]
    return {folder: runs.digest(Path(folder)) for folder in named}
