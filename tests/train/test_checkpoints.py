"""Checkpoints: killed, cut short, a full disk, a flipped bit: what is trusted is whole, and the last is never lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from train import checkpoints
from virality import ledger, tables
from virality.errors import ViralityError

FILES = {"adapter_model.safetensors": b"weights " * 90, "optimizer.pt": b"moments " * 200, "deep/rng_state.pth": b"r"}


def entries(checkpoint: str, rows: list[int]) -> Iterator[ledger.Entry]:
    for row in rows:
        yield ledger.Entry(checkpoint, "train", f"pair {row}", f"worse {row}", f"better {row}", None)


def save(folder: Path, step: int, best: int | None = None, keep: int = 2) -> None:
    """As a trainer saves: write aside, publish, rotate."""
    with checkpoints.writing(folder, step) as written:
        for name, content in FILES.items():
            (written / name).parent.mkdir(exist_ok=True)
            (written / name).write_bytes(content + str(step).encode())
        checkpoints.publish(written, range(step), entries, best)
    checkpoints.rotate(folder, keep)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def newest(folder: Path) -> str | None:
    found = checkpoints.newest(folder)
    return found.name if found else None


KILLED = """
import os, shutil, sys
from pathlib import Path
from tests.train.test_checkpoints import damage, newest, save
from train import checkpoints

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.fsync"}
os.fsync = lambda descriptor: sys.audit("os.fsync")  # the disk itself does not fail here

def killed_at(number, then):
    # whether a process that is killed at its file-system step of that number died of it
    child = os.fork()
    if child == 0:
        left = [number]
        def step(event, about):
            if event in CHANGES or event == "open" and about[2] & os.O_ACCMODE != os.O_RDONLY:
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)
        sys.addaudithook(step)
        then()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

def again(folder, before, then, allowed):
    for number in range(10_000):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        before(folder)
        died = killed_at(number, lambda: then(folder))
        found = newest(folder)
        assert found in allowed, (number, found)
        checkpoints.sweep(folder)  # the next start
        assert newest(folder) == found
        for path in folder.iterdir():
            assert path.name.startswith("checkpoint-"), number
            assert checkpoints.flaw(path) is None or before is damaged, number
        then(folder)
        assert newest(folder) == allowed[-1]
        assert not (folder / checkpoints.ASIDE).exists()
        if not died:
            return number
    raise AssertionError

def two(folder):
    save(folder, 2, best=2)
    save(folder, 4, best=2)

def damaged(folder):
    two(folder)
    damage(folder / "checkpoint-4" / "optimizer.pt")

folder = Path(sys.argv[1]) / "checkpoints"
print(again(folder, lambda folder: None, lambda folder: save(folder, 2), (None, "checkpoint-2")))
print(again(folder, two, lambda folder: save(folder, 6, best=6), ("checkpoint-4", "checkpoint-6")))
print(again(folder, two, lambda folder: save(folder, 6, best=6, keep=1), ("checkpoint-4", "checkpoint-6")))
print(again(folder, two, lambda folder: save(folder, 4, best=2), ("checkpoint-4",)))
print(again(folder, damaged, lambda folder: save(folder, 4, best=2), ("checkpoint-2", "checkpoint-4")))
"""


def test_killed_at_any_step_of_a_save_the_newest_checkpoint_is_whole_and_none_that_was_good_is_lost(
    tmp_path: Path,
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert all(int(steps) > 20 for steps in done.stdout.split()), done.stdout


def damage(path: Path, at: int = -1) -> None:
    """Flip one bit."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


WRITTEN = [*FILES, checkpoints.ROWS, checkpoints.LEDGER]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_bit_that_flipped_in_any_file_passes_the_checkpoint_over_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    save(tmp_path, 2)
    save(tmp_path, 4)
    assert newest(tmp_path) == "checkpoint-4"
    assert capsys.readouterr().err == ""
    damage(tmp_path / "checkpoint-4" / name)
    assert newest(tmp_path) == "checkpoint-2"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path}/checkpoint-4: was not written to the end, or cut short or changed since")
    assert f"({name} has changed); passed over" in line


@pytest.mark.parametrize("name", [*WRITTEN, checkpoints.MARK])
@pytest.mark.parametrize("end", ["cut", "empty", "gone"])
def test_a_file_that_is_cut_short_or_gone_passes_the_checkpoint_over(tmp_path: Path, name: str, end: str) -> None:
    save(tmp_path, 2)
    save(tmp_path, 4)
    path = tmp_path / "checkpoint-4" / name
    content = path.read_bytes()
    path.unlink()
    if end != "gone":
        path.write_bytes(content[: -1 if end == "cut" else 0])
    assert newest(tmp_path) == "checkpoint-2"


def test_no_bit_that_flipped_in_the_mark_makes_it_trust_or_fail(tmp_path: Path) -> None:
    save(tmp_path, 2, best=2)
    save(tmp_path, 4, best=2)
    mark = tmp_path / "checkpoint-4" / checkpoints.MARK
    content = mark.read_bytes()
    for at in range(0, len(content), 2):
        damage(mark, at)
        assert newest(tmp_path) == "checkpoint-2", content[at - 10 : at + 10]
        mark.write_bytes(content)


