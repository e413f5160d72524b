"""What explains engagement apart from the wording."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_prep import confounders, engagement
from data_prep.confounders import FACTORS, LEAST_ROWS, Model
from data_prep.engine import Engine
from data_prep.fit import MOST_INSTABLE
from data_prep.traits import FORM
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import numbered, pairs, table, told

CURVE = [0.5 * math.sin(2 * math.pi * hour / 24) for hour in range(24)]
"""What an hour is worth in this world, nats."""


def moves(
    count: int = 3000, *, seed: int = 0, question: float = 0.0, growth: float = 0.0, other_half: bool = False
) -> pa.Table:
    """Differences between consecutive posts that an hour curve explains, with a little chance.

    Args:
        count: of differences.
        seed: of chance.
        question: what a question is worth, nats; questions are asked in the evening.
        growth: nats for one nat of followers.
        other_half: the curve stands upside down in every other quarter.
    """
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for _ in range(count):
        row: dict[str, Any] = {"half": chance.randrange(2)}
        worth = []
        for side in "ab":
            hour, followers = chance.randrange(24), chance.randrange(40_000, 90_000)
            asks = chance.random() < (0.8 if hour >= 18 else 0.1)
            row |= {f"hour_{side}": hour, f"weekday_{side}": chance.randrange(7), f"age_{side}": 9}
            row |= {f"reply_{side}": 0, f"thread_{side}": 0, f"media_{side}": chance.randrange(2)}
            row |= {f"form_{side}": int(asks), f"growth_{side}": followers if growth else 0}
            sign = -1 if other_half and row["half"] else 1
            worth.append(sign * CURVE[hour] + question * asks + growth * followers / 10_000)
        rows.append(row | {"gap": worth[1] - worth[0] + chance.gauss(0, 0.2), "sampling": chance.random() / 10})
    return pa.Table.from_pylist(rows)


def cut(table: pa.Table, sizes: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Batches of these sizes in turn."""
    begin, turn = 0, 0
    while begin < table.num_rows:
        [batch] = table.slice(begin, sizes[turn % len(sizes)]).combine_chunks().to_batches()
        yield batch
        begin, turn = begin + len(batch), turn + 1


def hours(model: Model) -> list[float]:
    return list(model.coefficients["hour"].values())


def test_a_planted_hour_curve_is_found_again() -> None:
    model = confounders.fit(cut(moves(), [3000]), ["photo"])
    assert np.abs(np.asarray(hours(model)) - CURVE).max() < 0.06
    assert max(abs(value) for value in model.coefficients["weekday"].values()) < 0.05
    assert model.rows == 3000
    assert model.after < 0.25 * model.before
    assert model.checks["instability"] < 2


def test_true_values_lie_within_three_errors() -> None:
    model = confounders.fit(cut(moves(), [3000]), ["photo"])
    errors = list(model.errors["hour"].values())
    scores = (np.asarray(hours(model)) - CURVE) / errors
    assert np.abs(scores).max() < 3.5
    assert 0.4 < float(np.sqrt(np.mean(scores**2))) < 1.6


def test_neither_the_size_nor_the_order_of_batches_changes_a_digit() -> None:
    table = moves(2500, growth=0.5)
    whole = confounders.fit(cut(table, [2500]), ["photo"])
    order = list(range(2500))
    random.Random(1).shuffle(order)
    assert confounders.fit(cut(table, [1, 700, 33]), ["photo"]) == whole
    assert confounders.fit(cut(table.take(order), [611]), ["photo"]) == whole


def test_an_hour_at_which_questions_are_asked_does_not_get_the_questions_credit() -> None:
    model = confounders.fit(cut(moves(question=1.0), [3000]), ["photo"])
    assert np.abs(np.asarray(hours(model)) - CURVE).max() < 0.08


def test_an_accounts_growth_is_told_where_followers_are_known() -> None:
    model = confounders.fit(cut(moves(growth=0.5), [3000]), ["photo"])
    assert model.followers == pytest.approx(0.5, abs=0.02)
    assert confounders.fit(cut(moves(), [3000]), ["photo"]).followers == 0


def test_few_posts_tell_nothing_and_nothing_is_taken_out(engine: Engine) -> None:
    model = confounders.fit(cut(moves(LEAST_ROWS - 1), [50]), ["photo"])
    assert model == Model(rows=LEAST_ROWS - 1)
    assert confounders.fit(iter(()), []) == Model()
    found = confounders.levels(numbered([post("a", posted_at=at(0))]), [])
    assert [row["control"] for row in told(engine, confounders.taken_out(found, model, []))] == [0.0]


def test_factors_that_never_change_are_left_out() -> None:
    model = confounders.fit(cut(moves(), [3000]), ["photo"])
    assert set(model.coefficients) == {"hour", "weekday", "media"}
    assert list(model.coefficients["media"]) == ["none", "photo", "other"]
    assert model.coefficients["media"]["other"] == 0  # nobody posted it


