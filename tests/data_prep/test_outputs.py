"""Tables of an engine -> parquet files: one order, one size of row groups, everything a pair says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_prep import outputs
from data_prep.engine import Engine, Table
from data_prep.ingest import plain
from data_prep.lifts import Chance, posterior, two_rate_p
from data_prep.records import Pair, Post, dropped_schema, pair_schema, post_schema
from data_prep.splits import PARTS
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import gathered, numbered, rows
from virality import tables
from virality.gates import Context, gates_hash

CHANCE = {"neighbour": Chance(0.2, 0.3), "same_link": Chance(0.2, 0.3), "ab_test": Chance(0.0, 0.1)}

POSTS = [
    post("a", "Our plum cake is out of the oven", author_id="jo", posted_at=at(0), impressions=1000, clicks=40),
    post("b", "Our plum cake is out of the oven!", author_id="jo", posted_at=at(5), impressions=1012, clicks=90),
    post("c", "Who wants rye bread for supper?", author_id="mill", posted_at=at(7), rights="unknown", lang=None),
]


def chosen(pairs: Sequence[Mapping[str, Any]]) -> Table:
    import ibis

    common = {"kind": "neighbour", "gap": None, "noise": None, "scale": None, "label": None, "component": 1, "split": 3}
    every = [common | dict(pair) for pair in pairs]
    kinds = {"kind": pa.string(), "gap": pa.float64(), "noise": pa.float64(), "scale": pa.float64()}
    columns = ("kind", "a", "b", "gap", "noise", "scale", "label", "component", "split")
    return ibis.memtable(
        pa.table({name: pa.array([row[name] for row in every], kinds.get(name, pa.int64())) for name in columns})
    )


def written(
    engine: Engine, folder: Path, pairs: Sequence[Mapping[str, Any]], posts: Sequence[Post] = POSTS
) -> list[Pair]:
    final = outputs.chosen_pairs(chosen(pairs), numbered(posts))
    path = folder / "pairs.parquet"
    outputs.write(path, pair_schema(), outputs.measured_pairs(engine, final, CHANCE, None))
    return tables.read(path, pair_schema(), Pair)


def test_the_better_post_is_told_by_the_gap(engine: Engine, tmp_path: Path) -> None:
    up, down = written(engine, tmp_path, [{"a": 0, "b": 1, "gap": 0.5, "noise": 0.2},
                                          {"a": 0, "b": 2, "gap": -0.5, "noise": 0.2}])  # fmt: skip
    assert (up.worse_id, up.better_id, up.hours_apart) == ("a", "b", 5)
    assert (down.worse_id, down.better_id, down.hours_apart) == ("c", "a", -7)
    lift, sure = posterior(np.asarray([0.5]), np.asarray([0.2]), np.asarray([0.3]))
    for pair in (up, down):
        assert [pair.lift, pair.p_better] == pytest.approx([float(lift[0]), float(sure[0])])
        assert (pair.difference, pair.p_value, pair.trials_better, pair.weight) == (0.5, None, None, 1)
        assert (pair.split, pair.gates_hash, pair.draft) == (PARTS[3], gates_hash(Context()), None)


def test_an_account_that_varies_more_has_larger_true_differences(engine: Engine, tmp_path: Path) -> None:
    [pair] = written(engine, tmp_path, [{"a": 0, "b": 1, "gap": 0.5, "noise": 0.8, "scale": 4.0}])
    assert pair.lift == pytest.approx(0.5 * 1.2 / (1.2 + 0.8))


def test_the_better_post_is_told_by_the_label_of_which_we_are_nine_tenths_sure(engine: Engine, tmp_path: Path) -> None:
    pairs = written(engine, tmp_path, [{"kind": "same_link", "a": 0, "b": 1, "label": -1},
                                       {"kind": "same_link", "a": 0, "b": 2, "label": 1}])  # fmt: skip
    assert [(pair.worse_id, pair.better_id) for pair in pairs] == [("a", "c"), ("b", "a")]
    for pair in pairs:
        assert pair.p_better == pytest.approx(0.9)
        assert (pair.lift, pair.difference) == (None, None)


def test_a_test_carries_its_counts_and_its_p_value(engine: Engine, tmp_path: Path) -> None:
    gap = math.log(90.5 / 1013) - math.log(40.5 / 1001)
    [pair] = written(engine, tmp_path, [{"kind": "ab_test", "a": 0, "b": 1, "gap": gap, "noise": 0.03}])
    assert (pair.trials_worse, pair.successes_worse, pair.trials_better, pair.successes_better) == (1000, 40, 1012, 90)
    counts = [(np.asarray([float(one)]), np.asarray([float(two)])) for one, two in ((40, 90), (1000, 1012))]
    assert pair.p_value == pytest.approx(float(two_rate_p(counts[0], counts[1])[0]))
    assert pair.lift is not None
    assert 0 < pair.lift < gap
    assert pair.p_better is not None
    assert pair.p_better > 0.99


def test_a_pair_knows_its_account_and_the_weaker_right_of_both_posts(engine: Engine, tmp_path: Path) -> None:
    same, other = written(engine, tmp_path, [{"a": 0, "b": 1, "gap": 1.0, "noise": 0.1},
                                             {"a": 0, "b": 2, "gap": 1.0, "noise": 0.1}])  # fmt: skip
    assert (same.author_id, same.rights, same.lang) == ("jo", "own_export", "en")
    assert (other.author_id, other.rights, other.lang) == (None, "unknown", None)


def test_pairs_that_say_the_same_are_faithful(engine: Engine, tmp_path: Path) -> None:
    same, other = written(engine, tmp_path, [{"a": 0, "b": 1, "gap": 1.0, "noise": 0.1},
                                             {"a": 0, "b": 2, "gap": 1.0, "noise": 0.1}])  # fmt: skip
    assert (same.faithful, other.faithful) == (True, False)


def test_pairs_of_one_component_share_its_name_and_pairs_stand_in_the_order_of_kinds_and_posts(
    engine: Engine, tmp_path: Path
) -> None:
    some: dict[str, Any] = {"gap": 1.0, "noise": 0.1}
    asked: list[dict[str, Any]] = [{"a": 1, "b": 2, "component": 2, **some}, {"a": 0, "b": 2, "component": 2, **some},
             {"kind": "ab_test", "a": 0, "b": 1, **some}]  # fmt: skip
    pairs = written(engine, tmp_path, asked)
    assert [(pair.kind, pair.worse_id, pair.better_id) for pair in pairs] == [
        ("ab_test", "a", "b"), ("neighbour", "a", "c"), ("neighbour", "b", "c")
    ]  # fmt: skip
    assert pairs[1].component == pairs[2].component != pairs[0].component
    assert len({pair.pair_id for pair in pairs}) == 3
    assert pairs == written(engine, tmp_path, asked[::-1])


# --- files


def plain_posts(count: int) -> pa.Table:
    columns: dict[str, Any] = {name: pa.nulls(count, kind.type) for name, kind in zip(
        post_schema().names, plain(post_schema()), strict=True)}  # fmt: skip
    columns["post_id"] = [f"{number:06}" for number in range(count)]
    columns |= {name: [name] * count for name in ("source", "text", "rights")}
    return pa.table(columns, schema=plain(post_schema()))


def test_how_rows_come_does_not_show_in_the_file(tmp_path: Path) -> None:
    rows_of = plain_posts(outputs.ROWS + 7)
    cuts = {"whole": [len(rows_of)], "pieces": [1, 20_000, 33, len(rows_of)], "aligned": [outputs.ROWS, 7]}
    for name, sizes in cuts.items():
        starts = np.cumsum([0, *sizes[:-1]])
        pieces = [rows_of.slice(int(begin), size) for begin, size in zip(starts, sizes, strict=True)]
        outputs.write(tmp_path / name, post_schema(), pieces)
    assert (
        (tmp_path / "whole").read_bytes() == (tmp_path / "pieces").read_bytes() == (tmp_path / "aligned").read_bytes()
    )
    found = pq.ParquetFile(tmp_path / "whole")
    assert [found.metadata.row_group(at).num_rows for at in range(found.num_row_groups)] == [outputs.ROWS, 7]
    assert len(tables.read_table(tmp_path / "whole", post_schema())) == outputs.ROWS + 7


def test_a_file_of_no_rows_has_its_schema(tmp_path: Path) -> None:
    outputs.write(tmp_path / "pairs.parquet", pair_schema(), [])
    assert tables.read(tmp_path / "pairs.parquet", pair_schema(), Pair) == []


def test_what_is_never_null_is_not_written_as_null(tmp_path: Path) -> None:
    wrong = plain_posts(3).set_column(0, "post_id", pa.array(["a", None, "c"]))
    with pytest.raises(ValueError, match="post_id is never null, and 1 rows are"):
        outputs.write(tmp_path / "posts.parquet", post_schema(), [wrong])


def test_posts_are_written_as_they_were_read_in_the_order_of_their_ids(engine: Engine, tmp_path: Path) -> None:
    outputs.write(tmp_path / "posts.parquet", post_schema(), outputs.posts(engine, numbered(POSTS[::-1])))
    assert tables.read(tmp_path / "posts.parquet", post_schema(), Post) == POSTS


def test_dropped_rows_stand_by_file_and_row_with_those_that_were_refused_later(engine: Engine, tmp_path: Path) -> None:
    found = gathered(engine, tmp_path, [post("a", likes=1), post("b"), post("a", likes=2)])
    read = rows([post("short", "x", posted_at=at(0)), post("r", "")])
    more = {"reason": ["too_short", "no_text"], "field": [None, "text"], "value": [None, None]}
    read = read.append_column("reason", pa.array(more["reason"])).append_column("field", pa.array(more["field"]))
    read = read.append_column("value", pa.nulls(2, pa.string()))
    read = read.set_column(read.schema.get_field_index("row"), "row", pa.array([9, 0], pa.int64()))
    pq.write_table(read, tmp_path / "read.parquet")
    unread = engine.read([tmp_path / "read.parquet"])
    outputs.write(tmp_path / "dropped.parquet", dropped_schema(), outputs.dropped(engine, unread, found.refused))
    written = tables.read_table(tmp_path / "dropped.parquet", dropped_schema()).to_pylist()
    assert [(one["post_id"], one["reason"], one["row"], one["field"]) for one in written] == [
        ("r", "no_text", 0, "text"), ("a", "repeated_id", 1, None), ("short", "too_short", 9, None)
    ]  # fmt: skip
    assert written[1]["likes"] == 1
    assert written[2]["posted_at"] == at(0)
