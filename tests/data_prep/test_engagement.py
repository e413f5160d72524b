"""From counts to comparable engagement: known answers, and the account's own past."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from data_prep import engagement
from data_prep.engagement import LEAST_PAST, PROFILES, WINDOW, Prior
from data_prep.engine import Engine, Table, one_row
from data_prep.records import Post
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import numbered, table, told
from virality.errors import ViralityError

LIKES = ("likes",)
LIKES_AND_REPOSTS = ("likes", "reposts")


def signals(
    engine: Engine,
    posts: Sequence[Post],
    actions: Sequence[str] = LIKES,
    rates: Mapping[str, Prior] | None = None,
    profile: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    return told(engine, engagement.signals(numbered(posts), actions, rates or {}, profile), "n")


def priors(engine: Engine, posts: Sequence[Post]) -> dict[str, Prior]:
    return engagement.priors(one_row(engine, engagement.totals(numbered(posts))))


# --- signals


def test_where_only_counts_exist_a_signal_is_the_log_of_the_count_and_one(engine: Engine) -> None:
    found = signals(engine, [post("a", likes=0), post("b", likes=9), post("c")])
    assert [row["y_likes"] for row in found] == [0.0, pytest.approx(math.log(10)), None]
    assert [row["e_likes"] for row in found] == [0.0, 9.0, None]
    assert not any(row["rated"] for row in found)


def test_with_impressions_a_signal_is_the_log_of_the_beta_binomial_posterior_mean(engine: Engine) -> None:
    posts = [
        post("a", likes=4, impressions=100),
        post("b", likes=0, impressions=100),
        post("c", likes=1, impressions=0),
    ]
    prior = Prior(0.02, 50.0)  # beta(1, 49)
    found = signals(engine, posts, rates={"likes": prior})
    assert found[0]["y_likes"] == pytest.approx(math.log((1 + 4) / (1 + 49 + 100)))
    assert found[1]["y_likes"] == pytest.approx(math.log(1 / 150))
    assert [row["rated"] for row in found] == [True, True, False]
    assert found[2]["y_likes"] == pytest.approx(math.log(2))  # shown to nobody: the count is all that is known


def test_the_prior_of_a_rate_is_the_corpus_rate_as_strong_as_one_action(engine: Engine) -> None:
    found = priors(
        engine,
        [post("a", likes=10, impressions=1000, reposts=3), post("b", likes=30), post("c", likes=9, impressions=0)],
    )
    assert set(found) == {"likes", "reposts"}
    assert found["likes"].rate == pytest.approx(10.5 / 1001)
    assert found["likes"].rate * found["likes"].strength == pytest.approx(1)
    assert priors(engine, [post("a", likes=10)]) == {}


def test_counts_and_impressions_are_added_up_where_both_are_known(engine: Engine) -> None:
    posts = [
        post("a", likes=10, impressions=100),
        post("b", likes=5),
        post("c", impressions=7),
        post("d", likes=0, impressions=50),
    ]
    found = one_row(engine, engagement.totals(numbered(posts)))
    assert (found["likes_counted"], found["likes_rated"], found["likes_sum"], found["likes_shown"]) == (3, 2, 10, 150)
    assert found["reposts_counted"] == 0


def test_a_profile_weighs_the_rates_of_actions(engine: Engine) -> None:
    posts = [post("a", likes=4, reposts=2, impressions=100), post("b", likes=4, reposts=2)]
    rates = {"likes": Prior(0.02, 50.0), "reposts": Prior(0.01, 100.0)}
    shown, hidden = signals(engine, posts, LIKES_AND_REPOSTS, rates, {"likes": 0.5, "reposts": 1, "replies": 13.5})
    assert shown["y_profile"] == pytest.approx(math.log(0.5 * 5 / 150 + 1 * 3 / 200))
    assert shown["e_profile"] > 0
    assert "y_likes" not in shown
    assert hidden["y_profile"] is None


def test_a_profile_is_refused_where_only_counts_exist(engine: Engine) -> None:
    with pytest.raises(ViralityError, match=r"counts without impressions; .* engagement\.profile=equal"):
        engagement.needs_rates(PROFILES["mastodon"], priors(engine, [post("a", likes=10)]))
    engagement.needs_rates(PROFILES["mastodon"], priors(engine, [post("a", likes=10, impressions=100)]))
    engagement.needs_rates(None, {})


def test_profiles_have_names_or_are_weights_of_actions() -> None:
    assert engagement.weights("equal") is engagement.weights(None) is None
    assert engagement.weights("mastodon") == {"likes": 1, "reposts": 1}
    assert engagement.weights({"saves": 2.0}) == {"saves": 2.0}
    mistakes: list[tuple[str | dict[str, float], str]] = [
        ("x", "no such profile; there are equal, x-2026-08"),
        ({"hearts": 1.0}, "hearts: no such action; weigh some of"),
        ({"likes": 0.0}, "no weight is positive"),
        ({"likes": 1.0, "replies": -3.0}, "replies: below 0"),
    ]
    for wrong, said in mistakes:
        with pytest.raises(ViralityError, match=said):
            engagement.weights(wrong)


# --- the gap of two posts


def gaps(engine: Engine, posts: Sequence[Post], actions: Sequence[str] = LIKES, **more: Any) -> dict[str, Any]:
    """Gap of the second of two posts less the first."""
    found = engagement.signals(numbered(posts), actions, more.get("rates", {}), None)
    [row] = told(engine, engagement.gap(table({"a": [0], "b": [1]}), found))
    return row


def test_a_gap_of_counts_is_divided_by_how_little_small_counts_answer(engine: Engine) -> None:
    row = gaps(engine, [post("a", likes=9), post("b", likes=19)])
    slope = 14 / 15  # of log(1 + count) at the mean count of 14
    assert row["gap"] == pytest.approx(math.log(2) / slope)
    assert row["sampling"] == pytest.approx(2 / 14.5)
    assert gaps(engine, [post("a", likes=19), post("b", likes=9)])["gap"] == pytest.approx(-math.log(2) / slope)


def test_two_posts_are_compared_over_the_actions_that_were_counted_for_both(engine: Engine) -> None:
    assert gaps(engine, [post("a", likes=9, reposts=500), post("b", likes=9)], LIKES_AND_REPOSTS)["gap"] == 0
    assert gaps(engine, [post("a", likes=9), post("b", reposts=9)], LIKES_AND_REPOSTS)["gap"] is None
    both = gaps(engine, [post("a", likes=9, reposts=9), post("b", likes=19, reposts=9)], LIKES_AND_REPOSTS)["gap"]
    assert both == pytest.approx(math.log(2) / (14 / 15 + 9 / 10))


def test_two_posts_without_any_action_say_nothing(engine: Engine) -> None:
    assert gaps(engine, [post("a", likes=0), post("b", likes=0)])["gap"] is None


def test_a_rate_and_a_count_are_never_compared(engine: Engine) -> None:
    rates = {"likes": Prior(0.02, 50.0)}
    mixed = [post("a", likes=4, impressions=100), post("b", likes=4)]
    assert gaps(engine, mixed, rates=rates)["gap"] is None
    rated = [post("a", likes=4, impressions=100), post("b", likes=9, impressions=100)]
    assert gaps(engine, rated, rates=rates)["gap"] == pytest.approx(math.log(10 / 5))


# --- the account's own past


def by_a_loop(found: Sequence[Mapping[str, Any]]) -> dict[int, tuple[float, float, int]]:
    """`baselines` in plain Python: n -> value, spread, past."""
    out: dict[int, tuple[float, float, int]] = {}
    names = [name for name in found[0] if name.startswith("y_")]
    mine = [row for row in found if row["account"] is not None and row["t"] is not None]
    mine.sort(key=lambda row: (row["account"], row["rated"], row["t"], row["n"]))
    for at_row, row in enumerate(mine):
        same = [one for one in mine[:at_row] if (one["account"], one["rated"]) == (row["account"], row["rated"])]
        past = same[-WINDOW:]
        values = []
        for name in names:
            earlier = [one[name] for one in past if one[name] is not None]
            if row[name] is not None and len(earlier) >= LEAST_PAST:
                values.append(row[name] - statistics.median(earlier))
        levels = sorted(
            statistics.fmean(known) for one in past if (known := [one[name] for name in names if one[name] is not None])
        )
        if values:
            quarter = len(levels) // 4
            spread = (levels[len(levels) - 1 - quarter] - levels[quarter]) / 1.349
            out[row["n"]] = (statistics.fmean(values), spread, len(levels))
    return out


def timeline(seed: int, accounts: int = 4, count: int = 300) -> list[Post]:
    """Posts of a few accounts in no order, some of them without time, account, counts or impressions."""
    chance = random.Random(seed)
    return [
        post(
            f"{number:03}",
            author_id=chance.choice([*(f"account {n}" for n in range(accounts)), *([None] if seed % 2 else [])]),
            posted_at=at(chance.randrange(200)) if chance.random() < 0.95 else None,
            likes=chance.randrange(200) if chance.random() < 0.9 else None,
            reposts=chance.randrange(20) if chance.random() < 0.5 else None,
            impressions=chance.randrange(1, 5000) if seed == 2 and chance.random() < 0.5 else None,
        )
        for number in range(count)
    ]


def baselines(engine: Engine, found: Table) -> dict[int, tuple[float, float, int]]:
    return {
        row["n"]: (row["value"], row["spread"], row["past"]) for row in told(engine, engagement.baselines(found), "n")
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_a_baseline_is_the_median_of_up_to_50_earlier_posts_of_the_account(engine: Engine, seed: int) -> None:
    posts = timeline(seed)
    found = engagement.signals(numbered(posts), LIKES_AND_REPOSTS, priors(engine, posts), None)
    expected = by_a_loop(told(engine, found, "n"))
    got = baselines(engine, found)
    assert len(expected) > 100
    assert got.keys() == expected.keys()
    for number, values in expected.items():
        assert got[number] == pytest.approx(values)


def test_a_baseline_never_looks_forward_and_needs_ten_posts(engine: Engine) -> None:
    def values(later: int) -> dict[int, tuple[float, float, int]]:
        likes = [number if number <= 15 else later for number in range(25)]
        posts = [post(f"{number:02}", author_id="jo", posted_at=at(number), likes=count)
                 for number, count in enumerate(likes)]  # fmt: skip
        return baselines(engine, engagement.signals(numbered(posts), LIKES, {}, None))

    small, large = values(1), values(1000)
    assert min(small) == 10
    assert {n: value for n, value in small.items() if n <= 15} == {n: value for n, value in large.items() if n <= 15}
    assert small[10][0] == pytest.approx(math.log(11) - (math.log(5) + math.log(6)) / 2)


def test_of_two_posts_of_one_moment_the_one_with_the_smaller_id_is_the_earlier(engine: Engine) -> None:
    posts = [post(f"{number:02}", author_id="jo", posted_at=at(0), likes=number) for number in range(12)]
    found = baselines(engine, engagement.signals(numbered(posts), LIKES, {}, None))
    assert {n: past for n, (_, _, past) in found.items()} == {10: 10, 11: 11}


# --- chance


def test_an_accounts_consecutive_postings_of_the_same_words_are_repeats(engine: Engine) -> None:
    posts = [
        post("a", "Fresh rolls", author_id="jo", posted_at=at(0), likes=1),
        post("b", "FRESH rolls!", author_id="jo", posted_at=at(5), likes=1),
        post("c", "Fresh rolls", author_id="jo", posted_at=at(100), likes=1),  # too late
        post("d", "Fresh rolls", author_id="mill", posted_at=at(6), likes=1),  # somebody else
        post("e", "Plum cake", author_id="jo", posted_at=at(6), likes=1),
        post("f", "Fresh rolls", author_id="jo", likes=1),
    ]
    corpus = numbered(posts)
    found = engagement.repeats(engagement.signals(corpus, LIKES, {}, None), corpus, 24 * 3600)
    assert [(row["a"], row["b"]) for row in told(engine, found)] == [(0, 1)]


def test_a_log_rate_is_finite_at_zero_and_its_variance_is_that_of_the_delta_method(engine: Engine) -> None:
    counts = table({"clicks": [0, 50], "shown": [100, 1000]})
    value, noise = engagement.log_rate(counts.clicks, counts.shown)
    none, many = told(engine, counts.select(value=value, noise=noise), "value")
    assert none == {"value": pytest.approx(math.log(0.5 / 101)), "noise": pytest.approx(2 - 1 / 101)}
    assert many["value"] == pytest.approx(math.log(0.05), abs=0.01)


def test_moments_of_gaps_are_sums_of_what_is_known(engine: Engine) -> None:
    pairs = table({"gap": [1.0, -2.0, None], "sampling": [0.25, 0.5, None], "scale": [1.0, 0.5, None]})
    found = one_row(engine, engagement.gap_moments(pairs))
    assert found == {"pairs": 2, "squares": 5_000_000, "sampling": 750_000, "scales": 1_500_000}
