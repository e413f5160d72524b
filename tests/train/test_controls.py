"""Controls of a scorer's training: labels that say nothing, rows that leak, fewer pairs; they guide nobody."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from data_prep.records import Pair
from tests.train.worlds import corpus_pairs, prepared, told
from train.scorers import controls, fitting
from virality import runs
from virality.cli import main
from virality.errors import ViralityError


@pytest.fixture(scope="module")
def world() -> list[Pair]:
    splits = {"train": 80, "validation": 20, "test": 30, "judge": 10}
    return [one for split, count in splits.items() for one in corpus_pairs(count, split=split)]


def test_each_label_is_turned_with_probability_one_half() -> None:
    found = controls.turned(np.full(2000, 0.9), seed=0)
    assert sorted(set(found.round(6).tolist())) == [0.1, 0.9]
    assert abs(found.mean() - 0.5) < 0.05
    assert controls.turned(np.full(2000, 0.9), seed=1).tolist() != found.tolist()


def test_rows_are_dealt_anew_as_many_to_each_part(world: list[Pair]) -> None:
    dealt = controls.dealt(world, seed=0)
    assert Counter(one.split for one in dealt) == Counter(one.split for one in world)
    assert [one.pair_id for one in dealt] == [one.pair_id for one in world]
    moved = [one for one, before in zip(dealt, world, strict=True) if one.split != before.split]
    assert moved
    assert not [one for one in moved if one.split == "judge"]
    assert {one.split for one in dealt if one.component == world[0].component} <= {"train", "validation", "test"}
    assert controls.dealt(world, seed=0) == dealt
    assert controls.dealt(world, seed=1) != dealt


def test_components_stand_on_both_sides_where_rows_are_dealt(world: list[Pair]) -> None:
    def shared(pairs: list[Pair]) -> int:
        sides = [{one.component for one in pairs if one.split == split} for split in ("train", "test")]
        return len(sides[0] & sides[1])

    assert shared(world) == 0
    assert shared(controls.dealt(world, seed=0)) > 5


def test_without_a_test_part_no_row_can_be_dealt(world: list[Pair]) -> None:
    with pytest.raises(ViralityError, match="no measured pair in the test split to be dealt anew"):
        fitting.choose([one for one in world if one.split != "test"], "train", None, 0, control="random")


def test_a_random_control_learns_from_test_rows_and_leaves_others_out(world: list[Pair]) -> None:
    training = fitting.choose(world, "train", None, 0, control="random")
    assert (len(training.train), len(training.validation)) == (80, 20)
    before = {one.pair_id: one.split for one in world}
    assert {before[one.pair_id] for one in training.train} == {"train", "validation", "test"}


def test_a_smaller_share_lies_within_a_larger_one_and_keeps_components_whole(world: list[Pair]) -> None:
    train = [one for one in world if one.split == "train"]
    quarter, half = (controls.share(train, part, seed=0) for part in (0.25, 0.5))
    assert (len(quarter), len(half)) == (20, 40)
    assert {one.pair_id for one in quarter} < {one.pair_id for one in half}
    assert len({one.component for one in quarter}) == 10
    assert controls.share(train, 1.0, seed=0) == train
    assert len(controls.share(train, 0.001, seed=0)) == 1
    assert controls.share(train, 0.25, seed=1) != quarter


def test_a_fraction_learns_from_its_share_and_is_calibrated_on_all_validation_pairs(world: list[Pair]) -> None:
    training = fitting.choose(world, "train", None, 0, control="fraction", fraction=0.25)
    assert (len(training.train), len(training.validation)) == (20, 20)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["control=fraction"], "a share and control = fraction go together"),
        (["fraction=0.5"], "a share and control = fraction go together"),
        (["control=fraction", "fraction=1.5"], "fraction"),
        (["control=random", "split=judge"], "random deals train, validation and test anew, not judge"),
        (["control=random", "family=encoder", "features_from=runs/train/other"], "holds embeddings of other texts"),
        (["control=metadata"], "control"),
    ],
)
def test_a_control_that_cannot_be_is_one_line(
    given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scorer.yaml").write_text(yaml.safe_dump({"task": "scorer", "family": "linear", "data": "runs/prepare/p"}))
    assert said in told(capsys, "train", "scorer.yaml", *given)


def test_a_run_that_is_a_control_is_refused_where_a_scorer_is_needed(
    world: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepared("p", world)
    config = {"task": "scorer", "family": "linear", "data": "runs/prepare/p", "strength": [1.0]}
    Path("scorer.yaml").write_text(yaml.safe_dump(config))
    assert main(["train", "scorer.yaml"]) == 0
    assert main(["train", "scorer.yaml", "control=fraction", "fraction=0.5", "name=half"]) == 0
    scorer, half = Path("runs/train/scorer"), Path("runs/train/half")
    assert runs.finished(half)["pairs"]["train"] == 40
    controls.refuse(scorer, "scorer")
    with pytest.raises(ViralityError, match=r"^grpo\.scorer = runs/train/half: is a control \(fraction\)"):
        controls.refuse(half, "grpo.scorer")
    assert controls.wrong(runs.finished(scorer)) is None
