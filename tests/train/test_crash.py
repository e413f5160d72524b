"""Training that is killed, or runs out of disk or memory: one line says what to do, and it goes on to the same bits."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.data_prep.test_crash import SPACE, own_mounts
from tests.train.worlds import corpus_pairs, prepared
from train import failures
from virality import ledger, tables
from virality.cli import main
from virality.errors import ViralityError

WRITER: dict[str, Any] = {
    "task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 4,
    "epochs": 10, "learning_rate": 3e-3, "save_every": 1,
}  # fmt: skip
CONFIGS: dict[str, dict[str, Any]] = {
    "imitation": WRITER | {"objective": "sft", "lora": {"rank": 4, "alpha": 8}},
    "preferences": WRITER
    | {
        "objective": "dpo",
        "micro_batch": 2,
        "lora": {"rank": 4, "alpha": 8, "dropout": 0.1},
        "epochs": 6,
        "save_every": 2,
    },
}
"""The second draws random numbers at every step, so the state of their generators must be kept as well."""
PAIRS = 40


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared run of a few pairs and two configs."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.chdir(folder):
        prepared("pairs", [*corpus_pairs(PAIRS), *corpus_pairs(8, split="validation")])
        for name, values in CONFIGS.items():
            Path(f"{name}.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a config's run that nothing disturbs."""
    made: dict[str, Path] = {}

    def run(name: str) -> Path:
        if name not in made:
            folder = shutil.copytree(world, tmp_path_factory.mktemp("undisturbed") / "world")
            done = subprocess.run(command(name), cwd=folder, env=alone(), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            made[name] = folder / "runs" / "train" / name
        return made[name]

    return run


@pytest.fixture
def here(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The world in a folder of its own, which the test stands in."""
    folder = shutil.copytree(world, tmp_path / "world")
    monkeypatch.chdir(folder)
    return folder


def command(name: str, *overrides: str) -> list[str]:
    return [sys.executable, "-m", "virality", "train", f"{name}.yaml", *overrides]


def alone() -> dict[str, str]:
    """One thread: the order of sums, and so the bits, depend on how many there are."""
    return os.environ | {"OMP_NUM_THREADS": "1"}


def told(stderr: str) -> str:
    """The one line that a person is told at the end."""
    assert "Traceback" not in stderr, stderr[-3000:]
    [line] = [line for line in stderr.splitlines() if line.startswith("virality train:")]
    return line


def assert_like(undisturbed: Path) -> None:
    """The run that lies here is, to the bit, the one that nothing disturbed."""
    run = Path("runs/train") / undisturbed.name
    for name in ("adapter/adapter_model.safetensors", "adapter/adapter_config.json", "ledger.parquet"):
        assert (run / name).read_bytes() == (undisturbed / name).read_bytes(), name
    assert logged_steps(run) == logged_steps(undisturbed)
    assert [str(path) for path in run.rglob("*.partial")] == []


def logged_steps(run: Path) -> list[int]:
    """Steps of the lines of metrics.jsonl: each once, whatever was done again."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return [line["step"] for line in lines if "loss" in line]


def killed(name: str, seconds: float, *, saved: bool) -> bool:
    """Begin or continue, and kill after so many seconds, counted from its first checkpoint or from its start."""
    folder = Path("runs/train") / name / "checkpoints"
    before = {path.name for path in folder.glob("checkpoint-*")}
    with Path(f"{name}.txt").open("a") as said:
        process = subprocess.Popen(command(name), stderr=said, env=alone(), start_new_session=True)
        try:
            while saved and process.poll() is None and {path.name for path in folder.glob("checkpoint-*")} <= before:
                time.sleep(0.005)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):  # it was faster
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    assert code in (0, -signal.SIGKILL), Path(f"{name}.txt").read_text()[-3000:]
    return code != 0


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGS)
def test_killed_at_ten_random_moments_it_ends_with_the_same_bits(
    here: Path, undisturbed: Callable[[str], Path], name: str
) -> None:
    draw = random.Random(name)
    kills = 0
    while kills < 10:
        early = kills in (3, 7)  # while it loads
        if killed(name, draw.uniform(0.5, 4.0) if early else draw.uniform(0.0, 0.6), saved=not early):
            kills += 1
        else:
            assert_like(undisturbed(name))
            shutil.rmtree(Path("runs/train") / name)
    done = subprocess.run(command(name), env=alone(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said = Path(f"{name}.txt").read_text() + done.stderr
    assert said.count("continuing from") >= 8
    assert "passed over" not in said  # what a kill leaves unfinished is never taken for a checkpoint
    assert_like(undisturbed(name))


DISK = """
set -u
mkdir -p runs/train
mount -t tmpfs -o size={size}k tmpfs runs/train || exit 99
"$@" 2> first.txt
echo $? > first.code
find runs/train -path '*/checkpoints/*' > first.files
mount -o remount,size=200m runs/train
"$@" 2> second.txt
echo $? > second.code
cp -r runs/train kept
"""


@pytest.mark.slow
@pytest.mark.parametrize("share", [1.6, 2.6])
def test_a_disk_that_fills_up_during_a_save_is_told_and_after_room_was_made_it_ends_with_the_same_bits(
    here: Path, undisturbed: Callable[[str], Path], share: float
) -> None:
    """Room for so many checkpoints: the second or the third does not fit any more."""
    if not own_mounts():
        pytest.skip("a small disk needs unshare and user namespaces")
    whole = undisturbed("imitation")
    last = max((whole / "checkpoints").glob("checkpoint-*"), key=lambda path: path.stat().st_mtime_ns)
    size = sum(4096 * -(-path.stat().st_size // 4096) for path in last.rglob("*") if path.is_file())
    script = ["sh", "-c", DISK.format(size=round(share * size / 1024) + 16), "sh"]
    subprocess.run([*SPACE, *script, *command("imitation")], env=alone(), check=True)
    assert Path("first.code").read_text().strip() == "2", Path("first.txt").read_text()[-3000:]
    line = told(Path("first.txt").read_text())
    assert line.startswith("virality train: runs/train/imitation/"), line
    assert "the disk is full; free some space, then the same command continues" in line
    left = {path.split("/")[4] for path in Path("first.files").read_text().split()}
    assert len(left) == int(share), left
    assert Path("second.code").read_text().strip() == "0", Path("second.txt").read_text()[-3000:]
    assert "continuing from" in Path("second.txt").read_text()
    shutil.rmtree("runs/train")
    shutil.move("kept", "runs/train")
    assert_like(whole)


LIMITED = (
    "import resource, sys; size = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); "
    "from virality.cli import main; sys.exit(main(['train', 'imitation.yaml']))"
)


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_is_told_as_a_full_disk_is(here: Path, undisturbed: Callable[[str], Path]) -> None:
    """The kernel fails the write as a full quota does: of the optimiser's moments, then of the weights as well."""
    longest = max(path.stat().st_size for path in undisturbed("imitation").glob("checkpoints/*/*"))
    for size in (longest - 5000, longest // 4):
        done = subprocess.run([sys.executable, "-c", LIMITED, str(size)], env=alone(), capture_output=True, text=True,
                              check=False)  # fmt: skip
        assert done.returncode == 2, done.stderr[-3000:]
        line = told(done.stderr)
        assert line.startswith("virality train: runs/train/imitation/checkpoints/"), line
        assert line.endswith("then the same command continues")
        assert not any(Path("runs/train/imitation/checkpoints").iterdir())
    subprocess.run(command("imitation"), env=alone(), capture_output=True, check=True)
    assert_like(undisturbed("imitation"))


SHORT_OF_MEMORY = """
import resource, sys
from pathlib import Path
import datasets, peft, torch, transformers, train.run, train.steps
from virality.cli import main
torch.zeros(8).exp()
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 500 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_a_batch_that_needs_more_memory_than_there_is_says_what_to_set_and_that_helps(here: Path) -> None:
    pairs = [pair for seed in range(20) for pair in corpus_pairs(40, seed=seed)]
    prepared("many", pairs)
    given = ["train", "imitation.yaml", "data=runs/prepare/many", "batch_size=768", "epochs=0.1", "save_every=0"]
    done = subprocess.run([sys.executable, "-c", SHORT_OF_MEMORY, *given], env=alone(), capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 2, done.stderr[-3000:]
    line = told(done.stderr)
    assert "micro_batch = 768: out of memory" in line
    assert "set micro_batch=384" in line
    assert main([*given, "micro_batch=8"]) == 0  # in the same folder


ALLOCATES = """
import resource, sys
from pathlib import Path
import torch
from train.failures import out_of_memory
limit = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + 2**28
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for allocate in (lambda: torch.zeros(2**28), lambda: bytearray(2**30), lambda: torch.empty(2**27).exp().sum()):
    try:
        with out_of_memory(micro_batch=12, shape=(24, 300)):
            allocate()
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_memory_that_is_refused_is_told_as_the_setting_to_change() -> None:
    done = subprocess.run([sys.executable, "-c", ALLOCATES], capture_output=True, text=True, check=False)
    line = "ViralityError micro_batch = 12: out of memory at a batch of 24 rows of up to 300 tokens; set micro_batch=6"
    said = done.stdout.splitlines()
    assert len(said) == 3, done.stderr
    assert all(one.startswith(line) for one in said), said


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ((16, (16, 80)), "set micro_batch=8 (the same gradients, in more passes)"),
        ((9, (9, 80)), "set micro_batch=3 (the same gradients, in more passes)"),
        ((7, (7, 80)), "set micro_batch=1 (the same gradients, in more passes)"),
        ((1, (2, 400), 512), "set max_tokens=200 (it is 512), or set precision=bf16, or take a smaller base"),
        ((1, (2, 400), 512, "bfloat16"), "set max_tokens=200 (it is 512), or take a smaller base"),
        ((1, (1, 20), None, "bfloat16"), "take a smaller base"),
        ((1, None), "set precision=bf16, or take a smaller base"),
    ],
)
def test_the_advice_is_what_can_still_be_changed(arguments: tuple[Any, ...], advice: str) -> None:
    said = failures.advice(*arguments)
    assert said.startswith(f"micro_batch = {arguments[0]}: out of memory")
    assert said.endswith(f"; {advice}")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.00 GiB"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("std::bad_alloc"),
        OSError(12, "Cannot allocate memory"),
        MemoryError(),
    ],
)
def test_what_devices_and_libraries_say_of_memory_is_understood(error: Exception) -> None:
    assert failures.is_out_of_memory(error)
    with pytest.raises(ViralityError, match="set micro_batch=2"), failures.out_of_memory(micro_batch=4):
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes do not match"), ViralityError("told"), KeyboardInterrupt()])
def test_other_errors_are_not_taken_for_a_want_of_memory(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, failures.out_of_memory(micro_batch=4):
        raise error
    assert caught.value is error


def test_the_batch_that_stopped_the_run_is_kept_with_its_own_numbers(tmp_path: Path) -> None:
    rows = [{"row": 3, "weight": float("nan"), "text": "a post"}, {"row": 4, "weight": 0.5, "text": "another"}]
    error = failures.keep_batch(tmp_path, "the loss of this batch at step 7 is nan", rows)
    place = tmp_path / "bad_batch.json"
    expected = f"{place}: the loss of this batch at step 7 is nan; lower learning_rate, or look at its rows"
    assert (str(error), error.exit_code) == (expected, 2)
    kept = json.loads(place.read_text(), parse_constant=pytest.fail)
    assert kept == {"what": "the loss of this batch at step 7 is nan", "rows": [rows[0] | {"weight": "nan"}, rows[1]]}


def test_each_rank_keeps_the_batch_that_it_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for rank in ("0", "1"):
        monkeypatch.setenv("RANK", rank)
        failures.keep_batch(tmp_path, "the loss is nan", [{"row": int(rank)}])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad_batch-rank1.json", "bad_batch.json"]


def test_a_batch_that_cannot_be_kept_does_not_hide_what_stopped_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    error = failures.keep_batch(tmp_path / "file", "the loss is inf", [])
    assert "the loss is inf; its rows could not be kept (" in str(error)


@pytest.mark.parametrize("name", CONFIGS)
def test_each_checkpoint_has_a_ledger_of_the_rows_that_it_saw(here: Path, name: str) -> None:
    assert main(["train", f"{name}.yaml", "epochs=1", "save_every=4"]) == 0
    learned = {path.parent.name: tables.read(path, ledger.schema(), ledger.Entry)
               for path in Path("runs/train").glob("*/checkpoints/*/ledger.parquet")}  # fmt: skip
    assert {checkpoint: len(rows) for checkpoint, rows in learned.items()} == {"checkpoint-8": 32, "checkpoint-10": 40}
    assert {row.pair_id for row in learned["checkpoint-10"]} == {pair.pair_id for pair in corpus_pairs(PAIRS)}
    for checkpoint, rows in learned.items():
        assert {(row.checkpoint, row.use) for row in rows} == {(checkpoint, "train")}


def test_the_best_checkpoint_is_named_by_the_place_where_it_lies(here: Path) -> None:
    assert main(["train", "preferences.yaml", "epochs=1", "save_every=0", "evaluate_every=2"]) == 0
    states = sorted(Path("runs/train").glob("*/checkpoints/*/trainer_state.json"))
    assert len(states) >= 2
    for state in states:
        best = json.loads(state.read_text())["best_model_checkpoint"]
        assert Path(best).parent == state.parent.parent
        assert Path(best).is_dir()


@pytest.mark.parametrize(
    "ends",
    [
        ["epochs=0.5", "save_every=4", "schedule=constant"],  # amid an epoch
        ["epochs=1", "save_every=0", "evaluate_every=2", "patience=1", "learning_rate=1e-6"],  # early
    ],
    ids=["amid an epoch", "early"],
)
def test_killed_after_the_last_checkpoint_it_ends_without_another_step(
    here: Path, capsys: pytest.CaptureFixture[str], ends: list[str]
) -> None:
    run, given = Path("runs/train/preferences"), ["train", "preferences.yaml", *ends]
    assert main(given) == 0
    training = json.loads((run / "run.json").read_text())["training"]
    assert training["steps"] < 10
    weights = run / "adapter" / "adapter_model.safetensors"
    content, rows = weights.read_bytes(), (run / "ledger.parquet").read_bytes()
    weights.unlink()
    last = run / "checkpoints" / f"checkpoint-{training['steps']}"
    shutil.copytree(last, run / "checkpoints" / "writing.partial" / "checkpoint-9")  # of a save that was killed
    capsys.readouterr()
    assert main(given) == 0
    assert f"continuing from {last}" in capsys.readouterr().err
    assert weights.read_bytes() == content
    assert (run / "ledger.parquet").read_bytes() == rows
    assert json.loads((run / "run.json").read_text())["training"]["steps"] == training["steps"]
    assert not list(run.rglob("*.partial"))


def test_what_stops_a_run_stands_on_a_line_of_its_own_behind_the_bar(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "imitation.yaml", "lora.alpha=1e30", "warmup=0", "schedule=constant"]) == 2
    assert "bad_batch.json: the " in told(capfd.readouterr().err)
