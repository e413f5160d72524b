"""Good posts and plain restatements of them."""

from __future__ import annotations

import pytest

from data_prep.pairing import Match, paraphrase
from data_prep.records import Post
from tests.data_prep.bakery import WARES, at, post


def pair(posts: list[Post], *, winners: frozenset[str] = frozenset(), best: float = 0.5) -> list[Match]:
    return paraphrase.pair(posts, lambda draft, text: True, best=best, seed=0, winners=winners)


def lively(number: int, **more: object) -> Post:
    ware = WARES[number % len(WARES)]
    return post(f"{number:03}", f"WOW GUYS!! The {ware} is really ready... We don't wait, we EAT IT NOW!", **more)


def test_the_target_is_the_real_post_and_the_draft_a_plainer_one() -> None:
    posts = [lively(number) for number in range(10)]
    matches = pair(posts, winners=frozenset(each.post_id for each in posts))
    assert matches
    for match in matches:
        assert match.better in posts
        assert match.draft not in (None, match.better.text)
        assert match.weight == 1.0


def test_a_restatement_that_loses_a_fact_is_left_out() -> None:
    posts = [lively(number) for number in range(10)]
    winners = frozenset(each.post_id for each in posts)
    assert paraphrase.pair(posts, lambda draft, text: False, best=0.5, seed=0, winners=winners) == []


def test_an_account_is_measured_against_its_own_past_and_the_best_post_weighs_most() -> None:
    posts = [lively(number, author_id="baker", posted_at=at(number), likes=10 + 10 * number) for number in range(30)]
    weights = {match.better.post_id: match.weight for match in pair(posts, best=0.5)}
    assert min(weights) >= "010"  # the first ten have no past
    assert all(0.5 < weight <= 1.5 for weight in weights.values())
    assert pair(posts[::-1], best=0.5) == pair(posts, best=0.5)


@pytest.mark.parametrize("missing", ["author_id", "posted_at", "likes"])
def test_without_account_time_or_counts_the_winners_of_pairs_are_the_good_posts(missing: str) -> None:
    known = {"author_id": "baker", "posted_at": at(1), "likes": 3} | {missing: None}
    posts = [lively(number, **known) for number in range(10)]
    matches = pair(posts, winners=frozenset(["001", "002", "003", "004"]))
    assert matches
    assert {match.better.post_id for match in matches} <= {"001", "002", "003", "004"}
