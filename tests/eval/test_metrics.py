"""Metrics on numbers whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from eval import metrics

rng = np.random.default_rng


def own(count: int) -> list[str]:
    return [str(at) for at in range(count)]


def test_a_tie_counts_half() -> None:
    assert metrics.right(np.asarray([0.9, 0.5, 0.1])).tolist() == [1.0, 0.5, 0.0]
    found = metrics.accuracy(np.asarray([0.9, 0.6, 0.5, 0.1]), own(4))
    assert (found.value, found.n) == (0.625, 4)


def test_brier_by_hand_and_of_always_one_half() -> None:
    assert metrics.brier(np.asarray([1.0, 0.5, 0.0]), own(3)).value == pytest.approx((0 + 0.25 + 1) / 3)
    assert metrics.brier(np.full(10, 0.5), own(10)).value == 0.25


def test_accuracy_by_coverage_answers_the_surest_first() -> None:
    p = np.asarray([0.99, 0.05, 0.8, 0.7])  # surest: right, wrong, right, right
    kept = metrics.coverage(p, [0.25, 0.5, 1.0], own(4))
    assert [(share, found.value, found.n) for share, found in kept] == [(0.25, 1.0, 1), (0.5, 0.5, 2), (1.0, 0.75, 4)]
    ((_, fewest),) = metrics.coverage(p, [0.01], own(4))
    assert (fewest.value, fewest.n) == (1.0, 1)
    assert metrics.most_confident(p, 0.5).tolist() == [0, 1]
    assert metrics.most_confident(p, 0.01).tolist() == [0]


def test_a_scorer_answers_where_either_side_is_likely_enough() -> None:
    p = np.asarray([0.99, 0.05, 0.8, 0.5])
    assert metrics.answered(p, 0.9).tolist() == [0, 1]
    assert metrics.answered(p, 0.5).tolist() == [0, 1, 2, 3]
    assert metrics.answered(p, 0.995).tolist() == []


def test_several_drawings_of_a_control_widen_its_interval_by_what_lies_between_them() -> None:
    draw = rng(2)
    steady = (draw.random((5, 300)) < 0.5).astype(float)
    tilted = np.stack([(draw.random(300) < chance).astype(float) for chance in (0.3, 0.4, 0.5, 0.6, 0.7)])
    alone = metrics.over_drawings(tilted, ["one"] * 300)
    assert (alone.low, alone.high) == (None, None)
    one, calm, wild = (metrics.over_drawings(found, own(300)) for found in (steady[:1], steady, tilted))
    assert one == metrics.accuracy(np.where(steady[0] > 0, 0.9, 0.1), own(300))
    assert [calm.value, wild.value] == pytest.approx([steady.mean(), tilted.mean()])
    assert calm.low is not None
    assert calm.high is not None
    assert wild.low is not None
    assert wild.high is not None
    assert wild.high - wild.low > 2 * (calm.high - calm.low)


def test_a_difference_is_in_percentage_points_and_paired() -> None:
    better, worse = np.asarray([0.9, 0.9, 0.9, 0.1]), np.asarray([0.9, 0.1, 0.9, 0.1])
    found = metrics.difference(better, worse, own(4))
    assert found.value == 25.0
    assert metrics.difference(better, better, own(4)).value == 0.0


def test_intervals_know_about_clusters() -> None:
    p = np.asarray([0.9, 0.1] * 200)
    alone = metrics.accuracy(p, own(400))
    twins = metrics.accuracy(np.repeat(p[:20], 20), [str(at // 20) for at in range(400)])
    assert alone.low is not None
    assert alone.high is not None
    assert twins.low is not None
    assert twins.high is not None
    assert twins.high - twins.low > 2 * (alone.high - alone.low)
    single = metrics.accuracy(p, ["one"] * 400)
    assert (single.low, single.high) == (None, None)


def test_a_metric_of_nothing_is_not_zero() -> None:
    with pytest.raises(ValueError, match="no values"):
        metrics.accuracy(np.zeros(0), [])


def test_log_odds_and_back() -> None:
    assert metrics.log_odds(np.asarray([0.5, 0.9])).tolist() == pytest.approx([0.0, np.log(9)])


def world(effect: float, form: float) -> tuple[metrics.Array, metrics.Array, list[str]]:
    """Gains of 400 rewrites: `effect` from their wording, `form` for each unit that a feature of form changed."""
    draw = rng(1)
    changes = np.column_stack([draw.normal(0.5, 1, 400), np.zeros(400)])
    gain = effect + form * changes[:, 0] + draw.normal(0, 0.5, 400)
    return gain, changes, [str(at // 2) for at in range(400)]


def test_what_is_net_of_form_recovers_an_effect_of_the_wording() -> None:
    found = metrics.net_of(*world(effect=0.4, form=0.8))
    assert found is not None
    assert found.value == pytest.approx(0.4, abs=0.08)
    assert found.low is not None
    assert found.low > 0


def test_what_is_net_of_form_calls_a_gain_that_is_all_form_nothing() -> None:
    gain, changes, clusters = world(effect=0.0, form=0.8)
    assert gain.mean() > 0.3
    found = metrics.net_of(gain, changes, clusters)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


def test_what_cannot_be_told_apart_is_not_measured() -> None:
    gain, changes, clusters = world(effect=0.4, form=0.0)
    assert metrics.net_of(gain[:3], changes[:3], clusters[:3]) is None
    same_everywhere = np.column_stack([changes[:, 0], np.ones(400)])
    assert metrics.net_of(gain, same_everywhere, clusters) is None
