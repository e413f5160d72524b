"""Calibration: what is said comes true as often as it says, mirrored, kept as fitted."""

from __future__ import annotations

import json

import numpy as np
import pytest

from train.scorers import calibration
from train.scorers.calibration import Calibration, answered
from virality.errors import ViralityError


def world(count: int, bend: float, seed: int = 0) -> np.ndarray:
    """Margins whose chance of being right is a sigmoid of `bend` times their size."""
    draw = np.random.default_rng(seed)
    size = draw.exponential(1.0, count)
    right = draw.random(count) < 1 / (1 + np.exp(-bend * size))
    return np.where(right, size, -size)


@pytest.mark.parametrize("kind", ["temperature", "isotonic"])
def test_bins_of_unseen_margins_come_true(kind: calibration.Kind) -> None:
    found, _ = calibration.fit(world(4000, 0.7), kind)
    unseen = world(4000, 0.7, seed=1)
    p = found.probability(unseen)
    sure = np.maximum(p, 1 - p)
    for part in np.array_split(np.argsort(sure), 5):
        assert abs(sure[part].mean() - (unseen[part] > 0).mean()) < 0.05


def test_steps_follow_what_one_scale_cannot() -> None:
    draw = np.random.default_rng(0)
    size = draw.uniform(0, 4, 6000)
    right = draw.random(6000) < np.where(size < 2, 0.5, 0.8)  # small margins know nothing, large ones are all alike
    margins = np.where(right, size, -size)
    found, likelihood = calibration.fit(margins, "isotonic")
    assert likelihood > calibration.fit(margins)[1] + 0.005
    assert found.probability(np.asarray([1.0]))[0] == pytest.approx(0.5, abs=0.05)
    assert found.probability(np.asarray([3.0, 30.0])) == pytest.approx([0.8, 0.8], abs=0.05)


@pytest.mark.parametrize("kind", ["temperature", "isotonic"])
def test_it_mirrors_and_is_one_half_where_nothing_is_known(kind: calibration.Kind) -> None:
    found, _ = calibration.fit(world(400, 1.0), kind)
    margins = np.asarray([0.0, 1e-9, 0.3, 5.0, 1e9])
    assert np.allclose(found.probability(margins) + found.probability(-margins), 1)
    assert found.probability(margins)[0] == 0.5
    assert ((found.probability(margins) >= 0) & (found.probability(margins) < 1)).all()


def test_a_few_pairs_have_no_steps() -> None:
    assert calibration.fit(world(calibration.FEW - 1, 1.0), "isotonic")[0].sizes == ()
    assert calibration.fit(world(calibration.FEW, 1.0), "isotonic")[0].sizes != ()


def test_steps_make_nobody_sure_of_everything() -> None:
    found, likelihood = calibration.fit(np.full(300, 2.0) + np.arange(300) / 1e6, "isotonic")
    assert found.probability(np.asarray([2.0]))[0] < 0.998
    assert np.isfinite(likelihood)


@pytest.mark.parametrize("kind", ["temperature", "isotonic"])
def test_it_is_kept_as_fitted(kind: calibration.Kind) -> None:
    found, _ = calibration.fit(world(500, 1.0), kind)
    assert Calibration.of(json.loads(json.dumps(found.about()))) == found


@pytest.mark.parametrize(
    "wrong",
    [{"scale": float("nan")}, {"scale": -1.0}, {"sizes": [1.0]}, {"sizes": [1.0], "confidences": [float("inf")]}],
)
def test_a_calibration_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ViralityError, match="calibration: is not made of numbers") as caught:
        Calibration.of(Calibration(1.0).about() | wrong)
    assert "\n" not in str(caught.value)


def test_what_is_answered_is_counted() -> None:
    p = np.asarray([0.9, 0.8, 0.3, 0.55, 0.5])
    assert list(answered(p, 0.6)) == pytest.approx([0.6, 2 / 3])
    assert list(answered(p, 0.5)) == pytest.approx([1.0, 0.7])
    assert answered(p, 0.99) == (0.0, None)
    assert answered(np.zeros(0), 0.6) == (0.0, None)
