"""What is true of simulated posts: who posts what, how worded, at which rate, and what is then counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_prep.simulation import timeline
from data_prep.simulation.world import MEDIA, TOPICS, World

Integers = NDArray[np.int64]
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

_FOLLOWERS = 10_000.0
"""Median."""
_SHOWN = 40
"""Impressions for each like of a post without any effect of wording."""
_MOST = 1e15
"""Rate: a cascade of infinite variance must still be a 64-bit number."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The truth behind a batch, in the order of its rows: what a test may know and a pipeline may not.

    Fields:
        account, event: numbers within the batch; posts of one event have topic and most words in common.
        created_at: seconds since 1970.
        media: place in `MEDIA`.
        features: (n, features) in the order of `FEATURES`.
        known: part of the log rate that account, event, time, topic, media and reply make.
        wording: part of the log rate that the wording makes; `known + wording` is the log of expected likes.
        counts: (n, 3) likes, reposts, replies.
        impressions: what is shown where the world shows them.
    """

    account: Integers
    event: Integers
    topic: Integers
    arabic: Flags
    created_at: Integers
    media: Integers
    is_reply: Flags
    followers: Integers
    features: Flags
    known: Vector
    wording: Vector
    counts: Integers
    impressions: Integers


def draw(world: World, random: np.random.Generator, rows: int, accounts: int) -> Drawn:
    """So many posts, account by account in the order of time."""
    sizes = timeline.sizes(random, rows, accounts)
    account = np.repeat(np.arange(accounts), sizes)
    event = timeline.events(random, account)
    created = timeline.times(random, sizes, account, event)
    order = np.lexsort((created, account))
    event, created = event[order], created[order]
    topic = _topics(random, account, event)
    media = _media(random, account)
    is_reply = random.random(rows) < random.beta(1, 8, accounts)[account]
    reach = _reach(world, random, account, created)
    curves = {
        "reach": reach - np.log(_FOLLOWERS),
        "hour": np.asarray(world.hours)[created // 3600 % 24],
        "topic": np.asarray(world.topics)[topic],
        "media": np.asarray(world.media)[media],
        "time": (created - timeline.COLLECTED) / timeline.DAY / timeline.WINDOW + 0.5,
    }
    features = _features(world, random, account, curves)
    age = (timeline.COLLECTED - created) / 3600
    known = (
        world.level
        + world.exponent * curves["reach"]
        + curves["hour"]
        + np.asarray(world.weekdays)[(created // timeline.DAY + 3) % 7]
        + curves["topic"]
        + curves["media"]
        + world.reply * is_reply
        + np.log(-np.expm1(-age / world.ripening))
        + random.normal(0, world.account_sd, accounts)[account]
        + random.normal(0, world.event_sd, int(event.max()) + 1)[event]
    )
    wording = features @ np.asarray(world.effects) * _works(world, random, account, created)
    counts, impressions = _count(world, random, known, wording)
    return Drawn(
        account=account,
        event=event,
        topic=topic,
        arabic=(random.random(accounts) < world.arabic)[account],
        created_at=created,
        media=media,
        is_reply=is_reply,
        followers=np.maximum(np.exp(reach), 3).astype(np.int64),
        features=features,
        known=known,
        wording=wording,
        counts=counts,
        impressions=impressions,
    )


def _topics(random: np.random.Generator, account: Integers, event: Integers) -> Integers:
    """Of each post: accounts have two to five topics, each with its share."""
    accounts = int(account[-1]) + 1
    own = np.argsort(random.random((accounts, TOPICS)), axis=1)[:, :5]
    shares = random.exponential(size=(accounts, 5)) * (np.arange(5) < random.integers(2, 6, (accounts, 1)))
    drawn = random.random(int(event.max()) + 1)[event]
    bounds = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)[account]
    return np.asarray(own[account, np.minimum((drawn[:, None] > bounds).sum(axis=1), 4)])


def _media(random: np.random.Generator, account: Integers) -> Integers:
    bounds = np.cumsum(random.dirichlet((4, 2.5, 1), int(account[-1]) + 1), axis=1)[account, : len(MEDIA) - 1]
    return np.asarray((random.random(account.size)[:, None] > bounds).sum(axis=1))


def _reach(world: World, random: np.random.Generator, account: Integers, created: Integers) -> Vector:
    """Log of the followers at the time of posting; accounts grow at their own pace."""
    accounts = int(account[-1]) + 1
    pace = world.growth * random.lognormal(-0.125, 0.5, accounts)
    years = (created - timeline.COLLECTED) / (365 * timeline.DAY) + timeline.WINDOW / 730
    own = random.normal(np.log(_FOLLOWERS), world.reach_sd, accounts)
    return np.asarray(own[account] + pace[account] * years)


def _features(world: World, random: np.random.Generator, account: Integers, curves: dict[str, Vector]) -> Flags:
    """Used with a probability of 0.1 to 0.9 whatever the account, the topic and the hour."""
    spread = np.stack([(curve - curve.mean()) / max(curve.std(), 1e-9) for curve in curves.values()], axis=1)
    taste = random.normal(0, 1, (int(account[-1]) + 1, len(world.base)))[account] * world.taste_sd
    odds = np.asarray(world.base) + spread @ np.asarray(world.loadings).T + taste
    return np.asarray(random.random(odds.shape) < np.clip(1 / (1 + np.exp(-odds)), 0.1, 0.9))


def _works(world: World, random: np.random.Generator, account: Integers, created: Integers) -> Vector:
    """By how much the effects of wording are multiplied: 1, but in a broken world."""
    responds = (random.random(int(account[-1]) + 1) < world.responding)[account] / world.responding
    return responds * (created % 3600 / 1800 if world.drift else 1.0)


def _count(world: World, random: np.random.Generator, known: Vector, wording: Vector) -> tuple[Integers, Integers]:
    viral = random.random(known.size) < world.cascades
    noise = random.normal(0, world.noise_sd, known.size) + viral * random.exponential(1 / world.tail, known.size)
    rate = np.exp(known + noise)
    shares = np.asarray((1.0, world.reposts, world.replies))
    gamma = random.gamma(world.dispersion, 1 / world.dispersion, (known.size, 3))
    counts = random.poisson(np.minimum(rate[:, None] * np.exp(wording)[:, None] * shares * gamma, _MOST))
    return counts, random.poisson(np.minimum(rate * _SHOWN, _MOST))