def test_a_checkpoint_whose_best_one_is_damaged_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, 2, best=2)
    save(tmp_path, 4, best=4)
    save(tmp_path, 6, best=4)
    save(tmp_path, 8, best=4)
    damage(tmp_path / "checkpoint-4" / "adapter_model.safetensors")
    assert newest(tmp_path) is None
    assert "checkpoint-8: " in (said := capsys.readouterr().err)
    assert "its best one, checkpoint-4: adapter_model.safetensors has changed" in said


def test_what_is_kept_are_the_newest_and_the_best_ones_that_they_name(tmp_path: Path) -> None:
    for step, best in ((2, 2), (4, 4), (6, 4), (8, 4), (10, 10)):
        save(tmp_path, step, best)
    assert names(tmp_path) == ["checkpoint-10", "checkpoint-4", "checkpoint-8"]
    save(tmp_path, 12, best=10)
    assert names(tmp_path) == ["checkpoint-10", "checkpoint-12"]


def test_a_damaged_checkpoint_does_not_count_among_those_kept(tmp_path: Path) -> None:
    for step in (2, 4):
        save(tmp_path, step)
    (tmp_path / "checkpoint-4" / checkpoints.MARK).unlink()
    save(tmp_path, 6)
    assert names(tmp_path) == ["checkpoint-2", "checkpoint-6"]


def test_a_damaged_checkpoint_that_is_written_again_is_replaced_and_a_whole_one_stays(tmp_path: Path) -> None:
    save(tmp_path, 2)
    damage(tmp_path / "checkpoint-2" / "optimizer.pt")
    save(tmp_path, 2)
    assert newest(tmp_path) == "checkpoint-2"
    before = (tmp_path / "checkpoint-2" / checkpoints.MARK).stat().st_ino
    save(tmp_path, 2)
    assert (tmp_path / "checkpoint-2" / checkpoints.MARK).stat().st_ino == before


def test_a_checkpoint_carries_which_rows_it_saw(tmp_path: Path) -> None:
    save(tmp_path, 3)
    checkpoint = tmp_path / "checkpoint-3"
    assert checkpoints.rows_seen(checkpoint) == {0, 1, 2}
    learned = tables.read(checkpoint / checkpoints.LEDGER, ledger.schema(), ledger.Entry)
    assert learned == list(entries("checkpoint-3", [0, 1, 2]))


def test_every_file_and_folder_is_on_the_disk_before_the_checkpoint_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[Path] = set()
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").resolve())
        real_sync(descriptor)

    def replace(source: Any, target: Any) -> None:
        if Path(source).is_dir():
            there = {path for path in [source, *source.rglob("*")] if path.name != checkpoints.MARK}
            assert there <= synced, there - synced
            assert source / f"{checkpoints.MARK}.partial" in synced
            synced.clear()
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    save(tmp_path, 2)
    assert tmp_path in synced  # the new name
    assert newest(tmp_path) == "checkpoint-2"


def write_half(folder: Path, error: BaseException) -> None:
    with checkpoints.writing(folder, 4) as written:
        (written / "half").write_bytes(b"half")
        raise error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_fills_up_is_one_line_and_leaves_the_older_checkpoint_alone(tmp_path: Path, number: int) -> None:
    save(tmp_path, 2)
    with pytest.raises(ViralityError, match=r"checkpoint-4: the disk is full; free some space, then the same command"):
        write_half(tmp_path, OSError(number, os.strerror(number)))
    assert names(tmp_path) == ["checkpoint-2"]


@pytest.mark.parametrize("error", [ValueError("a mistake of ours"), KeyboardInterrupt(), ViralityError("told")])
def test_another_failure_of_a_save_passes_through_and_leaves_nothing_behind(
    tmp_path: Path, error: BaseException
) -> None:
    with pytest.raises(type(error)) as caught:
        write_half(tmp_path, error)
    assert caught.value is error
    assert names(tmp_path) == []


LIMITED = """
import resource, sys
from pathlib import Path
import safetensors.torch, torch
from tests.train.test_checkpoints import save
from train import checkpoints
folder = Path(sys.argv[1])
tensors = {"moments": torch.zeros(50_000)}
save(folder, 2)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for write in (torch.save, safetensors.torch.save_file):
    try:
        with checkpoints.writing(folder, 4) as written:
            write(tensors, written / "optimizer.pt")
    except Exception as error:
        print(type(error).__name__, error)
    print(*(path.name for path in folder.iterdir()))
"""


def test_libraries_that_lose_why_a_file_could_not_be_written_are_understood(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False)
    said = done.stdout.splitlines()
    assert len(said) == 4, done.stderr
    for line in said[::2]:
        assert line.startswith(f"ViralityError {tmp_path}/checkpoint-4: the disk is full")
    assert said[1::2] == ["checkpoint-2", "checkpoint-2"]


def test_what_a_killed_save_left_is_never_taken_for_a_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, 2)
    shutil.copytree(tmp_path / "checkpoint-2", tmp_path / checkpoints.ASIDE / "checkpoint-4")
    assert newest(tmp_path) == "checkpoint-2"
    assert capsys.readouterr().err == ""
    checkpoints.sweep(tmp_path)
    assert names(tmp_path) == ["checkpoint-2"]


def test_a_folder_that_is_not_there_has_no_newest_checkpoint(tmp_path: Path) -> None:
    assert newest(tmp_path / "none") is None
    checkpoints.sweep(tmp_path / "none")
