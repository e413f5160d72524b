"""One command, however it is launched: alone, by accelerate or by torchrun; and stopped by a signal, it continues."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file

from tests.train.test_ranks import ALONE, ROOT, two_ranks
from tests.train.worlds import corpus_pairs, prepared, told
from train.examples import Example
from train.launch import sharding, termination, tokenised, zero
from virality import runs
from virality.cli import main
from virality.errors import ViralityError
from virality.progress import stop

CONFIGS = Path(ROOT) / "configs" / "accelerate"
COUNT = 21
WRITER: dict[str, Any] = {
    "task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 8,
    "micro_batch": 2, "learning_rate": 3e-3, "lora": {"rank": 4, "alpha": 8}, "kinds": ["neighbour"], "epochs": 2,
}  # fmt: skip
OBJECTIVES: dict[str, dict[str, Any]] = {
    "imitation": WRITER | {"objective": "sft"},
    "preferences": WRITER | {"objective": "dpo", "evaluate_every": 2},
    "scorer": {key: value for key, value in WRITER.items() if key != "kinds"}
    | {"task": "scorer", "family": "lora", "evaluate_every": 2},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared run of a few pairs and a config for each kind of training."""
    folder = tmp_path_factory.mktemp("world")
    before = Path.cwd()
    os.chdir(folder)
    try:
        prepared("pairs", [*corpus_pairs(COUNT), *corpus_pairs(7, split="validation")])
    finally:
        os.chdir(before)
    for name, values in OBJECTIVES.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return folder


def losses(run: Path) -> list[float]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


def weights(run: Path) -> dict[str, Any]:
    [path] = [path for path in run.glob("*/adapter_model.safetensors") if path.parent.name in ("adapter", "scorer")]
    return dict(load_file(path))


def assert_alike(one: Path, two: Path) -> None:
    """The same losses and, up to what Adam makes of rounding, the same weights."""
    assert losses(two) == pytest.approx(losses(one), rel=1e-5)
    mine, other = weights(one), weights(two)
    assert mine.keys() == other.keys()
    assert max(float((mine[name] - other[name]).abs().max()) for name in mine) < 1e-5
    assert runs.finished(two)["training"]["steps"] == runs.finished(one)["training"]["steps"]
    assert not list(two.rglob("*.partial"))


def by_accelerate(config: str, processes: int) -> list[str]:
    """The words that launch a module by accelerate, as far as `two_ranks` does not say them."""
    given = ["--config_file", str(CONFIGS / config), "--num_processes", str(processes), "--main_process_port", "0"]
    return [sys.executable, "-m", "accelerate.commands.launch", *given, "-m", "virality"]


def launched(*command: str, seconds: int = 120) -> None:
    done = subprocess.run(command, env=ALONE, capture_output=True, text=True, check=False, timeout=seconds)
    assert done.returncode == 0, done.stderr[-5000:]


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_configs_are_what_accelerate_reads(path: Path) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(path))
    assert config.num_processes == 8
    assert config.mixed_precision == "no"  # the run's own `precision` decides
    wanted = {"ddp": "MULTI_GPU", "fsdp2": "FSDP", "zero2": "DEEPSPEED", "zero3": "DEEPSPEED"}[path.stem]
    assert config.distributed_type == wanted


@pytest.mark.parametrize("path", sorted((Path(ROOT) / "launch").glob("*.sh")), ids=lambda path: path.name)
def test_shell_files_are_well_formed(path: Path) -> None:
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_the_task_for_spot_machines_is_well_formed() -> None:
    task = yaml.safe_load((Path(ROOT) / "launch" / "sky.yaml").read_text(encoding="utf-8"))
    assert {"resources", "setup", "run", "envs"} <= task.keys()
    subprocess.run(["bash", "-n"], input=f"{task['setup']}\n{task['run']}", text=True, check=True)


@pytest.mark.slow
def test_accelerate_with_one_process_is_the_command_alone(here: Path) -> None:
    assert main(["train", "imitation.yaml", "name=one"]) == 0
    launched(*by_accelerate("ddp.yaml", 1), "train", "imitation.yaml", "name=two")
    assert_alike(Path("runs/train/one"), Path("runs/train/two"))


@pytest.mark.slow
def test_accelerate_with_two_processes_and_its_shipped_config_is_the_command_alone(here: Path) -> None:
    assert main(["train", "imitation.yaml", "name=one"]) == 0
    launched(*by_accelerate("ddp.yaml", 2), "train", "imitation.yaml", "name=two")
    assert_alike(Path("runs/train/one"), Path("runs/train/two"))


