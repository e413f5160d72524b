"""Two texts and a label a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data_prep.sources import Read, labelled_pairs
from virality.errors import ViralityError

COLUMNS = {"first": "one", "second": "two", "label": "wins"}


def read(folder: Path, rows: list[dict[str, Any]], name: str = "train.json") -> Read:
    (folder / name).write_text(json.dumps(rows))
    return labelled_pairs.read([folder / name], COLUMNS, source="bakery", platform="x", rights="unknown")


@pytest.mark.parametrize("wins", ["second", " Second", "1", 1])
def test_the_label_says_which_text_did_better(tmp_path: Path, wins: object) -> None:
    out = read(tmp_path, [{"one": "Bread", "two": "Cake", "wins": wins}])
    texts = {post.post_id: post.text for post in out.posts}
    [label] = out.labels
    assert (texts[label.worse_id], texts[label.better_id], label.file) == ("Bread", "Cake", "train")
    assert out.rows == 2


def test_texts_are_counted_once_and_their_labels_all_stay(tmp_path: Path) -> None:
    rows = [{"one": "Bread", "two": "Cake", "wins": 0}, {"one": "Bread", "two": "Rolls", "wins": 0}]
    out = read(tmp_path, rows)
    assert sorted(post.text for post in out.posts) == ["Bread", "Cake", "Rolls"]
    assert [drop.reason for drop in out.dropped] == ["repeated_text"]
    assert len(out.labels) == 2
    assert out.rows == len(out.posts) + len(out.dropped)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"one": "Bread", "two": "Cake", "wins": "both"}, "bad_label"),
        ({"one": "Bread", "two": "Cake", "wins": None}, "bad_label"),
        ({"one": "Bread", "two": None, "wins": 1}, "no_text"),
        ({"one": "Bread", "two": "Bread ", "wins": 1}, "same_text"),
        ({"one": "Bread", "wins": 1}, "no_text"),
    ],
)
def test_a_row_without_two_texts_and_a_label_is_dropped_with_the_reason(
    tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    out = read(tmp_path, [{"one": "Rolls", "two": "Buns", "wins": 0}, row])
    assert [drop.reason for drop in out.dropped] == [reason, reason]
    assert len(out.labels) == 1


def test_a_mapping_that_lacks_a_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="no column is named for label"):
        labelled_pairs.read([], {"first": "one", "second": "two"}, source="b", platform=None, rights="unknown")
