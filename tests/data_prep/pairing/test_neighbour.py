"""Pairs of one account's posts, near in time and alike."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Sequence

import pytest

from data_prep.engine import Engine, Table
from data_prep.pairing import neighbour
from data_prep.records import Post
from tests.data_prep.bakery import WARES, at, post
from tests.data_prep.worlds import numbered, told
from virality.gates.wording import content_words
from virality.text.normalise import fold

POSTS = [
    post("plain", "The plum cake is ready now", author_id="baker", posted_at=at(0)),
    post("warm", "The plum cake is warm and ready", author_id="baker", posted_at=at(5)),
]


def own(posts: Sequence[Post]) -> Table:
    found = numbered(posts)
    return found.filter(found.account.notnull() & found.t.notnull()).select("n", "t", "account", "folded", "words")


def similar(
    engine: Engine, posts: Sequence[Post], *, max_hours: float = 72, least: float = 0.2, most: float = 0.9
) -> dict[tuple[int, int], float]:
    mine = own(posts)
    found = neighbour.candidates(
        mine, neighbour.vocabulary(mine), max_hours=max_hours, least_similar=least, most_similar=most
    )
    return {(row["a"], row["b"]): row["similar"] for row in told(engine, found)}


def by_hand(posts: Sequence[Post], max_hours: float, least: float, most: float) -> dict[tuple[int, int], float]:
    """Cosines of tf-idf vectors of stems, all pairs."""
    posts = sorted(posts, key=lambda each: each.post_id)
    words = [set(content_words(each.text, "en")) for each in posts]
    times: dict[str, int] = {}
    for mine in words:
        for word in mine:
            times[word] = times.get(word, 0) + 1
    size = len(posts)
    idf = {
        word: 1 + math.log((1 + size) / (1 + count))
        for word, count in times.items()
        if size <= 100 or 2 <= count <= size / 5
    }
    lengths = [math.sqrt(sum(idf.get(word, 0) ** 2 for word in mine)) for mine in words]
    found = {}
    for a, one in enumerate(posts):
        for b, two in enumerate(posts):
            if one.author_id != two.author_id or one.posted_at is None or two.posted_at is None:
                continue
            hours = (two.posted_at - one.posted_at).total_seconds() / 3600
            if a == b or not 0 <= hours <= max_hours or (hours == 0 and a > b) or fold(one.text) == fold(two.text):
                continue
            both = sum(idf.get(word, 0) ** 2 for word in words[a] & words[b])
            if both and least <= both / (lengths[a] * lengths[b]) < most:
                found[a, b] = both / (lengths[a] * lengths[b])
    return found


@pytest.mark.parametrize("count", [60, 140])
def test_similarity_is_the_cosine_of_tf_idf_over_stems(engine: Engine, count: int) -> None:
    chance = random.Random(count)
    ways = ("Our {} is warm", "Who wants {} and {}?", "Baking {} for the market", "No {} today, but {}", "{} again")
    posts = [
        post(
            f"{number:03}",
            chance.choice(ways).format(*chance.choices(WARES, k=2)),
            author_id=chance.choice(("baker", "mill", "shop")),
            posted_at=at(chance.randrange(count)),
        )
        for number in range(count)
    ]
    expected = by_hand(posts, 24, 0.2, 0.9)
    found = similar(engine, posts, max_hours=24)
    assert len(expected) > 20
    assert found.keys() == expected.keys()
    for pair, cosine in expected.items():
        assert found[pair] == pytest.approx(cosine, abs=1e-3)


def test_two_posts_of_one_account_near_in_time_and_alike_are_a_candidate(engine: Engine) -> None:
    [((a, b), cosine)] = similar(engine, POSTS).items()
    assert (a, b) == (0, 1)
    assert 0.2 <= cosine < 0.9


def test_the_order_of_rows_changes_nothing(engine: Engine) -> None:
    assert similar(engine, POSTS[::-1]) == similar(engine, POSTS)


def test_what_cannot_be_compared_is_no_candidate(engine: Engine) -> None:
    warm = "The plum cake is warm and ready"
    others = {
        "alike": post("1", warm, posted_at=at(5)),
        "another account": post("2", warm, author_id="mill", posted_at=at(5)),
        "too late": post("3", warm, posted_at=at(80)),
        "about something else": post("4", "Closed on Sundays from June on", posted_at=at(5)),
        "the same words": post("5", "The plum cake is ready now!", posted_at=at(5)),
        "too alike": post("6", "The ready plum cakes", posted_at=at(5)),
        "no time": post("7", warm),
    }
    posts = []
    for case, other in others.items():  # an account each
        posts.append(post(f"{other.post_id} plain", POSTS[0].text, author_id=case, posted_at=at(0)))
        posts.append(dataclasses.replace(other, author_id=other.author_id or case))
    assert set(similar(engine, posts)) == {(1, 0)}  # of the account "alike"; "1" has the smaller number and is later


def test_posts_of_links_alone_have_no_words_to_compare(engine: Engine) -> None:
    links = [post(name, f"https://mill.example/{name}", author_id="baker", posted_at=at(0)) for name in "ab"]
    assert similar(engine, links) == {}


def test_in_a_large_corpus_words_of_one_post_and_words_of_a_fifth_of_them_tell_nothing_apart(engine: Engine) -> None:
    posts = [
        post(f"{number:03}", f"Bread {'rye' if number < 20 else 'oats'} w{number}x", author_id="jo", posted_at=at(0))
        for number in range(101)
    ]
    weights = told(engine, neighbour.vocabulary(own(posts)), "weight")
    assert [row["weight"] for row in weights] == [round(1000 * (1 + math.log(102 / 21)) ** 2)]
    assert len(told(engine, neighbour.vocabulary(own(posts[:100])))) == 103
