"""Good posts and plain restatements of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from data_prep import engagement
from data_prep.engine import Engine
from data_prep.pairing import paraphrase
from data_prep.pairing.paraphrase import LEAST_EDIT, Good, passes, restated
from data_prep.records import Post
from tests.data_prep.bakery import WARES, at, post
from tests.data_prep.worlds import numbered, table, told
from virality.gates import Context, keeps_facts
from virality.text.similarity import edit_ratio


def lively(number: int, **more: object) -> Post:
    ware = WARES[number % len(WARES)]
    return post(f"{number:03}", f"WOW GUYS!! The {ware} is really ready... We don't wait, we EAT IT NOW!", **more)


def good(number: int, text: str) -> Good:
    return Good(number, f"{number:03}", text, lang="en", platform=None, rights="own_export", author_id=None, weight=1.0)


def good_ones(count: int) -> list[Good]:
    return [good(number, lively(number).text) for number in range(count)]


def weights(
    engine: Engine, posts: Sequence[Post], *, best: float = 0.5, winners: Sequence[int] = (), counted: bool = True
) -> dict[int, float]:
    found = numbered(posts)
    past = engagement.baselines(engagement.signals(found, ["likes"], {}, None)) if counted else None
    won = table({"n": list(winners)}) if winners else found.filter(found.n < 0).select("n")
    rows = told(engine, paraphrase.good(found, past, won, best=best), "n")
    assert len({row["n"] for row in rows}) == len(rows)
    return {row["n"]: row["weight"] for row in rows}


def test_an_account_is_measured_against_its_own_past_and_the_best_post_weighs_most(engine: Engine) -> None:
    posts = [lively(number, author_id="baker", posted_at=at(number), likes=10 + number**2 % 17) for number in range(30)]
    found = weights(engine, posts)
    assert min(found) >= 10  # the first ten have no past
    assert len(found) == 10
    assert sorted(found.values()) == pytest.approx([0.5 + (place + 1) / 10 for place in range(10)])
    assert weights(engine, posts[::-1]) == found


def test_without_a_past_and_without_measured_pairs_all_posts_of_an_account_are_good(engine: Engine) -> None:
    posts = [lively(number, author_id="baker", posted_at=at(number), likes=number) for number in range(12)]
    posts += [lively(20, author_id="mill", posted_at=at(0), likes=1), lively(21, author_id=None, likes=1)]
    past = engagement.baselines(engagement.signals(numbered(posts), ["likes"], {}, None))
    rows = told(engine, paraphrase.good(numbered(posts), past, None, best=0.5), "n")
    found = {row["n"]: row["weight"] for row in rows}
    assert set(found) == {*(number for number in found if 10 <= number < 12), 12, 13}
    assert (found[12], found[13]) == (1.0, 1.0)


def test_the_better_a_post_did_against_its_past_the_more_it_weighs(engine: Engine) -> None:
    posts = [lively(number, author_id="baker", posted_at=at(number), likes=10 * (number + 1)) for number in range(12)]
    posts += [lively(20 + number, author_id="mill", posted_at=at(number), likes=9) for number in range(12)]
    found = weights(engine, posts, best=1.0)
    assert set(found) == {10, 11, 22, 23}  # each account its own best
    assert {found[10], found[11]} == {1.0, 1.5}


@pytest.mark.parametrize("missing", ["author_id", "posted_at"])
def test_without_account_or_time_the_winners_of_pairs_are_the_good_posts(engine: Engine, missing: str) -> None:
    known = {"author_id": "baker", "posted_at": at(1), "likes": 3} | {missing: None}
    posts = [lively(number, **known) for number in range(10)]
    assert weights(engine, posts, winners=[1, 2, 3, 4]) == dict.fromkeys([1, 2, 3, 4], 1.0)


def test_without_counts_the_winners_of_pairs_are_the_good_posts(engine: Engine) -> None:
    posts = [lively(number, author_id="baker", posted_at=at(number)) for number in range(30)]
    assert weights(engine, posts, winners=[7, 9], counted=False) == {7: 1.0, 9: 1.0}
    assert weights(engine, posts, counted=False) == {}


# --- restatements


def test_the_target_is_the_real_post_and_the_draft_a_plainer_one_that_loses_no_fact() -> None:
    found = list(restated(good_ones(12), seed=0, pool=None))
    assert len(found) > 6
    for each, draft in found:
        assert draft != each.text
        assert edit_ratio(draft, each.text) >= LEAST_EDIT
        assert keeps_facts(draft, each.text, Context(lang="en"))


def test_a_restatement_that_loses_a_fact_or_changes_little_is_left_out() -> None:
    each = good(0, "We bake 12 plum cakes for the market, come early!")
    assert passes(each, "We bake 12 plum cakes for the market. Come early.")
    assert not passes(each, each.text)
    assert not passes(each, "We bake 13 plum cakes for the market. Come early.")
    assert not passes(each, "We bake plum cakes.")


def test_neither_the_order_nor_the_number_of_workers_nor_other_posts_change_a_restatement() -> None:
    posts = good_ones(230)
    alone = {each.post_id: draft for each, draft in restated(posts, seed=3, pool=None)}
    random.Random(1).shuffle(posts)
    with ThreadPoolExecutor(3) as pool:
        found = list(restated(posts, seed=3, pool=pool))
    assert {each.post_id: draft for each, draft in found} == alone
    assert [each.n for each, _ in found] == [each.n for each in posts if each.post_id in alone]
    assert dict(restated(posts[:1], seed=3, pool=None)) == {
        each: draft for each, draft in found if each == posts[0]
    }  # fmt: skip


def test_a_base_model_is_asked_first_and_rules_restate_what_it_cannot() -> None:
    posts = good_ones(12)
    by_rules = {each.post_id: draft for each, draft in restated(posts, seed=0, pool=None)}
    wanted = "The {} is ready, guys. We do not wait, we eat it now. Wow."

    def model(asked: list[Good]) -> list[str | None]:
        return [wanted.format(WARES[each.n]) if each.n < 4 else "Something else." for each in asked]

    found = {each.post_id: draft for each, draft in restated(posts, seed=0, pool=None, restater=model)}
    own = {f"{n:03}": wanted.format(WARES[n]) for n in range(4) if passes(posts[n], wanted.format(WARES[n]))}
    assert own
    assert found == by_rules | own


def test_no_good_post_gives_no_restatement() -> None:
    assert list(restated([], seed=0, pool=None)) == []
