"""A sweep before anything runs: which runs there will be, what measures them, and every mistake at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from eval.settings import EvaluateSettings
from eval.sweep.points import Point, ends, points, trial
from eval.sweep.settings import SweepSettings
from train import judges
from train import run as training
from train.refusals import AnySettings
from train.settings import AdapterSettings, WriterSettings
from virality import runs
from virality.config import Read, read, stated
from virality.errors import ViralityError
from virality.mistakes import Mistakes

T = TypeVar("T")
Lines = dict[str, int]
"""What is wrong, a line each -> the line of the sweep's config that says it; 0: of another file."""
_SAID = re.compile(r"command line: ([^\s:=]+)((?: = |: ).*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: a setting with a seed.

    Fields:
        point: the setting.
        seed: of the run.
        name: of the run, and of its folder in runs/train/.
        more: what else is laid over the training config.
    """

    point: Point
    seed: int
    name: str
    more: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """What is laid over the training config."""
        return [*self.point.words, f"seed={self.seed}", f"name={self.name}", "out=", *self.more]

    @property
    def folder(self) -> Path:
        """Where the run lies."""
        return Path("runs/train") / self.name


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep does.

    Fields:
        name: of the sweep.
        settings: of the sweep.
        trained: the training settings of the first run.
        metric: that ranks.
        data: whose validation split is measured.
        evaluation: how a writer is measured; None of a scorer without an evaluate config.
        points: that are trained.
    """

    name: str
    settings: SweepSettings
    trained: AnySettings
    metric: str
    data: list[str]
    evaluation: EvaluateSettings | None
    points: list[Point]

    @property
    def config(self) -> Path:
        """The training config."""
        return Path(self.settings.train)

    @property
    def task(self) -> str:
        """What is trained: writer, or scorer."""
        return self.trained.task

    def trials(self, some: Sequence[Point] | None = None) -> list[Trial]:
        """The runs of some settings, of all by default, seed by seed."""
        agent = bool(self.settings.trial) and isinstance(self.trained, AdapterSettings)
        more = _staying(self.config) + (("tracking.to=none",) if agent else ())  # an agent's run at W&B is the trial's
        return [Trial(point, seed, f"{self.name}-{point.key}{f'-seed{seed}' if seed else ''}", more)
                for point in (self.points if some is None else some) for seed in self.settings.seeds]  # fmt: skip


def evaluating(task: str, run: str) -> list[str]:
    """What is laid over an evaluate config so that it measures a run, a scorer's alone."""
    return [f"{task}={run}", *([] if task == "writer" else ["writer=", "systems={}", "second_judge="])]


def plan(config: Path, said: Read[SweepSettings]) -> Plan:
    """The plan of a sweep, nothing opened for it yet.

    Raises:
        ViralityError: a line for each thing that is wrong with it, with its training config under any of the values, or
            with its evaluate config.
    """
    settings, found = said.settings, said.mistakes()
    name = settings.name or config.stem
    here = [trial(settings)] if settings.trial else [] if settings.wandb else points(settings)
    asked = {point.key: point for point in [*here, *ends(settings.settings)]}.values()
    lines: Lines = {}
    read_: list[AnySettings] = []
    for point in asked:
        for seed in settings.seeds if not read_ else settings.seeds[:1]:
            words = Trial(point, seed, f"{name}-{point.key}", _staying(Path(settings.train))).words
            one = _told(partial(training.checked, Path(settings.train), words), lines, found, settings)
            read_ += [one.settings] if one is not None else []
    if lines or not read_:
        raise ViralityError("\n".join(_once([*found.lines(), *sorted(lines, key=lines.__getitem__)])))
    trained = read_[0]
    if len({one.task for one in read_}) > 1:
        found.add("settings.task", "writers and scorers are not ranked together; make a sweep for each")
    metric = settings.metric or ("writer.win_rate" if trained.task == "writer" else "scorer.pair_accuracy")
    if not metric.startswith(trained.task):
        found.add("metric", f"is no measure of a {trained.task}, which {settings.train} trains", metric)
    evaluation = _evaluation(settings, read_, lines, found)
    if told := _once([*found.lines(), *sorted(lines, key=lines.__getitem__)]):
        raise ViralityError("\n".join(told))
    data = [evaluation.data] if evaluation is not None else list(trained.data)
    return Plan(name, settings, trained, metric, data, evaluation, here)


def _staying(config: Path) -> tuple[str, ...]:
    """What keeps the runs of a sweep here, where a training config pushes its run to the hub."""
    return ("push=",) if "push" in stated(config) else ()


def _evaluation(
    settings: SweepSettings, asked: Sequence[AnySettings], lines: Lines, found: Mistakes
) -> EvaluateSettings | None:
    """The evaluate config as it measures a run of this sweep; None where there is none."""
    trained = asked[0]
    if settings.evaluate is None:
        if isinstance(trained, WriterSettings):
            found.add("evaluate", "a writer is measured with a scorer, which chooses, and a judge, which did not; name "
                      "an evaluate config that says both")  # fmt: skip
        return None

    def opened() -> EvaluateSettings:
        one = read(EvaluateSettings, Path(str(settings.evaluate)), evaluating(trained.task, "RUN")).settings
        runs.finished(Path(one.data), "prepare")
        if trained.task == "writer":
            behind = (guide for mine in asked for guide in judges.guides_by(mine.model_dump(mode="json")))
            judges.refuse_partial_judge(Path(str(one.judge)), [Path(str(one.scorer)), *behind])
        return one

    return _told(opened, lines, found, settings)


def _told(ask: Callable[[], T], lines: Lines, found: Mistakes, settings: SweepSettings) -> T | None:
    """What `ask` gives, or None with its mistakes noted: those of a value, at the place where the sweep says it."""
    try:
        return ask()
    except ViralityError as error:
        for line in str(error).splitlines():
            at = _SAID.fullmatch(line)
            mine = at is not None and _searched(at[1], settings.settings)
            if at is not None and mine:
                key = f"settings.{mine}"
                place = found.laid.place(key)
                lines.setdefault(f"{place}: settings.{at[1]}{at[2]}", place.line or 0)
            else:
                lines.setdefault(line, 0)
        return None


def _searched(key: str, settings: Mapping[str, object]) -> str | None:
    """The setting of the sweep that a mistake in `key` is about."""
    return next((one for one in settings if key == one or key.startswith(f"{one}.") or one.startswith(f"{key}.")), None)


def _once(lines: Sequence[str]) -> list[str]:
    """Each mistake once: a key that is unknown is so with every value."""
    kept: dict[str, str] = {}
    for line in lines:
        kept.setdefault(re.sub(r"(settings\.\S+) = .*?: ", r"\1: ", line), line)
    return list(kept.values())
