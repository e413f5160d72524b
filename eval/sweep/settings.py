"""Settings of `virality sweep`: what a file in configs/sweep/ may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from virality.config import RunSettings, Settings, flat

Value = bool | int | float | str | None
Values = Mapping[str, Value]
"""Dotted key of a training setting -> its value."""
Rule = tuple[tuple[str, ...], str]
Metric = Literal[
    "writer.win_rate",
    "writer.win_rate.versus_draft",
    "writer.drafts_with_suggestion",
    "writer.drafts_with_passing",
    "writer.gate_pass_rate",
    "scorer.pair_accuracy",
    "scorer.pair_accuracy.p05",
    "scorer.brier",
]
_KINDS = ("choice", "integers", "uniform", "log_uniform")
_NOT_SWEPT = {
    "name": "is the sweep's to give",
    "out": "is the sweep's to give",
    "seed": "is no setting to choose; name seeds of the sweep, over which runs are averaged",
    "data": "decides what is measured, so its runs could not be ranked; make a sweep for each",
}


class Range(Settings):
    """The values that one setting may take: one of the four. A list by itself is a choice."""

    choice: tuple[Value, ...] | None = Field(None, min_length=1)
    """One of these; a list is written as one word, a,b."""
    integers: tuple[int, int] | None = None
    """A whole number from the first to the second, both among them."""
    uniform: tuple[float, float] | None = None
    """A number between the two, each alike; search = random alone."""
    log_uniform: tuple[float, float] | None = None
    """A number between the two, each order of magnitude alike; search = random alone."""

    def broken(self) -> Iterator[Rule]:
        """One kind, and ends in their order."""
        yield from super().broken()
        said = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(said) != 1:
            yield ("choice",), f"says {', '.join(said) or 'nothing'}; name one of {', '.join(_KINDS)}"
        ends = self.integers or self.uniform or self.log_uniform
        if ends is not None and not ends[0] < ends[1]:
            yield (said[0],), "the first end is to lie below the second"
        if self.log_uniform is not None and self.log_uniform[0] <= 0:
            yield ("log_uniform",), "both ends are to lie above 0"
        if self.choice is not None and len(set(map(repr, self.choice))) < len(self.choice):
            yield ("choice",), "names a value twice; give it once"


def _dotted(value: object) -> object:
    """Sections of settings as dotted keys, and a list as a choice."""
    if not isinstance(value, Mapping):
        return value
    out: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, list):
            out[str(key)] = {"choice": inner}
        elif isinstance(inner, Mapping) and inner and not set(_KINDS) & inner.keys():
            below = _dotted(inner)
            out |= {f"{key}.{name}": one for name, one in below.items()} if isinstance(below, Mapping) else {}
        else:
            out[str(key)] = inner
    return out


def _flat(value: object) -> object:
    return flat(dict(value)) if isinstance(value, Mapping) else value


class Wandb(Settings):
    """A sweep of W&B: its server deals the settings to agents, on as many machines as one likes."""

    project: str = Field(min_length=1)
    """W&B's project."""
    entity: str | None = None
    """W&B's team or person; null: that of the login."""


class SweepSettings(RunSettings):
    """A training config many times over, each time with other settings, measured on the validation split and ranked."""

    train: str
    """The training config whose settings are searched."""
    evaluate: str | None = None
    """An evaluate config: how a writer is measured (scorer, judge, drafts, samples), and what `final` runs. Its data
    give the validation examples; null, of scorers alone: the data they are trained on."""
    search: Literal["grid", "random"] = "grid"
    """grid: every combination of the values. random: `runs` of them, drawn by the seed."""
    runs: int | None = Field(None, ge=2)
    """search = random: how many settings are drawn; more of them later keep those that are there."""
    settings: Annotated[dict[str, Range], Field(min_length=1), BeforeValidator(_dotted)]
    """Dotted key of the training config -> the values it may take."""
    seeds: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    """Each setting is trained once with each of these, and its runs are averaged: no seed is ever chosen."""
    metric: Metric | None = None
    """What ranks, on validation examples. null: writer.win_rate of a writer, scorer.pair_accuracy of a scorer."""
    jobs: int = Field(1, ge=1)
    """Runs that are trained at the same time, each in a process of its own; 1: one after the other in this one."""
    final: bool = False
    """true: the winner alone is measured on the test split, by `evaluate`; once, as what chose it cannot measure it."""
    wandb: Wandb | None = None
    """Settings come from a sweep of W&B, whose agents train and measure; null: all is done here."""
    trial: Annotated[dict[str, Value], BeforeValidator(_flat)] = Field(default_factory=dict)
    """One setting that is trained and measured here: what an agent of W&B says (trial.lora.rank=16)."""

    def broken(self) -> Iterator[Rule]:
        """What a search needs, and what is not to be searched."""
        yield from super().broken()
        if (self.search == "random") != (self.runs is not None):
            yield ("runs", "search"), "a number of runs and search = random go together; say both, or neither"
        for key, one in self.settings.items():
            if (why := _NOT_SWEPT.get(key)) or key.startswith(("tracking", "machine")):
                yield (f"settings.{key}",), why or "changes nothing that is learned; leave it out"
            if self.search == "grid" and (one.uniform or one.log_uniform):
                yield (f"settings.{key}", "search"), "a grid needs choice or integers; write those, or search=random"
        if len(set(self.seeds)) < len(self.seeds):
            yield ("seeds",), "names a seed twice; give it once"
        if self.final and self.evaluate is None:
            yield ("evaluate", "final"), "final = true measures the winner by an evaluate config; name one"
        if self.trial and self.trial.keys() != self.settings.keys():
            yield ("trial",), f"names other settings than the sweep; say {', '.join(self.settings)}"
