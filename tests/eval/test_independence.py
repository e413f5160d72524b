"""Who may judge whom, and on what: told from the run.json and ledgers of real run folders."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import independence
from tests.train.worlds import corpus_pairs, pair, prepared
from virality import ledger, runs
from virality.errors import ViralityError

TEST = corpus_pairs(4, split="test")


def finished(name: str, step: str = "train", learned: tuple[str, str] = ("w", "b"), **facts: Any) -> Path:
    """A finished run in the current folder, whose ledger knows the posts `learned`."""
    settings = {"data": [], "init": None} | facts.pop("settings", {})
    run = runs.start(step, name, settings=settings, inputs={})
    with run.file("ledger.parquet") as path:
        ledger.write([ledger.Entry("adapter", "train", "pair", *learned, None)], path)
    run.finish(rights={"basis": {}, "research_only": False}, **facts)
    return run.folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test lie in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def world() -> dict[str, Path]:
    """A guide, a judge, an imitating writer and one that learned from its rewrites, which the guide ranked."""
    guide = finished("guide", task="scorer", family="encoder", split="train", control=None)
    imitation = finished("imitation", task="writer", settings={"data": []})
    improved = finished("round", "improve", settings={"writer": str(imitation), "scorer": str(guide)})
    return {
        "guide": guide,
        "judge": finished("judge", task="scorer", family="linear", split="judge", control=None),
        "imitation": imitation,
        "writer": finished("writer", task="writer", settings={"data": [str(improved)], "init": str(imitation)}),
    }


def a_control(name: str, **more: Any) -> Path:
    return finished(name, task="scorer", family="encoder", split="train", control=name, **more)


def test_guides_are_found_behind_the_rounds_of_a_writer(world: dict[str, Path]) -> None:
    assert list(independence.guides(world["imitation"])) == []
    assert list(independence.guides(world["writer"])) == [world["guide"]]
    later = finished("later", task="writer", settings={"data": [], "init": str(world["writer"])})
    assert list(independence.guides(later)) == [world["guide"]]


def test_a_judge_of_another_family_on_its_own_split_may_judge(world: dict[str, Path]) -> None:
    independence.refuse_partial_judge(world["judge"], world["guide"], world["writer"])
    independence.refuse_partial_judge(world["judge"], world["judge"], None)  # two scorers beside each other


def test_a_judge_that_was_not_trained_on_the_judge_split_is_refused(world: dict[str, Path]) -> None:
    with pytest.raises(ViralityError, match="was not trained on the judge split"):
        independence.refuse_partial_judge(world["guide"], None, None)
    with pytest.raises(ViralityError, match="was not trained on the judge split"):
        independence.refuse_partial_judge(world["writer"], None, None)


def test_a_judge_of_the_family_that_chooses_is_refused(world: dict[str, Path]) -> None:
    chooser = finished("chooser", task="scorer", family="linear", split="train")
    with pytest.raises(ViralityError, match="is of the family of the scorer that chooses"):
        independence.refuse_partial_judge(world["judge"], chooser, world["writer"])


def test_a_judge_of_the_family_that_trained_the_writer_is_refused(world: dict[str, Path]) -> None:
    judge = finished("other", task="scorer", family="encoder", split="judge")
    chooser = finished("chooser", task="scorer", family="linear", split="train")
    with pytest.raises(ViralityError, match="or trained the writer"):
        independence.refuse_partial_judge(judge, chooser, world["writer"])


def test_a_guide_that_learned_from_the_judge_split_is_refused(world: dict[str, Path]) -> None:
    chooser = finished("chooser", task="scorer", family="encoder", split="judge")
    with pytest.raises(ViralityError, match="learned from the judge split"):
        independence.refuse_partial_judge(world["judge"], chooser, world["writer"])


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
