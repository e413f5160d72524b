"""Who may judge whom: told from the run.json of real run folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.train.finished_runs import finished, in_its_own_folder, world
from train import judges
from virality.errors import ViralityError

__all__ = ["in_its_own_folder", "world"]


def test_guides_are_found_behind_the_rounds_of_a_writer(world: dict[str, Path]) -> None:
    assert list(judges.guides(world["imitation"])) == []
    assert list(judges.guides(world["writer"])) == [world["guide"]]
    later = finished("later", task="writer", settings={"data": [], "init": str(world["writer"])})
    assert list(judges.guides(later)) == [world["guide"]]
    paid = finished("paid", task="writer", settings={"objective": "grpo", "grpo": {"scorer": str(world["judge"])}})
    assert list(judges.guides(paid)) == [world["judge"]]


def behind(world: dict[str, Path], scorer: Path) -> list[Path]:
    """Who guided: a scorer that chooses, and those of the writer."""
    return [scorer, *judges.guides(world["writer"])]


def test_a_judge_of_another_family_on_its_own_split_may_judge(world: dict[str, Path]) -> None:
    judges.refuse_partial_judge(world["judge"], behind(world, world["guide"]))
    judges.refuse_partial_judge(world["judge"], [])  # two scorers beside each other


def test_guides_are_known_before_a_writer_is_trained(world: dict[str, Path]) -> None:
    assert list(judges.guides_by({"data": [], "init": str(world["writer"])})) == [world["guide"]]


def test_a_judge_that_was_not_trained_on_the_judge_split_is_refused(world: dict[str, Path]) -> None:
    with pytest.raises(ViralityError, match="was not trained on the judge split"):
        judges.refuse_partial_judge(world["guide"], [])
    with pytest.raises(ViralityError, match="was not trained on the judge split"):
        judges.refuse_partial_judge(world["writer"], [])


def test_a_judge_that_chooses_is_refused_whatever_writes(world: dict[str, Path]) -> None:
    with pytest.raises(ViralityError, match="is of the family of the scorer that chooses"):
        judges.refuse_partial_judge(world["judge"], [world["judge"]])


def test_a_judge_of_the_family_that_chooses_is_refused(world: dict[str, Path]) -> None:
    chooser = finished("chooser", task="scorer", family="linear", split="train")
    with pytest.raises(ViralityError, match="is of the family of the scorer that chooses"):
        judges.refuse_partial_judge(world["judge"], behind(world, chooser))


def test_a_judge_of_the_family_that_trained_the_writer_is_refused(world: dict[str, Path]) -> None:
    judge = finished("other", task="scorer", family="encoder", split="judge")
    chooser = finished("chooser", task="scorer", family="linear", split="train")
    with pytest.raises(ViralityError, match="or trained the writer"):
        judges.refuse_partial_judge(judge, behind(world, chooser))


def test_a_guide_that_learned_from_the_judge_split_is_refused(world: dict[str, Path]) -> None:
    chooser = finished("chooser", task="scorer", family="encoder", split="judge")
    with pytest.raises(ViralityError, match="learned from the judge split"):
        judges.refuse_partial_judge(world["judge"], behind(world, chooser))
