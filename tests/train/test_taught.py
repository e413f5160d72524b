"""How a writer was taught: told from the run.json of real run folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.train.finished_runs import finished, in_its_own_folder, world
from train.gate_settings import GateSettings
from train.improve.settings import ImproveSettings
from train.steering import Steering
from train.taught import Taught, taught

__all__ = ["in_its_own_folder", "world"]


def learned_from(name: str, **asked: object) -> Path:
    """A writer's run that learned what a run of `improve` with these settings made."""
    settings = ImproveSettings.model_validate({"writer": "w", "scorer": "s", "data": "d"} | asked)
    made = finished(f"{name}_pairs", "improve", settings=settings.model_dump(mode="json"))
    return finished(name, task="writer", settings={"data": [str(made)]})


def test_a_writer_of_posts_alone_was_taught_nothing_more(world: dict[str, Path]) -> None:
    assert taught(world["imitation"]) is None
    assert taught(finished("again", task="writer", settings={"data": [], "init": str(world["imitation"])})) is None


def test_a_writer_of_rounds_is_asked_as_its_samples_were(world: dict[str, Path]) -> None:
    gates = {"accounted": True, "min_edit": 0.15}
    writer = learned_from("of_rounds", temperature=[0.8, 1.0], copy_penalty=1.0, distinct_starts=True, gates=gates)
    expected = Taught(GateSettings(accounted=True, min_edit=0.15), Steering(True, 1.0, True), 1.0)
    assert taught(writer) == expected
    later = finished("later", task="writer", settings={"data": [], "init": str(writer)})
    assert taught(later) == expected


@pytest.mark.parametrize("accounted", [True, False])
def test_a_writer_that_imitated_edits_keeps_their_gates(accounted: bool) -> None:
    found = taught(learned_from("of_edits", samples=0, gates={"accounted": accounted}))
    assert found == Taught(GateSettings(accounted=accounted), Steering(accounted), None)


def test_of_a_scorers_run_nothing_is_told(world: dict[str, Path]) -> None:
    assert taught(world["guide"]) is None
