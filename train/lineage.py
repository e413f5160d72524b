"""What a writer came from: its own lesson, those of the writers it continues, and of those whose samples it learned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from virality import runs


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training of a writer.

    Fields:
        settings: of the run of `train`, as its run.json keeps them.
        improved: those of the runs of `improve` among what it learned from.
    """

    settings: dict[str, Any]
    improved: list[dict[str, Any]]


def lessons(writer: Path) -> Iterator[Lesson]:
    """Of this run of `train` and of all behind it; the nearest comes first, what it continues before what it heard.

    Raises:
        ViralityError: a folder holds no finished run, of it or of what it learned from.
    """
    return lessons_by(runs.finished(writer, "train")["settings"])


def lessons_by(settings: dict[str, Any]) -> Iterator[Lesson]:
    """Of a training by these settings, whether or not it has been done; as `lessons`."""
    made = [runs.finished(Path(folder)) for folder in settings.get("data", [])]
    improved = [document["settings"] for document in made if document["step"] == "improve"]
    yield Lesson(settings, improved)
    before = [settings.get("init"), *(one["writer"] for one in improved)]
    for run in dict.fromkeys(run for run in before if run is not None):
        yield from lessons(Path(run))
