"""Which settings a sweep trains: every combination, or some drawn at random; what each is called and how it is said."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eval.sweep.settings import Range, SweepSettings, Value, Values

_TRIES = 1000
"""Draws in a row that were all there before, after which a space counts as used up."""


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of values of the settings that are searched."""

    values: Values

    @property
    def key(self) -> str:
        """8 hex digits of the values."""
        return hashlib.sha256(json.dumps(dict(self.values), sort_keys=True).encode()).hexdigest()[:8]

    @property
    def words(self) -> list[str]:
        """As they stand on a command line."""
        return [f"{key}={_said(value)}" for key, value in self.values.items()]

    @property
    def said(self) -> str:
        """For people: `lora.rank = 8, epochs = 2`."""
        return ", ".join(f"{key} = {shown(value)}" for key, value in self.values.items())


def shown(value: Value) -> str:
    """A value for people, as a config would have it."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def points(settings: SweepSettings) -> list[Point]:
    """The settings that are trained, in the order in which they are.

    Of a random search the first ones do not depend on how many are asked for; a small space gives all that it holds.
    """
    if settings.search == "grid":
        return [Point(dict(zip(settings.settings, values, strict=True)))
                for values in itertools.product(*(every(one) for one in settings.settings.values()))]  # fmt: skip
    drawn: dict[str, Point] = {}
    again = 0
    for point in _drawn(settings.settings, settings.seed):
        again = again + 1 if point.key in drawn else 0
        drawn.setdefault(point.key, point)
        if len(drawn) == settings.runs or again == _TRIES:
            break
    return list(drawn.values())


def trial(settings: SweepSettings) -> Point:
    """The setting that an agent of W&B asks for: its words (`None`, `1e-05`) as the values that the sweep names."""
    return Point({key: _meant(value, settings.settings[key]) for key, value in settings.trial.items()})


def _meant(value: Value, one: Range) -> Value:
    if one.choice is not None:
        return next((mine for mine in one.choice if str(value) in (str(mine), _said(mine))), value)
    try:
        return value if not isinstance(value, str) else int(value) if one.integers is not None else float(value)
    except ValueError:
        return value


def ends(settings: Mapping[str, Range]) -> list[Point]:
    """For each setting its every choice, or both its ends, the others at their first: what a schema is asked about."""
    first = {key: _ends(one)[0] for key, one in settings.items()}
    return [Point(first | {key: value}) for key, one in settings.items() for value in _ends(one)]


def _ends(one: Range) -> list[Value]:
    found = one.choice or one.integers or one.uniform or one.log_uniform
    return list(found or ())


def every(one: Range) -> list[Value]:
    """All values of a choice or of whole numbers."""
    if one.integers is not None:
        return list(range(one.integers[0], one.integers[1] + 1))
    return list(one.choice or ())


def _drawn(settings: Mapping[str, Range], seed: int) -> Iterator[Point]:
    draw = random.Random(f"sweep {seed}")
    while True:
        yield Point({key: _one(range_, draw) for key, range_ in settings.items()})


def _one(one: Range, draw: random.Random) -> Value:
    if one.choice is not None:
        return draw.choice(one.choice)
    if one.integers is not None:
        return draw.randint(*one.integers)
    if one.uniform is not None:
        return _rounded(draw.uniform(*one.uniform), *one.uniform)
    low, high = one.log_uniform or (1.0, 1.0)
    return _rounded(math.exp(draw.uniform(math.log(low), math.log(high))), low, high)


def _rounded(value: float, low: float, high: float) -> float:
    """Three significant digits, which people can repeat; never beyond the ends."""
    return min(max(float(f"{value:.3g}"), low), high)


def _said(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)
