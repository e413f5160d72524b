"""A base model that restates good posts."""

from __future__ import annotations

from data_prep.pairing.paraphrase import Good, restated
from data_prep.restating import base_model, by_edits
from virality.gates import Context, keeps_facts


def good(number: int, text: str) -> Good:
    return Good(number, f"p{number}", text, "en", "x", "own_export", None, 1.0)


POSTS = [good(0, "Who wants warm rye bread tonight?!"), good(1, "Our plum cake is back, and it is REALLY good! 🥮")]


def test_a_model_of_random_weights_restates_nothing_that_the_gates_let_pass() -> None:
    assert base_model("tiny:llama", seed=0)(POSTS) == [None, None]


def test_where_the_model_fails_rules_restate() -> None:
    def silent(posts: list[Good]) -> list[str | None]:
        return [None] * len(posts)

    by_rules = dict(restated(POSTS, seed=0, pool=None))
    assert dict(restated(POSTS, seed=0, pool=None, restater=silent)) == by_rules
    assert by_rules


def test_a_models_restatement_that_keeps_the_facts_is_taken_and_one_that_does_not_is_not() -> None:
    def answers(posts: list[Good]) -> list[str | None]:
        return [
            "Warm rye bread is there tonight, who wants it." if post.n == 0 else "Buy 7 cars now." for post in posts
        ]

    found = dict(restated(POSTS, seed=0, pool=None, restater=answers))
    assert found[POSTS[0]] == "Warm rye bread is there tonight, who wants it."
    assert found.get(POSTS[1]) != "Buy 7 cars now."


def test_chains_of_edits_change_more_than_the_few_rules_and_lose_nothing() -> None:
    by_rules = dict(restated(POSTS, seed=0, pool=None))
    by_chains = dict(restated(POSTS, seed=0, pool=None, restater=by_edits(0)))
    assert by_rules.keys() <= by_chains.keys()
    assert all(keeps_facts(plain, post.text, Context(lang=post.lang)) for post, plain in by_chains.items())
    assert by_chains == dict(restated(POSTS, seed=0, pool=None, restater=by_edits(0)))
