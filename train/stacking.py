"""Train a stack: its members one after another, each kept as soon as it is there, then their weights."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from train import members, scorers, steps
from train.members import Made
from train.scorers import Scorer, fitting, stack
from train.scorers.calibration import Calibration
from train.settings import FittedSettings, Member, StackSettings
from virality import ledger, tables
from virality.atomic import aside
from virality.errors import ViralityError
from virality.progress import is_main, say

_MARGINS = "margins.safetensors"


def make(settings: StackSettings, training: fitting.Training, folder: Path) -> Made | None:
    """The stack of a run; a member that an interrupted run had fitted is taken from `folder`. None on other ranks."""
    made: dict[str, Made] = {}
    for name, member in settings.members.items():
        place = folder / "work" / "members" / name
        say(f"  {name}: {_described(member)}")
        found = _kept(place, training) or _member(settings, member, training, place)
        if found is not None:
            made[name] = found
    if not is_main():
        return None
    if training.validation:
        for name, one in made.items():
            say(f"  {name}: {np.mean(one.margins > 0):.1%} of {len(one.margins):,} validation pairs")
    model, margins = stack.of(
        {name: one.scorer for name, one in made.items()},
        {name: one.margins for name, one in made.items()},
        [pair.component for pair in training.validation],
    )
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(made, model.weights, strict=True))
    languages: dict[str, int] = {}
    for one in made.values():
        for language, count in one.scorer.languages.items():
            languages[language] = max(count, languages.get(language, 0))
    learned = list(dict.fromkeys(pair for one in made.values() for pair in one.learned))
    return Made(Scorer("stack", model, Calibration(), languages), margins, learned, f"weights {weights}; ", {})


def ledger_of(settings: FittedSettings) -> Sequence[ledger.Entry]:
    """What the runs that are members learned from."""
    if not isinstance(settings, StackSettings):
        return ()
    taken = [Path(member.run) for member in settings.members.values() if member.run is not None]
    return [
        replace(entry, checkpoint="scorer")
        for run in taken
        for entry in tables.read(run / "ledger.parquet", ledger.schema(), ledger.Entry)
    ]


def _described(member: Member) -> str:
    if member.run is not None:
        return f"the scorer of {member.run}"
    tuned = f", fine-tuned for {member.tune.epochs:g} passes" if member.tune else ""
    return f"{member.family}{f' ({member.encoder}{tuned})' if member.family == 'encoder' else ''}"


def _member(settings: StackSettings, member: Member, training: fitting.Training, place: Path) -> Made | None:
    if member.run is None and member.tune is None and not is_main():
        return None
    if member.run is not None:
        found = _taken(Path(member.run), training) if is_main() else None
    else:
        place.mkdir(parents=True, exist_ok=True)
        found = members.make(member, str(member.family), training, place / "fit", control=settings.control,
                             seed=settings.seed + member.seed)  # fmt: skip
    if found is not None and is_main():
        _keep(found, place)
    return found


def _taken(run: Path, training: fitting.Training) -> Made:
    scorer = steps.load_scorer(run)
    return Made(replace(scorer, version=""), fitting.margins(scorer, training.validation), [], "", {})


def _keep(made: Made, place: Path) -> None:
    """The member, its margins over the validation pairs, and which pairs it learned from; whole or not at all."""
    import json

    from safetensors.numpy import save_file

    with aside(place / "member") as path:
        scorers.save(made.scorer, path / "scorer")
        save_file({"margins": made.margins}, path / _MARGINS)
        learned = [pair.pair_id for pair in made.learned]
        (path / "learned.json").write_text(json.dumps(learned), encoding="utf-8")
    shutil.rmtree(place / "fit", ignore_errors=True)


def _kept(place: Path, training: fitting.Training) -> Made | None:
    import json

    from safetensors.numpy import load_file

    path = place / "member"
    if not path.is_dir():
        return None
    with contextlib.suppress(ViralityError, OSError, ValueError):
        scorer = scorers.load(path / "scorer")
        margins = load_file(path / _MARGINS)["margins"]
        names = set(json.loads((path / "learned.json").read_text(encoding="utf-8")))
        if len(margins) == len(training.validation):
            return Made(scorer, margins, [pair for pair in training.train if pair.pair_id in names], "", {})
    return None
