"""A sweep as one command: killed and resumed it trains each run once, it ranks on validation, the test is seen once."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from eval.sweep import measuring
from tests import tiny_corpus
from tests.test_end_to_end import DATA, tiny_encoder
from tests.train.worlds import corpus_pairs, prepared
from virality import runs
from virality.cli import main

SCORER = {"task": "scorer", "family": "linear", "data": "runs/prepare/data", "strength": [0.3, 3.0]}
SWEEP: dict[str, Any] = {"train": "scorer.yaml", "settings": {"max_pairs": [4, 40]}}
EIGHT = SWEEP | {"settings": {"max_pairs": [2, 4, 30, None], "calibration": ["temperature", "isotonic"]}}


def _write(path: Path) -> None:
    """Posts of eight accounts, a quarter of which did as well as if they said something else."""
    draw = random.Random(0)
    rows = tiny_corpus.posts(480)
    for at, row in enumerate(rows):
        row["account"] = f"town{at % 8}"
        row["likes"] = 72 - min(row["likes"], 70) if draw.random() < 0.25 else row["likes"]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with prepared posts, the configs of a scorer and its evaluation, and a sweep of eight."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        _write(Path("posts.csv"))
        splits = {"mode": "time", "judge": 0.1, "validation": 0.3, "test": 0.2}
        pairs = {"kinds": ["neighbour"]}
        Path("data.yaml").write_text(yaml.safe_dump(DATA | {"splits": splits, "pairs": pairs}))
        Path("scorer.yaml").write_text(yaml.safe_dump(SCORER))
        Path("report.yaml").write_text(yaml.safe_dump({"data": "runs/prepare/data", "scorer": "x", "refit": False}))
        Path("sweep.yaml").write_text(yaml.safe_dump(SWEEP))
        Path("eight.yaml").write_text(yaml.safe_dump(EIGHT, sort_keys=False))
        assert main(["prepare", "data.yaml"]) == 0
    return folder


@pytest.fixture
def here(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(world, tmp_path / "world")
    monkeypatch.chdir(folder)
    return folder


def trained() -> dict[str, str]:
    """Run -> when it ended, of those that did."""
    documents = {path.parent.name: json.loads(path.read_text()) for path in Path("runs/train").glob("*/run.json")}
    return {name: one["finished"] + str(one["seconds"]) for name, one in documents.items() if one["state"] == "done"}


def stated(name: str = "sweep") -> dict[str, Any]:
    return dict(json.loads(Path(f"runs/sweep/{name}/sweep.json").read_text(encoding="utf-8")))


def test_killed_half_way_and_run_again_each_run_is_trained_once_and_all_are_ranked(here: Path) -> None:
    with Path("said.txt").open("w") as said:
        process = subprocess.Popen([sys.executable, "-m", "virality", "sweep", "eight.yaml"], stderr=said,
                                   env=os.environ | {"OMP_NUM_THREADS": "1"})  # fmt: skip
        until = time.monotonic() + 120
        while len(trained()) < 3 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -signal.SIGKILL, Path("said.txt").read_text()
    before = {path: path.stat().st_mtime_ns for path in Path("runs/train").glob("*/scorer/scorer.json")}
    half = trained()
    assert 3 <= len(half) < 8
    assert not Path("runs/sweep/eight/sweep.json").exists()
    assert main(["sweep", "eight.yaml"]) == 0
    ended = trained()
    assert len(ended) == 8
    assert {name: ended[name] for name in half} == half
    assert all(path.stat().st_mtime_ns == when for path, when in before.items() if path.parent.parent.name in half)
    found = stated("eight")
    assert [one["rank"] for one in found["settings"]] == list(range(1, 9))
    values = [one["figure"]["value"] for one in found["settings"]]
    assert values == sorted(values, reverse=True)
    for one in found["settings"]:
        assert one["figure"]["low"] <= one["figure"]["value"] <= one["figure"]["high"]
        assert one["figure"]["split"] == "validation"
    center = np.mean(values)
    shrunk = [one["shrunk"]["value"] for one in found["settings"]]
    assert 0 <= found["kept"] < 1
    assert shrunk == pytest.approx([center + found["kept"] * (one - center) for one in values])
    assert sum(one["best"] for one in found["settings"]) == pytest.approx(1)
    alike = {one["values"]["max_pairs"]: one for one in found["settings"] if one["values"]["calibration"] == "isotonic"}
    assert alike[None]["figure"]["value"] >= alike[2]["figure"]["value"]
    for ending in ("html", "md"):
        page = Path(f"runs/sweep/eight/sweep.{ending}").read_text(encoding="utf-8")
        assert "pairs = null, calibration = temperature" in page
        assert "less luck" in page
    assert not list(Path("runs").rglob("*.partial"))


def test_again_it_is_reused_and_more_values_train_only_what_is_new(here: Path, capsys: Any) -> None:
    assert main(["sweep", "sweep.yaml"]) == 0
    before = trained()
    assert len(before) == 2
    capsys.readouterr()
    assert main(["sweep", "sweep.yaml"]) == 0
    assert "runs/sweep/sweep: done already" in capsys.readouterr().err
    assert trained() == before
    assert main(["sweep", "sweep.yaml", "settings.max_pairs=[4,20,40]"]) == 0
    assert before.items() < trained().items()
    assert len(stated()["settings"]) == 3


def test_seeds_are_averaged_and_errors_rank_from_below(here: Path) -> None:
    words = ["seeds=[0,1]", "metric=scorer.brier"]
    assert main(["sweep", "sweep.yaml", *words]) == 0
    found = stated()
    assert len(trained()) == 4
    first, second = found["settings"]
    assert first["figure"]["value"] == pytest.approx(np.mean(first["by_seed"]))
    assert first["figure"]["value"] <= second["figure"]["value"]
    assert [len(one["runs"]) for one in found["settings"]] == [2, 2]
    assert second["behind"]["value"] == pytest.approx(second["figure"]["value"] - first["figure"]["value"])
    center = np.mean([first["figure"]["value"], second["figure"]["value"]])
    for one in (first, second):  # the share that is told is the one that was kept
        assert one["shrunk"]["value"] == pytest.approx(center + found["kept"] * (one["figure"]["value"] - center))


def test_the_winner_alone_is_measured_on_the_test_split(here: Path) -> None:
    words = ["sweep", "sweep.yaml", "evaluate=report.yaml", "final=true"]
    assert main([*words, "settings.max_pairs=[4]"]) == 0
    found = stated()
    winner = found["settings"][0]["runs"][0]
    assert found["final"]["run"] == winner
    report = json.loads(Path("runs/evaluate/sweep-final/report.json").read_text())
    figure = next(one for one in report["figures"] if one["name"] == "scorer.pair_accuracy")
    assert (found["final"]["figure"]["value"], figure["split"]) == (figure["value"], "test")
    assert runs.finished(Path("runs/evaluate/sweep-final"))["scorer"] == winner
    assert "Measure no second setting there" in found["next"]
    assert main(words) == 0  # it grew, and another wins
    found = stated()
    assert len(found["settings"]) == 2
    assert found["settings"][0]["runs"][0] != winner
    assert "holds a run of other settings" in found["final"]["why"]
    assert runs.finished(Path("runs/evaluate/sweep-final"))["scorer"] == winner
    assert main([*words, "--fresh"]) == 0
    assert runs.finished(Path("runs/evaluate/sweep-final"))["scorer"] == stated()["settings"][0]["runs"][0]


def test_what_ranks_is_measured_on_validation_pairs_alone(here: Path) -> None:
    assert main(["sweep", "sweep.yaml", "--fresh"]) == 0  # the first of all may say so too
    import pyarrow.parquet as pq

    pairs = pq.read_table("runs/prepare/data/pairs.parquet", columns=["pair_id", "split"]).to_pylist()
    split = {one["pair_id"]: one["split"] for one in pairs}
    measured = pq.read_table("runs/sweep/sweep/measured.parquet").to_pylist()
    assert {split[one["example_id"]] for one in measured} == {"validation"}
    assert len(measured) == 2 * sum(one == "validation" for one in split.values())
    for path in Path("runs/sweep/sweep/work").glob("*.json"):  # under a name by which `forget` knows ids
        assert {one["example_id"] for one in json.loads(path.read_text())} <= split.keys()


def test_a_run_that_fails_is_told_and_the_others_are_ranked(here: Path, capsys: Any) -> None:
    Path("runs/train").mkdir(parents=True)
    Path("sweep.yaml").write_text(yaml.safe_dump(SWEEP | {"settings": {"max_pairs": [4, 8, 40]}}))
    main(["sweep", "sweep.yaml", "--dry-run"])
    at = next(line.split(":")[0] for line in capsys.readouterr().out.splitlines() if "max_pairs = 8" in line)
    Path(at).mkdir()
    Path(at, "stranger.txt").write_text("not ours")
    assert main(["sweep", "sweep.yaml"]) == 2
    said = capsys.readouterr().err
    assert "1 of 3 runs failed; the same command tries them again" in said
    found = stated()
    assert [one["values"]["max_pairs"] for one in found["failed"]] == [8]
    assert len(found["settings"]) == 2
    shutil.rmtree(at)
    assert main(["sweep", "sweep.yaml"]) == 0
    assert (len(stated()["settings"]), stated()["failed"]) == (3, [])


def test_without_a_login_wandb_says_in_one_line_what_it_needs_and_an_agents_trial_is_ranked(
    here: Path, capsys: Any
) -> None:
    words = ["wandb={project: posts}"]
    assert main(["sweep", "sweep.yaml", *words]) == 0
    said = capsys.readouterr().err
    assert "wandb sweep --project posts runs/sweep/sweep/tracking/wandb-sweep.yaml" in said
    made = yaml.safe_load(Path("runs/sweep/sweep/tracking/wandb-sweep.yaml").read_text())
    assert made["command"][2:] == ["sweep", "sweep.yaml", *words, "${args_no_hyphens}"]
    assert not Path("runs/train").exists()
    for value in (4, 40):
        assert main(["sweep", "sweep.yaml", *words, f"trial.max_pairs={value}"]) == 0
    assert main(["sweep", "sweep.yaml", *words]) == 0
    assert {one["values"]["max_pairs"] for one in stated()["settings"]} == {4, 40}
    assert stated()["search"] == "W&B"


@pytest.mark.slow
def test_side_by_side_runs_are_the_same(here: Path) -> None:
    assert main(["sweep", "sweep.yaml", "jobs=2"]) == 0
    beside = stated()
    assert main(["sweep", "sweep.yaml", "name=alone"]) == 0
    alone = stated("alone")
    for one, other in zip(beside["settings"], alone["settings"], strict=True):
        assert one["figure"] == other["figure"]


def test_only_examples_that_all_runs_were_measured_on_count() -> None:
    assert measuring.common({"a": {"x": 1.0, "y": 0.0}, "b": {"y": 1.0, "z": 0.0}}) == ["y"]


def test_writers_are_ranked_by_the_judge_on_validation_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    splits = {"train": 12, "judge": 12, "validation": 8, "test": 4}
    prepared("pairs", [pair for split, count in splits.items() for pair in corpus_pairs(count, split=split)])
    tiny_encoder(Path("encoder"))
    data = "runs/prepare/pairs"
    configs: dict[str, dict[str, Any]] = {
        "guide": SCORER | {"data": data, "family": "encoder", "encoder": "encoder"},
        "judge": SCORER | {"data": data, "split": "judge"},
        "writer": {"task": "writer", "base": "tiny:llama", "precision": "fp32", "data": data, "objective": "sft",
                   "kinds": ["neighbour"], "lora": {"rank": 2}, "max_pairs": 4, "push": {"repo": "me/mine"}},
        "report": {"data": data, "scorer": "runs/train/guide", "judge": "runs/train/judge", "drafts": 4, "samples": 2},
        "sweep": {"train": "writer.yaml", "evaluate": "report.yaml", "settings": {"learning_rate": [1e-3, 1e-2]}},
    }  # fmt: skip
    for name, values in configs.items():
        Path(f"{name}.yaml").write_text(yaml.safe_dump(values))
    assert main(["sweep", "sweep.yaml"]) == 2  # nobody to choose and to judge yet
    for name in ("guide", "judge"):
        assert main(["train", f"{name}.yaml"]) == 0
    assert main(["sweep", "sweep.yaml"]) == 0
    found = stated()
    assert found["metric"] == "writer.win_rate"
    assert found["on"].startswith("4 drafts of the validation split of pairs")
    assert [one["values"]["learning_rate"] for one in found["settings"]] == [0.001, 0.01]
    assert all(one["figure"]["n"] == 4 for one in found["settings"])
    assert "virality evaluate report.yaml writer=runs/train/sweep-" in found["next"]
    Path("report.yaml").write_text(yaml.safe_dump(configs["report"] | {"drafts": 3}))
    assert main(["sweep", "sweep.yaml"]) == 2  # not the four drafts' figures once more
    assert main(["sweep", "sweep.yaml", "--fresh"]) == 0
    assert all(one["figure"]["n"] == 3 for one in stated()["settings"])