@pytest.mark.slow
@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_base_that_is_split_over_two_processes_learns_as_a_whole_one(here: Path, name: str) -> None:
    assert main(["train", f"{name}.yaml", "name=one"]) == 0
    launched(*by_accelerate("fsdp2.yaml", 2), "train", f"{name}.yaml", "name=two")
    assert_alike(Path("runs/train/one"), Path("runs/train/two"))
    mine, other = ({path.name for path in Path(f"runs/train/{run}").glob("checkpoints/*/*")} for run in ("one", "two"))
    assert {name for name in mine if "rng" not in name} == {name for name in other if "rng" not in name}


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launch asks for FSDP2 on two ranks."""
    for name, value in {"ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("FSDP_VERSION", "1", "fsdp_version = 1: write fsdp_version: 2"),
        ("FSDP_OFFLOAD_PARAMS", "true", "fsdp_offload_params = true: is not supported here; leave it out"),
        ("FSDP_ACTIVATION_CHECKPOINTING", "true", "fsdp_activation_checkpointing = true: is not supported here"),
    ],
)
def test_what_cannot_be_split_as_asked_is_refused(
    split: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ViralityError, match=line):
        sharding.refuse(None)


def test_a_quantised_base_is_not_split(split: None) -> None:
    sharding.refuse(None)
    with pytest.raises(ViralityError, match="bits = 4: a quantised base cannot be split"):
        sharding.refuse(4)


def test_one_rank_has_nothing_to_split(split: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert not sharding.asked()
    sharding.refuse(4)


@pytest.mark.parametrize(
    ("stage", "asked", "line"),
    [
        ("2", {"writer": True, "b_ratio": 4.0}, "lora.b_ratio = 4: DeepSpeed makes its own optimiser"),
        ("3", {"writer": False, "b_ratio": None}, "task = scorer: cannot be calibrated on what ZeRO-3 has split"),
    ],
)
def test_what_deepspeed_would_do_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch, stage: str, asked: dict[str, Any], line: str
) -> None:
    zero.refuse(**asked)
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    monkeypatch.setenv("ACCELERATE_DEEPSPEED_ZERO_STAGE", stage)
    with pytest.raises(ViralityError, match=line):
        zero.refuse(**asked)


@pytest.mark.skipif(torch.cuda.is_available(), reason="with a GPU it begins")
def test_deepspeed_without_a_gpu_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    line = told(capsys, "train", "imitation.yaml")
    assert "distributed_type = DEEPSPEED: accelerate drives it on GPUs alone" in line


@pytest.mark.parametrize(("count", "times", "more"), [(0, 2, 0), (1, 2, 1), (4, 2, 0), (5, 4, 3)])
def test_every_rank_gets_as_many_batches(count: int, times: int, more: int) -> None:
    assert sharding.filled_up(range(count), times) == [*range(count), *[count - 1] * more]


EXAMPLES = [
    Example("a", [1, 2, 3], [[4, 5], [6]], 0.25, 0.75, 0.5, 0),
    Example("b", [], [[7, 8, 9, 259000]], 1.0, group=1),
]


RANK: dict[str, str] = {"WORLD_SIZE": "4", "RANK": "2", "LOCAL_RANK": "0"}
"""The first process of the second machine."""


@pytest.fixture
def first_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in RANK.items():
        monkeypatch.setenv(name, value)


def test_examples_that_were_written_are_read_as_they_were(tmp_path: Path) -> None:
    tokenised.write(tmp_path / "some.arrow", EXAMPLES, 7)
    found = tokenised.Stored(tmp_path / "some.arrow")
    assert list(found) == EXAMPLES
    assert (len(found), found[-1], found[:1], found.too_long) == (2, EXAMPLES[1], EXAMPLES[:1], 7)
    assert [dict(row) | {"row": at} for at, row in enumerate(found.rows())] == [dict(row) for row in found.rows()]
    assert [row["length"] for row in found.rows()] == [one.length for one in EXAMPLES]


WAITS = """
import sys
from pathlib import Path
from train.launch import tokenised

