"""The two real corpora beside the repository, through the same command and the configs that we ship."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from data_prep.records import Pair, pair_schema
from virality import tables
from virality.cli import main

CONFIGS = Path(__file__).resolve().parent.parent.parent / "configs" / "data"

pytestmark = pytest.mark.slow


def prepare(name: str, data: Path, out: Path) -> list[Pair]:
    assert main(["prepare", str(CONFIGS / f"{name}.yaml"), f"path={data}", f"out={out}"]) == 0
    sheet = json.loads((out / "datasheet.json").read_text())
    assert sheet["rows"] == sheet["kept"] + sum(sheet["dropped"].values())
    return tables.read(out / "pairs.parquet", pair_schema(), Pair)


def no_text_in_two_splits(pairs: list[Pair]) -> bool:
    owner: dict[str, str] = {}
    sides = [(post_id, pair.split) for pair in pairs for post_id in (pair.worse_id, pair.better_id)]
    return all(owner.setdefault(post_id, split) == split for post_id, split in sides)


def test_tweet_pairs_are_tested_on_their_validation_file(shared_data: Path, tmp_path: Path) -> None:
    pairs = prepare("tweet_pairs", shared_data / "tweet_pairs", tmp_path / "run")
    measured = Counter(pair.split for pair in pairs if pair.kind == "same_link")
    in_file = len(json.loads((shared_data / "tweet_pairs" / "validation.json").read_text())["label"])
    assert measured["test"] == in_file
    assert measured["train"] > measured["judge"] > 0
    assert {pair.split for pair in pairs if pair.kind == "paraphrase"} == {"train"}
    assert no_text_in_two_splits(pairs)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["rights"]["research_only"]


def test_upworthy_is_compared_under_one_image_and_split_by_component(shared_data: Path, tmp_path: Path) -> None:
    pairs = prepare("upworthy", shared_data / "upworthy", tmp_path / "run")
    sheet = json.loads((tmp_path / "run" / "datasheet.json").read_text())
    assert {"not_randomised", "sample_ratio"} <= sheet["dropped"].keys()
    assert sheet["largest_component"] < 0.05
    measured = Counter(pair.split for pair in pairs if pair.kind == "ab_test")
    assert 0.15 < measured["test"] / measured.total() < 0.25
    assert no_text_in_two_splits(pairs)
