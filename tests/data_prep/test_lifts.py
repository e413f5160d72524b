"""What is believed of a difference after seeing it: known answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.integrate import quad
from scipy.stats import chi2_contingency, norm

from data_prep.engine import Engine
from data_prep.lifts import LEAST_EFFECT, STRENGTH, Chance, effect_of, posterior, two_rate_p, with_noise
from tests.data_prep.worlds import table, told


def believed(difference: float, noise: float, effect: float) -> tuple[float, float]:
    lift, sure = posterior(np.asarray([difference]), np.asarray([noise]), np.asarray([effect]))
    return float(lift[0]), float(sure[0])


def test_a_posterior_halves_a_difference_that_is_as_noisy_as_it_is_likely() -> None:
    lift, sure = believed(1.0, noise=0.5, effect=0.5)
    assert lift == pytest.approx(0.5)
    assert sure == pytest.approx(0.8413, abs=1e-4)  # half a nat at a standard deviation of half a nat


@pytest.mark.parametrize(("difference", "noise", "effect"), [(0.3, 0.2, 0.1), (-1.2, 0.9, 0.4), (1.0, 0.1, 0.3)])
def test_a_posterior_is_what_bayes_rule_gives(difference: float, noise: float, effect: float) -> None:
    def joint(truth: float) -> float:
        return float(norm.pdf(truth, 0, math.sqrt(effect)) * norm.pdf(difference, truth, math.sqrt(noise)))

    total = quad(joint, -12, 12, points=[0, difference])[0]
    mean = quad(lambda truth: truth * joint(truth), -12, 12, points=[0, difference])[0] / total
    positive = quad(joint, 0, 12, points=[max(difference, 0.01)])[0] / total
    assert list(believed(difference, noise, effect)) == pytest.approx([mean, positive], abs=1e-6)


def test_a_posterior_is_never_certain() -> None:
    for difference, sure in ((9.0, 1 - 1e-6), (-9.0, 1e-6)):
        assert believed(difference, noise=0.0, effect=0.5) == (difference, sure)


def test_a_difference_is_judged_by_its_own_noise_and_its_own_prior() -> None:
    each = [(0.5, 0.2, 0.1), (0.5, 0.2, 0.4), (0.5, 0.9, 0.4)]
    lifts, sure = posterior(*(np.asarray(values) for values in zip(*each, strict=True)))
    assert list(zip(lifts.tolist(), sure.tolist(), strict=True)) == [believed(*one) for one in each]


def test_the_variance_of_effects_is_what_the_noise_leaves_and_never_below_a_floor() -> None:
    assert effect_of(2.0, 0.5, 2.0) == pytest.approx(0.75)
    assert effect_of(0.01, 5.0, 1.0) == LEAST_EFFECT
    assert effect_of(0.0, 0.0, 0.0) == LEAST_EFFECT


def p_value(successes: tuple[int, int], trials: tuple[int, int]) -> float:
    done = (np.asarray([float(successes[0])]), np.asarray([float(successes[1])]))
    shown = (np.asarray([float(trials[0])]), np.asarray([float(trials[1])]))
    return float(two_rate_p(done, shown)[0])


def test_the_two_rate_test_gives_the_textbook_p_value() -> None:
    # pooled 0.06, standard error sqrt(0.06 * 0.94 * 2 / 1000) = 0.010621, z = 0.02 / 0.010621 = 1.8831
    assert p_value((50, 70), (1000, 1000)) == pytest.approx(0.0597, abs=1e-4)
    assert p_value((50, 50), (1000, 1000)) == 1
    assert p_value((0, 0), (10, 10)) == 1
    assert p_value((10, 10), (10, 10)) == 1


@pytest.mark.parametrize(("successes", "trials"), [((3, 9), (80, 120)), ((40, 90), (1000, 1012)), ((7, 1), (9, 30))])
def test_the_two_rate_test_is_the_chi_square_test_of_a_table_of_four(
    successes: tuple[int, int], trials: tuple[int, int]
) -> None:
    four = [successes, [shown - done for done, shown in zip(successes, trials, strict=True)]]
    assert p_value(successes, trials) == pytest.approx(float(chi2_contingency(four, correction=False)[1]), rel=1e-9)


# --- noise by account


def noises(engine: Engine, chance: Chance, past: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Scale and noise of gaps of posts 10, 20 and 30, of which the first two have a past."""
    unknown = pa.nulls(3, pa.float64())
    gaps = table({"a": [1, 2, 3], "b": [10, 20, 30], "gap": [0.5] * 3, "sampling": [0.1, 0.0, None], "scale": unknown})
    own = table({name: [row[name] for row in past] for name in ("n", "account", "value", "spread", "past")})
    return [(row["scale"], row["noise"]) for row in told(engine, with_noise(gaps, own, chance), "a")]


def test_a_gap_is_judged_by_how_much_its_account_varies_and_how_often_it_was_counted(engine: Engine) -> None:
    past = [{"n": 10, "account": 0, "value": 0.0, "spread": 2.0, "past": 20},
            {"n": 20, "account": 1, "value": 0.0, "spread": 100.0, "past": 50}]  # fmt: skip
    shrunk = (20 * 4.0 + STRENGTH * 1.0) / (20 + STRENGTH)
    expected = [(shrunk, 0.4 * shrunk + 0.1), (10.0, 0.4 * 10.0), (1.0, 0.4)]
    for got, want in zip(noises(engine, Chance(noise=0.4, effect=0.1, typical=1.0), past), expected, strict=True):
        assert got == pytest.approx(want)


def test_where_nothing_is_usual_all_accounts_are_alike(engine: Engine) -> None:
    past = [{"n": 10, "account": 0, "value": 0.0, "spread": 0.0, "past": 20}]
    assert noises(engine, Chance(noise=0.4, effect=0.1), past) == [(1.0, 0.5), (1.0, 0.4), (1.0, 0.4)]
