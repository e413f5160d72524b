"""The order of rows: every row once, groups together, long steps first, the same for the same seed and epoch."""

from __future__ import annotations

from itertools import groupby

import pytest
from datasets import Dataset
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.train.worlds import rows
from train.order import GroupedByLength, Rows


@st.composite
def orders(draw: st.DrawFn) -> GroupedByLength:
    made = draw(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 12)), min_size=1, max_size=60))
    batch_size, seed, full = draw(st.integers(1, 9)), draw(st.integers(0, 3)), draw(st.booleans())
    order = GroupedByLength([one for one, _ in made], [group for _, group in made], batch_size, seed, full=full)
    order.set_epoch(draw(st.integers(0, 2)))
    return order


@given(orders())
@settings(deadline=None)
def test_every_row_comes_once_and_what_fills_up_comes_last(order: GroupedByLength) -> None:
    seen, count = list(order), len(order.lengths)
    assert len(seen) == len(order)
    assert sorted(seen[:count]) == list(range(count))
    filling = seen[count:]
    if order.full:
        assert len(seen) % order.batch_size == 0
        assert len(filling) < order.batch_size
        last = seen[len(seen) - order.batch_size : count]
        assert all(at - count in last for at in filling)
    else:
        assert filling == []


@given(orders())
@example(GroupedByLength([7] * 40 + [9], [0] * 40 + [1], 8, 0))  # the longest row alone, and a last step of one row
@settings(deadline=None)
def test_the_longest_row_is_in_the_first_step(order: GroupedByLength) -> None:
    first = list(order)[: order.batch_size]
    count = len(order.lengths)
    assert max(order.lengths[at % count] for at in first) == max(order.lengths)


@given(orders())
@settings(deadline=None)
def test_a_group_is_parted_by_the_border_of_a_step_alone(order: GroupedByLength) -> None:
    group_of = {row: at for at, group in enumerate(order.groups) for row in group}
    seen = list(order)[: len(order.lengths)]
    for at in range(0, len(seen), order.batch_size):
        step = [group_of[row] for row in seen[at : at + order.batch_size]]
        runs = [group for group, _ in groupby(step)]
        assert len(runs) == len(set(runs))
    for group in order.groups:
        steps = {seen.index(row) // order.batch_size for row in group}
        assert len(steps) <= 2 + (len(group) - 2) // order.batch_size if len(group) > 1 else len(steps) == 1


def test_seed_and_epoch_decide_the_order() -> None:
    lengths, groups = [7 * at % 101 for at in range(90)], [at // 2 for at in range(90)]

    def order(seed: int, epoch: int) -> list[int]:
        made = GroupedByLength(lengths, groups, 8, seed)
        made.set_epoch(epoch)
        return list(made)

    assert order(3, 0) == order(3, 0)
    assert len({tuple(order(seed, epoch)) for seed in (3, 4) for epoch in (0, 1)}) == 4


def test_rows_of_a_step_are_of_like_length() -> None:
    lengths = [7 * at % 101 for at in range(400)]
    seen = list(GroupedByLength(lengths, list(range(400)), 8, seed=3))
    apart = [max(part) - min(part) for at in range(0, 400, 8) if (part := [lengths[row] for row in seen[at : at + 8]])]
    assert sum(apart) / len(apart) < 20  # of 8 rows at random: 78
    assert [lengths[row] for row in seen] != sorted(lengths, reverse=True)  # steps are shuffled


def test_a_row_that_fills_up_is_the_row_again_with_no_weight() -> None:
    made = rows(5, preferences=True)
    some = Rows(Dataset.from_list(made))
    assert len(some) == 5
    assert some[3] == made[3]
    assert some[8] == made[3] | {"weight": 0.0}
    assert some.column("length") == [row["length"] for row in made]


@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_fewer_rows_than_a_step_are_one_step(count: int) -> None:
    seen = list(GroupedByLength([5] * count, [0] * count, 4, 0, full=True))
    assert len(seen) == 4 * -(-count // 4)
