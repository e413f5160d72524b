"""What a writer may restate."""

from __future__ import annotations

import pytest

from data_prep.held_out import open_posts
from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.splits import Mode
from tests.data_prep.bakery import at, post

BREAD = "The long bread with many seeds is out of the warm oven this morning"
COPY = "The long bread with many seeds is out of the warm oven this evening"

DAY = 24.0
TESTED = Match(
    kind="neighbour",
    worse=post("t1", "Cheese twists are ready", author_id="jo", posted_at=at(100 * DAY), content_key="twists"),
    better=post("t2", BREAD, author_id="jo", posted_at=at(100 * DAY)),
)
LEARNED = Match(
    kind="neighbour",
    worse=post("l1", "Plum cake is ready", author_id="jo", posted_at=at(0)),
    better=post("l2", "Who wants plum cake?", author_id="jo", posted_at=at(0)),
)


def is_open(each: Post, mode: Mode) -> bool:
    return open_posts([each], [TESTED, LEARNED], ["test", "train"], mode, 14) == [each]


@pytest.mark.parametrize("mode", ["component", "time", "author", "by_file"])
def test_posts_of_held_out_pairs_their_copies_and_their_links_stay_closed(mode: Mode) -> None:
    assert not is_open(TESTED.worse, mode)
    assert not is_open(post("copy", COPY, posted_at=at(0)), mode)
    assert not is_open(post("link", "More twists", posted_at=at(0), content_key="twists"), mode)
    assert is_open(post("else", "Closed on Sundays", author_id="mill", posted_at=at(0)), mode)


def test_a_held_out_time_block_of_an_author_stays_closed() -> None:
    near = post("near", "Rye is back", author_id="jo", posted_at=at(100 * DAY + 1))
    assert not is_open(near, "component")
    assert not is_open(near, "time")


def test_in_time_mode_nothing_is_open_that_an_account_posted_since_its_test_began() -> None:
    late = post("late", "Rye is back", author_id="jo", posted_at=at(200 * DAY))
    assert not is_open(late, "time")
    assert is_open(late, "component")
    assert is_open(post("other", "Rye is back", author_id="mill", posted_at=at(200 * DAY)), "time")


def test_in_author_mode_a_held_out_author_stays_closed() -> None:
    held = open_posts([LEARNED.worse], [TESTED], ["test"], "author", 14)
    assert held == []


def test_posts_of_training_pairs_are_open() -> None:
    assert is_open(LEARNED.better, "component")
    assert is_open(LEARNED.better, "time")


def test_nothing_is_open_in_a_corpus_that_is_only_to_be_measured_on() -> None:
    assert open_posts([post("a", "Rye is back")], [TESTED], ["test"], "test_only", 14) == []
