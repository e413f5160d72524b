"""Baselines that an eval config names: on the same pairs as the scorer, beside it on the pages, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.baselines import no_name
from eval.report.words import controls_of
from tests.eval.sample_report import sample_report
from tests.eval.test_alone import FACTS, SPLITS
from tests.train.tiny_encoder import encoder
from tests.train.worlds import corpus_pairs, prepared, told
from train.records import Score, score_schema
from virality import tables
from virality.cli import main

SCORERS: dict[str, list[str]] = {
    "scorer": ["family=linear", "strength=[1.0]"],
    "asked": ["family=prompted", "base=tiny:llama", "precision=fp32"],
    "embedding": ["family=encoder", "encoder=tiny", "strength=[1.0]"],
    "turned": ["family=linear", "strength=[1.0]", "control=shuffled"],
    "peeking": ["family=linear", "strength=[1.0]", "data=runs/prepare/later"],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prepared pairs, a scorer, two baselines, two runs that may be none, and an evaluation beside the baselines."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        encoder(Path("tiny"))
        pairs = {split: corpus_pairs(count, split=split) for split, count in SPLITS.items()}
        prepared("p", [one for some in pairs.values() for one in some])
        Path("runs/prepare/p/datasheet.json").write_text(json.dumps(FACTS))
        prepared("later", [*(replace(one, split="train") for one in pairs["test"]), *pairs["validation"]])
        Path("scorer.yaml").write_text(yaml.safe_dump({"task": "scorer", "data": "runs/prepare/p"}))
        for name, given in SCORERS.items():
            assert main(["train", "scorer.yaml", f"name={name}", *given]) == 0
        Path("beside.yaml").write_text(yaml.safe_dump(
            {"data": "runs/prepare/p", "scorer": "runs/train/scorer", "refit": False,
             "baselines": {"embedding": "runs/train/embedding", "asked": "runs/train/asked"}}
        ))  # fmt: skip
        assert main(["evaluate", "beside.yaml"]) == 0
        yield folder


@pytest.fixture(autouse=True)
def here(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)


def figures() -> dict[str, dict[str, Any]]:
    report = json.loads(Path("runs/evaluate/beside/report.json").read_text())
    return {one["name"]: one for one in report["figures"]}


def test_a_baseline_is_measured_on_the_scorer_s_pairs_and_the_gain_over_it_is_paired() -> None:
    found = figures()
    scores = tables.read(Path("runs/evaluate/beside/scores.parquet"), score_schema(), Score)
    assert {one.scorer for one in scores} == {"scorer", "embedding", "asked"}
    right = {(one.scorer, one.example_id): float((one.value or 0) > 0.5) for one in scores}
    for name, family in (("embedding", "encoder"), ("asked", "prompted")):
        mine = [one.example_id for one in scores if one.scorer == name]
        of_scorer = [one.example_id for one in scores if one.scorer == "scorer"]
        assert mine == of_scorer
        accuracy, gain = found[f"scorer.pair_accuracy.{name}"], found[f"scorer.gain_over.{name}"]
        assert (accuracy["n"], accuracy["family"], gain["unit"]) == (30, family, "points")
        assert accuracy["value"] == pytest.approx(sum(right[name, pair] for pair in mine) / 30)
        apart = [100 * (right["scorer", pair] - right[name, pair]) for pair in mine]
        assert gain["value"] == pytest.approx(sum(apart) / 30)
        assert gain["low"] <= gain["value"] <= gain["high"]


def test_a_baseline_says_what_it_is_and_what_it_learned_from() -> None:
    found = figures()
    assert found["scorer.pair_accuracy.asked"]["note"] == (
        "tiny:llama as it is, asked which of two posts did better; it learned from no pair (runs/train/asked)"
    )
    note = found["scorer.pair_accuracy.embedding"]["note"]
    assert note.startswith("embeddings by tiny as it is, and a linear model of them, fitted on 60 pairs of p ")


def test_the_pages_show_baselines_among_the_controls_and_what_the_scorer_adds_to_them() -> None:
    page = Path("runs/evaluate/beside/report.html").read_text()
    controls = page.partition('<section id="controls"')[2].partition("</section>")[0]
    assert "Baseline: sentence embedding" in controls
    assert "Tiny:llama as it is, asked which of two posts did better" in controls
    assert "The scorer minus base model asked" in page.partition('<section id="scorer"')[2]
    made = Path("runs/evaluate/beside/report.md").read_text()
    assert "| Baseline: base model asked |" in made.partition("## Controls")[2]


def test_baselines_stand_between_what_needs_no_words_and_the_controls() -> None:
    report = sample_report()
    more = [report.figure("scorer.gain_over.length_only").model_copy(update={"name": f"scorer.gain_over.{name}"})
            for name in ("tfidf", "embedding")]  # fmt: skip
    shown = controls_of(report.model_copy(update={"figures": [*report.figures, *more]}))
    at = shown.index("tfidf")
    assert shown[at - 2 : at + 3] == ["metadata_only", "asked", "tfidf", "embedding", "shuffled"]
    assert shown[-1] == "random_split"


def test_what_a_baseline_read_is_an_input_of_the_report() -> None:
    inputs = json.loads(Path("runs/evaluate/beside/run.json").read_text())["inputs"]
    assert {"runs/train/embedding", "runs/train/asked"} <= inputs.keys()


@pytest.mark.parametrize(
    "name", ["judge", "linear", "shuffled", "ceiling", "length_only", "p05", "answered", "lang_en", "platform_x",
             "scorer", "all", "a.b", "two words"],
)  # fmt: skip
def test_the_name_of_something_else_is_refused(name: str) -> None:
    assert no_name(name)


@pytest.mark.parametrize("name", ["embedding", "asked", "tfidf", "tf-idf_2"])
def test_other_names_are_free(name: str) -> None:
    assert not no_name(name)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "baselines.judge=runs/train/asked",
            "runs/train/asked: is the name of something else in the report",
        ),
        ("baselines.tfidf=runs/train/peeking", "runs/train/peeking: learned from posts of 30 of the 30 test pairs"),
        ("baselines.tfidf=runs/train/turned", "baselines.tfidf = runs/train/turned: is a control (shuffled)"),
        ("baselines.tfidf=runs/prepare/p", "baselines.tfidf = runs/prepare/p: is a run of `prepare`, and a scorer's"),
        ("baselines.tfidf=runs/train/none", "runs/train/none: holds no run"),
    ],
)
def test_what_is_no_baseline_is_one_line(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in told(capsys, "evaluate", "beside.yaml", given, "name=refused")
