"""Rows of all parts -> one corpus."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from data_prep import corpus
from data_prep.engine import Engine
from data_prep.records import Post
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import gathered, numbered, pairs, rows, told
from virality.text.normalise import fold


def kept(engine: Engine, posts: Sequence[Post]) -> dict[str, dict[str, Any]]:
    import ibis

    ranked = told(engine, corpus.ranked(ibis.memtable(rows(posts))), "post_id", "copy")
    firsts = {row["post_id"]: row for row in ranked if row["copy"] == 0}
    assert sorted(row["copy"] for row in ranked) == sorted(
        number for post_id in firsts for number in range(sum(each.post_id == post_id for each in posts))
    )
    return firsts


def test_of_a_post_that_stands_there_twice_the_one_with_the_highest_counts_is_kept_whatever_the_order(
    engine: Engine,
) -> None:
    posts = [
        post("a", "Rye is back", likes=3),
        post("a", "Rye is back", likes=9),
        post("a", "Rye is back"),
        post("b", "Plum cake", impressions=10, likes=9),
        post("b", "Plum cake", impressions=20, likes=1),
        post("c", "Closed on Sundays"),
    ]
    for seed in range(4):
        random.Random(seed).shuffle(posts)
        found = kept(engine, posts)
        assert found["a"]["likes"] == 9
        assert found["b"]["impressions"] == 20
        assert set(found) == {"a", "b", "c"}


def test_repetitions_with_the_same_counts_are_told_apart_by_what_they_say_not_by_where_they_stand(
    engine: Engine,
) -> None:
    posts = [post("a", "Rye is back", likes=3), post("a", "Rye is here", likes=3), post("a", "A rye bread", likes=3)]
    found = {str(kept(engine, order)["a"]["text"]) for order in (posts, posts[::-1], posts[1:] + posts[:1])}
    assert found == {"A rye bread"}


def test_a_repeated_id_is_refused_and_counted(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, [post("a", likes=1), post("a", likes=2), post("b")])
    assert found.size == 2
    assert [row["reason"] for row in told(engine, found.refused)] == ["repeated_id"]
    assert found.totals["likes_counted"] == 1


def unfair(engine: Engine, posts: Sequence[Post], **more: int) -> dict[str, str | None]:
    import ibis

    return {
        row["post_id"]: row["unfair"]
        for row in told(engine, corpus.with_fair_tests(ibis.memtable(rows(posts)), **more))
    }


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tests=st.lists(
        st.lists(st.integers(0, 30).map(lambda n: 1000 + 10 * n), min_size=1, max_size=5), min_size=10, max_size=20
    )
)
def test_tests_that_were_not_shown_evenly_leave_as_a_whole(engine: Engine, tests: list[list[int]]) -> None:
    posts = [
        post(f"{number}-{arm}", content_key=f"test {number}", impressions=shown)
        for number, test in enumerate(tests)
        for arm, shown in enumerate(test)
    ]
    found = unfair(engine, posts)
    for number, test in enumerate(tests):
        uneven = len(test) > 1 and float(chisquare(test).pvalue) < 0.01
        for arm in range(len(test)):
            assert found[f"{number}-{arm}"] == ("sample_ratio" if uneven else None)


def test_the_sample_ratio_test_has_the_textbook_limit(engine: Engine) -> None:
    # chi-square = 2 * 57^2 / 1000 = 6.50 and 2 * 58^2 / 1000 = 6.73; with one degree of freedom 1% lies at 6.635
    even = [post(f"e{n}", content_key="even", impressions=n) for n in (1057, 943)]
    uneven = [post(f"u{n}", content_key="uneven", impressions=n) for n in (1058, 942)]
    assert unfair(engine, [*even, *uneven]) == {
        "e1057": None, "e943": None, "u1058": "sample_ratio", "u942": "sample_ratio"
    }  # fmt: skip


def test_a_test_that_nobody_was_shown_and_one_of_too_many_arms_leave(engine: Engine) -> None:
    nobody = [post(f"n{arm}", content_key="nobody", impressions=0) for arm in range(2)]
    many = [post(f"m{arm}", content_key="many", impressions=100 + arm % 2) for arm in range(5)]
    assert set(unfair(engine, [*nobody, *many], arms_at_most=5).values()) == {None, "sample_ratio"}
    assert unfair(engine, [*nobody, *many], arms_at_most=5)["m0"] is None
    assert unfair(engine, many, arms_at_most=4)["m0"] == "sample_ratio"


def test_posts_outside_of_tests_are_fair(engine: Engine) -> None:
    assert unfair(engine, [post("a", impressions=9), post("b", impressions=9000), post("c")]) == dict.fromkeys("abc")


def test_an_arm_without_an_image_is_refused_where_tests_name_them(engine: Engine) -> None:
    with_image = post("a", content_key="loaf", impressions=10, media="oven")
    without = post("b", content_key="loaf", impressions=10)
    assert unfair(engine, [with_image, without]) == {"a": None, "b": "no_image"}
    assert unfair(engine, [without]) == {"b": None}


def test_posts_are_numbered_in_the_order_of_their_ids(engine: Engine) -> None:
    found = told(engine, numbered([post("b"), post("c"), post("a")]), "n")
    assert [(row["n"], row["post_id"]) for row in found] == [(0, "a"), (1, "b"), (2, "c")]


def test_accounts_and_links_are_named_by_their_first_post_whatever_the_author_key(engine: Engine) -> None:
    def codes(one: str, two: str) -> list[tuple[int | None, int | None, int | None]]:
        posts = [
            post("a", author_id=one, posted_at=at(1)),
            post("b", author_id=two, content_key="link"),
            post("c", author_id=one, content_key="link"),
            post("d"),
        ]
        return [(row["account"], row["content"], row["t"]) for row in told(engine, numbered(posts), "n")]

    assert codes("jo", "mill") == codes("9f", "04")
    assert [(account, content) for account, content, _ in codes("jo", "mill")] == [
        (0, None), (1, 1), (0, 1), (None, None)
    ]  # fmt: skip
    assert [t for _, _, t in codes("jo", "mill")] == [int(at(1).timestamp()), None, None, None]


# --- near-duplicates

BREAD = "The long bread with many seeds is out of the warm oven this morning"
COPY = "The long bread with many seeds is out of the warm oven this evening"


def linked(engine: Engine, texts: Sequence[str]) -> set[tuple[int, int]]:
    posts = numbered([post(f"{number:03}", text) for number, text in enumerate(texts)])
    return pairs(engine, corpus.copies(posts))


def test_the_same_words_in_other_spelling_and_a_changed_last_word_are_copies(engine: Engine) -> None:
    assert linked(engine, ["Rolls today", "ROLLS, today!", BREAD, COPY, "Rolls tomorrow"]) == {(0, 1), (2, 3)}


def by_brute_force(texts: Sequence[str]) -> set[tuple[int, int]]:
    """Equal after folding (to the first), or 4-word shingles with a Jaccard index of at least 0.7."""
    words = [fold(text).split() for text in texts]
    first: dict[tuple[str, ...], int] = {}
    for number, mine in enumerate(words):
        first.setdefault(tuple(mine), number)
    found = {(first[tuple(mine)], number) for number, mine in enumerate(words) if first[tuple(mine)] != number}
    sets = {n: {tuple(words[n][at : at + 4]) for at in range(len(words[n]) - 3)} for n in first.values()}
    for one, two in combinations(sorted(sets), 2):
        both, either = len(sets[one] & sets[two]), len(sets[one] | sets[two])
        if both and 10 * both >= 7 * either:
            found.add((one, two))
    return found


_WORD = st.sampled_from(["bread", "cake", "oven", "warm", "rolls"])
_TEXT = st.lists(_WORD, min_size=1, max_size=16)


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """Groups of word lists and copies of them with a word taken out, put in or changed."""
    every: list[str] = []
    for group in range(12):  # each in words of its own, so that one query asks of many worlds
        own = draw(st.lists(_TEXT, min_size=1, max_size=6))
        for _ in range(draw(st.integers(4, 16))):
            copied = list(draw(st.sampled_from(own)))
            where = draw(st.integers(0, len(copied)))
            copied[where : where + draw(st.integers(0, 1))] = draw(st.lists(_WORD, max_size=1))
            own.append(copied or ["crumbs"])
        every += [" ".join(f"{word}{group}" for word in mine) for mine in own]
    return every


@settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(said=texts())
def test_no_near_duplicate_is_lost_and_none_is_made_up(engine: Engine, said: list[str]) -> None:
    assert linked(engine, said) == by_brute_force(said)


def test_the_limit_is_seven_shingles_in_ten(engine: Engine) -> None:
    def text(first: int, last: int) -> str:
        return " ".join(f"w{number}" for number in range(first, last))

    at_limit = [text(0, 13), text(3, 13)]  # 10 shingles and the last 7 of them
    below = [text(20, 34), text(24, 34)]  # 11 and 7
    assert linked(engine, [*at_limit, *below]) == {(0, 1)} == by_brute_force([*at_limit, *below])


def test_what_many_posts_begin_with_is_a_phrase_and_proposes_no_copies(engine: Engine) -> None:
    wishes = [f"Good morning to you all {number}" for number in range(60)]
    assert linked(engine, wishes) == set()
