"""From counts to lift: known answers."""

from __future__ import annotations

import math

import pytest

from data_prep.engagement import (
    effect_variance,
    engagement,
    gap,
    log_rate,
    posterior,
    repeat_noise,
    running_baseline,
    sample_ratio_p,
    two_rate_p,
)
from tests.data_prep.bakery import at, post


def test_engagement_is_the_mean_log_count_over_what_was_counted() -> None:
    assert engagement(post("a", likes=0, reposts=0)) == 0
    assert engagement(post("a", likes=9)) == pytest.approx(math.log(10))
    assert engagement(post("a", likes=9, reposts=0)) == pytest.approx(math.log(10) / 2)
    assert engagement(post("a")) is None


def test_two_posts_are_compared_over_the_actions_that_were_counted_for_both() -> None:
    with_replies, without = post("a", likes=9, replies=500), post("b", likes=9)
    assert gap(with_replies, without) == 0
    assert gap(post("a", likes=19), post("b", likes=9)) == pytest.approx(math.log(2))
    assert gap(post("a", likes=9), post("b", reposts=9)) is None


def test_a_posterior_halves_a_difference_that_is_as_noisy_as_it_is_likely() -> None:
    belief = posterior(1.0, noise=0.5, effect=0.5)
    assert belief.lift == pytest.approx(0.5)
    assert belief.p_better == pytest.approx(0.8413, abs=1e-4)  # half a nat at a standard deviation of half a nat


def test_a_posterior_believes_nothing_where_there_are_no_effects_and_everything_where_there_is_no_noise() -> None:
    assert posterior(1.0, noise=0.5, effect=0.0) == posterior(-1.0, noise=0.5, effect=0.0)
    assert posterior(1.0, noise=0.5, effect=0.0).p_better == 0.5
    sure = posterior(1.0, noise=0.0, effect=0.5)
    assert sure.lift == 1.0
    assert 0.999 < sure.p_better < 1


def test_the_variance_of_effects_is_what_the_noise_leaves_and_never_below_a_floor() -> None:
    assert effect_variance([1.0, -1.0], [0.25, 0.25]) == pytest.approx(0.75)
    assert effect_variance([0.1], [5.0]) == 1e-4
    assert effect_variance([], []) == 1e-4


def test_a_log_rate_is_finite_at_zero_and_its_variance_is_that_of_the_delta_method() -> None:
    value, variance = log_rate(0, 100)
    assert value == pytest.approx(math.log(0.5 / 101))
    assert variance == pytest.approx(2 - 1 / 101)
    assert log_rate(50, 1000)[0] == pytest.approx(math.log(0.05), abs=0.01)


def test_the_two_rate_test_gives_the_textbook_p_value() -> None:
    # pooled 0.06, standard error sqrt(0.06 * 0.94 * 2 / 1000) = 0.010621, z = 0.02 / 0.010621 = 1.8831
    assert two_rate_p((50, 70), (1000, 1000)) == pytest.approx(0.0597, abs=1e-4)
    assert two_rate_p((50, 50), (1000, 1000)) == 1
    assert two_rate_p((0, 0), (10, 10)) == 1


def test_the_sample_ratio_test_gives_the_textbook_p_value() -> None:
    # chi-square = 2 * 50^2 / 1000 = 5 with one degree of freedom
    assert sample_ratio_p([1050, 950]) == pytest.approx(0.0253, abs=1e-4)
    assert sample_ratio_p([1000, 1000, 1000]) == 1
    assert sample_ratio_p([1000]) == 1
    assert sample_ratio_p([0, 0]) == 0


def test_a_running_baseline_never_looks_forward() -> None:
    values = [float(number) for number in range(20)]
    before = running_baseline(values, window=5, least=3)
    assert before[:3] == [None, None, None]
    assert before[3] == 1.0
    assert before[10] == 7.0  # the median of 5, 6, 7, 8, 9
    assert running_baseline([*values[:11], *[1000.0] * 9], window=5, least=3)[:12] == before[:12]


def test_noise_is_learned_from_the_same_words_posted_again_by_one_account() -> None:
    posts = []
    for number in range(25):
        words = f"Fresh rolls on day {'abcdefghijklmnopqrstuvwxyz'[number]}"
        posts += [
            post(f"{number}", words, author_id="baker", posted_at=at(100 * number), likes=9),
            post(f"{number} again", words, author_id="baker", posted_at=at(100 * number + 5), likes=19),
        ]
    assert repeat_noise(posts, hours=24) == pytest.approx((1.4826 * math.log(2)) ** 2)
    assert repeat_noise(posts, hours=1) is None  # posted again too late to tell
    assert repeat_noise(posts[:10], hours=24) is None  # too few to tell
