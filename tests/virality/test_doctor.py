"""What of a machine can be used: one line each, exit 0, whatever is missing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from virality import doctor, machine
from virality.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder and home, no GPU, no site to ask and no login."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "WANDB_API_KEY", "HF_TOKEN_PATH", "LD_PRELOAD",
                 "MALLOC_TRIM_THRESHOLD_"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def found(runs: Path = Path("runs")) -> dict[str, tuple[str, str]]:
    """What -> state and words."""
    return {one.what: (one.state, one.said) for one in doctor.findings(runs)}


def test_it_prints_a_line_for_each_thing_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "missing", "hint"}
    named = [line[9:].partition("  ")[0].strip() for line in lines]
    for what in ("Python", "processor", "disk", "GPU", "torch", "trl", "bitsandbytes", "deepspeed", "pyspark",
                 "tensorboard", "hub", "W&B"):  # fmt: skip
        assert what in named
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["what"] for one in told] == named
    assert all(one.keys() == {"what", "state", "said"} for one in told)


@pytest.mark.parametrize(
    ("line", "state", "words"),
    [
        ("flags\t\t: fpu avx2 avx512_bf16 amx_bf16\n", "ok", "bf16 by amx_bf16, avx512_bf16"),
        ("Features\t: fp asimd bf16\n", "ok", "bf16 by bf16"),
        ("flags\t\t: fpu avx2\n", "hint", "no bf16 (avx512_bf16, amx_bf16): precision=auto takes fp32"),
        ("nothing of the kind\n", "ok", "what it can do in bf16 is measured when a run starts"),
    ],
)
def test_what_the_processor_can_do_is_read_of_its_flags(
    alone: Path, monkeypatch: pytest.MonkeyPatch, line: str, state: str, words: str
) -> None:
    (alone / "cpuinfo").write_text(f"processor\t: 0\n{line}")
    monkeypatch.setattr(machine, "CPUINFO", alone / "cpuinfo")
    assert found()["processor"] == (state, f"{machine.cores()} cores; {words}")


def test_a_gpu_is_named_with_its_memory(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found()["GPU"] == ("hint", "no NVIDIA GPU is seen; small bases train on the processor")
    tool = alone / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA Big, 80 GB, 81559'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{alone}:{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert ("ok", "NVIDIA Big, 80 GB, 80 GiB") in [(one.state, one.said) for one in doctor.findings(alone)]
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert found()["GPU"] == ("missing", "nvidia-smi does not answer; is the driver loaded?")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert found()["GPU"][0] == "hint"


def test_the_disk_is_that_of_the_runs_folder_even_before_it_is_there(alone: Path) -> None:
    state, said = found(alone / "not" / "yet")["disk"]
    assert state in ("ok", "hint")
    assert said.startswith(f"{alone / 'not' / 'yet'}: ")


def test_a_login_and_a_site_that_cannot_be_reached_are_hints(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone / "hf").mkdir()
    (alone / "hf" / "token").write_text("hf_x")
    (alone / ".netrc").write_text("machine api.wandb.ai login user password x\n")
    (alone / ".netrc").chmod(0o600)
    state, said = found()["hub"]
    assert (state, said) == ("hint", "not asked, HF_HUB_OFFLINE=1 is set; login by its token file")
    assert found()["W&B"] == ("hint", "not asked, WANDB_MODE=offline is set; login by netrc")
    with socket.socket() as taken:  # bound and not listening: refuses at once
        taken.bind(("127.0.0.1", 0))
        monkeypatch.delenv("HF_HUB_OFFLINE")
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        state, said = found()["hub"]
    assert state == "hint"
    assert said.startswith("not reachable (")


def test_settings_of_malloc_are_a_hint_where_they_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert found()["malloc"][0] == "hint"
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    assert found()["malloc"][0] == "ok"


def test_it_imports_nothing_heavy(alone: Path) -> None:
    program = ("import sys\nfrom virality.cli import main\nmain(['doctor'])\n"
               "print(sorted({'torch', 'transformers', 'wandb', 'trl', 'numpy'} & sys.modules.keys()))\n")  # fmt: skip
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                         env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert ran.stdout.splitlines()[-1] == "[]"
