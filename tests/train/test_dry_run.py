"""`virality train --dry-run`: tells what the run would do, writes nothing, and exits 2 where the run would fail."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.train.worlds import corpus_pairs, prepared
from virality import runs
from virality.cli import main

COMMON: dict[str, Any] = {
    "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 4, "evaluate_every": 2,
    "lora": {"rank": 4, "alpha": 8},
}  # fmt: skip
CONFIGS: dict[str, dict[str, Any]] = {
    "writer": COMMON | {"task": "writer", "objective": "dpo", "kinds": ["neighbour"]},
    "scorer": COMMON | {"task": "scorer", "family": "lora"},
    "linear": {"task": "scorer", "family": "linear", "data": "runs/prepare/pairs"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prepared("pairs", [*corpus_pairs(12), *corpus_pairs(6, split="validation"), *corpus_pairs(4, split="test")])
        for name, values in CONFIGS.items():
            Path(f"{name}.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return folder


@pytest.fixture
def here(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(world)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # the hub is not asked
    return world


def told(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> tuple[str, list[str]]:
    """What a dry run prints, and its mistakes."""
    capsys.readouterr()
    assert main(["train", *command, "--dry-run"]) == code
    said = capsys.readouterr()
    return said.out, [line for line in said.err.splitlines() if line.startswith("virality train: ")]


@pytest.mark.parametrize("name", ["writer", "scorer"])
def test_it_tells_settings_data_lengths_cost_and_one_example(
    here: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, mistakes = told(capsys, f"{name}.yaml", "learning_rate=1e-3")
    assert not mistakes
    for part in (
        "learning_rate: 0.001", "# command line", f"{name}.yaml line", "# default", "12 pairs to learn from (neighbour",
        "leak check: no learned post", "longer than max_tokens = 512: 0 left out whole", "is computed once a batch",
        "6 validation pairs judge", "tiny:llama: licence", "trainable numbers", "at the peak", "time: about", "disk: ",
        "tracking: none", "HF_HUB_OFFLINE",
    ):  # fmt: skip
        assert part in out, part
    assert ("<|im_end|>⟧" if name == "writer" else "⟦score⟧") in out


def test_a_scorer_without_a_base_has_less_to_tell(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, mistakes = told(capsys, "linear.yaml")
    assert not mistakes
    assert "12 pairs to learn from" in out
    assert "6 validation pairs choose the strength" in out


def test_nothing_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*")}
    told(capsys, "writer.yaml")
    assert {path: path.stat().st_mtime_ns for path in here.rglob("*")} == before


def test_it_tells_what_training_then_does(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, "writer.yaml", "name=real")
    assert main(["train", "writer.yaml", "name=real"]) == 0
    training = runs.finished(Path("runs/train/real"))["training"]
    assert f"work: {training['steps']} steps" in out
    assert f"{runs.finished(Path('runs/train/real'))['pairs']['train']} pairs to learn from" in out


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (["max_tokens=60"], "max_tokens = 60: every example is longer; raise it"),
        (["kinds=paraphrase", "objective=sft"], "kinds = [paraphrase]: the data have no such pair in the train split"),
    ],
)
def test_a_run_that_would_fail_exits_2_with_the_reason(
    here: Path, more: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, mistakes = told(capsys, "writer.yaml", *more, code=2)
    assert any(line in one for one in mistakes), mistakes


def test_a_disk_that_is_too_small_is_told(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000, 900, 100))
    out, [mistake] = told(capsys, "writer.yaml", code=2)
    assert "of disk are needed and" in mistake
    assert "settings" in out
    assert "at the peak" in out


def test_a_base_that_does_not_fit_is_refused_before_it_is_loaded(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.estimate import available

    monkeypatch.setattr(available, "available", lambda *_: 300 << 20)
    out, [mistake] = told(capsys, "writer.yaml", code=2)
    assert "tiny:llama" in mistake
    assert "one example" in out
    assert main(["train", "writer.yaml", "micro_batch=auto", "name=auto"]) == 2


def test_auto_takes_the_largest_micro_batch_that_fits(here: Path) -> None:
    assert main(["train", "writer.yaml", "batch_size=auto", "name=auto", "epochs=1"]) == 0
    assert main(["train", "writer.yaml", "micro_batch=auto", "name=auto_micro"]) == 0


def test_an_example_longer_than_the_base_knows_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = corpus_pairs(1)
    words = " ".join(f"word{at}" for at in range(200))
    prepared("long", [replace(one, worse=f"{one.worse} {words}", better=f"{one.better} {words}") for one in long])
    more = ["data=runs/prepare/long", "max_tokens=4000", "evaluate_every=0"]
    _, mistakes = told(capsys, "writer.yaml", *more, code=2)
    assert any("knows 1,024 positions; set max_tokens=1024" in one for one in mistakes)
