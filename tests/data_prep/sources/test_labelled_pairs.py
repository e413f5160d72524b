"""Two texts and a label a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data_prep.sources import About, Item, labelled_pairs
from tests.data_prep.sources.reading import drops, items, labels, posts
from virality.errors import ViralityError

COLUMNS = {"first": "one", "second": "two", "label": "wins"}


def read(folder: Path, rows: list[dict[str, Any]]) -> list[Item]:
    path = folder / "train.json"
    path.write_text(json.dumps(rows))
    return items(labelled_pairs, path, About("bakery", "unknown", "x", columns=COLUMNS))


@pytest.mark.parametrize("wins", ["second", " Second", "1", 1, 1.0])
def test_the_label_says_which_text_did_better(tmp_path: Path, wins: object) -> None:
    out = read(tmp_path, [{"one": "Bread", "two": "Cake", "wins": wins}])
    texts = {post.post_id: post.text for post in posts(out)}
    [label] = labels(out)
    assert (texts[label.worse_id], texts[label.better_id]) == ("Bread", "Cake")


def test_a_text_of_several_rows_is_one_post_by_its_id(tmp_path: Path) -> None:
    out = read(tmp_path, [{"one": "Bread", "two": "Cake", "wins": 0}, {"one": "Bread", "two": "Rolls", "wins": 0}])
    assert len(posts(out)) == 4
    assert len({post.post_id for post in posts(out)}) == 3
    assert len({label.better_id for label in labels(out)}) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"one": "Bread", "two": "Cake", "wins": "both"}, "bad_label"),
        ({"one": "Bread", "two": "Cake", "wins": None}, "bad_label"),
        ({"one": "Bread", "two": None, "wins": 1}, "no_text"),
        ({"one": "Bread", "two": "Bread ", "wins": 1}, "same_text"),
        ({"one": "Bread", "wins": 1}, "no_text"),
        ({"one": ["Bread"], "two": {"a": 1}, "wins": [1]}, "bad_label"),
    ],
)
def test_a_row_without_two_texts_and_a_label_is_dropped_with_the_reason(
    tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    out = read(tmp_path, [{"one": "Rolls", "two": "Buns", "wins": 0}, row])
    assert [drop.reason for drop in drops(out)] == [reason, reason]
    assert len(labels(out)) == 1


def test_a_mapping_that_lacks_a_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="no column is named for label"):
        labelled_pairs.check(tmp_path / "a.csv", About("b", "unknown", columns={"first": "one", "second": "two"}))
