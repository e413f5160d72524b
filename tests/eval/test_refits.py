"""The linear family again: turned labels teach nothing, rows dealt at random leak, fewer pairs teach less."""

from __future__ import annotations

import random

import numpy as np
import pytest

from data_prep.records import Pair
from eval import refits
from eval.controls import NOT_HERE
from eval.refits import Refits
from tests.train.worlds import corpus_pairs, pair
from train.scorers import fitting


def leaky(count: int) -> list[Pair]:
    """Four wordings a test, whose names alone say which won: a row of a test tells the winner of its other rows."""
    draw = random.Random(0)
    made = []
    for test in range(count):
        winner, *others = [f"wording{test}x{number}" for number in draw.sample(range(100), 4)]
        split = ("train", "validation", "test")[test % 10 if test % 10 in (1, 2) else 0]
        made += [pair(f"the {other}", f"the {winner}", component=f"test{test}", split=split) for other in others]
    return made


def own_corpus() -> list[Pair]:
    splits = {"train": 200, "validation": 40, "test": 60}
    return [one for split, count in splits.items() for one in corpus_pairs(count, split=split)]


def refitted(corpus: list[Pair], own: bool = True) -> Refits:
    training = fitting.choose(corpus, "train", None, 0)
    test = [one for one in corpus if one.split == "test"]
    return refits.refits(training, test, corpus, 0, np.ones(len(test)) if own else None)


@pytest.fixture(scope="module")
def of_linear() -> Refits:
    return refitted(own_corpus())


def test_rows_dealt_at_random_flatter_where_tests_recur() -> None:
    found = refitted(leaky(100), own=False)
    leak, honest = found.controls["random_split"], found.controls["linear"]
    assert leak.correct is not None
    assert honest.correct is not None
    assert leak.correct.mean() > honest.correct.mean() + 0.25
    assert leak.note.startswith("leaks: ")
    assert leak.clusters is not None
    assert leak.correct.shape == (1, len(leak.clusters)) == (1, honest.correct.shape[1])


def test_a_linear_scorer_is_its_own_last_point_and_its_labels_are_turned_five_times(of_linear: Refits) -> None:
    assert list(of_linear.curve) == [25, 50, 100, 200]
    assert of_linear.curve[200].tolist() == [1.0] * 60
    turned = of_linear.controls["shuffled"].correct
    assert turned is not None
    assert turned.shape == (5, 60)
    assert len({row.mean() for row in turned}) > 1
    assert "linear" not in of_linear.controls


def test_of_another_family_the_linear_one_stands_beside_it_and_no_labels_are_turned() -> None:
    found = refitted(own_corpus(), own=False)
    assert set(found.controls) == {"random_split", "linear"}
    assert found.curve[200].mean() > 0.9


def test_too_few_pairs_have_no_learning_curve() -> None:
    found = refitted([*corpus_pairs(30), *corpus_pairs(10, split="test")])
    assert (found.curve, found.why) == ({}, "30 training pairs are too few to leave some out")


def test_data_without_a_training_part_cannot_leak() -> None:
    test = corpus_pairs(10, split="test")
    found = refits.refits(None, test, test, 0)
    assert found.controls["random_split"].correct is None
    assert "no training part of their own" in found.controls["random_split"].why
    assert found.why == NOT_HERE


def test_texts_that_the_linear_family_cannot_read_are_a_reason_and_no_traceback() -> None:
    blank = [pair(f"{' ' * at}", " ", pair_id=str(at)) for at in range(30)]
    found = refits.refits(fitting.Training(blank, []), corpus_pairs(5, split="test"), [], 0)
    assert found.curve == {}
    assert "hold no words" in found.why


def test_what_is_switched_off_says_so() -> None:
    found = refits.none("refit = false")
    assert found.controls["random_split"].why == found.why == "refit = false"
