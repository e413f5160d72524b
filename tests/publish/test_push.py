"""A push arrives whole, goes on where it was cut off, loses nothing, and the token is in no file that it leaves.

The hub is a server on this machine that speaks its HTTP API, and the client is the real one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import snapshot_download

from tests.publish import worlds
from tests.publish.hub_state import FINE, READER, STRANGER, WRITER, Hub
from tests.publish.worlds import DRAFT
from virality import circumstances
from virality.cli import main

REPO = "someone/writer"
WEIGHTS = "adapter_model.safetensors"
FORCE = ["--force", "the base lies beside it"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a writer and its report."""
    return worlds.made(tmp_path_factory.mktemp("world"))


@pytest.fixture
def hub(world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.chdir(world)
    monkeypatch.setattr(circumstances, "_commit", lambda root: ("0123456789ab", False))
    with worlds.online(monkeypatch) as server:
        yield server


def push(*more: str) -> int:
    return main(["publish", "publish.yaml", f"repo={REPO}", *more, *FORCE])


def held(hub: Hub, revision: str = "main") -> dict[str, bytes]:
    found = hub.repositories[REPO].at(revision)
    assert found is not None
    return found[1]


def is_whole(hub: Hub) -> bool:
    """Whether the repository holds exactly the files of the export here."""
    here = {str(path.relative_to("runs/publish/publish")): path.read_bytes()
            for path in Path("runs/publish/publish").rglob("*") if path.is_file()}  # fmt: skip
    del here["run.json"]
    return held(hub) == here | {".gitattributes": held(hub)[".gitattributes"]}


def test_a_dry_run_prints_exactly_the_files_that_are_sent_and_asks_nobody(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push("--dry-run") == 0
    assert hub.asked == []
    *lines, total = capsys.readouterr().out.splitlines()
    printed = {line.split()[0]: (int(line.split()[1].replace(",", "")), line.split()[-1]) for line in lines}
    assert push() == 0
    sent = {name: (len(there), hashlib.sha256(there).hexdigest()) for name, there in held(hub).items()}
    del sent[".gitattributes"]
    assert printed == sent
    assert total == f"{len(sent)} files, {sum(size for size, _ in sent.values()):,} bytes"


def test_a_repository_is_made_private_and_filled_in_one_commit_with_a_tag(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push("tag=v1") == 0
    said = capsys.readouterr().err
    assert f"{hub.url}/{REPO}/tree/v1: published" in said
    repository = hub.repositories[REPO]
    assert repository.private
    assert len(repository.commits) == 2
    assert repository.tags == {"v1": repository.branches["main"]}
    assert is_whole(hub)
    assert "Published although" in held(hub)["README.md"].decode()
    assert "the base lies beside it" in held(hub)["README.md"].decode()
    assert WEIGHTS in repository.large
    assert hub.times("PUT", "/storage/") > 2  # in parts


def test_a_repository_that_is_mine_is_filled_again_and_what_else_lies_there_stays(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add(REPO, {"picture.png": b"png"}, private=True)
    assert push() == 0
    assert held(hub)["picture.png"] == b"png"
    assert "1 other files lie there too: picture.png" in capsys.readouterr().err
    before = dict(hub.repositories[REPO].commits)
    received = hub.received
    assert push() == 0
    assert hub.repositories[REPO].commits == before
    assert hub.received == received


def test_a_tag_never_moves(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert push("tag=v1") == 0
    assert push("tag=v1") == 0
    hub.repositories[REPO].commits[hub.repositories[REPO].tags["v1"]] |= {"README.md": b"another"}
    asked = len(hub.asked)
    assert push("tag=v1") == 2
    assert "tag = v1: is there already in someone/writer, with another README.md" in capsys.readouterr().err
    assert not [where for method, where in hub.asked[asked:] if method == "PUT" or "commit" in where]


def test_a_revision_is_a_branch_of_its_own(hub: Hub) -> None:
    assert push("revision=step-1200") == 0
    assert WEIGHTS in held(hub, "step-1200")
    assert WEIGHTS not in held(hub)


@pytest.mark.parametrize(("method", "path", "how"), [("PUT", "/storage/.*/2", 403), ("POST", "/commit/", "drop")])
def test_a_push_that_was_cut_off_tells_the_one_command_that_repeats_it_and_goes_on(
    hub: Hub, capsys: pytest.CaptureFixture[str], method: str, path: str, how: int | str
) -> None:
    hub.fail(method, path, how, times=10**6)
    assert push() == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("virality publish: ")]
    assert len(said) == 1
    assert "all of it lies in runs/publish/publish" in said[0]
    command = shlex.split(said[0].partition("this sends the rest: ")[2])
    assert command == ["virality", "publish", "publish.yaml", f"repo={REPO}", *FORCE]
    assert WEIGHTS not in held(hub)
    received = hub.received
    hub.faults.clear()
    assert main(command[1:]) == 0
    assert is_whole(hub)
    if path == "/commit/":  # the large files were there already
        assert hub.received == received


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (None, "no token on this machine"),
        ("hf_wrong", "refuses the token (401)"),
        (READER, "this token may only read"),
        (FINE, "no repo.write for someone or someone/writer"),
        (STRANGER, "is of another account: this token is other's"),
    ],
)
def test_a_token_that_cannot_push_is_told_before_anything_is_written(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], token: str | None, reason: str
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    if token is not None:
        monkeypatch.setenv("HF_TOKEN", token)
    assert main(["publish", "publish.yaml", f"repo={REPO}", "name=untold", *FORCE]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert len(said.strip().splitlines()) == 1
    assert not Path("runs/publish/untold").exists()
    assert hub.repositories == {}
    assert token is None or token not in said


@pytest.mark.parametrize(
    ("repo", "reason"),
    [
        ("club/writer", "who may write to someone, lab"),
        ("other/writer", "is of another account"),
        ("writer", "names no account"),
        ("some one/writer", "is no name of a repository"),
    ],
)
def test_a_repository_that_is_not_ours_is_refused(hub: Hub, capsys: pytest.CaptureFixture[str], repo: str,
                                                  reason: str) -> None:  # fmt: skip
    hub.add("other/writer", {})
    assert main(["publish", "publish.yaml", f"repo={repo}", *FORCE]) == 2
    assert reason in capsys.readouterr().err
    assert list(hub.repositories) == ["other/writer"]


def test_a_public_repository_is_not_filled_where_a_private_one_is_meant(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add(REPO, {}, private=False)
    assert push() == 2
    assert "is there and is public" in capsys.readouterr().err
    assert push("private=false") == 0


def test_an_organisation_takes_it_and_offline_nothing_is_sent(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", "publish.yaml", "repo=lab/writer", "name=of_lab", *FORCE]) == 0
    assert WEIGHTS in hub.repositories["lab/writer"].commits[hub.repositories["lab/writer"].branches["main"]]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert push() == 2
    assert "HF_HUB_OFFLINE is set" in capsys.readouterr().err


def test_the_downloaded_repository_says_in_a_clean_process_what_suggest_raw_says(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push("tag=v1") == 0
    folder = snapshot_download(
        REPO, revision="v1", local_dir=tmp_path / "writer", cache_dir=tmp_path / "cache", endpoint=hub.url
    )
    (tmp_path / "writer" / "base").symlink_to(Path("base").resolve())  # the base lies beside it
    program = re.search(r"```python\n(.*?)```", Path(folder, "README.md").read_text(), re.DOTALL)
    assert program is not None
    guarded = f"import sys\nexec({program[1]!r})\nassert 'virality' not in sys.modules"
    ran = subprocess.run([sys.executable, "-I", "-W", "ignore", "-c", guarded], cwd=folder, capture_output=True,
                         text=True, check=True)  # fmt: skip
    capsys.readouterr()
    assert main(["suggest", "runs/train/writer", "--raw", DRAFT]) == 0
    assert ran.stdout == capsys.readouterr().out != "\n"


@pytest.mark.slow
def test_the_token_is_in_no_file_and_no_line_that_commands_leave(hub: Hub, world: Path, tmp_path: Path) -> None:
    """Cut off, refused, broken in the middle, and whole: each by the command itself, in a process of its own."""
    patched = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    environment = patched | {"HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "virality", "publish", "publish.yaml", f"repo={REPO}", "name=first", "--debug"]

    def run(expected: int) -> None:
        ran = subprocess.run(
            [*command, *FORCE], env=environment, cwd=world, capture_output=True, text=True, check=False
        )
        assert WRITER not in ran.stdout + ran.stderr
        assert ran.returncode == expected, ran.stderr

    hub.fail("PUT", "/storage/", 403)
    run(2)
    hub.fail("POST", "/commit/", 401)
    run(2)
    hub.faults.clear()
    run(0)
    for folder in (world, tmp_path):
        for path in folder.rglob("*"):
            assert not path.is_file() or WRITER.encode() not in path.read_bytes(), path
    assert not any(WRITER.encode() in there for files in hub.repositories[REPO].commits.values()
                   for there in files.values())  # fmt: skip


@pytest.mark.slow
def test_what_holds_every_check_needs_no_force_and_works_from_the_hub_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The base is a repository too: a clean process fetches both, by plain peft and transformers."""
    from huggingface_hub import constants

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(circumstances, "_commit", lambda root: ("0123456789ab", False))
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.setattr(constants, name, str(tmp_path / "home/hub"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    worlds.tiny_base(tmp_path / "here")
    with worlds.online(monkeypatch) as server:
        files = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
        base = server.add("someone/tiny-base", files).branches["main"]
        worlds.report_run(worlds.writer_run("someone/tiny-base", revision=base))
        worlds.config(try_example=True)
        assert main(["publish", "publish.yaml", f"repo={REPO}"]) == 0
        card = held(server)["README.md"].decode()
        assert "Published although" not in card
        assert "run word for word, in a process without virality" in card
        assert "base_model: someone/tiny-base" in card
        folder = snapshot_download(REPO, local_dir=tmp_path / "clean", token=WRITER)
        program = re.search(r"```python\n(.*?)```", card, re.DOTALL)
        assert program is not None
        assert f'"someone/tiny-base", revision="{base}"' in program[1]
        ran = subprocess.run([sys.executable, "-I", "-W", "ignore", "-c", program[1]], cwd=folder, capture_output=True,
                             text=True, check=True)  # fmt: skip
        capsys.readouterr()
        assert main(["suggest", "runs/train/writer", "--raw", DRAFT]) == 0
        assert ran.stdout == capsys.readouterr().out != "\n"
