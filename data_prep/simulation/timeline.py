"""When simulated accounts post: how much each, on which events, at which hours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

COLLECTED = 1_717_200_000
"""When all posts were collected, seconds since 1970: 2024-06-01, midnight UTC."""
DAY = 86_400
WINDOW = 540
"""Days before collection in which posts are posted."""

_LEAST, _MOST, _TAIL = 5, 2000, 0.865
"""Posts of an account: Zipf between these, 40 on average."""
_EVENT_SIZES = (0.3, 0.2, 0.25, 0.25)
"""Shares of events of 1, 2, ... posts."""
_BURSTS = 6
_SOONEST = 600
"""Seconds: no post is younger when it is collected."""


def sizes(random: np.random.Generator, rows: int, accounts: int) -> Integers:
    """Posts of each account, `rows` in all: at least 5 each where there are enough, Zipf above."""
    least = min(_LEAST, rows // accounts)
    low, high = float(_LEAST) ** -_TAIL, float(_MOST) ** -_TAIL
    above = (low - random.random(accounts) * (low - high)) ** (-1 / _TAIL) - _LEAST
    bounds = np.round(np.cumsum(above) / above.sum() * (rows - least * accounts)).astype(np.int64)
    return np.asarray(least + np.diff(bounds, prepend=0), dtype=np.int64)


def events(random: np.random.Generator, account: Integers) -> Integers:
    """The event of each post, numbered from 0: runs of one to four posts of one account."""
    length = random.choice(len(_EVENT_SIZES), account.size, p=_EVENT_SIZES) + 1
    begins = np.diff(account, prepend=-1) != 0
    ends = np.cumsum(length)
    begins[ends[ends < account.size]] = True
    return np.asarray(np.cumsum(begins) - 1, dtype=np.int64)


def times(random: np.random.Generator, size: Integers, account: Integers, event: Integers) -> Integers:
    """Seconds since 1970 of each post.

    An account posts 0.5 to 5 posts a day (more where the window is too short for its posts), in bursts, at hours of its
    own; posts of one event lie within three days.
    """
    accounts = size.size
    pace = np.exp(random.uniform(np.log(0.5), np.log(5), accounts))
    span = np.clip(size / pace, 3, WINDOW - 40)
    until = np.where(random.random(accounts) < 0.4, 0, random.random(accounts) * (WINDOW - 10 - span))
    owner = account[np.flatnonzero(np.diff(event, prepend=-1))]
    centres = random.random((accounts, _BURSTS))[owner, random.integers(0, _BURSTS, owner.size)]
    wide = random.random(owner.size)
    place = np.where(random.random(owner.size) < 0.5, np.abs(centres + 0.05 * (wide - 0.5)) % 1, wide)
    day = np.floor(-until[owner] - span[owner] * place)[event] + random.choice(3, account.size, p=(0.5, 0.3, 0.2)) - 1
    habit = random.normal(17, 4, accounts)[account] + random.uniform(2, 5, accounts)[account] * random.normal(
        size=account.size
    )
    late = day * DAY + (habit % 24 * 3600).astype(np.int64)
    too_late = np.maximum(np.ceil((late + _SOONEST) / DAY), 0)
    return np.asarray(COLLECTED + late - too_late * DAY, dtype=np.int64)
