"""What a writer may restate: posts that nothing ties to a pair outside the training part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.splits import PARTS, Ints, Mode, Placed, Sides

_TRAIN = PARTS.index("train")
_TEST = PARTS.index("test")


def open_posts(sides: Sides, placed: Placed, of_post: Mapping[str, NDArray[Any]], mode: Mode) -> NDArray[np.bool_]:
    """Whether each post's restatement may stand in `train`.

    Left out are the posts of pairs in judge, validation and test, what shares a link or test, an author's time block
    (`splits.mode=author`: the author) or near-duplicate text with one of them, and in `time` what an account posted
    since its test began. In `test_only` nothing is left.

    Args:
        sides: measured pairs.
        placed: where they went.
        of_post: `account`, `block`, `content`, `copies` and `t` of every post; -1 is none.
        mode: of the splits.
    """
    count = len(of_post["t"])
    if mode == "test_only":
        return np.zeros(count, dtype=bool)
    held = (placed.split >= 0) & (placed.split != _TRAIN)
    barred = np.zeros(count, dtype=bool)
    barred[sides.a[held]] = barred[sides.b[held]] = True
    for name in ("content", "copies"):
        barred |= _shares(of_post[name], np.unique(of_post[name][barred]))
    if mode == "author":
        barred |= _shares(of_post["account"], np.unique(of_post["account"][barred]))
    elif mode in ("component", "time"):
        blocks = _blocks(of_post["account"], of_post["block"])
        barred |= _shares(blocks, np.unique(_blocks(sides.account[held], sides.block[held])))
    if mode == "time":
        barred |= _since_test(sides, placed, of_post)
    return ~barred


def _shares(values: Ints, wanted: Ints) -> NDArray[np.bool_]:
    return np.isin(values, wanted[wanted >= 0])


def _blocks(account: Ints, block: Ints) -> Ints:
    return np.where((account >= 0) & (block >= 0), account * 1_000_000 + block, -1)


def _since_test(sides: Sides, placed: Placed, of_post: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Posts of an account that are not older than its first test post."""
    tested = placed.split == _TEST
    begins = np.full(len(of_post["t"]) + 1, np.iinfo(np.int64).max)  # the last place is 'no account'
    for side in (sides.a[tested], sides.b[tested]):
        known = side[of_post["t"][side] >= 0]
        np.minimum.at(begins, of_post["account"][known], of_post["t"][known])
    begins[-1] = np.iinfo(np.int64).max
    return np.asarray(of_post["t"] >= begins[of_post["account"]])
