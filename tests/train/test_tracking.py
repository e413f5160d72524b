"""Tracking: what an offline run of W&B holds, read back; that no post is in it; and that its failures stop nothing."""

from __future__ import annotations

import contextlib
import importlib
import json
import shutil
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.serving import serving
from tests.train.worlds import corpus_pairs, prepared
from train import tracking
from train.tracking import wandb_run
from train.tracking.lineage import artifact_of
from virality import runs
from virality.cli import main

LEARNED = corpus_pairs(10)
JUDGES = corpus_pairs(4, split="validation")
WRITER: dict[str, Any] = {
    "task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 5,
    "objective": "sft", "learning_rate": 3e-3, "kinds": ["neighbour"], "lora": {"rank": 4, "alpha": 8},
    "evaluate_every": 1, "tracking": {"to": "offline", "project": "trial"},
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared run, and a writer's run of two steps, each with an evaluation, tracked offline."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.chdir(folder):
        prepared("pairs", [*LEARNED, *JUDGES])
        Path("sft.yaml").write_text(yaml.safe_dump(WRITER))
        assert main(["train", "sft.yaml"]) == 0
    return folder


def records(folder: Path) -> list[Any]:
    """What W&B wrote, of all parts of a run in the order of time: protobuf messages in the format of LevelDB's logs."""
    record = importlib.import_module("wandb.proto.wandb_internal_pb2").Record
    found = []
    for path in sorted((folder / "tracking/wandb").glob("offline-run-*/*.wandb")):
        part: list[Any] = []
        for _ in range(200):  # W&B's own process writes it, and may be a moment late
            part = [_parsed(record(), data) for data in _chunks(path.read_bytes())]
            if of("exit", part):
                break
            time.sleep(0.05)
        found += part
    return found


def _parsed(record: Any, data: bytes) -> Any:
    record.ParseFromString(data)
    return record


def _chunks(data: bytes) -> Iterator[bytes]:
    assert data.startswith(b":W&B")
    at, made = 7, b""
    while at + 7 <= len(data):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        length, kind = struct.unpack("<HB", data[at + 4 : at + 7])
        if at + 7 + length > len(data):  # it is being written
            return
        made += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield made
            made = b""


def of(kind: str, found: Sequence[Any]) -> list[Any]:
    return [getattr(record, kind) for record in found if record.WhichOneof("record_type") == kind]


def history(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Every line that was logged: name -> value."""
    return [
        {"/".join(item.nested_key) or item.key: _value(item) for item in line.item} for line in of("history", found)
    ]


def _value(item: Any) -> Any:
    kind = item.WhichOneof("value") if "value" in item.DESCRIPTOR.oneofs_by_name else None
    if kind is None or kind == "json":
        return json.loads(item.json if kind else item.value_json)
    return getattr(item, kind)


def config(found: Sequence[Any]) -> dict[str, Any]:
    """Settings, as the run was begun with."""
    [run] = of("run", found)
    return {item.key: json.loads(item.value_json) for item in run.config.update}


def tables(folder: Path) -> list[dict[str, Any]]:
    """Tables in the order of their steps."""
    paths = (folder / "tracking/wandb").glob("offline-run-*/files/media/table/*.json")
    return [json.loads(path.read_text()) for path in sorted(paths, key=lambda path: int(path.name.split("_")[-2]))]


def test_settings_are_there_in_full_and_dotted(here: Path) -> None:
    document = runs.finished(here / "runs/train/sft")
    found = config(records(here / "runs/train/sft"))
    assert found["base"] == "tiny:llama"
    assert found["lora.rank"] == 4
    assert found["tracking.send_text"] is False
    assert {"schedule", "warmup", "max_tokens", "lora.kind"} <= found.keys()
    assert found["run.inputs"] == document["inputs"]


def test_loss_learning_rate_pair_accuracy_and_speed_are_there_and_are_those_of_metrics_jsonl(here: Path) -> None:
    found = history(records(here / "runs/train/sft"))
    lines = [json.loads(line) for line in (here / "runs/train/sft/metrics.jsonl").read_text().splitlines()]
    for name, mine in (("loss", "train/loss"), ("learning_rate", "train/learning_rate"),
                       ("eval_pair_accuracy", "validation/pair_accuracy")):  # fmt: skip
        told = {line["step"]: line[mine] for line in found if mine in line}
        assert told == pytest.approx({line["step"]: line[name] for line in lines if name in line})
        assert list(told) == [1, 2]
    for name in ("speed/rows_per_second", "speed/tokens_per_second"):
        assert all(line[name] > 0 for line in found if "train/loss" in line), name
    assert not any("speed" in name or "second" in name for line in lines for name in line if "train_loss" not in line)


def test_there_is_a_table_of_rewrites_at_each_evaluation(here: Path) -> None:
    found = tables(here / "runs/train/sft")
    assert len(found) == 2
    for one in found:
        assert one["columns"] == ["draft_sha256", "draft_characters", "rewrite_sha256", "rewrite_characters", "ended",
                                  "passed", "failed", "not_checked", "score"]  # fmt: skip
        assert len(one["data"]) == len(JUDGES)
        assert sorted(row[1] for row in one["data"]) == sorted(len(pair.worse) for pair in JUDGES)
        assert all((row[5] == "no") == bool(row[6]) for row in one["data"])
    lines = history(records(here / "runs/train/sft"))
    with_table = [line for line in lines if any(name.startswith("validation_rewrites") for name in line)]
    assert [line["step"] for line in with_table] == [1, 2]


def test_what_was_read_and_made_is_there_by_hash_alone(here: Path) -> None:
    folder = here / "runs/train/sft"
    data, made = runs.finished(here / "runs/prepare/pairs"), runs.finished(folder)
    found = {one.name: one for one in of("artifact", records(folder)) if one.type != "run_table"}
    assert {name: (one.type, one.use_after_commit) for name, one in found.items()} == {
        "prepare-pairs": ("dataset", True), "train-sft": ("writer", False),
    }  # fmt: skip
    for name, document in (("prepare-pairs", data), ("train-sft", made)):
        expected = artifact_of(document)
        entries = found[name].manifest.contents
        assert {one.path: one.ref for one in entries} == {
            file: f"sha256:{digest}" for file, digest in expected.files.items()
        }
        assert not any(one.local_path for one in entries)
        assert json.loads(found[name].metadata)["sha256"] == expected.about["sha256"]
    assert {one.path for one in found["train-sft"].manifest.contents} >= {"adapter/adapter_model.safetensors"}


def everything(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted((folder / "tracking").rglob("*")) if path.is_file())


def test_no_post_and_no_rewrite_is_anywhere_in_it_unless_it_is_asked_for(here: Path) -> None:
    posts = [text.encode() for pair in (*LEARNED, *JUDGES) for text in (pair.worse, pair.better)]
    words = [word for post in posts for word in post.split() if word in (b"costly", b"harbour", b"winter")]
    kept = everything(here / "runs/train/sft")
    assert b"tiny:llama" in kept
    assert not [post for post in {*posts, *words} if post in kept]
    assert main(["train", "sft.yaml", "tracking.send_text=true", "name=told", "max_pairs=5"]) == 0
    told = everything(here / "runs/train/told")
    assert all(pair.worse.encode() in told for pair in JUDGES)
    [one] = tables(here / "runs/train/told")
    assert one["columns"][:2] == ["draft", "rewrite"]
    assert {row[0] for row in one["data"]} == {pair.worse for pair in JUDGES}


def test_neither_the_machine_nor_the_person_is_named(here: Path) -> None:
    found = records(here / "runs/train/sft")
    [run] = of("run", found)
    assert not run.host
    assert not of("environment", found)
    assert not of("output", found)
    assert not of("output_raw", found)
    assert not list((here / "runs/train/sft/tracking/wandb").glob("offline-run-*/files/*.*"))  # code, requirements


def test_a_run_that_continues_is_the_same_run_and_its_steps_do_not_go_back(here: Path) -> None:
    folder = here / "runs/train/sft"
    [first] = of("run", records(folder))
    document = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(document | {"state": "running"}))
    shutil.rmtree(folder / "adapter")
    shutil.rmtree(folder / "checkpoints/checkpoint-2")
    assert main(["train", "sft.yaml", "tracking.tables=2"]) == 0  # where curves go is no part of what a run is
    begun = of("run", records(folder))
    assert [one.run_id for one in begun] == [first.run_id] * 2
    told = [line["step"] for line in history(records(folder))]
    assert told == sorted(told)
    assert [line["step"] for line in history(records(folder)) if "train/loss" in line] == [1, 2]


def test_another_run_in_the_same_folder_is_another_run_also_where_the_first_only_began(here: Path) -> None:
    folder = here / "runs/train/sft"
    for name in ("adapter", "checkpoints", "work"):
        shutil.rmtree(folder / name)
    for name in ("metrics.jsonl", "ledger.parquet", "corpus.npy"):
        (folder / name).unlink()
    document = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(document | {"state": "running"}))
    before = json.loads((folder / "tracking/run.json").read_text())["id"]
    assert main(["train", "sft.yaml", "max_pairs=5"]) == 0
    assert json.loads((folder / "tracking/run.json").read_text())["id"] != before


def test_a_place_where_nothing_can_be_written_costs_the_curves_and_not_the_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("runs/train/blocked")
    folder.mkdir()
    (folder / "tracking").write_text("a file where a folder should be")
    assert main(["train", "sft.yaml", "name=blocked", "max_pairs=5"]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "tracking" in line]
    assert len(said) == 1
    assert said[0].startswith("  tracking cannot begin and is left out: ")
    assert runs.finished(folder)["training"]["steps"] == 1


class Kept(tracking.Tracker):
    """Keeps what it is told, and fails from a step on."""

    def __init__(self, fails_at: int = 1000) -> None:
        self.told: list[tuple[int, dict[str, float]]] = []
        self.tables: list[int] = []
        self.fails_at = fails_at

    def log(self, values: Mapping[str, float], step: int) -> None:
        if step >= self.fails_at:
            raise OSError("no space left\non the device")
        self.told.append((step, dict(values)))

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int) -> None:
        self.tables.append(step)


def test_a_tracker_that_fails_is_told_of_once_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Kept(fails_at=2)
    guarded = tracking.Guarded(kept, tmp_path / "run.json", {"logged": {}})
    for step in range(1, 5):
        guarded.log({"train/loss": 1.0}, step)
        guarded.table("rewrites", ["draft"], [["x"]], step)
    guarded.close(0)
    assert [step for step, _ in kept.told] == [1]
    assert kept.tables == [1]
    assert capsys.readouterr().err == (
        "  tracking has failed and is left out from here on: no space left on the device\n"
    )


def test_each_part_of_the_curves_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    tracking.Guarded(Kept(), path, {"logged": {}}).log({"train/loss": 1.0}, 4)
    state = json.loads(path.read_text())
    kept = Kept()
    again = tracking.Guarded(kept, path, state)
    for step in (3, 4, 5):
        again.log({"train/loss": 1.0}, step)
        again.log({"validation/pair_accuracy": 0.5}, step)
    assert [(step, *values) for step, values in kept.told if "train/loss" in values] == [(5, "train/loss")]
    assert [step for step, values in kept.told if "validation/pair_accuracy" in values] == [3, 4, 5]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, b"", "refuses the key; `wandb login --relogin`"),
        (200, b'{"data": {"viewer": null}}', "refuses the key; `wandb login --relogin`"),
        (503, b"", "answers 503"),
        (200, b'{"data": {"viewer": {"username": "someone"}}}', None),
    ],
)
def test_what_wandb_says_to_the_key_is_one_line(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, expected: str | None
) -> None:
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
    with serving(status, body) as (url, asked):
        monkeypatch.setenv("WANDB_BASE_URL", url)
        line = tracking.reachable("wandb")
    assert line == (expected and f"tracking.to = wandb: {url} {expected}; the run will be kept offline")
    [(path, headers)] = asked
    assert path == "/graphql"
    assert headers["Authorization"].startswith("Basic ")


def test_a_server_that_is_not_there_and_a_missing_login_are_one_line_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert wandb_run.problem() == "WANDB_MODE = offline"
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")  # discard: nothing listens
    monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
    assert wandb_run.problem() == "http://127.0.0.1:9 cannot be reached (Connection refused)"
    monkeypatch.delenv("WANDB_API_KEY")
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    assert wandb_run.problem() == "no login here; `wandb login` makes one"
    assert tracking.reachable("offline") is None
    assert tracking.reachable("none") is None


def test_a_run_for_wandb_is_kept_offline_where_wandb_cannot_be_reached(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
    assert main(["train", "sft.yaml", "tracking.to=wandb", "name=alone", "max_pairs=5"]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "tracking" in line]
    assert len(said) == 1
    assert (
        "kept offline (http://127.0.0.1:9 cannot be reached (Connection refused)); send it later with: wandb sync "
        in said[0]
    )
    assert said[0].endswith("runs/train/alone/tracking/wandb/offline-run-*")
    assert config(records(Path("runs/train/alone")))["tracking.to"] == "wandb"


def test_tensorboard_is_told_the_same(here: Path) -> None:
    pytest.importorskip("tensorboard")
    accumulator: Any = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    assert main(["train", "sft.yaml", "tracking.to=tensorboard", "name=board"]) == 0
    events = accumulator.EventAccumulator(str(here / "runs/train/board/tracking"))
    events.Reload()
    assert [one.step for one in events.Scalars("train/loss")] == [1, 2]
    assert [one.step for one in events.Scalars("validation/pair_accuracy")] == [1, 2]
    texts = {name: events.Tensors(name) for name in events.Tags()["tensors"]}
    assert {"settings/text_summary", "read/prepare-pairs/text_summary", "made/train-board/text_summary"} <= texts.keys()
    assert [one.step for one in texts["validation_rewrites/text_summary"]] == [1, 2]
    posts = [text.encode() for pair in (*LEARNED, *JUDGES) for text in (pair.worse, pair.better)]
    assert not [post for post in posts if post in everything(here / "runs/train/board")]
