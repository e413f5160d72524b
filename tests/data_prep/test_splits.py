"""What could tell a model the answer never stands on both sides."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Hashable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.records import Post
from data_prep.splits import MODES, PARTS, Mode, Placed, Shares, connected, largest_share, named_copies
from tests.data_prep.bakery import WARES, at, post
from tests.data_prep.matches import SHARES, Match, placed, sides, splits_of
from virality.errors import ViralityError

BREAD = "The long bread with many seeds is out of the warm oven this morning"
COPY = "The long bread with many seeds is out of the warm oven this evening"


def pairs(count: int, *, days: float = 0, author: str | None = None, file: str | None = None) -> list[Match]:
    """Pairs that have nothing in common, `days` apart from each other where that is given."""

    def side(number: int, ware: str, name: str) -> Post:
        moment = at(24 * days * number) if days else None
        text = f"{name} {file} wrote {author} about {number} {ware}"
        return post(f"{author}{file}{number:03}{name}", text, author_id=author, posted_at=moment)

    return [Match(side(number, WARES[number % 12], "a"), side(number, WARES[number % 12], "b"), file)
            for number in range(count)]  # fmt: skip


def parts(matches: list[Match], mode: Mode, shares: Shares = SHARES) -> Counter[str | None]:
    return Counter(splits_of(placed(matches, mode, shares)))


def test_parts_have_about_their_shares() -> None:
    assert parts(pairs(100), "component") == {"train": 40, "judge": 20, "validation": 10, "test": 30}


@pytest.mark.parametrize("mode", ["component", "time"])
def test_a_share_of_nothing_gives_nothing(mode: Mode) -> None:
    matches = pairs(60, days=3, author="baker")
    assert set(parts(matches, mode, Shares(judge=0, validation=0, test=0))) == {"train"}
    assert "judge" not in parts(matches, mode, Shares(judge=0, validation=0.2, test=0.2))


def test_another_seed_deals_otherwise() -> None:
    one, two = (splits_of(placed(pairs(50), "component", seed=seed)) for seed in (1, 2))
    assert one != two


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
    both = placed([Match(first, others[0]), Match(second, others[1])], "component")
    assert len(set(both.component.tolist())) == 1


def test_pairs_with_nothing_in_common_are_components_of_their_own() -> None:
    assert len(set(placed(pairs(20), "component").component.tolist())) == 20


def test_a_component_is_named_by_a_post_of_its_own() -> None:
    matches = [*pairs(6, author="jo", days=1), *pairs(6, author="mill", days=20)]
    found = placed(matches, "component")
    numbers = sides(matches)
    for component in set(found.component.tolist()):
        mine = found.component == component
        assert component in {*numbers.a[mine].tolist(), *numbers.b[mine].tolist()}


def test_a_phrase_that_many_posts_repeat_joins_nothing() -> None:
    wishes = [Match(post(f"wish {n}", "Good morning to all of you"), post(f"p{n}", f"Wares {n}")) for n in range(30)]
    found = placed(wishes, "component")
    kept = found.component[found.split >= 0]
    assert len(set(kept.tolist())) == len(kept)
    assert len(set(found.split.tolist()) - {-1}) == 1  # and the very same words stand in one part only
    assert largest_share(placed(wishes[:10], "component").component) == 1


def test_a_text_of_more_than_20_posts_joins_nothing() -> None:
    clusters = np.repeat([0, 21, 41], [21, 20, 1])
    joined, near = named_copies(clusters)
    assert joined.tolist() == [-1] * 21 + [21] * 20 + [-1]
    assert near.tolist() == [0] * 21 + [21] * 20 + [-1]


def test_near_copies_that_join_nothing_still_stand_in_one_part_only() -> None:
    nights = [
        Match(
            post(
                f"night {n}",
                f"Open mic night this Friday at seven in the cellar, free entry, bring a friend, evening {n}",
            ),
            post(f"p{n}", f"Wares {n}"),
        )
        for n in range(40)
    ]
    found = placed(nights, "component")
    assert len(set(found.split.tolist()) - {-1}) == 1
    assert sum(found.leaks.values()) == (found.split < 0).sum() > 0


def test_one_post_in_many_pairs_is_no_phrase() -> None:
    def dated(name: str, text: str, day: int) -> Post:
        return post(name, text, author_id="jo", posted_at=at(24 * day))

    star = dated("star", BREAD, 100)
    late = [Match(dated(f"l{number}", f"Late {number}", 101), star) for number in range(30)]
    early = [Match(dated(f"e{number}", f"Early {number}", 0), dated(f"f{number}", f"First {number}", 0))
             for number in range(30)]  # fmt: skip
    leaking = Match(dated("copy", COPY, 0), early[0].two)
    splits = splits_of(placed([*late, *early, leaking], "time", Shares(0, 0, 0.5)))
    assert splits[:30] == ["test"] * 30
    assert splits[-1] is None


def test_the_latest_blocks_of_an_account_are_the_test() -> None:
    accounts = {"baker": pairs(100, days=3, author="baker"), "mill": pairs(60, days=5, author="mill")}
    matches = [match for mine in accounts.values() for match in mine]
    splits = splits_of(placed(matches, "time"))
    for name, mine in accounts.items():
        moments = {
            part: [
                match.one.posted_at
                for match, split in zip(matches, splits, strict=True)
                if match.one.author_id == name and match.one.posted_at and (split == "test") == (part == "test")
            ]
            for part in ("test", "rest")
        }
        assert max(moments["rest"]) < min(moments["test"])
        assert 0.2 < len(moments["test"]) / len(mine) < 0.4


def test_in_time_mode_an_account_of_a_single_block_is_not_all_test() -> None:
    many = pairs(40, days=3, author="baker")
    once = pairs(3, days=0.1, author="guest")
    assert "test" not in splits_of(placed([*many, *once], "time"))[40:]


def test_in_time_mode_pairs_that_are_all_of_one_block_are_refused() -> None:
    with pytest.raises(ViralityError, match=r"splits\.block_days: .* one block"):
        placed(pairs(3, days=0.1, author="guest"), "time")


def test_in_author_mode_no_account_stands_in_two_parts() -> None:
    matches = [each for name in "abcdefghij" for each in pairs(5, days=20, author=name)]
    splits = splits_of(placed(matches, "author"))
    by_author = {(each.one.author_id, split) for each, split in zip(matches, splits, strict=True)}
    assert len(by_author) == 10
    assert {split for _, split in by_author} == {"train", "judge", "validation", "test"}


@pytest.mark.parametrize(("mode", "lack"), [("author", "no accounts"), ("time", "no accounts")])
def test_a_mode_that_needs_what_the_corpus_lacks_says_so(mode: Mode, lack: str) -> None:
    with pytest.raises(ViralityError, match=lack):
        placed(pairs(5), mode)


def test_time_mode_needs_times() -> None:
    with pytest.raises(ViralityError, match="no times"):
        placed(pairs(5, author="baker"), "time")


def test_a_file_called_test_is_the_test_and_one_called_validation_is_validation() -> None:
    matches = [*pairs(50, file="train"), *pairs(10, file="validation"), *pairs(10, file="test")]
    splits = splits_of(placed(matches, "by_file"))
    assert set(splits[:50]) == {"train", "judge"}
    assert splits[50:] == ["validation"] * 10 + ["test"] * 10


def test_without_a_file_called_test_validation_is_the_test() -> None:
    splits = splits_of(placed([*pairs(50, file="train"), *pairs(10, file="validation")], "by_file"))
    assert set(splits[:50]) == {"train", "judge", "validation"}
    assert splits[50:] == ["test"] * 10


def test_what_recurs_in_the_held_out_file_leaves_the_training_part() -> None:
    matches = [Match(post("a", BREAD), post("b", "Rolls"), "train"), Match(post("c", COPY), post("d", "Cakes"), "test"),
               Match(post("d", "Cakes"), post("e", "Buns"), "train"), *pairs(5, file="train")]  # fmt: skip
    out = placed(matches, "by_file", Shares(0, 0, 0))
    assert splits_of(out) == [None, "test", None, *["train"] * 5]
    assert out.leaks == {"train: text or link recurs in test": 2}


def test_a_component_that_lost_a_pair_to_the_test_does_not_go_by_the_tests_name() -> None:
    shared = post("p5", "Rolls")
    matches = [Match(post("p1", "Buns"), shared, "train"), Match(post("p1", "Buns"), post("p6", "Cakes"), "train"),
               Match(post("p2", "Twists"), shared, "test")]  # fmt: skip
    out = placed(matches, "by_file", Shares(0, 0, 0))
    assert splits_of(out) == [None, "train", "test"]
    assert out.component[1] != out.component[2]


def test_a_corpus_without_a_held_out_file_is_refused_by_file() -> None:
    with pytest.raises(ViralityError, match="there are one, two"):
        placed([*pairs(1, file="one"), *pairs(1, file="two")], "by_file")
    with pytest.raises(ViralityError, match="only labelled pairs know their file"):
        placed(pairs(2), "by_file")


@pytest.mark.parametrize("author", [None, "baker"])
def test_test_only_puts_every_pair_into_the_test(author: str | None) -> None:
    matches = [*pairs(20, author=author, days=3 if author else 0), Match(post("a", BREAD), post("b", COPY))]
    out = placed(matches, "test_only")
    assert splits_of(out) == ["test"] * 21
    assert out.leaks == {}


def test_a_pair_keeps_the_split_that_an_earlier_run_gave_it_unless_it_would_leak() -> None:
    matches = [*pairs(4), Match(post("x", BREAD), post("y", "Rolls")), Match(post("z", COPY), post("w", "Buns"))]
    given = ["train", "judge", "validation", "test", "test", "judge"]
    out = placed(matches, "component", given=given)
    assert splits_of(out) == [*given[:5], None]
    assert out.leaks == {"judge: text or link recurs in test": 1}


@pytest.mark.parametrize("mode", MODES)
def test_no_pairs_are_no_mistake_here(mode: Mode) -> None:
    out = placed([], mode)
    assert (len(out.component), len(out.split), out.leaks) == (0, 0, {})


def test_things_that_links_connect_have_the_smallest_number_among_them() -> None:
    links = [(4, 2), (2, 3), (5, 1)]
    one, two = (np.asarray(side, dtype=np.int64) for side in zip(*links, strict=True))
    assert connected(7, one, two).tolist() == [0, 1, 2, 2, 2, 1, 6]
    assert connected(2, one[:0], two[:0]).tolist() == [0, 1]


def test_the_largest_component_has_its_share_of_the_pairs() -> None:
    assert largest_share(np.asarray([1, 1, 1, 7])) == 0.75
    assert largest_share(np.zeros(0, dtype=np.int64)) == 0


# --- for any corpus

_TEXTS = (BREAD, COPY, "Rolls", "Plum cake today", "Closed on Sundays", "Who wants bread?", "Rye is back")
_POSTS = st.builds(
    lambda number, text, author, day, link: post(
        f"p{number:03}", text, author_id=author, posted_at=at(24 * day), content_key=link
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
    matches = [Match(one, two, draw(st.sampled_from(files))) for one, two in chosen]
    return [*matches, Match(post("kept", "Apart one"), post("tail", "Apart two"), files[-1])]


def held(matches: list[Match], mode: Mode) -> Placed | None:
    """Where the corpus allows the mode, how it is split."""
    try:
        return placed(allowed(matches, mode), mode, Shares(0.25, 0.15, 0.25))
    except ViralityError:
        return None


def allowed(matches: list[Match], mode: Mode) -> list[Match]:
    """In modes that need accounts those pairs that have one."""
    if mode in ("time", "author"):
        return [each for each in matches if each.one.author_id and each.one.author_id == each.two.author_id]
    return matches


def facts(each: Match) -> set[Hashable]:
    both = (each.one, each.two)
    said = {post.text for post in both if post.text.strip()}  # a post of blanks says nothing that could recur
    return {one for post in both for one in (post.post_id, post.content_key) if one is not None} | said


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=40, deadline=None)
@given(matches=corpora())
def test_no_component_post_link_or_text_stands_in_two_splits(mode: Mode, matches: list[Match]) -> None:
    out = held(matches, mode)
    if out is None:
        return
    owner: dict[Hashable, str] = {}
    splits = splits_of(out)
    for each, component, split in zip(allowed(matches, mode), out.component.tolist(), splits, strict=True):
        if split is not None:
            for fact in {("component", component), *facts(each)}:
                assert owner.setdefault(fact, split) == split
    assert sum(out.leaks.values()) == splits.count(None)


@settings(max_examples=40, deadline=None)
@given(matches=corpora(), data=st.data())
def test_exactly_those_pairs_leave_that_share_something_with_a_part_before_theirs(
    matches: list[Match], data: st.DataObject
) -> None:
    given = [data.draw(st.sampled_from(PARTS)) for _ in matches]
    out = placed(matches, "component", given=given)
    numbers = sides(matches)
    about = {"content": numbers.keys.content, "copies": numbers.keys.copies, "same": numbers.keys.same}

    def shared(number: int) -> set[tuple[str, int]]:
        both = (int(numbers.a[number]), int(numbers.b[number]))
        found = {("post", side) for side in both}
        return found | {(name, int(about[name][side])) for name in ("content", "copies", "same") for side in both
                        if about[name][side] >= 0}  # fmt: skip

    leaks: Counter[str] = Counter()
    for number, part in enumerate(given):
        before = [PARTS.index(other) for at, other in enumerate(given)
                  if PARTS.index(other) < PARTS.index(part) and shared(at) & shared(number)]  # fmt: skip
        assert splits_of(out)[number] == (None if before else part)
        if before:
            leaks[f"{part}: text or link recurs in {PARTS[min(before)]}"] += 1
    assert out.leaks == leaks


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=25, deadline=None)
@given(matches=corpora(), seed=st.integers(0, 99))
def test_neither_the_order_of_rows_nor_the_author_key_moves_a_pair(mode: Mode, matches: list[Match], seed: int) -> None:
    mine = allowed(matches, mode)
    order = list(range(len(mine)))
    random.Random(seed).shuffle(order)
    one, two = held(mine, mode), held([renamed(mine[number]) for number in order], mode)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        for there, number in enumerate(order):
            assert (two.component[there], two.split[there]) == (one.component[number], one.split[number])


def renamed(each: Match) -> Match:
    """The same pair as another author key would hash it."""
    other = {"jo": "9f", "mill": "0a", "shop": "4c", None: None}
    one, two = (dataclasses.replace(side, author_id=other[side.author_id]) for side in (each.one, each.two))
    return Match(one, two, each.file)
