"""What could tell a model the answer never stands on both sides."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.splits import MODES, Mode, Placed, Shares, largest_share, place
from tests.data_prep.bakery import WARES, at, post
from virality.errors import ViralityError

SHARES = Shares(judge=0.2, validation=0.1, test=0.3)

BREAD = "The long bread with many seeds is out of the warm oven this morning"
COPY = "The long bread with many seeds is out of the warm oven this evening"


def match(worse: Post, better: Post, file: str | None = None) -> Match:
    return Match(kind="neighbour", worse=worse, better=better, file=file)


def pairs(count: int, *, days: float = 0, author: str | None = None, file: str | None = None) -> list[Match]:
    """Pairs that have nothing in common, `days` apart from each other where that is given."""

    def side(number: int, ware: str, name: str) -> Post:
        moment = at(24 * days * number) if days else None
        text = f"{name} {file} wrote {author} about {number} {ware}"
        return post(f"{author}{file}{number}{name}", text, author_id=author, posted_at=moment)

    return [match(side(number, WARES[number % 12], "a"), side(number, WARES[number % 12], "b"), file)
            for number in range(count)]  # fmt: skip


def placed(matches: list[Match], mode: Mode, shares: Shares = SHARES, seed: int = 0) -> Placed:
    return place(matches, mode, shares, block_days=14, seed=seed)


def parts(matches: list[Match], mode: Mode, shares: Shares = SHARES) -> Counter[str | None]:
    return Counter(placed(matches, mode, shares).splits)


def test_parts_have_about_their_shares() -> None:
    assert parts(pairs(100), "component") == {"train": 40, "judge": 20, "validation": 10, "test": 30}


@pytest.mark.parametrize("mode", ["component", "time"])
def test_a_share_of_nothing_gives_nothing(mode: Mode) -> None:
    matches = pairs(60, days=3, author="baker")
    assert set(parts(matches, mode, Shares(judge=0, validation=0, test=0))) == {"train"}
    assert "judge" not in parts(matches, mode, Shares(judge=0, validation=0.2, test=0.2))


def test_another_seed_deals_otherwise() -> None:
    assert placed(pairs(50), "component", seed=1).splits != placed(pairs(50), "component", seed=2).splits


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (post("a", "Rolls"), post("a", "Rolls")),
        (post("a", "Rolls", content_key="link"), post("b", "Cakes", content_key="link")),
        (post("a", BREAD), post("b", COPY)),
        (post("a", "Rolls", author_id="jo", posted_at=at(1)), post("b", "Cakes", author_id="jo", posted_at=at(30))),
    ],
    ids=["a post", "a link", "a near copy", "an author's time block"],
)
def test_pairs_with_something_in_common_are_one_component(first: Post, second: Post) -> None:
    others = [
        post(name, f"Something else, {name}", author_id=first.author_id, posted_at=first.posted_at) for name in "xy"
    ]
    both = placed([match(first, others[0]), match(second, others[1])], "component")
    assert len(set(both.components)) == 1


def test_a_phrase_that_many_posts_repeat_joins_nothing() -> None:
    wishes = [match(post(f"wish {n}", "Good morning to all of you"), post(f"p{n}", f"Wares {n}")) for n in range(30)]
    assert largest_share(placed(wishes, "component").components) < 0.1
    assert largest_share(placed(wishes[:10], "component").components) == 1


def test_one_post_in_many_pairs_is_no_phrase() -> None:
    def dated(name: str, text: str, day: int) -> Post:
        return post(name, text, author_id="jo", posted_at=at(24 * day))

    star = dated("star", BREAD, 100)
    late = [match(dated(f"l{number}", f"Late {number}", 101), star) for number in range(30)]
    early = [match(dated(f"e{number}", f"Early {number}", 0), dated(f"f{number}", f"First {number}", 0))
             for number in range(30)]  # fmt: skip
    leaking = match(dated("copy", COPY, 0), early[0].better)
    splits = placed([*late, *early, leaking], "time", Shares(0, 0, 0.5)).splits
    assert splits[:30] == ["test"] * 30
    assert splits[-1] is None


def test_in_time_mode_the_test_comes_after_everything_else() -> None:
    matches = pairs(100, days=3, author="baker")
    splits = placed(matches, "time").splits
    moments = [each.worse.posted_at for each in matches if each.worse.posted_at is not None]
    tests = [moment for moment, split in zip(moments, splits, strict=True) if split == "test"]
    rest = [moment for moment, split in zip(moments, splits, strict=True) if split != "test"]
    assert max(rest) < min(tests)
    assert 0.2 < len(tests) / len(matches) < 0.4


def test_in_time_mode_an_account_of_a_single_block_is_not_all_test() -> None:
    many = pairs(40, days=3, author="baker")
    once = pairs(3, days=0.1, author="guest")
    splits = placed([*many, *once], "time").splits
    assert "test" not in splits[40:]


def test_in_time_mode_pairs_that_are_all_of_one_block_are_refused() -> None:
    with pytest.raises(ViralityError, match=r"splits\.block_days = 14"):
        placed(pairs(3, days=0.1, author="guest"), "time")


def test_in_author_mode_no_account_stands_in_two_parts() -> None:
    matches = [each for name in "abcdefghij" for each in pairs(5, days=20, author=name)]
    splits = placed(matches, "author").splits
    by_author = {(each.worse.author_id, split) for each, split in zip(matches, splits, strict=True)}
    assert len(by_author) == 10
    assert {split for _, split in by_author} == {"train", "judge", "validation", "test"}


@pytest.mark.parametrize(("mode", "lack"), [("author", "no accounts"), ("time", "no times")])
def test_a_mode_that_needs_what_the_corpus_lacks_says_so(mode: Mode, lack: str) -> None:
    with pytest.raises(ViralityError, match=lack):
        placed(pairs(5), mode)


def test_a_file_called_test_is_the_test_and_one_called_validation_is_validation() -> None:
    matches = [*pairs(50, file="train"), *pairs(10, file="validation"), *pairs(10, file="test")]
    splits = placed(matches, "by_file").splits
    assert set(splits[:50]) == {"train", "judge"}
    assert splits[50:] == ["validation"] * 10 + ["test"] * 10


def test_without_a_file_called_test_validation_is_the_test() -> None:
    splits = placed([*pairs(50, file="train"), *pairs(10, file="validation")], "by_file").splits
    assert set(splits[:50]) == {"train", "judge", "validation"}
    assert splits[50:] == ["test"] * 10


def test_what_recurs_in_the_held_out_file_leaves_the_training_part() -> None:
    matches = [match(post("a", BREAD), post("b", "Rolls"), "train"), match(post("c", COPY), post("d", "Cakes"), "test"),
               match(post("d", "Cakes"), post("e", "Buns"), "train"), *pairs(5, file="train")]  # fmt: skip
    out = placed(matches, "by_file", Shares(0, 0, 0))
    assert out.splits == [None, "test", None, *["train"] * 5]
    assert out.leaks == {"train: text or link recurs in test": 2}


def test_a_corpus_without_a_held_out_file_is_refused_by_file() -> None:
    with pytest.raises(ViralityError, match="there are one, two"):
        placed([*pairs(1, file="one"), *pairs(1, file="two")], "by_file")
    with pytest.raises(ViralityError, match="only labelled pairs know their file"):
        placed(pairs(2), "by_file")


@pytest.mark.parametrize("author", [None, "baker"])
def test_test_only_puts_every_pair_into_the_test(author: str | None) -> None:
    matches = [*pairs(20, author=author, days=3 if author else 0), match(post("a", BREAD), post("b", COPY))]
    out = placed(matches, "test_only")
    assert out.splits == ["test"] * 21
    assert out.leaks == {}


@pytest.mark.parametrize("mode", MODES)
def test_no_pairs_are_no_mistake_here(mode: Mode) -> None:
    assert placed([], mode) == Placed([], [], {})


# --- for any corpus

_TEXTS = (BREAD, COPY, "Rolls", "Plum cake today", "Closed on Sundays", "Who wants bread?", "Rye is back")
_POSTS = st.builds(
    lambda number, text, author, day, link: post(
        f"p{number}", text, author_id=author, posted_at=at(24 * day), content_key=link
    ),
    st.integers(0, 400),
    st.sampled_from(_TEXTS) | st.text("abc ", min_size=1, max_size=9),
    st.sampled_from(["jo", "mill", "shop"]),
    st.integers(0, 90),
    st.sampled_from([None, None, None, None, "x", "y"]),
)


@st.composite
def corpora(draw: st.DrawFn) -> list[Match]:
    posts = draw(st.lists(_POSTS, min_size=2, max_size=14, unique_by=lambda each: each.post_id))
    files = draw(st.sampled_from([("train", "test"), ("train", "validation"), ("train", "validation", "test")]))
    every = list(combinations(posts, 2))
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=12, unique=True))
    matches = [match(one, two, draw(st.sampled_from(files))) for one, two in chosen]
    return [*matches, match(post("kept", "Apart one"), post("apart", "Apart two"), files[-1])]


def held(matches: list[Match], mode: Mode) -> Placed | None:
    """Where the corpus allows the mode, how it is split."""
    known = matches if mode in ("by_file", "test_only", "component") else matches[:-1]
    try:
        return placed(known, mode, Shares(0.25, 0.15, 0.25))
    except ViralityError:
        return None


def facts(each: Match) -> set[Hashable]:
    sides = (each.worse, each.better)
    return {one for post in sides for one in (post.post_id, post.text, post.content_key) if one is not None}


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=60, deadline=None)
@given(matches=corpora())
def test_no_component_post_link_or_text_stands_in_two_splits(mode: Mode, matches: list[Match]) -> None:
    out = held(matches, mode)
    if out is None:
        return
    owner: dict[Hashable, str] = {}
    for each, component, split in zip(matches, out.components, out.splits, strict=False):
        if split is not None:
            for fact in {("component", component), *facts(each)}:
                assert owner.setdefault(fact, split) == split
    assert sum(out.leaks.values()) == out.splits.count(None)


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=40, deadline=None)
@given(matches=corpora(), seed=st.integers(0, 99))
def test_neither_the_order_of_rows_nor_the_author_key_moves_a_pair(mode: Mode, matches: list[Match], seed: int) -> None:
    order = list(range(len(matches) - 1))
    random.Random(seed).shuffle(order)
    shuffled = [renamed(matches[number]) for number in order] + matches[-1:]
    one, two = held(matches, mode), held(shuffled, mode)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        last = list(range(len(matches) - 1, len(one.splits)))
        for there, number in enumerate([*order, *last]):
            assert (two.components[there], two.splits[there]) == (one.components[number], one.splits[number])


def renamed(each: Match) -> Match:
    """The same pair as another author key would hash it."""
    import dataclasses

    other = {"jo": "9f", "mill": "0a", "shop": "4c", None: None}
    worse, better = (dataclasses.replace(side, author_id=other[side.author_id]) for side in (each.worse, each.better))
    return dataclasses.replace(each, worse=worse, better=better)
