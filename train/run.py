"""`virality train CONFIG`: pairs -> scorer/ or adapter/, with metrics.jsonl and a ledger of the rows that were seen."""

from __future__ import annotations

import difflib
from pathlib import Path

from train import push, refusals, tracking
from train.launch import ranks, sharding, zero
from train.refusals import AnySettings
from train.settings import (
    AdapterSettings,
    LoraScorerSettings,
    PromptedSettings,
    ScorerSettings,
    StackSettings,
    WriterSettings,
)
from virality import runs
from virality.config import Read, nearest, read
from virality.errors import ViralityError
from virality.expected import listed
from virality.layers import Layers, lay
from virality.mistakes import Mistakes
from virality.progress import is_main, say

TASKS = ("scorer", "writer")
_SCORERS: dict[str, type[AnySettings]] = {
    "linear": ScorerSettings,
    "encoder": ScorerSettings,
    "lora": LoraScorerSettings,
    "stack": StackSettings,
    "prompted": PromptedSettings,
}
FAMILIES = tuple(_SCORERS)


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Train what `config` says. Returns the run's folder."""
    found = checked(config, overrides)
    settings = found.settings
    named = dict.fromkeys([*settings.data, *others(settings)])
    inputs = {folder: runs.digest(Path(folder)) for folder in named}
    folder = runs.place("train", config, settings)
    if dry_run:
        if is_main():
            _tell(found, folder)
        return folder
    if is_main():
        push.prepare(settings, folder, fresh=fresh)
    here = runs.begin("train", config, settings, inputs, fresh=fresh)
    if not here.finished:
        ranks.take_device()
        carry_out(settings, here)
        ranks.leave()
    if is_main():
        push.after(settings, here, ["virality", "train", str(config), *overrides])
    return here.folder


def carry_out(settings: AnySettings, here: runs.Run) -> None:
    """Train in an open run folder."""
    from train import run_scorer, run_writer  # they import torch: a mistake is told before that

    if not isinstance(settings, AdapterSettings):
        run_scorer.train(settings, here)
        return
    with tracking.opened(settings.tracking.to, settings.tracking.project, here) as tracker:
        if isinstance(settings, WriterSettings):
            run_writer.train(settings, here, tracker)
        else:
            run_scorer.train_adapter(settings, here, tracker)


def checked(config: Path, overrides: list[str]) -> Read[AnySettings]:
    """The settings, with every mistake told once: all ranks find the same ones, and the first one speaks.

    Raises:
        ViralityError: a line for each mistake.
    """
    try:
        found: Read[AnySettings] = read(_kind(config, overrides), config, overrides)
        _refuse_missing(found)
        _refuse_launch(found.settings)
    except ViralityError as error:
        if is_main():
            raise
        raise SystemExit(error.exit_code) from error
    return found


def _tell(said: Read[AnySettings], folder: Path) -> None:
    """Print what the run would do.

    Raises:
        ViralityError: it would fail.
    """
    from train import dry_run  # imports torch

    say(f"would train a {said.settings.task} on {', '.join(said.settings.data)} and write to {folder}")
    told = dry_run.tell(said.settings, said.origins, folder)
    print("\n".join(told.lines))
    if told.mistakes:
        raise ViralityError("\n".join(told.mistakes))


def _refuse_launch(settings: AnySettings) -> None:
    """Refuse to split over ranks what cannot be."""
    if not isinstance(settings, AdapterSettings):
        return
    sharding.refuse(settings.bits)
    zero.refuse(writer=isinstance(settings, WriterSettings), b_ratio=settings.lora.b_ratio)
    if sharding.asked() and isinstance(settings, WriterSettings) and settings.objective == "grpo":
        raise ViralityError("objective = grpo: samples from a whole base on each rank; launch with "
                            "configs/accelerate/ddp.yaml")  # fmt: skip


def others(settings: AnySettings) -> list[str]:
    """Runs beside the data that a run reads."""
    named: list[str | None] = [*getattr(settings, "unseen", ())]
    if isinstance(settings, WriterSettings):
        named += [settings.init, settings.grpo.scorer]
    elif isinstance(settings, StackSettings):
        named += [member.run for member in settings.members.values()]
    elif isinstance(settings, ScorerSettings):
        named += [settings.features_from]
    return [folder for folder in named if folder is not None]


def _refuse_missing(said: Read[AnySettings]) -> None:
    """Find what can be found wrong before anything heavy is imported or a folder is opened for the run, all at once."""
    found = said.mistakes()
    refusals.note(said.settings, found)
    if lines := found.lines():
        raise ViralityError("\n".join(lines))


def _kind(config: Path, overrides: list[str]) -> type[AnySettings]:
    """The settings that a config has: `task`, and of a scorer `family`, decide which there are.

    Raises:
        ViralityError: neither is named, together with every other mistake, as far as the config lets one guess.
    """
    laid = lay(config, overrides)
    task, family = (_stated(laid, key) for key in ("task", "family"))
    if task == "writer":
        return WriterSettings
    if task == "scorer" and family in _SCORERS:
        return _SCORERS[str(family)]
    key, said, options = ("family", family, FAMILIES) if task == "scorer" else ("task", task, TASKS)
    close = difflib.get_close_matches(said or "", options, n=1, cutoff=0.4)
    looks = "scorer" if {"family", "split", "control", "encoder", "members"} & laid.values.keys() else "writer"
    guess = close[0] if close else ("linear" if key == "family" else looks)
    found = Mistakes(laid)
    if said is None:
        found.add(key, f"is missing; write {listed(options)}")
    else:
        found.add(key, f"should be {listed(options)}{nearest(said, options)}", said)
    try:
        read(_kind(config, [*overrides, f"{key}={guess}"]), config, [*overrides, f"{key}={guess}"])
        rest: list[str] = []
    except ViralityError as error:
        rest = str(error).splitlines()
    raise ViralityError("\n".join(dict.fromkeys([*found.lines(), *rest])))


def _stated(laid: Layers, key: str) -> str | None:
    """What a config and its overrides say of `key`, before they are read as a whole."""
    said = laid.values.get(key)
    return None if said is None else str(said)
