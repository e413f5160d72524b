"""A training that asks for a push fails before it begins or not at all, and its adapter arrives without a claim."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard

from tests.publish import worlds
from tests.publish.hub_state import READER, WRITER, Hub, card_errors
from tests.train.worlds import corpus_pairs, prepared
from train import push
from virality import ledger, runs
from virality.cli import main

REPO = "someone/draft-writer"
CONFIG: dict[str, Any] = {
    "task": "writer", "base": "base", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 4,
    "kinds": ["neighbour"], "objective": "sft", "lora": {"rank": 4, "alpha": 8}, "push": {"repo": REPO},
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    with contextlib.chdir(folder):
        prepared("pairs", corpus_pairs(8))
        worlds.tiny_base(Path("base"))
        Path("sft.yaml").write_text(yaml.safe_dump(CONFIG))
    return folder


@pytest.fixture
def hub(world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.chdir(world)
    with worlds.online(monkeypatch) as server:
        yield server


def test_the_adapter_arrives_at_a_revision_of_its_own_with_a_card_that_claims_nothing(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.fail("POST", "/commit/", 403)
    assert main(["train", "sft.yaml"]) == 0  # the push fails, and the run does not
    said = capsys.readouterr().err
    assert "not sent: the hub answers 403" in said
    assert "this sends its adapter: virality train sft.yaml" in said
    steps = runs.finished(Path("runs/train/sft"))["training"]["steps"]
    repository = hub.repositories[REPO]
    assert repository.private
    assert main(["train", "sft.yaml"]) == 0
    assert f"/tree/step-{steps}: the adapter, not evaluated yet" in capsys.readouterr().err
    there = repository.commits[repository.branches[f"step-{steps}"]]
    adapter = Path("runs/train/sft/adapter/adapter_model.safetensors").read_bytes()
    assert there["adapter_model.safetensors"] == adapter
    assert list(repository.commits[repository.branches["main"]]) == [".gitattributes"]
    card = there["README.md"].decode()
    assert "not evaluated yet: no evidence" in card
    assert card_errors(card) == []
    about: Any = ModelCard(card).data
    assert about.eval_results is None
    asked = hub.times("POST", "/commit/")
    assert main(["train", "sft.yaml"]) == 0
    assert hub.times("POST", "/commit/") == asked
    for path in Path().rglob("*"):
        assert not path.is_file() or WRITER.encode() not in path.read_bytes(), path


def test_an_adapter_that_saw_forgotten_rows_is_sent_nowhere(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.fail("POST", "/commit/", 403)
    assert main(["train", "sft.yaml", "name=gone"]) == 0
    mark = {"rows": 1, "at": "2026-11-23T00:00:00", "command": "virality train sft.yaml name=gone --fresh"}
    Path("runs/train/gone", ledger.FORGOTTEN).write_text(json.dumps(mark))
    asked = hub.times("POST", "/commit/")
    assert main(["train", "sft.yaml", "name=gone"]) == 0
    assert "so its adapter is sent nowhere" in capsys.readouterr().err
    assert hub.times("POST", "/commit/") == asked


def test_the_step_of_a_revision_is_that_of_the_adapter() -> None:
    assert push._step({"training": {"steps": 40, "best_step": 20}}) == 20
    assert push._step({"training": {"steps": 40, "best_step": None}}) == 40
    assert push._step({"training": {"steps": 40}}) == 40


def test_another_push_asks_for_no_other_training(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "sft.yaml", "name=moved", "push=null"]) == 0
    assert main(["train", "sft.yaml", "name=moved", "push.repo=lab/writer"]) == 0
    assert "reused" in capsys.readouterr().err
    assert list(hub.repositories) == ["lab/writer"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (["push.repo=writer"], "names no account"),
        (["push.private=false"], "what was not evaluated yet is shown to nobody"),
        (["push.repo=someone/writer", "base=meta-llama/Llama-3.2-1B-Instruct"], "begins with Llama"),
        (["data=runs/prepare/barred"], "runs/prepare/barred is marked research_only"),
        (["base=unlicensed"], "base = unlicensed: no licence is known of it"),
    ],
)
def test_what_could_never_be_published_is_told_at_once(
    hub: Hub, capsys: pytest.CaptureFixture[str], said: list[str], reason: str
) -> None:
    if "barred" in said[0] and not Path("runs/prepare/barred").exists():
        prepared("barred", corpus_pairs(8))
        folder = Path("runs/prepare/barred")
        rights = {"rights": {"basis": {"own_export": 8}, "research_only": True}}
        document = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps(document | rights))
    if not Path("unlicensed").exists():
        worlds.tiny_base(Path("unlicensed"), None)
    assert main(["train", "sft.yaml", "name=never", *said]) == 2
    assert reason in capsys.readouterr().err
    assert hub.asked == [] or hub.times("POST", "/create") == 0
    assert not Path("runs/train/never").exists()


@pytest.mark.parametrize(
    ("rights", "reason"),
    [
        ({"basis": {"own_export": 8}, "research_only": True}, "runs/prepare/behind is marked research_only"),
        ({"basis": {"licence:CC-BY-ND-4.0": 8}, "research_only": False}, "has rows of licence:CC-BY-ND-4.0"),
    ],
)
def test_rights_of_runs_further_back_are_asked_too(
    hub: Hub, capsys: pytest.CaptureFixture[str], rights: dict[str, Any], reason: str
) -> None:
    for name, more in (("behind", {"rights": rights}), ("before", {"inputs": {"runs/prepare/behind": "0"}})):
        path = Path("runs/prepare", name, "run.json")
        if not path.exists():
            prepared(name, corpus_pairs(8))
        path.write_text(json.dumps(json.loads(path.read_text()) | more))
    assert main(["train", "sft.yaml", "name=never", "data=runs/prepare/before"]) == 2
    assert reason in capsys.readouterr().err
    assert hub.asked == []


def test_a_base_of_this_machine_is_sent_without_its_folder(hub: Hub) -> None:
    base = Path("base").resolve()
    assert main(["train", "sft.yaml", "name=far", f"base={base}", "push.repo=someone/far"]) == 0
    (sent,) = [files for files in hub.repositories["someone/far"].commits.values() if "README.md" in files]
    assert json.loads(sent["adapter_config.json"])["base_model_name_or_path"] == "base"
    assert not [name for name, there in sent.items() if str(base).encode() in there]


def test_a_token_that_may_not_write_is_told_before_anything_is_trained(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", READER)
    assert main(["train", "sft.yaml", "name=never"]) == 2
    assert "this token may only read" in capsys.readouterr().err
    assert not Path("runs/train/never").exists()


@pytest.mark.slow
def test_the_token_is_in_no_file_of_a_run_that_is_tracked(hub: Hub) -> None:
    assert main(["train", "sft.yaml", "name=tracked", "tracking.to=offline"]) == 0
    assert list(Path("runs/train/tracked").rglob("*.wandb"))
    for path in Path().rglob("*"):
        assert not path.is_file() or WRITER.encode() not in path.read_bytes(), path
