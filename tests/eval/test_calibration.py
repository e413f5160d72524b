"""Calibration on probabilities whose truth is known: error, bins, bands and slope."""

from __future__ import annotations

import numpy as np
import pytest

from eval import calibration
from eval.metrics import Array

rng = np.random.default_rng


def own(count: int) -> list[str]:
    return [str(at) for at in range(count)]


def told(sure: Array, seed: int = 0, sharper: float = 1.0) -> Array:
    """P(better beats worse) of a scorer of these confidences, which come true; its log-odds times `sharper`."""
    odds = np.log(sure / (1 - sure)) * sharper
    p = 1 / (1 + np.exp(-odds))
    return np.where(rng(seed + 1000).random(len(sure)) < sure, p, 1 - p)


def test_calibration_error_of_one_that_is_always_too_sure() -> None:
    # says 90% and is right in 6 of 10: off by 30 points, in whichever bins
    p = np.asarray([0.9] * 6 + [0.1] * 4)
    assert calibration.error(p, own(10), bins=1).value == pytest.approx(0.3)


def test_calibration_error_by_hand_over_two_bins() -> None:
    p = np.asarray([0.6, 0.4, 0.9, 0.9])  # bins: confidence .6, right 1/2; confidence .9, right 1
    assert calibration.error(p, own(4), bins=2).value == pytest.approx((0.1 + 0.1) / 2)
    (unsure, sure), _ = calibration.reliability(p, own(4), bins=2)
    assert [unsure.confidence, sure.confidence] == pytest.approx([0.6, 0.9])
    assert [(one.right.value, one.right.n) for one in (unsure, sure)] == [(0.5, 2), (1.0, 2)]


def test_a_calibrated_scorer_has_a_small_error() -> None:
    p = told(rng(0).uniform(0.5, 1, 20_000))
    assert calibration.error(p, ["one"] * 20_000).value < 0.01


def test_the_bands_of_chance_are_those_of_the_binomial() -> None:
    (low, high), *_ = calibration.by_chance(np.full(100, 0.7), bins=1).bands
    assert [low, high] == pytest.approx([0.61, 0.79], abs=0.011)  # scipy.stats.binom(100, .7)


def test_a_calibrated_scorer_stays_within_chance_in_about_95_of_100_tests() -> None:
    within = 0
    for seed in range(40):
        p = told(rng(seed).uniform(0.5, 0.95, 400), seed)
        chance = calibration.by_chance(p, seed=seed, draws=400)
        within += calibration.error(p, ["one"] * 400).value <= chance.most
    assert 34 <= within <= 40


def test_a_scorer_that_is_too_sure_lies_outside_of_chance() -> None:
    p = told(rng(1).uniform(0.5, 0.9, 1000), sharper=2.5)
    bins, chance = calibration.reliability(p, own(1000))
    assert calibration.error(p, own(1000)).value > chance.most > chance.error
    assert bins[-1].right.value < bins[-1].low
    assert len(bins) == len(chance.bands) == 5


def test_fewer_pairs_than_bins_have_a_bin_each() -> None:
    bins, chance = calibration.reliability(np.asarray([0.6, 0.2]), own(2))
    assert [one.right.n for one in bins] == [1, 1]
    assert chance.bands.shape == (2, 2)


def test_pairs_at_one_half_are_half_right_in_truth_and_by_chance() -> None:
    (only,), chance = calibration.reliability(np.full(20, 0.5), own(20), bins=1)
    assert (only.right.value, only.low, only.high, chance.most) == (0.5, 0.5, 0.5, 0.0)


@pytest.mark.parametrize(("sharper", "slope"), [(1.0, 1.0), (2.0, 0.5), (0.5, 2.0)])
def test_the_slope_says_by_how_much_the_log_odds_are_too_large(sharper: float, slope: float) -> None:
    found = calibration.slope(told(rng(3).uniform(0.5, 0.95, 1500), sharper=sharper), own(1500))
    assert found is not None
    assert found.value == pytest.approx(slope, rel=0.15)
    assert found.low is not None
    assert found.high is not None
    assert found.low < slope < found.high


def test_the_slope_is_that_of_a_logistic_regression() -> None:
    from scipy.optimize import minimize_scalar

    p = told(rng(4).uniform(0.5, 0.95, 300))
    odds = np.log(p / (1 - p))
    likeliest = minimize_scalar(lambda b: np.logaddexp(0, -b * odds).sum())
    found = calibration.slope(p, own(300))
    assert found is not None
    assert found.value == pytest.approx(likeliest.x, rel=1e-5)


def test_the_slope_of_a_scorer_that_is_wrong_more_often_than_right_is_negative() -> None:
    found = calibration.slope(1 - told(rng(5).uniform(0.6, 0.95, 500)), own(500))
    assert found is not None
    assert found.value < 0


@pytest.mark.parametrize("p", [np.full(20, 0.7), np.full(20, 0.3), np.full(20, 0.5)], ids=["right", "wrong", "tied"])
def test_where_no_slope_is_likeliest_there_is_none(p: Array) -> None:
    assert calibration.slope(p, own(20)) is None
