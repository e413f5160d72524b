"""Two processes end where one does: the same adapter, the same figures, one checkpoint of what both saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file

from tests.train.test_exactness import head
from tests.train.test_trainer import RECIPE, TOKENIZER, examples
from tests.train.worlds import adapted, corpus_pairs, prepared
from train.examples import Example
from train.fit import fit
from train.objectives import dpo, pairwise, sft
from virality import ledger, runs, tables
from virality.progress import is_main

ROOT = str(Path(__file__).resolve().parents[2])
ALONE = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": ROOT}
OBJECTIVES = {"sft": sft(), "dpo": dpo(0.1, 0.2), "pairwise": pairwise()}
COUNT = 21
"""In steps of 8 the last has five."""


def some(name: str) -> list[Example]:
    """Examples, half of which share a long draft in pairs: ranks see trees of different depth side by side."""
    made = examples(name, COUNT)
    long = [*made[0].prompt, *made[1].prompt[20:], *made[2].prompt[20:]]
    return [replace(one, prompt=[*long, 10 + at // 2]) if at < COUNT // 2 and one.prompt else one
            for at, one in enumerate(made)]  # fmt: skip


def train(folder: Path, names: Sequence[str]) -> None:
    """One training for each objective, in a folder of its own; what each rank answers lies beside it."""
    for name in names:
        recipe = replace(RECIPE, batch_size=8, save_every=0, evaluate_every=2, epochs=2)
        model = adapted(head=head(name))
        judges = examples("pairwise" if name == "pairwise" else "dpo", 7, seed=5)
        found = fit(model, TOKENIZER, some(name), OBJECTIVES[name], recipe, folder / name, validation=judges)
        (folder / f"{name}-{os.environ.get('RANK', 0)}.json").write_text(json.dumps(asdict(found)))
        if is_main():
            model.save_pretrained(folder / name / "adapter", save_embedding_layers=False)


SCRIPT = """
import sys
from pathlib import Path
import torch
from tests.train.test_ranks import train
from train.launch import ranks

torch.set_num_threads(1)
train(Path(sys.argv[1]), sys.argv[2:])
ranks.leave()
"""


def two_ranks(*command: str, cwd: Path, seconds: int = 120) -> None:
    """Run the command in two processes; fails where they fail or hang."""
    said = cwd / "two.txt"
    with said.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", *command],
            cwd=cwd, env=ALONE, stdout=stream, stderr=stream,
        )  # fmt: skip
        try:
            code: int | str = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.terminate()  # it ends its two
            process.wait()
            code = "hangs"
    assert code == 0, (code, said.read_text()[-5000:])


def assert_close(one: Path, two: Path, within: float = 1e-6) -> None:
    mine, other = (load_file(folder / "adapter_model.safetensors") for folder in (one, two))
    assert mine.keys() == other.keys()
    for name, tensor in mine.items():
        assert float((tensor - other[name]).abs().max()) < within, name


def evaluations(folder: Path) -> list[dict[str, Any]]:
    logged = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line for line in logged if "eval_pair_accuracy" in line]


def answered(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    assert found.pop("difference") < 1e-5
    return {"loss": pytest.approx(found.pop("loss"), rel=1e-5)} | found


def assert_alike(tmp_path: Path, names: list[str]) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    train(tmp_path / "one", names)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    two_ranks(str(script), str(tmp_path / "two"), *names, cwd=tmp_path)
    for name in names:
        one, two = tmp_path / "one" / name, tmp_path / "two" / name
        assert_close(one / "adapter", two / "adapter")
        alone = answered(tmp_path / "one" / f"{name}-0.json")
        for rank in (0, 1):
            document = json.loads((tmp_path / "two" / f"{name}-{rank}.json").read_text())
            assert {key: document[key] for key in alone} == alone
        mine, other = evaluations(one), evaluations(two)
        assert [line["step"] for line in mine] == [line["step"] for line in other] == [2, 4, 6]
        for line, beside in zip(mine, other, strict=True):
            assert line["eval_pair_accuracy"] == beside["eval_pair_accuracy"]
            assert line["eval_margin"] == pytest.approx(beside["eval_margin"], abs=1e-5)
        left = [sorted(path.name for path in (folder / "checkpoints").iterdir()) for folder in (one, two)]
        assert left[0] == left[1]
        for checkpoint in left[0]:
            places = [folder / "checkpoints" / checkpoint for folder in (one, two)]
            assert_close(places[0], places[1])
            seen = [json.loads((place / "rows.json").read_text()) for place in places]
            assert seen[0] == seen[1]
        assert len(seen[0]) == COUNT  # of the last: what either rank saw


def test_two_processes_end_with_the_adapter_of_one(tmp_path: Path) -> None:
    assert_alike(tmp_path, ["dpo"])


@pytest.mark.slow
def test_two_processes_end_with_the_imitation_and_the_scorer_of_one(tmp_path: Path) -> None:
    assert_alike(tmp_path, ["sft", "pairwise"])


CONFIGS: dict[str, dict[str, Any]] = {
    "writer": {"task": "writer", "objective": "dpo", "learning_rate": 3e-3, "kinds": ["neighbour"]},
    "scorer": {"task": "scorer", "family": "lora", "learning_rate": 3e-3},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGS)
def test_the_command_under_two_processes_makes_one_run(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from virality.cli import main

    monkeypatch.chdir(tmp_path)
    prepared("pairs", [*corpus_pairs(COUNT), *corpus_pairs(7, split="validation")])
    shared = {"base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 8,
              "micro_batch": 2, "evaluate_every": 2, "lora": {"rank": 4, "alpha": 8}}  # fmt: skip
    Path(f"{name}.yaml").write_text(yaml.safe_dump(CONFIGS[name] | shared))
    two_ranks("-m", "virality", "train", f"{name}.yaml", "name=two", cwd=tmp_path)
    assert main(["train", f"{name}.yaml", "name=one"]) == 0
    one, two = Path("runs/train/one"), Path("runs/train/two")
    weights = "adapter" if name == "writer" else "scorer"
    assert_close(one / weights, two / weights, 1e-5)  # B begins at 0: Adam divides rounding by next to nothing
    learned = [set(tables.read(folder / "ledger.parquet", ledger.schema(), ledger.Entry)) for folder in (one, two)]
    assert learned[0] == learned[1]
    documents = [runs.finished(folder) for folder in (one, two)]
    mine, other = (document["training"] for document in documents)
    assert mine["best_step"] == other["best_step"]
    assert mine["validation_pair_accuracy"] == other["validation_pair_accuracy"]
    made = [{name for name in document["outputs"] if "rng_state" not in name} for document in documents]
    assert made[0] == made[1]
    assert not list(two.rglob("*.partial"))
    assert torch.get_num_threads() == 1
