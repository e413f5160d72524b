"""Every two posts of a group that are near in place and time."""

from __future__ import annotations

import random

import pytest

from data_prep.engine import Engine
from data_prep.pairing import WINDOW, near
from tests.data_prep.worlds import pairs, table


@pytest.mark.parametrize("seconds", [None, 40])
def test_no_near_pair_is_lost_and_none_is_made_up(engine: Engine, seconds: int | None) -> None:
    chance = random.Random(5)
    posts = [(n, chance.randrange(400), chance.choice("aab")) for n in range(230)]
    found = near(table({"n": [n for n, _, _ in posts], "t": [t for _, t, _ in posts],
                        "who": [who for _, _, who in posts]}), ["who"], seconds)  # fmt: skip
    expected = set()
    for group in "ab":
        mine = sorted((t, n) for n, t, who in posts if who == group)
        for place, (earlier, a) in enumerate(mine):
            for later, b in mine[place + 1 : place + 1 + WINDOW]:
                if seconds is None or later - earlier <= seconds:
                    expected.add((a, b))
    assert pairs(engine, found) == expected


def test_posts_of_a_group_have_all_its_columns_in_common(engine: Engine) -> None:
    posts = table({"n": [0, 1, 2], "t": [0, 1, 2], "who": [7, 7, 8], "link": ["x", "y", "x"]})
    assert pairs(engine, near(posts, ["who", "link"], None)) == set()
    assert pairs(engine, near(posts, ["who"], None)) == {(0, 1)}
