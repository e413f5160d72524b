"""How the rewrites were made that a writer learned from: what it is asked later is asked the same way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.gate_settings import GateSettings
from train.steering import Steering
from virality import runs


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
    settings = runs.finished(writer, "train")["settings"]
    made = [runs.finished(Path(folder)) for folder in settings.get("data", [])]
    improved = [document["settings"] for document in made if document["step"] == "improve"]
    if improved:
        return _of(improved[-1])
    return taught(Path(settings["init"])) if settings.get("init") else None


def _of(settings: dict[str, Any]) -> Taught:
    heat = max(settings["temperature"]) if settings["samples"] else None
    gates = GateSettings.model_validate(settings["gates"])
    led = Steering(gates.accounted, settings.get("copy_penalty", 0.0), settings.get("distinct_starts", False))
    return Taught(gates, led, heat)
