"""The simulated feed: its posts are what was planted, and the planted effects can be found again."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from data_prep.simulation import (
    FEATURES,
    Drawn,
    Effects,
    World,
    batch,
    generate,
    raw,
    recover,
    relative_error,
    save,
    truth,
    wording,
    wordings,
    world,
)
from data_prep.simulation.truth import Vector
from data_prep.simulation.world import MEDIA
from virality.errors import ViralityError

POSTS, ACCOUNTS = 20_000, 500
WORLDS = range(20)


def siblings(drawn: Drawn) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of posts of one event, the earlier one first."""
    order = np.argsort(drawn.event, kind="stable")
    event = drawn.event[order]
    pairs = [(order[:-by], order[by:], event[by:] == event[:-by]) for by in (1, 2, 3)]
    return tuple(np.concatenate([pair[side][pair[2]] for pair in pairs]) for side in (0, 1))  # type: ignore[return-value]


def controlled(drawn: Drawn, shuffle: int | None = None) -> Effects:
    """What an oracle finds that pairs posts of one event and takes out what it knows of hour, age, media and so on."""
    engagement = np.log1p(drawn.counts).mean(axis=1) - drawn.known
    if shuffle is not None:
        engagement = np.random.default_rng(shuffle).permutation(engagement)
    one, two = siblings(drawn)
    weights = 1 / np.bincount(drawn.event)[drawn.event[one]]
    features = drawn.features
    return recover(engagement[two] - engagement[one], features[one], features[two], drawn.account[one], weights)


def drawn_of(some: World) -> Drawn:
    return truth(some, 0, POSTS, ACCOUNTS)


