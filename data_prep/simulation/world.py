"""The planted numbers of a simulated feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["confounded", "unconfounded", "broken"]

FEATURES = ("question", "number", "emoji", "hashtag", "exclamation", "second_person", "short")
"""What a wording does or does not; the order of every array of features."""

CONFOUNDERS = ("reach", "hour", "topic", "media", "time")
"""What makes posts do well and changes how they are worded; the order of a row of `World.loadings`."""

MEDIA = ("none", "photo", "video")
TOPICS = 24

_BASE = (-0.6, -0.9, -0.4, -0.5, -0.7, -0.4, -0.2)
_LOADING = (0.9, 0.4, 0.5, 0.4, 0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that is planted. Effects are in nats of the rate of engagement.

    Fields:
        effects: of each wording feature.
        hours, weekdays: curve over the hour (UTC) and the weekday (Monday first) of posting.
        topics, media: of each topic and of each of `MEDIA`.
        reply: of being a reply.
        ripening: hours after which a post has 63% of what it will have: 1 - exp(-age / ripening).
        level: log of the likes of an account of 10,000 followers.
        exponent: likes grow as followers ** exponent.
        growth: mean growth of log followers in a year.
        reach_sd: spread of log followers over accounts.
        account_sd, event_sd: spread of what accounts and events have of their own, followers and topic apart.
        noise_sd: log-normal noise of a post, shared by its counts.
        dispersion: shape of the gamma noise of a single count; its variance is 1 / dispersion.
        reposts, replies: as shares of the likes.
        base: log odds that a wording feature is used.
        loadings: what a standard deviation of each of `CONFOUNDERS` adds to the log odds of each feature.
        taste_sd: spread of accounts' own log odds.
        arabic: share of accounts that write Arabic.
        impressions: whether they are shown (else null). Wording acts on what a reader does, not on them.
        cascades: share of posts that go viral, by a Pareto factor with index `tail` (below 2: infinite variance).
        responding: share of accounts on which wording works; there by 1 / responding as much.
        drift: whether effects rise from nothing to twice their size within each hour.
    """

    seed: int
    kind: Kind
    effects: tuple[float, ...]
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    topics: tuple[float, ...]
    media: tuple[float, ...]
    reply: float
    ripening: float
    level: float
    exponent: float
    growth: float
    reach_sd: float
    account_sd: float
    event_sd: float
    noise_sd: float
    dispersion: float
    reposts: float
    replies: float
    base: tuple[float, ...]
    loadings: tuple[tuple[float, ...], ...]
    taste_sd: float
    arabic: float
    impressions: bool
    cascades: float
    tail: float
    responding: float
    drift: bool


def world(seed: int, kind: Kind = "confounded", *, impressions: bool = False) -> World:
    """The world of that number.

    `unconfounded`: wording is drawn like a coin, so that raw likes are right too. `broken`: confounded, and against
    the model's assumptions in three ways (effects that drift within the hour, viral cascades, wording that works for
    half of the accounts only).
    """
    random = np.random.default_rng([seed, 0])
    tied, broken = kind != "unconfounded", kind == "broken"
    loadings = (
        _signs(random, (len(FEATURES), len(CONFOUNDERS))) * random.uniform(0.8, 1.2, (len(FEATURES), 1)) * _LOADING
    )
    return World(
        seed=seed,
        kind=kind,
        effects=_floats(_signs(random, len(FEATURES)) * random.uniform(0.15, 0.6, len(FEATURES))),
        hours=_floats(_curve(random, 24, 0.45) + _curve(random, 12, 0.2)),
        weekdays=_floats(_centred(random.normal(0, 0.15, 7))),
        topics=_floats(_centred(random.normal(0, 0.5, TOPICS))),
        media=(0.0, float(random.uniform(0.2, 0.5)), float(random.uniform(0.4, 0.8))),
        reply=-float(random.uniform(0.6, 1.2)),
        ripening=float(random.uniform(12, 30)),
        level=float(np.log(800)),
        exponent=float(random.uniform(0.5, 0.7)),
        growth=float(random.uniform(0.2, 0.8)),
        reach_sd=float(np.log(10)),
        account_sd=0.5,
        event_sd=0.3,
        noise_sd=float(random.uniform(0.55, 0.65)),
        dispersion=15.0,
        reposts=0.15,
        replies=0.08,
        base=_BASE,
        loadings=tuple(map(_floats, loadings * tied)),
        taste_sd=0.4 * tied,
        arabic=0.1,
        impressions=impressions,
        cascades=0.1 * broken,
        tail=1.1,
        responding=0.5 if broken else 1.0,
        drift=broken,
    )


def _signs(random: np.random.Generator, shape: int | tuple[int, int]) -> NDArray[np.float64]:
    return np.where(random.random(shape) < 0.5, -1.0, 1.0)


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values - values.mean(), dtype=np.float64)


def _curve(random: np.random.Generator, period: int, height: float) -> NDArray[np.float64]:
    angle = 2 * np.pi * (np.arange(24) - random.uniform(0, period)) / period
    return np.asarray(height * np.cos(angle), dtype=np.float64)


def _floats(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(map(float, values))
