"""Pairs from randomised tests."""

from __future__ import annotations

import pytest

from data_prep.engagement import two_rate_p
from data_prep.pairing import ab_test
from data_prep.records import Post
from tests.data_prep.bakery import post


def arm(post_id: str, text: str, clicks: int | None, shown: int | None = 1000, **more: str | None) -> Post:
    return post(post_id, text, **({"content_key": "loaf", "media": "oven"} | more), impressions=shown, clicks=clicks)


def test_the_wording_that_was_clicked_more_often_is_the_better_one() -> None:
    [match] = ab_test.pair([arm("a", "A loaf", 90), arm("b", "Who wants a loaf?", 40)])
    assert (match.better.post_id, match.worse.post_id) == ("a", "b")
    assert (match.trials, match.successes) == ((1000, 1000), (40, 90))
    assert match.p_value == two_rate_p((40, 90), (1000, 1000))
    assert match.p_better is not None
    assert match.p_better > 0.99
    assert match.lift is not None
    assert 0 < match.lift < 0.82  # shrunk from log(90.5 / 40.5)


def test_wordings_are_compared_under_the_same_image_of_the_same_test_only() -> None:
    arms = [arm("a", "A loaf", 90), arm("b", "Two loaves", 40, media="shop"), arm("c", "Loaves", 10, content_key="x")]
    assert ab_test.pair(arms) == []


def test_posts_that_stand_in_no_test_are_not_one_big_test() -> None:
    assert ab_test.pair([arm("a", "A loaf", 90, content_key=None), arm("b", "Loaves", 10, content_key=None)]) == []


@pytest.mark.parametrize(("clicks", "shown"), [(None, 1000), (5, None), (0, 0), (1001, 1000)])
def test_an_arm_without_a_rate_is_passed_over(clicks: int | None, shown: int | None) -> None:
    assert ab_test.pair([arm("a", "A loaf", 90), arm("b", "Two loaves", clicks, shown)]) == []


def test_equal_rates_and_equal_words_give_no_pair() -> None:
    assert ab_test.pair([arm("a", "A loaf", 90), arm("b", "Two loaves", 90)]) == []
    assert ab_test.pair([arm("a", "A loaf", 90), arm("b", "a LOAF!", 10)]) == []


def test_a_test_of_three_wordings_gives_three_pairs() -> None:
    arms = [arm("a", "A loaf", 90), arm("b", "Two loaves", 40), arm("c", "Loaves for all", 60)]
    assert [(match.worse.post_id, match.better.post_id) for match in ab_test.pair(arms)] == [
        ("b", "a"),
        ("c", "a"),
        ("b", "c"),
    ]