def visible(some: World, rows: pa.RecordBatch) -> Vector:
    """The part of the log rate that a reader of the rows can work out, knowing the world but not the accounts."""
    created = rows["created_at"].cast(pa.int64()).to_numpy()
    age = (rows["collected_at"].cast(pa.int64()).to_numpy() - created) / 3600
    weekday = np.array([each.weekday() for each in rows["created_at"].to_pylist()])
    media = np.array([MEDIA.index(each) for each in rows["media"].to_pylist()])
    return np.asarray(
        np.array(some.hours)[created % 86_400 // 3600]
        + np.array(some.weekdays)[weekday]
        + np.array(some.media)[media]
        + some.reply * rows["is_reply"].to_numpy(zero_copy_only=False)
        + some.exponent * np.log(rows["followers"].to_numpy())
        + np.log(1 - np.exp(-age / some.ripening))
    )


def test_a_world_is_its_seed_and_differs_from_its_neighbour() -> None:
    assert world(3) == world(3)
    assert world(3).effects != world(4).effects
    assert world(3).effects == world(3, "unconfounded").effects == world(3, "broken").effects


@pytest.mark.parametrize("seed", WORLDS)
def test_planted_effects_are_neither_negligible_nor_absurd(seed: int) -> None:
    assert len(world(seed).effects) == len(FEATURES)
    assert all(0.15 <= abs(effect) <= 0.6 for effect in world(seed).effects)


def test_there_are_exactly_as_many_posts_and_accounts_as_asked_for_and_no_id_twice() -> None:
    rows = pa.Table.from_batches(generate(world(1), posts=50_123, accounts=900))
    assert rows.num_rows == len(rows["id"].unique()) == 50_123
    assert len(rows["account"].unique()) == 900
    assert [each.num_rows for each in generate(world(1), posts=7)] == [7]


@pytest.mark.parametrize(("posts", "accounts"), [(0, None), (10, 0), (10, 11)])
def test_a_feed_without_posts_for_its_accounts_is_refused(posts: int, accounts: int | None) -> None:
    with pytest.raises(ViralityError, match="at least one post"):
        list(generate(world(1), posts, accounts))


def test_any_batch_alone_is_the_batch_in_sequence() -> None:
    in_sequence = list(generate(world(2), posts=100_001))
    assert batch(world(2), 1).equals(in_sequence[1])
    assert batch(world(2), 2, rows=1, accounts=1).equals(in_sequence[2])
    assert not set(in_sequence[0]["account"].to_pylist()) & set(in_sequence[1]["account"].to_pylist())


def test_what_is_saved_is_what_is_generated(tmp_path: Path) -> None:
    save(world(1), tmp_path / "posts.parquet", posts=300)
    made = pa.Table.from_batches(generate(world(1), posts=300))
    kept = pq.read_table(tmp_path / "posts.parquet")
    assert kept.cast(made.schema).equals(made)  # parquet has no seconds, it keeps them as milliseconds


def test_no_post_is_from_the_future_and_the_last_days_are_unripe() -> None:
    drawn, rows = truth(world(5), 0, POSTS, ACCOUNTS), batch(world(5), 0, POSTS, ACCOUNTS)
    age = rows["collected_at"].cast(pa.int64()).to_numpy() - drawn.created_at
    assert age.min() >= 600
    assert 0.002 < (age < 48 * 3600).mean() < 0.2
    assert len(rows["collected_at"].unique()) == 1


def test_posts_of_one_event_lie_within_three_days_and_share_account_and_topic() -> None:
    drawn = drawn_of(world(5))
    one, two = siblings(drawn)
    assert one.size > POSTS / 2
    assert np.ptp(np.stack([drawn.created_at[one], drawn.created_at[two]]), axis=0).max() < 72 * 3600
    assert np.array_equal(drawn.account[one], drawn.account[two])
    assert np.array_equal(drawn.topic[one], drawn.topic[two])


def test_accounts_differ_by_orders_of_magnitude_in_reach_and_in_how_much_they_post() -> None:
    drawn = truth(world(6), 0)
    posts = np.bincount(drawn.account)
    assert posts.min() >= 5
    assert posts.max() > 700
    assert posts.mean() == 40
    reach = np.log10(drawn.followers[np.diff(drawn.account, prepend=-1) != 0])
    assert 3.5 < np.subtract(*np.quantile(reach, [0.975, 0.025])) < 4.5


@pytest.mark.parametrize("seed", [0, 7])
def test_the_wording_read_off_a_text_is_the_wording_that_was_planted(seed: int) -> None:
    drawn = drawn_of(world(seed))
    texts = batch(world(seed), 0, POSTS, ACCOUNTS)["text"].to_pylist()
    assert np.array_equal(wordings(texts), drawn.features)
    assert 0.02 < drawn.arabic.mean() < 0.3
    lengths = [len(text.split()) for text in texts]
    assert min(lengths) >= 7
    assert max(lengths) <= 25


def test_wording_is_read_by_simple_rules() -> None:
    long = " once more after the quiet winter that nobody in the village had expected at all"
    assert not wording("The bakery opened" + long + ".").any()
    seen = {
        "question": "Did the bakery open" + long + "?",
        "number": "3 signs: The bakery opened" + long + ".",
        "emoji": "The bakery opened" + long + ". 🔥",
        "hashtag": "The bakery opened" + long + ". #oven",
        "exclamation": "The bakery opened" + long + "!",
        "second_person": "The bakery opened for you" + long + ".",
        "short": "The bakery opened.",
    }
    for name, text in seen.items():
        assert [feature for feature, has in zip(FEATURES, wording(text), strict=True) if has] == [name]
    assert wording("\u200f٣ أسباب: هل فتح المخبز لك؟!").tolist() == [True, True, False, False, True, True, True]


def test_posts_of_one_event_share_words_and_other_posts_of_the_account_do_not() -> None:
    drawn = truth(world(8), 0, 2000, 40)
    words = [set(re.findall(r"\w+", text.lower())) for text in batch(world(8), 0, 2000, 40)["text"].to_pylist()]
    common = {word for word in set().union(*words) if sum(word in each for each in words) > 100}

    def alike(one: Any, two: Any) -> float:
        first, second = words[one] - common, words[two] - common
        return len(first & second) / max(len(first | second), 1)

    one, two = siblings(drawn)
    assert np.mean([alike(*pair) for pair in zip(one, two, strict=True)]) > 0.3
    next_one = np.flatnonzero((np.diff(drawn.account) == 0) & (np.diff(drawn.event) != 0))
    assert np.mean([alike(at, at + 1) for at in next_one]) < 0.05


def test_two_posts_of_an_event_differ_by_the_planted_numbers_and_nothing_else() -> None:
    some = world(9)
    drawn, rows = drawn_of(some), batch(some, 0, POSTS, ACCOUNTS)
    assert np.allclose(drawn.wording, drawn.features @ np.array(some.effects))
    large = drawn.followers > 1000  # so that a whole number of followers is exact enough
    one, two = siblings(drawn)
    keep = large[one] & large[two]
    known, seen = drawn.known, visible(some, rows)
    assert np.allclose((known[two] - known[one])[keep], (seen[two] - seen[one])[keep], atol=1e-3)


def test_counts_follow_their_rates_whatever_the_wording() -> None:
    some = world(10)
    drawn = truth(some, 0)
    rate = np.exp(drawn.known + drawn.wording)
    for at, share in enumerate((1.0, some.reposts, some.replies)):
        noise = drawn.counts[:, at] / rate / share
        assert noise.mean() == pytest.approx(np.exp(some.noise_sd**2 / 2), rel=0.05)
        for has in drawn.features.T:
            assert noise[has].mean() / noise[~has].mean() == pytest.approx(1, abs=0.06)
    many = drawn.counts.min(axis=1) > 100
    spread = np.log(drawn.counts[many, 0]) - np.log(rate[many])
    assert spread.std() == pytest.approx(np.hypot(some.noise_sd, some.dispersion**-0.5), rel=0.05)


def test_impressions_are_hidden_unless_the_world_shows_them_and_wording_acts_on_the_rate() -> None:
    assert batch(world(1), 0, 500, 12)["impressions"].null_count == 500
    shown = world(1, "unconfounded", impressions=True)
    rows, drawn = batch(shown, 0, POSTS, ACCOUNTS), drawn_of(shown)
    seen = rows["impressions"].to_numpy()
    rate = np.log(rows["likes"].to_numpy() + 0.5) - np.log(seen + 0.5)
    slope = np.linalg.lstsq(np.column_stack([np.ones(POSTS), drawn.features]), rate, rcond=None)[0][1:]
    assert relative_error(slope, shown.effects)[0] < 0.05
    assert (seen >= drawn.counts[:, 0]).mean() > 0.99


@pytest.mark.parametrize("seed", WORLDS)
def test_controlled_pairs_recover_what_raw_likes_miss(seed: int) -> None:
    some = world(seed)
    drawn = drawn_of(some)
    found = controlled(drawn)
    assert relative_error(found.estimate, some.effects)[0] < 0.1
    assert relative_error(raw(drawn.counts[:, 0], drawn.features), some.effects)[0] > 0.5
    assert found.standard_error.max() < 0.03
    assert found.fits


def test_without_confounding_raw_likes_are_right_too() -> None:
    some = world(11, "unconfounded")
    drawn = [truth(some, number) for number in range(3)]
    likes, features = np.concatenate([d.counts[:, 0] for d in drawn]), np.concatenate([d.features for d in drawn])
    assert relative_error(raw(likes, features), some.effects)[0] < 0.1
    assert relative_error(controlled(drawn[0]).estimate, some.effects)[0] < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_a_broken_world_is_seen_to_fit_badly(seed: int) -> None:
    found = controlled(drawn_of(world(seed, "broken")))
    assert not found.fits
    assert found.heterogeneity > 4
    assert found.kurtosis > 0.8


def test_shuffled_engagement_has_no_effect() -> None:
    chances = [controlled(drawn_of(world(seed)), shuffle=seed) for seed in range(5)]
    z = np.stack([found.estimate / found.standard_error for found in chances])
    assert np.mean(z**2) < 2  # 35 squares of a standard normal: 1 give or take 0.24
    assert max(np.abs(found.estimate).max() for found in chances) < 0.1


def test_wording_varies_freely_within_an_account() -> None:
    drawn = drawn_of(world(12))
    posts = np.bincount(drawn.account)
    use = np.stack([np.bincount(drawn.account, weights=has) / posts for has in drawn.features.T])
    assert use[:, posts >= 100].min() > 0.04
    assert use[:, posts >= 100].max() < 0.96
    one, two = siblings(drawn)
    assert (drawn.features[one] != drawn.features[two]).mean(axis=0).min() > 0.2


def test_recovering_is_weighted_least_squares_of_differences() -> None:
    worse = np.array([[0, 0], [0, 1], [1, 0], [0, 0]])
    better = np.array([[1, 0], [0, 0], [0, 1], [0, 1]])
    exact = recover([0.5, 0.2, -0.7, -0.2], worse, better)
    assert exact.estimate == pytest.approx([0.5, -0.2])
    assert recover([0.5, 0.2, -0.7, -0.2], better, worse).estimate == pytest.approx([-0.5, 0.2])
    twice = recover([0.5, 0.2, -0.7, 0.1, 0.1], worse[[0, 1, 2, 3, 3]], better[[0, 1, 2, 3, 3]])
    weighted = recover([0.5, 0.2, -0.7, 0.1], worse, better, weights=[1, 1, 1, 2])
    assert weighted.estimate == pytest.approx(twice.estimate)


def test_errors_know_that_pairs_of_one_account_are_not_independent() -> None:
    random = np.random.default_rng(0)
    x, account = random.choice([-1.0, 1.0], (3000, 1)), np.repeat(np.arange(300), 10)
    alone = recover(0.3 * x[:, 0] + random.normal(0, 1, 3000), np.zeros((3000, 1)), x, account)
    assert alone.standard_error[0] == pytest.approx(1 / np.sqrt(3000), rel=0.15)
    own = random.normal(0, 0.8, 300)[account]
    together = recover((0.3 + own) * x[:, 0] + random.normal(0, 1, 3000), np.zeros((3000, 1)), x, account)
    assert together.standard_error[0] == pytest.approx(np.sqrt(1 / 3000 + 0.64 / 300), rel=0.15)
    assert together.heterogeneity > 3 > alone.heterogeneity


def test_a_feature_that_never_differs_has_no_effect_rather_than_a_zero_one() -> None:
    found = recover([0.5, 0.4, 0.6], np.zeros((3, 2)), np.array([[1, 0], [1, 0], [1, 0]]))
    assert found.estimate[0] == pytest.approx(0.5)
    assert np.isnan(found.estimate[1])
    assert np.isnan(found.standard_error[1])
    with pytest.raises(ValueError, match="too few"):
        recover([0.5], np.zeros((1, 1)), np.ones((1, 1)))


def test_relative_error_is_the_mean_and_the_worst() -> None:
    assert relative_error([0.3, -0.2], [0.2, -0.2]) == pytest.approx((0.25, 0.5))


def test_planted_numbers_can_be_changed_one_at_a_time() -> None:
    quiet = dataclasses.replace(world(1), noise_sd=0.0, dispersion=1e9, event_sd=0.0)
    assert relative_error(controlled(drawn_of(quiet)).estimate, quiet.effects)[0] < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("seed", WORLDS)
def test_raw_likes_are_right_in_every_unconfounded_world(seed: int) -> None:
    some = world(seed, "unconfounded")
    drawn = [truth(some, number) for number in range(4)]
    likes, features = np.concatenate([d.counts[:, 0] for d in drawn]), np.concatenate([d.features for d in drawn])
    assert relative_error(raw(likes, features), some.effects)[0] < 0.1
