"""What the record knows beside the words (time, account, audience, media), and whether that alone tells the winner."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.records import Pair
from eval.controls import NOT_HERE, Control
from train.scorers import fitting, logistic
from train.scorers.calibration import sigmoid

Row = Mapping[str, Any]

_COLUMNS = ("post_id", "platform", "community", "author_id", "alt", "posted_at", "reply", "followers", "media")
_NAMED = {"author_id": "account", "media": "media", "platform": "platform", "community": "community"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RARE = 10
"""Training pairs in which a feature must differ to be used."""
_MOST = 200
"""Features at most, those that differ most often."""
_ALIKE = 0.05
"""With a smaller share of pairs that differ in anything, the two posts of a pair are alike by design."""


def read(folders: Sequence[Path], pairs: Sequence[Pair]) -> dict[str, Row]:
    """What posts.parquet of these runs knows of the posts of these pairs: post_id -> row; a run may have none."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = {post for pair in pairs for post in (pair.worse_id, pair.better_id)}
    found: dict[str, Row] = {}
    for folder in folders:
        if (folder / "posts.parquet").is_file():
            mine = pc.field("post_id").isin(sorted(wanted))
            rows = pq.read_table(folder / "posts.parquet", columns=list(_COLUMNS), filters=mine).to_pylist()
            found |= {row["post_id"]: row for row in rows}
    return found


def only(
    training: fitting.Training | None, learned: Mapping[str, Row], pairs: Sequence[Pair], known: Mapping[str, Row]
) -> Control:
    """A logistic regression on the difference of what is known of two posts beside their words.

    Args:
        training: the scorer's.
        learned: what the record knows of its posts.
        pairs: of the test.
        known: what the record knows of theirs.
    """
    if training is None:
        return Control.missing(NOT_HERE, "linear")
    test = [difference(pair, known) for pair in pairs]
    there = sorted({_shown(name) for row in test for name in row})
    if not there:
        return Control.missing("the record knows nothing of these posts beside their words", "linear")
    apart = sum(any(row.values()) for row in test)
    if apart < _ALIKE * len(pairs):
        why = f"beside the words the record knows {_listed(there)}, in which the two posts of a pair are alike"
        return Control.missing(f"{why}: {apart:,} of {len(pairs):,} pairs differ in it", "linear")
    train = [difference(pair, learned) for pair in training.train]
    often = Counter(name for row in train for name, value in row.items() if value)
    names = sorted(name for name, count in often.most_common(_MOST) if count >= _RARE)
    apart = sum(any(row.get(name) for name in names) for row in test)
    if not apart:
        return Control.missing(f"no pair differs in what could be learned from beside the words ({_listed(there)})",
                               "linear")  # fmt: skip
    spread = _matrix(train, names).std(0)
    spread[spread < 1e-9] = 1.0
    found = logistic.fit(
        _matrix(train, names) / spread,
        fitting.labels(training.train, None, 0),
        np.asarray([pair.weight for pair in training.train]),
        _matrix([difference(pair, learned) for pair in training.validation], names) / spread
        if training.validation
        else None,
        (0.03, 0.3, 3.0),
    )
    odds = _matrix(test, names) / spread @ found.weights
    what = _listed(sorted({_shown(name) for name in names}))
    note = f"a linear scorer of {what}, without any word; {apart:,} of {len(pairs):,} pairs differ in it"
    return Control.of(sigmoid(odds), "linear", note)


def difference(pair: Pair, known: Mapping[str, Row]) -> dict[str, float]:
    """Each feature of the better post less that of the worse, where the record knows both; 0: they are alike in it."""
    found = {} if pair.hours_apart is None else {"date": pair.hours_apart / 24}
    better, worse = (known.get(post, {}) for post in (pair.better_id, pair.worse_id))
    one, two = _numbers(better), _numbers(worse)
    found |= {name: one[name] - two[name] for name in one if name in two}
    if (better.get("alt") is None) != (worse.get("alt") is None):
        found["described media"] = 1.0 if worse.get("alt") is None else -1.0
    one_of, two_of = _kinds(better), _kinds(worse)
    for name in one_of:
        if name in two_of:
            alike = one_of[name] == two_of[name]
            found |= {f"{name}={one_of[name]}": 0.0 if alike else 1.0}
            found |= {} if alike else {f"{name}={two_of[name]}": -1.0}
    return found


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _numbers(row: Row) -> dict[str, float]:
    found: dict[str, float] = {}
    if isinstance(posted := row.get("posted_at"), dt.datetime):
        turn = 2 * math.pi * (posted.hour + posted.minute / 60) / 24
        found |= {f"hour {kind} {times}": function(times * turn) for kind, function in
                  (("sine", math.sin), ("cosine", math.cos)) for times in (1, 2)}  # fmt: skip
    if row.get("followers") is not None:
        found["followers"] = math.log1p(row["followers"])
    if row.get("reply") is not None:
        found["reply"] = float(row["reply"])
    return found


def _kinds(row: Row) -> dict[str, str]:
    found = {shown: str(row[name]) for name, shown in _NAMED.items() if row.get(name) is not None}
    if isinstance(posted := row.get("posted_at"), dt.datetime):
        found["weekday"] = _WEEKDAYS[posted.weekday()]
    return found


def _shown(feature: str) -> str:
    return feature.partition("=")[0].partition(" sine")[0].partition(" cosine")[0]


def _matrix(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> Any:
    return np.asarray([[row.get(name, 0.0) for name in names] for row in rows], dtype=np.float64)
