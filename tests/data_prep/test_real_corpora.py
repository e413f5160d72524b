"""The real corpora beside the repository, through the same command and the configs that we ship."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data_prep.records import Pair, pair_schema
from virality import tables
from virality.cli import main
from virality.text.normalise import normalise

CONFIGS = Path(__file__).resolve().parent.parent.parent / "configs" / "data"

pytestmark = pytest.mark.slow

CORPORA = {
    "upworthy": ("upworthy", 16_314),
    "tweet_pairs": ("tweet_pairs", 20_522),
    "facebook_headlines": ("facebook_headlines", 54_228),
    "obama_trump": ("obama_trump", 6_439),
    "x_views": ("x_views", 1_000),
    "ar_news": ("ar_news", 6_295),
    "instagram": ("instagram/insights.csv", 176),
    "clickbait": ("clickbait/*.gz", 32_000),
}
"""Config -> what `path` is, and rows."""

ENGLISH = ("upworthy", "tweet_pairs", "obama_trump", "instagram", "clickbait")


def prepare(name: str, data: str, out: Path, *more: str) -> dict[str, Any]:
    if name == "instagram":
        more = (*more, "rights.basis=unknown", "rights.research_only=true")
    assert main(["prepare", str(CONFIGS / f"{name}.yaml"), f"path={data}", f"out={out}", *more]) == 0
    sheet: dict[str, Any] = json.loads((out / "datasheet.json").read_text())
    return sheet


def pairs_of(out: Path) -> list[Pair]:
    return tables.read(out / "pairs.parquet", pair_schema(), Pair)


def no_text_in_two_splits(pairs: list[Pair]) -> bool:
    owner: dict[str, str] = {}
    sides = [(post_id, pair.split) for pair in pairs for post_id in (pair.worse_id, pair.better_id)]
    return all(owner.setdefault(post_id, split) == split for post_id, split in sides)


@pytest.mark.parametrize("name", CORPORA)
def test_rows_read_are_rows_kept_and_rows_dropped(name: str, shared_data: Path, tmp_path: Path) -> None:
    place, rows = CORPORA[name]
    out = tmp_path / "run"
    sheet = prepare(name, str(shared_data / place), out)
    kept, dropped = pq.read_table(out / "posts.parquet"), pq.read_table(out / "dropped.parquet")
    assert sheet["rows"] == rows == kept.num_rows + dropped.num_rows
    assert sheet["kept"] == kept.num_rows
    assert Counter(dropped["reason"].to_pylist()) == Counter(sheet["dropped"])
    assert no_text_in_two_splits(pairs_of(out))
    if name in ENGLISH:
        assert sheet["languages"]["en"] / sheet["kept"] >= 0.98


def test_arabic_posts_come_out_whole(shared_data: Path, tmp_path: Path) -> None:
    sheet = prepare("ar_news", str(shared_data / "ar_news"), tmp_path / "run")
    assert sheet["languages"]["ar"] / sheet["kept"] >= 0.98
    raw = pq.read_table(shared_data / "ar_news" / "tweets.parquet")["Tweet Text"].to_pylist()
    texts = pq.read_table(tmp_path / "run" / "posts.parquet")["text"].to_pylist()
    assert set(texts) <= {normalise(text) for text in raw}
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)


def test_views_make_rates_that_a_dated_profile_may_weigh(shared_data: Path, tmp_path: Path) -> None:
    sheet = prepare("x_views", str(shared_data / "x_views"), tmp_path / "run", "engagement.profile=x-2026-08",
                    "pairs.kinds=")  # fmt: skip
    assert sheet["engagement"]["profile"] == "x-2026-08"
    assert {"likes", "reposts", "replies"} <= sheet["engagement"]["rates"].keys()


def test_tweet_pairs_are_tested_on_their_validation_file(shared_data: Path, tmp_path: Path) -> None:
    prepare("tweet_pairs", str(shared_data / "tweet_pairs"), tmp_path / "run")
    pairs = pairs_of(tmp_path / "run")
    measured = Counter(pair.split for pair in pairs if pair.kind == "same_link")
    in_file = len(json.loads((shared_data / "tweet_pairs" / "validation.json").read_text())["label"])
    assert measured["test"] == in_file
    assert measured["train"] > measured["judge"] > 0
    assert {pair.split for pair in pairs if pair.kind == "paraphrase"} == {"train"}
    assert json.loads((tmp_path / "run" / "run.json").read_text())["rights"]["research_only"]


def test_upworthy_is_compared_under_one_image_and_split_by_component(shared_data: Path, tmp_path: Path) -> None:
    sheet = prepare("upworthy", str(shared_data / "upworthy"), tmp_path / "run")
    assert {"not_randomised", "sample_ratio", "no_image"} <= sheet["dropped"].keys()
    assert sheet["largest_component"] < 0.05
    measured = Counter(pair.split for pair in pairs_of(tmp_path / "run") if pair.kind == "ab_test")
    assert 0.15 < measured["test"] / measured.total() < 0.25
