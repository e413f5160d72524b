"""Pairs of one account's posts, near in time and alike."""

from __future__ import annotations

import pytest

from data_prep.pairing import Match, neighbour
from data_prep.records import Post
from tests.data_prep.bakery import at, post

POSTS = [
    post("plain", "The plum cake is ready now", author_id="baker", posted_at=at(0), likes=10),
    post("warm", "The plum cake is warm and ready", author_id="baker", posted_at=at(5), likes=100),
]


def pair(posts: list[Post], *, max_hours: float = 72, least_gap: float = 0.336, per_post: int = 3) -> list[Match]:
    return neighbour.pair(
        posts, max_hours=max_hours, least_similar=0.2, most_similar=0.9, least_gap=least_gap, per_post=per_post
    )


def test_the_post_that_did_clearly_better_is_the_better_one() -> None:
    [match] = pair(POSTS)
    assert (match.worse.post_id, match.better.post_id, match.hours_apart) == ("plain", "warm", 5)
    assert match.lift is not None
    assert match.lift > 0
    assert match.p_better is not None
    assert match.p_better > 0.5


def test_the_order_of_rows_changes_nothing() -> None:
    assert pair(POSTS[::-1]) == pair(POSTS)


@pytest.mark.parametrize(
    "other",
    [
        post("warm", "The plum cake is warm and ready", author_id="mill", posted_at=at(5), likes=100),
        post("warm", "The plum cake is warm and ready", author_id="baker", posted_at=at(80), likes=100),
        post("warm", "Closed on Sundays from June on", author_id="baker", posted_at=at(5), likes=100),
        post("warm", "The plum cake is ready now!", author_id="baker", posted_at=at(5), likes=100),
        post("warm", "The plum cake is warm and ready", author_id="baker", posted_at=at(5), likes=12),
        post("warm", "The plum cake is warm and ready", author_id="baker", posted_at=at(5)),
        post("warm", "The plum cake is warm and ready", author_id="baker", posted_at=at(5), reposts=100),
        post("warm", "The plum cake is warm and ready", author_id="baker", likes=100),
    ],
    ids=["another account", "too late", "about something else", "a copy", "too close", "not counted", "other counts",
         "no time"],
)  # fmt: skip
def test_what_cannot_be_compared_is_no_pair(other: Post) -> None:
    assert pair([POSTS[0], other]) == []


def test_a_post_has_no_more_neighbours_than_it_may() -> None:
    earlier = [
        post(f"{number}", f"The plum cake number {number} is ready", author_id="baker", posted_at=at(number), likes=1)
        for number in range(5)
    ]
    late = post("late", "The plum cake is ready", author_id="baker", posted_at=at(9), likes=500)
    assert len(pair([*earlier, late], per_post=2)) == 2


def test_posts_of_links_alone_have_no_words_to_compare() -> None:
    assert pair([post(name, f"https://mill.example/{name}", author_id="baker", posted_at=at(0), likes=number)
                 for number, name in enumerate("ab")]) == []  # fmt: skip
