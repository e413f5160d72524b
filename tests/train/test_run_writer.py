"""A writer's run: it continues another's adapter, learns from faithful pairs alone, says in one line what it lacks."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from safetensors.torch import load_file

from data_prep.records import Pair
from tests.train.worlds import corpus_pairs, prepared, told
from train.settings import LoraScorerSettings, WriterSettings
from virality import ledger, runs, tables
from virality.cli import main
from virality.gates.corpus import Corpus

WRITER: dict[str, Any] = {
    "task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 4,
    "learning_rate": 3e-3, "kinds": ["neighbour"],
}  # fmt: skip
CONFIGS: dict[str, dict[str, Any]] = {
    "sft": WRITER | {"objective": "sft", "lora": {"rank": 4, "alpha": 8}},
    "dpo": WRITER | {"objective": "dpo", "init": "runs/train/sft", "data": "runs/prepare/others"},
}
LEARNED = corpus_pairs(12)
OTHERS = corpus_pairs(10, seed=1)
JUDGES = corpus_pairs(6, split="validation")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two prepared runs and a writer by imitation."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.chdir(folder):
        prepared("pairs", [*LEARNED, *JUDGES])
        prepared("others", OTHERS)
        for name, values in CONFIGS.items():
            Path(f"{name}.yaml").write_text(yaml.safe_dump(values))
        assert main(["train", "sft.yaml"]) == 0
    return folder


def learned(run: str) -> dict[str, set[str]]:
    """Checkpoint -> pairs, of a run's ledger."""
    found = tables.read(Path("runs/train") / run / "ledger.parquet", ledger.schema(), ledger.Entry)
    assert {one.use for one in found} == {"train"}
    return {
        name: {one.pair_id for one in found if one.checkpoint == name} for name in {one.checkpoint for one in found}
    }


def test_an_index_of_what_was_learned_lies_beside_the_adapter_and_grows_with_what_continues_it(world: Path) -> None:
    with contextlib.chdir(world):
        assert main(["train", "dpo.yaml", "name=reciting"]) == 0
        first, second = (Corpus.beside(Path("runs/train") / name) for name in ("sft", "reciting"))
    assert first is not None
    assert second is not None
    assert set(first.hashes.tolist()) <= set(second.hashes.tolist())
    posts = [text for pair in LEARNED for text in (pair.worse, pair.better)]
    assert first.version == Corpus.of(posts).version


def ids(pairs: list[Pair]) -> set[str]:
    return {one.pair_id for one in pairs}


@pytest.mark.parametrize("objective", ["dpo", "ipo", "kto"])
def test_the_adapter_that_is_continued_is_the_reference(here: Path, objective: str) -> None:
    given = [f"objective={objective}", "max_pairs=4", "name=x"]  # one step, or two of kto
    assert main(["train", "dpo.yaml", *given]) == 0
    [first, *_] = map(json.loads, Path("runs/train/x/metrics.jsonl").read_text().splitlines())
    assert first["reward" if objective == "kto" else "margin"] == pytest.approx(0, abs=1e-5)


def test_what_is_continued_is_the_adapter_and_not_a_new_one(here: Path) -> None:
    assert main(["train", "dpo.yaml", "learning_rate=1e-12"]) == 0
    mine, before = (load_file(Path(f"runs/train/{name}/adapter/adapter_model.safetensors")) for name in ("dpo", "sft"))
    assert mine.keys() == before.keys()
    assert all(float((mine[name] - before[name]).abs().max()) < 1e-9 for name in mine)
    assert any(float(tensor.abs().max()) > 0 for name, tensor in before.items() if "lora_B" in name)


def test_the_ledger_names_what_the_adapter_before_learned_from_and_each_kept_checkpoint(here: Path) -> None:
    assert main(["train", "dpo.yaml", "save_every=1"]) == 0
    found = learned("dpo")
    assert found["adapter"] == ids(LEARNED) | ids(OTHERS)
    kept = {path.name for path in Path("runs/train/dpo/checkpoints").iterdir()}
    assert set(found) - {"adapter"} == kept == {"checkpoint-2", "checkpoint-3"}
    assert ids(LEARNED) < found["checkpoint-2"] < found["checkpoint-3"] == ids(LEARNED) | ids(OTHERS)
    assert len(found["checkpoint-2"]) == len(ids(LEARNED)) + 8


def test_the_best_checkpoint_is_the_adapter_and_validation_pairs_are_not_learned_from(here: Path) -> None:
    assert main(["train", "sft.yaml", "evaluate_every=1", "patience=1", "learning_rate=1e-9", "name=best"]) == 0
    training = runs.finished(Path("runs/train/best"))["training"]
    assert (training["steps"], training["best_step"]) == (2, 1)
    found = learned("best")
    assert len(found["adapter"]) == 4
    assert found["adapter"] == found["checkpoint-1"] < found["checkpoint-2"] < ids(LEARNED)
    mine, chosen = (load_file(Path("runs/train/best") / where / "adapter_model.safetensors")
                    for where in ("adapter", "checkpoints/checkpoint-1"))  # fmt: skip
    assert all(bool((mine[name] == chosen[name]).all()) for name in chosen)


