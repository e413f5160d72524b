"""An export arrives with what it was measured on, works as its card says, and does not leave where it may not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from tests.eval.sample_report import sample_report
from train import adapters
from train.settings import WriterSettings
from virality import runs
from virality.cli import main
from virality.models import tiny
from virality.models.base import find
from virality.models.prompts import load_prompt

DRAFT = "The bakery on Mill Lane opens at 7 on Friday, says @millbakery: https://bakery.example/mill"


def writer_run(base: Path, *, research_only: bool) -> str:
    """A writer's run on a tiny base whose adapter does something; returns the adapter's hash."""
    tokenizer = tiny.tokenizer()
    tokenizer.save_pretrained(base)
    tiny.model("llama").save_pretrained(base)
    model = adapters.attach(tiny.model("llama"), kind="lora", rank=4, alpha=8, dropout=0.0, targets=("all-linear",))
    torch.manual_seed(3)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.2)
    settings = WriterSettings(task="writer", data=("runs/prepare/posts",), base=str(base), objective="sft")
    run = runs.start("train", "writer", settings=settings.model_dump(mode="json"), inputs={})
    with run.file("adapter") as path:
        model.save_pretrained(path)
        tokenizer.save_pretrained(path)
    prompt = load_prompt("rewrite")
    run.finish(
        rights={"basis": {"own_export": 10}, "research_only": research_only},
        task="writer",
        objective="sft",
        base={"spec": str(base), "revision": find(str(base)).revision},
        prompt={"name": prompt.name, "hash": prompt.hash},
        platform="x",
        languages={"en": 10},
        pairs={"train": 10},
        training={"loss": 1.0, "steps": 2, "shared_prefix_difference": 1e-7},
        precision="torch.float32",
    )
    return str(runs.finished(run.folder)["outputs"]["adapter/adapter_model.safetensors"]["sha256"])


def report_run(adapter: str) -> None:
    """An evaluate run whose report measured `adapter`."""
    report = sample_report()
    report = report.model_copy(update={"provenance": report.provenance | {"adapter sha256": adapter}})
    run = runs.start("evaluate", "report", settings={}, inputs={})
    with run.file("report.json") as path:
        path.write_text(report.model_dump_json())
    run.finish(
        rights={"basis": {"own_export": 10}, "research_only": False},
        writer="runs/train/writer",
        scorer=None,
        judge=None,
    )


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "publish.yaml"
    path.write_text(yaml.safe_dump({"writer": "runs/train/writer", "report": "runs/evaluate/report", "example": DRAFT}))
    return path


def test_an_export_holds_adapter_card_and_figures_and_no_path_of_this_machine(config: Path, tmp_path: Path) -> None:
    report_run(writer_run(tmp_path / "base", research_only=False))
    assert main(["publish", str(config), "to=export"]) == 0
    names = {path.name for path in Path("export").iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "prompt.json", "figures.json", "README.md"} <= names
    assert not [name for name in names if name.endswith((".pt", ".bin", ".pkl", ".parquet", ".html"))]
    card = (tmp_path / "export" / "README.md").read_text()
    about = yaml.safe_load(card.split("---\n")[1])
    assert about["license"] == "apache-2.0"
    assert "Not for distribution" not in card
    for figure in about["model-index"][0]["results"][0]["metrics"]:
        assert round(sample_report().figure(figure["type"]).value or 0, 4) == figure["value"]
    configuration = json.loads(Path("export/adapter_config.json").read_text())
    assert configuration["base_model_name_or_path"] == str(tmp_path / "base")


def test_the_cards_program_says_what_suggest_raw_says(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report_run(writer_run(tmp_path / "base", research_only=False))
    assert main(["publish", str(config), "to=export"]) == 0
    found = re.search(r"```python\n(.*?)```", Path("export/README.md").read_text(), re.DOTALL)
    assert found is not None
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", found[1]], cwd="export", capture_output=True, text=True, check=True
    )
    capsys.readouterr()
    assert main(["suggest", "runs/train/writer", "--raw", DRAFT]) == 0
    said = capsys.readouterr().out
    assert said.strip()
    assert ran.stdout == said


def test_what_is_research_only_is_exported_with_a_warning_and_never_pushed(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report_run(writer_run(tmp_path / "base", research_only=True))
    assert main(["publish", str(config), "to=export"]) == 0
    card = Path("export/README.md").read_text()
    assert "Not for distribution" in card
    assert yaml.safe_load(card.split("---\n")[1])["license"] == "other"
    capsys.readouterr()
    assert main(["publish", str(config), "repo=me/writer"]) == 2
    assert "research_only" in capsys.readouterr().err


def test_a_report_of_another_adapter_is_refused(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer_run(tmp_path / "base", research_only=False)
    report_run("0" * 64)
    assert main(["publish", str(config), "to=export"]) == 2
    said = capsys.readouterr().err
    assert "measured another adapter" in said
    assert len(said.strip().splitlines()) == 1
    assert not Path("export").exists()


def test_nowhere_and_two_places_are_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(config)]) == 2
    assert main(["publish", str(config), "to=a", "repo=b/c"]) == 2
    assert capsys.readouterr().err.count("name where it goes") == 2


def test_a_folder_with_other_things_in_it_is_left_alone(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report_run(writer_run(tmp_path / "base", research_only=False))
    Path("export").mkdir()
    Path("export/mine.txt").write_text("mine")
    assert main(["publish", str(config), "to=export"]) == 2
    assert Path("export/mine.txt").read_text() == "mine"
