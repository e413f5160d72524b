"""The one command: what it accepts and what it answers."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.data_prep.bakery import headline_rows, write_config, write_csv
from virality import __version__
from virality.cli import ROOMS, main
from virality.progress import step, stop


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "headlines.csv", headline_rows())
    write_config(tmp_path)
    return tmp_path


def test_it_says_its_version_and_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--version", "--help"):
        with pytest.raises(SystemExit) as ended:
            main([flag])
        assert ended.value.code == 0
    said = capsys.readouterr().out
    assert __version__ in said
    assert all(command in said for command in ("prepare", "train", "evaluate", "suggest", "score", "publish"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["prepar", "x.yaml"], "invalid choice: 'prepar'"),
        (["prepare"], "the following arguments are required: config"),
        (["prepare", "bakery.yaml", "--frsh"], "unrecognized arguments: --frsh"),
        (["suggest", "run", "a draft", "another"], "unrecognized arguments: another"),
    ],
)
def test_a_command_that_is_none_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["bakery.yaml", "name=late", "--dry-run"], ["bakery.yaml", "--dry-run", "name=late"],
     ["--dry-run", "bakery.yaml", "name=late"], ["bakery.yaml", "--dry-run", "seed=1", "--fresh", "name=late"]],
)  # fmt: skip
def test_overrides_may_stand_before_and_after_flags(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(["prepare", *arguments]) == 0
    assert "runs/prepare/late" in capsys.readouterr().err


def test_every_line_of_a_mistake_says_which_command_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "bakery.yaml", "seeed=1", "filtrs.min_words=1"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "virality prepare: command line: seeed = 1: is not a setting (did you mean seed?)",
        "virality prepare: command line: filtrs = {min_words: 1}: is not a setting (did you mean filters?)",
    ]


@pytest.mark.parametrize("command", ["train", "evaluate", "improve", "publish"])
def test_a_config_that_is_not_there_exits_2_in_every_room(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "nowhere.yaml"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"virality {command}: nowhere.yaml: no such config file")


def test_our_own_bug_exits_1_with_its_traceback_and_a_full_disk_is_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROOMS, "prepare", ("tests.virality.broken_room", "a room with a bug in it"))
    assert main(["prepare", "bakery.yaml"]) == 1
    assert "KeyError: 'the oven'" in capsys.readouterr().err
    assert main(["prepare", "bakery.yaml", "--dry-run"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("the disk is full; free some space, then the same command continues")


def test_the_handler_of_signals_is_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main(["prepare", "bakery.yaml", "--dry-run"]) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_stop_that_a_library_swallowed_ends_the_run_at_the_next_step() -> None:
    stop.set()  # what the handler does before it raises what the library swallows
    try:
        with pytest.raises(KeyboardInterrupt), step("baking"):
            pass
    finally:
        stop.clear()


def test_it_may_be_called_beside_the_main_thread() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(main, ["prepare", "bakery.yaml", "--dry-run"]).result() == 0