@pytest.mark.parametrize("objective", ["sft", "dpo", "kto"])
def test_pairs_that_say_something_else_are_left_out_unless_they_are_asked_for(
    here: Path, objective: str, capsys: pytest.CaptureFixture[str]
) -> None:
    some = [replace(one, faithful=False) if at < 3 else one for at, one in enumerate(LEARNED)]
    prepared("some", some)
    given = ["train", "sft.yaml", f"objective={objective}", "data=runs/prepare/some"]
    assert main([*given, "name=faithful"]) == 0
    assert "left out: {'not faithful': 3}" in capsys.readouterr().err
    assert learned("faithful")["adapter"] == ids(some[3:])
    assert runs.finished(Path("runs/train/faithful"))["left_out"] == {"not faithful": 3}
    assert main([*given, "unfaithful=true", "name=all"]) == 0
    assert learned("all")["adapter"] == ids(some)


def test_where_no_faithful_pair_is_left_it_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepared("none", [replace(one, faithful=False) for one in LEARNED])
    said = told(capsys, "train", "sft.yaml", "data=runs/prepare/none", "name=x")
    assert said.endswith("data: no pair that a writer may learn from; left out: {'not faithful': 12}")
    assert main(["train", "sft.yaml", "data=runs/prepare/none", "name=x", "unfaithful=true"]) == 0


def test_what_judges_checkpoints_must_be_measured_and_of_the_validation_split(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared("judged", [*LEARNED, *(replace(one, kind="judged") for one in JUDGES)])
    for data in ("others", "judged"):
        said = told(capsys, "train", "sft.yaml", f"data=runs/prepare/{data}", "evaluate_every=2", "name=x")
        assert "evaluate_every = 2: the data have no measured pair in the validation split" in said
    prepared("long", [*LEARNED, *(replace(one, better="free " * 400) for one in JUDGES)])
    said = told(capsys, "train", "sft.yaml", "data=runs/prepare/long", "evaluate_every=2", "name=x")
    assert "evaluate_every = 2: every measured pair in the validation split is longer than max_tokens = 512" in said
    judges = "data=runs/prepare/others,runs/prepare/pairs"
    assert main(["train", "sft.yaml", judges, "evaluate_every=2", "max_validation=3", "name=x"]) == 0


@pytest.mark.parametrize("way", ["lora.alpha=1e30", "lora.alpha=1e38"])
def test_numbers_that_are_none_are_one_line_and_the_batch_can_be_read(
    here: Path, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["train", "sft.yaml", way, "warmup=0", "schedule=constant", "epochs=3", "name=x"]
    assert "runs/train/x/bad_batch.json: the " in told(capsys, *given)
    kept = json.loads(Path("runs/train/x/bad_batch.json").read_text(), parse_constant=pytest.fail)
    texts = [text for row in kept["rows"] for text in row["texts"]]
    assert len(texts) == 4
    assert all(any(pair.better in text and pair.worse in text for pair in LEARNED) for text in texts)


def test_an_adapter_of_another_base_is_not_continued(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "train", "dpo.yaml", "base=tiny:qwen3", "name=x")
    assert said.endswith("init = runs/train/sft: is no adapter of base = tiny:qwen3; write base=tiny:llama")


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (["patience=2"], "patience = 2: counts evaluations, and there are none; say evaluate_every too"),
        (["evaluate_every=2", "save_every=3"], "save_every = 3: each evaluation has its checkpoint"),
        (["micro_batch=3"], "micro_batch = 3: does not divide batch_size = 4; 2 does"),
        (["bits=4", "lora.kind=dora"], "lora.kind = dora: needs the base's own weights; leave bits out"),
        (["init=runs/train/sft", "lora.rank=8"], "the adapter of init is continued as it is; leave lora out, or init"),
        (["imitation=0.2"], "imitation = 0.2: sft knows no such term (dpo, ipo, simpo do); leave it out"),
        (["objective=orpo", "imitation=0.2"], "imitation = 0.2: orpo knows no such term (dpo, ipo, simpo do)"),
        (["labels=soft"], "labels = soft: sft knows no such term"),
        (["margin=0.5"], "margin = 0.5: sft knows no such term"),
        (["objective=kto", "margin=0.5"], "margin = 0.5: kto knows no such term"),
        (["objective=grpo"], "grpo.scorer: objective = grpo pays by a scorer; name a scorer's run"),
        (["objective=grpo", "grpo.scorer=runs/train/x", "weighting=none"], "weighting = none: is not of grpo"),
        (["grpo.scorer=runs/train/x"], "sft pays no rewards; write objective=grpo, or leave it out"),
        (["objective=grpo", "grpo.scorer=runs/train/x", "beta=0.1"], "beta = 0.1: grpo knows no such term"),
        (["objective=dop"], "objective"),
        (["beta=0"], "beta"),
        (["epochs=0"], "epochs"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], overrides: list[str], reason: str
) -> None:
    assert reason in told(capsys, "train", "sft.yaml", "name=x", *overrides)
    assert not Path("runs/train/x").exists()


def test_every_objective_trains_through_the_command(here: Path) -> None:
    for objective in ("sft", "dpo", "ipo", "simpo", "orpo", "kto"):
        assert main(["train", "sft.yaml", f"objective={objective}", "epochs=0.3", f"name={objective}1"]) == 0
        document = runs.finished(Path(f"runs/train/{objective}1"))
        assert document["objective"] == objective
        assert document["training"]["shared_prefix_difference"] < 1e-4


def test_defaults_are_settings() -> None:
    WriterSettings(task="writer", base="tiny:llama", data=("a",), objective="sft")
    LoraScorerSettings(task="scorer", family="lora", base="tiny:llama", data=("a",))
    with pytest.raises(ValidationError, match="patience"):
        LoraScorerSettings(task="scorer", family="lora", base="tiny:llama", data=("a",), patience=1)