def test_coefficients_are_centred_over_the_posts() -> None:
    model = confounders.fit(cut(moves(), [3000]), ["photo"])
    assert abs(sum(hours(model))) < 0.2
    assert len(hours(model)) == len(FACTORS["hour"])


def test_a_curve_that_is_not_the_same_everywhere_is_seen() -> None:
    model = confounders.fit(cut(moves(other_half=True), [3000]), ["photo"])
    assert model.checks["instability"] > MOST_INSTABLE


# --- what a post's levels are


def test_levels_are_hour_and_weekday_in_utc_age_media_reply_and_thread(engine: Engine) -> None:
    monday = at(0)
    posts = [
        post("a", posted_at=monday, media="photo", followers=99),
        post("b", posted_at=at(6 * 24 + 15.5), collected_at=at(6 * 24 + 20), media="video", reply=True, thread="t"),
        post("c", posted_at=monday, collected_at=at(24 * 40)),
        post("d", posted_at=monday, collected_at=at(30), media="drawing", reply=False),
    ]
    a, b, c, d = told(engine, confounders.levels(numbered(posts), ["photo", "video"]), "n")
    assert (FACTORS["hour"][a["hour"]], FACTORS["weekday"][a["weekday"]]) == ("08:00", "Mon")
    assert (FACTORS["hour"][b["hour"]], FACTORS["weekday"][b["weekday"]]) == ("23:00", "Sun")
    assert [FACTORS["age"][row["age"]] for row in (a, b, c, d)] == ["unknown", "< 6 h", "> 32 d", "1-2 d"]
    assert [row["media"] for row in (a, b, c, d)] == [1, 2, 0, 3]
    assert [(row["reply"], row["thread"]) for row in (a, b, d)] == [(0, 0), (1, 1), (0, 0)]
    assert a["growth"] == round(math.log(100) * 10_000)
    assert b["growth"] is None


def test_moves_go_from_each_post_of_an_account_to_its_next_one(engine: Engine) -> None:
    posts = [
        post("a", author_id="jo", posted_at=at(9), likes=1),
        post("b", author_id="jo", posted_at=at(1), likes=1),
        post("c", author_id="mill", posted_at=at(2), likes=1),
        post("d", author_id="jo", posted_at=at(5), likes=1),
        post("e", author_id="jo", likes=1),
        post("f", posted_at=at(3), likes=1),
    ]
    signals = engagement.signals(numbered(posts), ["likes"], {}, None)
    assert pairs(engine, confounders.moves(signals)) == {(1, 3), (3, 0)}


def test_differences_hold_the_levels_of_both_posts(engine: Engine) -> None:
    posts = [post(f"{number}", author_id="jo", posted_at=at(5 * number), likes=number) for number in range(4)]
    corpus = numbered(posts)
    signals = engagement.signals(corpus, ["likes"], {}, None)
    found = confounders.differences(engagement.gap(confounders.moves(signals), signals), confounders.levels(corpus, []))
    rows = told(engine, found, "a")
    assert [(row["hour_a"], row["hour_b"]) for row in rows] == [(8, 13), (13, 18), (18, 23)]
    assert {row["half"] for row in rows} <= {0, 1}


def test_what_is_taken_out_is_the_confounders_part_alone(engine: Engine) -> None:
    model = Model(
        coefficients={"hour": {name: at_hour / 10 for at_hour, name in enumerate(FACTORS["hour"])},
                      "media": {"none": 0.0, "photo": 0.25, "other": -0.5}},
        followers=0.5,
    )  # fmt: skip
    posts = [
        post("a", "Who wants bread?", posted_at=at(2), media="photo"),
        post("b", posted_at=at(0), media="drawing", followers=99),
    ]
    found = confounders.taken_out(confounders.levels(numbered(posts), ["photo"]), model, ["photo"])
    rows = told(engine, found, "n")
    assert [row["control"] for row in rows] == pytest.approx([1.0 + 0.25, 0.8 - 0.5], abs=1e-4)
    assert [row["growth"] for row in rows] == [None, round(math.log(100) * 10_000)]


def test_growth_counts_only_where_the_followers_of_both_posts_are_known(engine: Engine) -> None:
    model = Model(coefficients={"hour": dict.fromkeys(FACTORS["hour"], 0.0)}, followers=0.5)
    known = table({"a": [10_000, 10_000, None, 0], "b": [12_000, None, 10_000, 900_000]})
    worth = told(engine, known.select(worth=confounders.grown(known.a, known.b, model)))
    assert [row["worth"] for row in worth] == pytest.approx([0.1, 0.0, 0.0, 2.5])


def test_the_form_of_wording_is_never_a_confounder() -> None:
    model = confounders.fit(cut(moves(question=1.0), [3000]), ["photo"])
    assert not set(model.coefficients) & set(FORM)
