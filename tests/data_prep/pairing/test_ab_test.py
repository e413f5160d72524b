"""Pairs from randomised tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from data_prep.engine import Engine
from data_prep.pairing import ab_test
from data_prep.records import Post
from tests.data_prep.bakery import post
from tests.data_prep.worlds import numbered, told


def arm(post_id: str, text: str, clicks: int | None, shown: int | None = 1000, **more: str | None) -> Post:
    return post(post_id, text, **({"content_key": "loaf", "media": "oven"} | more), impressions=shown, clicks=clicks)


def candidates(engine: Engine, arms: Sequence[Post]) -> list[dict[str, Any]]:
    return told(engine, ab_test.candidates(numbered(arms)), "a", "b")


def test_the_gap_of_two_wordings_is_that_of_their_log_rates(engine: Engine) -> None:
    [row] = candidates(engine, [arm("a", "A loaf", 90), arm("b", "Who wants a loaf?", 40)])
    assert (row["a"], row["b"]) == (0, 1)
    assert row["gap"] == pytest.approx(math.log(40.5 / 90.5))
    assert row["noise"] == pytest.approx(1 / 40.5 + 1 / 90.5 - 2 / 1001)


def test_wordings_are_compared_under_the_same_image_of_the_same_test_only(engine: Engine) -> None:
    arms = [arm("a", "A loaf", 90), arm("b", "Two loaves", 40, media="shop"), arm("c", "Loaves", 10, content_key="x")]
    assert candidates(engine, arms) == []


def test_arms_of_a_test_without_images_are_compared(engine: Engine) -> None:
    assert len(candidates(engine, [arm("a", "A loaf", 90, media=None), arm("b", "Two loaves", 40, media=None)])) == 1


def test_posts_that_stand_in_no_test_are_not_one_big_test(engine: Engine) -> None:
    arms = [arm("a", "A loaf", 90, content_key=None), arm("b", "Loaves", 10, content_key=None)]
    assert candidates(engine, arms) == []


def test_an_arm_without_a_rate_is_passed_over(engine: Engine) -> None:
    rates = [(None, 1000), (5, None), (0, 0), (1001, 1000)]
    others = [arm(f"b{number}", f"Loaves {number}", *rate) for number, rate in enumerate(rates)]
    assert candidates(engine, [arm("a", "A loaf", 90), *others]) == []


def test_equal_rates_and_equal_words_give_no_pair(engine: Engine) -> None:
    assert candidates(engine, [arm("a", "A loaf", 90), arm("b", "Two loaves", 90)]) == []
    assert candidates(engine, [arm("a", "A loaf", 90), arm("b", "a LOAF!", 10)]) == []


def test_a_test_of_three_wordings_gives_three_pairs(engine: Engine) -> None:
    arms = [arm("a", "A loaf", 90), arm("b", "Two loaves", 40), arm("c", "Loaves for all", 60)]
    found = candidates(engine, arms)
    assert [(row["a"], row["b"], row["gap"] > 0) for row in found] == [(0, 1, False), (0, 2, False), (1, 2, True)]
