"""How the rewrites were made that a writer learned from: what it is asked later is asked the same way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.gate_settings import GateSettings
from train.lineage import lessons
from train.sampled import Sampled
from train.steering import Steering


@dataclass(frozen=True, slots=True)
class Taught:
    """The round or the search whose pairs a writer learned last.

    Fields:
        gates: what its rewrites had to hold.
        steering: what led its samples.
        temperature: of its samples, the highest of several; None: it had none.
    """

    gates: GateSettings
    steering: Steering
    temperature: float | None


def taught(writer: Path) -> Taught | None:
    """Of the nearest run of `virality improve` that this writer, or one it continues, learned from; None: of none.

    Raises:
        ViralityError: a folder holds no finished run, of it or of what it learned from.
    """
    return next((_of(lesson.improved[-1]) for lesson in lessons(writer) if lesson.improved), None)


def _of(settings: dict[str, Any]) -> Taught:
    asked = Sampled.model_validate({key: settings[key] for key in Sampled.model_fields if key in settings})
    return Taught(asked.gates, asked.steering(), max(settings["temperature"]) if settings["samples"] else None)
