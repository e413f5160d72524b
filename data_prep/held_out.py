"""What a writer may restate: posts that nothing ties to a pair outside the training part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data_prep.splits import PARTS, Ints, Mode, Placed, Sides

_TRAIN = PARTS.index("train")
_TEST = PARTS.index("test")


def open_posts(sides: Sides, placed: Placed, mode: Mode) -> NDArray[np.bool_]:
    """Whether each post's restatement may stand in `train`.

    Left out are the posts of pairs in judge, validation and test, what shares a link or test, an author's time block
    (`splits.mode=author`: the author) or near-duplicate text with one of them, and in `time` what an account posted
    since its test began. In `test_only` nothing is left.

    Args:
        sides: measured pairs.
        placed: where they went.
        mode: of the splits.
    """
    keys = sides.keys
    if mode == "test_only":
        return np.zeros(len(keys.t), dtype=bool)
    held = (placed.split >= 0) & (placed.split != _TRAIN)
    barred = np.zeros(len(keys.t), dtype=bool)
    barred[sides.a[held]] = barred[sides.b[held]] = True
    for common in (keys.content, keys.near, keys.same):
        barred |= _shares(common, np.unique(common[barred]))
    if mode == "author":
        barred |= _shares(keys.account, np.unique(keys.account[barred]))
    elif mode in ("component", "time"):
        barred |= _shares(
            _blocks(keys.account, keys.block), np.unique(_blocks(sides.account()[held], sides.block()[held]))
        )
    if mode == "time":
        barred |= _since_test(sides, placed)
    return ~barred


def _shares(values: Ints, wanted: Ints) -> NDArray[np.bool_]:
    return np.isin(values, wanted[wanted >= 0])


def _blocks(account: Ints, block: Ints) -> Ints:
    return np.where((account >= 0) & (block >= 0), account * 1_000_000 + block, -1)


def _since_test(sides: Sides, placed: Placed) -> NDArray[np.bool_]:
    """Posts of an account that are not older than its first test post."""
    keys, tested = sides.keys, placed.split == _TEST
    begins = np.full(len(keys.t) + 1, np.iinfo(np.int64).max)  # the last place is 'no account'
    for side in (sides.a[tested], sides.b[tested]):
        known = side[keys.t[side] >= 0]
        np.minimum.at(begins, keys.account[known], keys.t[known])
    begins[-1] = np.iinfo(np.int64).max
    return np.asarray(keys.t >= begins[keys.account])
