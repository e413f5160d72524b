"""Baselines that a scorer must beat, and what the labels allow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval import controls
from tests.train.worlds import corpus_pairs, pair
from train.scorers import fitting


def test_the_longer_text_wins_and_equal_lengths_tie() -> None:
    pairs = [pair("rain", "rain today"), pair("rain today", "rain"), pair("rain", "snow")]
    assert controls.length_only(pairs).tolist() == [1.0, 0.0, 0.5]


def test_the_text_with_more_formulas_of_clickbait_wins_and_others_tie() -> None:
    pairs = [
        pair("The bridge opens today", "You won't believe which bridge opens today"),
        pair("This one trick opens a bridge", "The bridge opens today"),
        pair("The bridge opens today", "Today the bridge opens"),
        pair("الجسر يفتح اليوم", "لن تصدق أي جسر يفتح اليوم"),
    ]
    assert controls.clickbait_only(pairs).tolist() == [1.0, 0.0, 0.5, 1.0]
    assert "they differ in 3 pairs" in controls.rules(pairs)["clickbait_only"].note
    nothing = controls.rules(pairs[2:3])["clickbait_only"]
    assert nothing.correct is None
    assert "in no pair" in nothing.why


def test_features_of_form_do_not_know_words() -> None:
    training = fitting.Training(corpus_pairs(60), corpus_pairs(20, split="validation"))
    knows_words = fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]
    test = [pair(f"{word} {at} kite", f"{word} {at} eggs") for at, word in enumerate(["rain", "boat"] * 10)]
    p = controls.features_only(training, test, seed=0)
    assert np.allclose(p, 0.5)  # same number of words and letters
    assert controls.of_form(training, test, seed=0).correct is not None
    assert controls.of_form(None, test, seed=0).why == controls.NOT_HERE
    assert (controls.probabilities(knows_words, corpus_pairs(10, split="test")) > 0.5).all()


def test_the_ceiling_is_how_sure_the_labels_are() -> None:
    pairs = [replace(one, p_better=p) for one, p in zip(corpus_pairs(3), (0.6, 0.9, 0.99), strict=True)]
    most = controls.ceiling(pairs)
    assert most is not None
    assert most.tolist() == pytest.approx([0.6, 0.9, 0.99])


def test_labels_without_counts_have_no_known_ceiling() -> None:
    pairs = corpus_pairs(3)
    assert controls.ceiling([*pairs, replace(pairs[0], lift=None)]) is None
    assert controls.ceiling([replace(one, p_better=None) for one in pairs]) is None
