"""What a writer may restate."""

from __future__ import annotations

import numpy as np
import pytest

from data_prep.held_out import open_posts
from data_prep.records import Post
from data_prep.splits import PARTS, Mode, Placed
from tests.data_prep.bakery import at, post
from tests.data_prep.matches import Match, known, sides

BREAD = "The long bread with many seeds is out of the warm oven this morning"
COPY = "The long bread with many seeds is out of the warm oven this evening"

DAY = 24.0
TESTED = Match(
    post("t1", "Cheese twists are ready", author_id="jo", posted_at=at(100 * DAY), content_key="twists"),
    post("t2", BREAD, author_id="jo", posted_at=at(100 * DAY)),
)
LEARNED = Match(
    post("l1", "Plum cake is ready", author_id="jo", posted_at=at(0)),
    post("l2", "Who wants plum cake?", author_id="jo", posted_at=at(0)),
)


def is_open(each: Post, mode: Mode, held: str = "test", *, leaked: bool = False) -> bool:
    matches = [TESTED, LEARNED]
    posts = known(matches, [each])
    split = [-1 if leaked else PARTS.index(held), PARTS.index("train")]
    placed = Placed(np.asarray([0, 1]), np.asarray(split, dtype=np.int8), {})
    opened = open_posts(sides(matches, [each]), placed, mode)
    return bool(opened[[one.post_id for one in posts].index(each.post_id)])


@pytest.mark.parametrize("held", ["test", "validation", "judge"])
@pytest.mark.parametrize("mode", ["component", "time", "author", "by_file"])
def test_posts_of_held_out_pairs_their_copies_and_their_links_stay_closed(mode: Mode, held: str) -> None:
    assert not is_open(TESTED.one, mode, held)
    assert not is_open(post("copy", COPY, posted_at=at(0)), mode, held)
    assert not is_open(post("link", "More twists", posted_at=at(0), content_key="twists"), mode, held)
    assert is_open(post("else", "Closed on Sundays", author_id="mill", posted_at=at(0)), mode, held)


def test_a_post_of_neither_account_link_nor_time_is_open() -> None:
    assert is_open(post("bare", "Closed on Sundays"), "component")
    assert is_open(post("bare", "Closed on Sundays"), "time")


def test_a_held_out_time_block_of_an_author_stays_closed() -> None:
    near = post("near", "Rye is back", author_id="jo", posted_at=at(100 * DAY + 1))
    assert not is_open(near, "component")
    assert not is_open(near, "time")
    assert is_open(near, "by_file")


def test_in_time_mode_nothing_is_open_that_an_account_posted_since_its_test_began() -> None:
    late = post("late", "Rye is back", author_id="jo", posted_at=at(200 * DAY))
    assert not is_open(late, "time")
    assert is_open(late, "time", "judge")
    assert is_open(late, "component")
    assert is_open(post("other", "Rye is back", author_id="mill", posted_at=at(200 * DAY)), "time")


def test_in_author_mode_a_held_out_author_stays_closed() -> None:
    assert not is_open(LEARNED.one, "author")
    assert not is_open(post("early", "Rye is back", author_id="jo"), "author")


def test_posts_of_training_pairs_are_open() -> None:
    assert is_open(LEARNED.two, "component")
    assert is_open(LEARNED.two, "time")


def test_a_pair_that_was_left_out_holds_nothing_back() -> None:
    assert is_open(TESTED.one, "component", leaked=True)


def test_nothing_is_open_in_a_corpus_that_is_only_to_be_measured_on() -> None:
    assert not is_open(post("a", "Rye is back"), "test_only")