print("begun", flush=True)
found, too_long = tokenised.once(Path(sys.argv[1]), {"seed": 0}, lambda: sys.exit("encoded twice"))
print([one.pair_id for one in found], too_long)
"""


def test_a_rank_waits_for_what_the_first_of_its_machine_writes(tmp_path: Path, first_of_two: None) -> None:
    second = ALONE | RANK | {"RANK": "3", "LOCAL_RANK": "1"}
    with subprocess.Popen([sys.executable, "-c", WAITS, str(tmp_path)], env=second, stdout=subprocess.PIPE,
                          text=True) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        made, too_long = tokenised.once(tmp_path, {"seed": 0}, lambda: (EXAMPLES, 3))
        assert (list(made), too_long) == (EXAMPLES, 3)
        assert process.communicate(timeout=30)[0] == "['a', 'b'] 3\n"
    assert process.returncode == 0
    assert [path.name.split("-")[1] for path in (tmp_path / "work" / "examples").iterdir()] == ["2.arrow"]


def test_other_settings_are_other_examples(tmp_path: Path, first_of_two: None) -> None:
    for seed, some in enumerate((EXAMPLES, EXAMPLES[:1])):
        assert list(tokenised.once(tmp_path, {"seed": seed}, lambda made=some: (made, 0))[0]) == some  # type: ignore[misc]
    again, _ = tokenised.once(tmp_path, {"seed": 1}, lambda: pytest.fail("is there already"))
    assert list(again) == EXAMPLES[:1]


def stopped(*command: str, times: int = 1, sent: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    """Begin the command and send the signal when its first step stands in metrics.jsonl; exit code and stderr."""
    metrics = Path("runs/train/stopped/metrics.jsonl")
    with subprocess.Popen(command, env=ALONE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(6000):
            if process.poll() is not None or (metrics.is_file() and "\n" in metrics.read_text()):
                break
            threading.Event().wait(0.01)
        for _ in range(times):
            process.send_signal(sent)
        said = process.communicate(timeout=60)[1]
    return process.returncode, said


ALONE_COMMAND = (sys.executable, "-m", "virality")
LONG = ("train", "imitation.yaml", "name=stopped", "epochs=8")


@pytest.mark.parametrize("sent", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_signal_ends_the_step_saves_it_and_the_same_command_ends_with_the_same_bits(
    here: Path, sent: signal.Signals
) -> None:
    code, said = stopped(*ALONE_COMMAND, *LONG, sent=sent)
    assert code == 75, said
    [checkpoint] = Path("runs/train/stopped/checkpoints").iterdir()
    step = int(checkpoint.name.partition("-")[2])
    assert 1 <= step < 24
    start = f"virality train: runs/train/stopped: stopped after step {step} of 24"
    assert said.splitlines()[-1] == f"{start}, which is saved; the same command continues"
    assert "Traceback" not in said
    assert json.loads(Path("runs/train/stopped/run.json").read_text())["state"] == "running"
    assert main([*LONG]) == 0
    assert main([*LONG, "name=whole"]) == 0
    mine, other = weights(Path("runs/train/stopped")), weights(Path("runs/train/whole"))
    assert all(mine[name].equal(other[name]) for name in other)
    assert runs.finished(Path("runs/train/stopped"))["training"]["steps"] == 24


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    stop.clear()
    assert {number: signal.getsignal(number) for number in before} == before


def twice() -> None:
    """What a person does who cannot wait; it never goes on behind the second."""
    with termination.noted():
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
        signal.raise_signal(signal.SIGTERM)
        stop.clear()


def test_a_second_signal_interrupts_at_once(handlers: None) -> None:
    with pytest.raises(KeyboardInterrupt):
        twice()
    assert stop.is_set()


def test_the_echo_of_a_launcher_is_no_second_signal(handlers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "0")
    twice()
    monkeypatch.setattr(termination, "ECHO", -1.0)  # later
    with pytest.raises(KeyboardInterrupt):
        twice()


@pytest.mark.slow
def test_two_ranks_stop_after_the_same_step_and_continue_to_the_same_bits(here: Path) -> None:
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    code, said = stopped(*torchrun, "-m", "virality", *LONG)
    assert code != 0, said
    assert said.count("which is saved; the same command continues") == 1, said
    [checkpoint] = Path("runs/train/stopped/checkpoints").iterdir()
    assert {"rng_state_0.pth", "rng_state_1.pth"} <= {path.name for path in checkpoint.iterdir()}
    two_ranks("-m", "virality", *LONG, cwd=here)
    two_ranks("-m", "virality", *LONG, "name=whole", cwd=here)
    mine, other = weights(Path("runs/train/stopped")), weights(Path("runs/train/whole"))
    assert all(mine[name].equal(other[name]) for name in other)


@pytest.mark.slow
def test_two_ranks_continue_within_a_later_epoch_to_the_same_bits(here: Path) -> None:
    command = ("-m", "virality", "train", "imitation.yaml", "name=two", "save_every=4")  # an epoch has three steps
    two_ranks(*command, cwd=here)
    run = Path("runs/train/two")
    before = weights(run)
    shutil.rmtree(run / "checkpoints" / "checkpoint-6")
    shutil.rmtree(run / "adapter")
    two_ranks(*command, cwd=here)
    assert "continuing from runs/train/two/checkpoints/checkpoint-4" in Path("two.txt").read_text()
    after = weights(run)
    assert all(after[name].equal(before[name]) for name in before)
