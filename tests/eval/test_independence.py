"""What may be measured beside what, and on which posts: told from run.json and ledgers of real run folders."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import independence
from tests.train.finished_runs import finished, in_its_own_folder, world
from tests.train.worlds import corpus_pairs, pair, prepared
from virality.errors import ViralityError

__all__ = ["in_its_own_folder", "world"]

TEST = corpus_pairs(4, split="test")


def a_control(name: str, **more: Any) -> Path:
    return finished(name, task="scorer", family="encoder", split="train", control=name, **more)


def test_a_control_must_be_the_control_it_is_named_as(world: dict[str, Path]) -> None:
    independence.refuse_controls({"shuffled": [str(a_control("shuffled"))]}, "data")
    with pytest.raises(ViralityError, match=r"controls\.shuffled = .*: is no such control"):
        independence.refuse_controls({"shuffled": [str(world["guide"])]}, "data")


def test_rows_dealt_anew_are_those_of_the_data_that_is_measured() -> None:
    dealt = str(a_control("random", settings={"data": ["mine"]}))
    independence.refuse_controls({"random": [dealt]}, "mine")
    with pytest.raises(ViralityError, match=r"dealt rows of mine anew, and theirs is measured"):
        independence.refuse_controls({"random": [dealt]}, "theirs")


def test_a_control_judges_nothing_and_chooses_nothing(world: dict[str, Path]) -> None:
    independence.refuse_guiding_controls(world["guide"], world["judge"], writing=True)
    turned = a_control("shuffled")
    with pytest.raises(ViralityError, match=r"^judge = .*: is a control \(shuffled\), which guides and judges nothing"):
        independence.refuse_guiding_controls(world["guide"], turned, writing=False)
    with pytest.raises(ViralityError, match=r"^scorer = .*: is a control"):
        independence.refuse_guiding_controls(turned, world["judge"], writing=True)


def test_a_control_may_be_measured_alone_unless_it_learned_from_the_test() -> None:
    independence.refuse_guiding_controls(a_control("shuffled"), None, writing=False)
    with pytest.raises(ViralityError, match=r"is a control \(random\)"):
        independence.refuse_guiding_controls(a_control("random"), None, writing=False)


def test_posts_that_a_run_learned_from_cannot_measure_it(world: dict[str, Path]) -> None:
    independence.refuse_seen(TEST, list(world.values()))
    for name, learned in (("a", TEST[0].worse_id), ("b", f"{TEST[0].worse_id}:plain")):
        knows = finished(name, task="scorer", learned=("w", learned))
        with pytest.raises(ViralityError, match="learned from posts of 1 of the 4 test pairs"):
            independence.refuse_seen(TEST, [world["guide"], knows])


def test_test_pairs_with_a_text_that_a_run_learned_are_left_out_and_counted(world: dict[str, Path]) -> None:
    twin = replace(pair(TEST[0].worse.upper(), "said by nobody"), pair_id="pair")  # another post, the same words
    prepared("elsewhere", [twin])
    run = finished("elsewhere", task="scorer", settings={"data": ["runs/prepare/elsewhere"]})
    kept, lines = independence.unseen(TEST, [world["guide"], run])
    assert kept == TEST[1:]
    assert "1 of 4 test pairs are left out" in lines[-1]
    assert "1 word for word, 0 nearly" in lines[-1]


def test_what_could_not_be_compared_is_said(world: dict[str, Path]) -> None:
    prepared("gone", [pair("one", "two")])
    run = finished("later", task="scorer", settings={"data": ["runs/prepare/gone"]})
    shutil.rmtree("runs/prepare/gone")
    kept, [line] = independence.unseen(TEST, [run])
    assert kept == TEST
    assert "1 pairs that runs/train/later learned from are not in its data any more" in line


def test_a_test_whose_every_text_was_learned_measures_nothing(world: dict[str, Path]) -> None:
    prepared("all", [replace(TEST[0], split="train", pair_id="pair")])
    run = finished("all", task="scorer", settings={"data": ["runs/prepare/all"]})
    with pytest.raises(ViralityError, match="each of the 1 test pairs has a text") as caught:
        independence.unseen(TEST[:1], [run])
    assert "\n" not in str(caught.value)
