"""Killed at any moment, out of disk or out of memory: the same command ends with the bytes of an undisturbed run."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_prep.engine import DuckDB
from data_prep.prepare import SIMULATED
from data_prep.simulation import generate, world
from virality.cli import main
from virality.errors import ViralityError

POSTS = 1200
STEPS = (
    "reading", "one corpus", "candidate pairs", "components and splits", "engagement", "lift of pairs", "writing posts",
    "gates and pairs",
)  # fmt: skip
"""What begins each step's line on stderr."""
RUN = Path("runs/prepare/feed")
WRITTEN = {"posts.parquet", "dropped.parquet", "pairs.parquet", "datasheet.json", "datasheet.html", "run.json"}
TIMES = {"started", "finished", "seconds", "peak_memory_mb"}
CONFIG: dict[str, Any] = {
    "path": "feed-*.csv",
    "source": {"kind": "table", "columns": dict(SIMULATED)},
    "rights": {"basis": "licence:CC0-1.0"},
    "pairs": {"kinds": ["neighbour", "paraphrase"]},
}
COMMAND = [sys.executable, "-m", "virality", "prepare", "feed.yaml"]


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three files of simulated posts and a config that reads them all."""
    folder = tmp_path_factory.mktemp("feed")
    rows = [row for batch in generate(world(5), POSTS) for row in batch.to_pylist()]
    for number in range(3):
        with (folder / f"feed-{number}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(SIMULATED.values()))
            writer.writeheader()
            writer.writerows(rows[number * POSTS // 3 : (number + 1) * POSTS // 3])
    (folder / "feed.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(feed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Everything that a run leaves that nobody interrupts."""
    folder = shutil.copytree(feed, tmp_path_factory.mktemp("undisturbed") / "feed")
    with contextlib.chdir(folder):
        assert main(["prepare", "feed.yaml"]) == 0
        return left()


@pytest.fixture
def here(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The feed in a folder of its own, which the test stands in."""
    folder = shutil.copytree(feed, tmp_path / "feed")
    monkeypatch.chdir(folder)
    return folder


def left(folder: Path = RUN) -> dict[str, bytes]:
    """Every file of a run by its path; run.json without what no two runs have in common."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    document = json.loads(files["run.json"])
    kept = {key: value for key, value in document.items() if key not in TIMES | {"command"}}
    files["run.json"] = json.dumps(kept, sort_keys=True).encode()
    return files


def assert_like(undisturbed: Mapping[str, bytes]) -> None:
    found = left()
    assert found.keys() == undisturbed.keys()
    assert [name for name in found if found[name] != undisturbed[name]] == []


def begin() -> subprocess.Popen[str]:
    """The command in a process group of its own."""
    return subprocess.Popen(COMMAND, stderr=subprocess.PIPE, text=True, start_new_session=True)


def kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):  # it was faster
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def killed_at(label: str) -> list[str]:
    """Begin, and kill the whole group as soon as a step begins. Returns what was said until then."""
    said: list[str] = []
    with begin() as process:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if line.strip().startswith(label):
                kill(process)
                break
    assert process.returncode == -signal.SIGKILL, "".join(said)
    assert json.loads((RUN / "run.json").read_text())["state"] == "running"
    return said


def test_killed_in_the_middle_the_same_command_ends_as_if_nothing_had_been(
    here: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    killed_at("lift of pairs")
    assert main(["prepare", "feed.yaml"]) == 0
    assert "continuing what an earlier run left unfinished" in capsys.readouterr().err
    assert_like(undisturbed)


@pytest.mark.slow
def test_killed_after_each_step_in_turn(here: Path, undisturbed: dict[str, bytes]) -> None:
    for label in STEPS:
        killed_at(label)
    assert main(["prepare", "feed.yaml"]) == 0
    assert_like(undisturbed)


ASIDE = (
    "parts/*.partial", "work/*/corpus.parquet.partial", "work/*/candidates.parquet.partial",
    "work/*/chosen.parquet.partial", "posts.parquet.partial", "pairs.parquet.partial", "datasheet.html.partial",
)  # fmt: skip


@pytest.mark.slow
def test_killed_while_files_are_written(here: Path, undisturbed: dict[str, bytes]) -> None:
    """Kill as soon as a file lies aside. One that was too quick to be seen is no hit."""
    hits = 0
    for pattern in ASIDE:
        with begin() as process:
            while process.poll() is None and not any(RUN.glob(pattern)):
                time.sleep(0.0005)
            hits += process.poll() is None
            kill(process)
        if json.loads((RUN / "run.json").read_text())["state"] == "done":
            shutil.rmtree(RUN)
    assert hits > len(ASIDE) / 2
    assert main(["prepare", "feed.yaml"]) == 0
    assert_like(undisturbed)


def test_killed_before_run_json_was_whole_the_same_command_begins_again(here: Path) -> None:
    RUN.mkdir(parents=True)
    (RUN / "run.json.partial").write_text('{"schema": 1, "st')
    assert main(["prepare", "feed.yaml"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments(here: Path, undisturbed: dict[str, bytes], seed: int) -> None:
    moments = random.Random(seed)
    for _ in range(4):
        with begin() as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.3, 3.0))
            kill(process)
    assert main(["prepare", "feed.yaml"]) == 0
    assert_like(undisturbed)


@pytest.mark.slow
def test_workers_leave_when_the_command_alone_is_killed(here: Path) -> None:
    """As the kernel kills for want of memory: one process, not its group."""
    with begin_with_workers(here) as process:
        children = wait_for_children(process.pid)
        process.kill()
        process.wait()
    deadline = time.monotonic() + 10
    while alive := [child for child in children if (Path("/proc") / str(child)).is_dir()]:
        if time.monotonic() > deadline:
            kill(process)
            pytest.fail(f"{len(alive)} of {len(children)} workers live on without their parent")
        time.sleep(0.1)


def begin_with_workers(folder: Path) -> subprocess.Popen[str]:
    """The command on so many posts that workers read them."""
    whole = (folder / "feed-0.csv").read_text(encoding="utf-8")
    head, _, rows = whole.partition("\n")
    (folder / "feed-9.csv").write_text("\n".join([head, *[rows.rstrip("\n")] * 100]) + "\n", encoding="utf-8")
    command = [*COMMAND, "machine.workers=2"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True, start_new_session=True)


def wait_for_children(parent: int) -> list[int]:
    for _ in range(1000):
        found = [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
        if len(found) >= 2:
            return found
        time.sleep(0.01)
    pytest.fail("no worker was started")


LIMITED = (
    "import resource, sys; size = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); "
    "from virality.cli import main; sys.exit(main(['prepare', 'feed.yaml']))"
)


def told(stderr: str) -> str:
    """The one line that a person is told at the end."""
    assert "Traceback" not in stderr, stderr
    [line] = [line for line in stderr.splitlines() if line.startswith("virality prepare:")]
    return line


def assert_says_how_to_go_on(line: str) -> None:
    assert any(said in line for said in ("disk is full", "make room on the disk")), line
    assert line.endswith(("then the same command continues", "run the command again")), line


def assert_names_what_could_not_be_written(line: str) -> None:
    """A file of the run, or the part that it belongs to."""
    assert line.removeprefix("virality prepare: ").split(": ")[0].startswith(f"{RUN}/"), line


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_is_told_and_what_was_whole_is_kept(
    here: Path, undisturbed: dict[str, bytes]
) -> None:
    """The kernel fails the write as a full quota does, at one file after the other as the limit grows."""
    size, places = 4000.0, []
    while True:
        command = [sys.executable, "-c", LIMITED, str(int(size))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            break
        assert done.returncode == 2, done.stderr
        places.append(told(done.stderr))
        assert_only_whole_files()
        size *= 1.4
    assert len(places) >= 3
    assert_like(undisturbed)
    for line in places:
        assert_says_how_to_go_on(line)


def assert_only_whole_files() -> None:
    """What lies under its own name can be read to the end."""
    import pyarrow.parquet as pq

    for path in RUN.rglob("*.parquet"):
        if not any(part.endswith(".partial") for part in path.relative_to(RUN).parts):
            pq.read_table(path)


DISK = """
set -u
mkdir -p runs
mount -t tmpfs -o size={size}k tmpfs runs || exit 99
"$@" 2> first.txt
echo $? > first.code
find runs -type f > first.files
mount -o remount,size=200m runs
"$@" 2> second.txt
echo $? > second.code
cp -r runs kept
"""
SPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def own_mounts() -> bool:
    """Whether this person may mount a file system that nobody else sees."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*SPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", [60, 300, 600, 900])
def test_on_a_disk_that_is_full_the_command_says_so_and_continues_after_room_was_made(
    here: Path, undisturbed: dict[str, bytes], size: int
) -> None:
    if not own_mounts():
        pytest.skip("a small disk needs unshare and user namespaces")
    script = ["sh", "-c", DISK.format(size=size), "sh"]
    subprocess.run([*SPACE, *script, *COMMAND], check=True)
    assert Path("first.code").read_text().strip() == "2", Path("first.txt").read_text()
    assert Path("second.code").read_text().strip() == "0", Path("second.txt").read_text()
    os.rename("kept", "runs2")
    shutil.rmtree("runs")
    os.rename("runs2", "runs")
    assert_like(undisturbed)
    line = told(Path("first.txt").read_text())
    assert_says_how_to_go_on(line)
    assert_names_what_could_not_be_written(line)


KEEPING = """
import ibis, resource
from pathlib import Path
from data_prep.engine import DuckDB
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
DuckDB(Path("work")).keep(ibis.range(0, 1_000_000).unnest().name("n").as_table(), "numbers")
"""


def test_an_engine_that_cannot_write_names_the_file(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KEEPING], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "ViralityError: work/numbers.parquet: " in done.stderr
    assert not list((tmp_path / "work").glob("numbers*"))


def test_an_engine_without_memory_says_so_in_a_line_and_leaves_nothing(tmp_path: Path) -> None:
    import ibis

    engine = DuckDB(tmp_path / "work", memory=12, threads=1)
    try:
        numbers = ibis.range(0, 3_000_000).unnest().name("n").as_table()
        with pytest.raises(ViralityError, match=r"machine\.memory_mb=") as caught:
            engine.keep(numbers.group_by(k=numbers.n.cast("string")).aggregate(n=numbers.n.collect()), "grouped")
    finally:
        engine.close()
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "work").glob("grouped*"))


@pytest.mark.slow
def test_little_memory_spills_or_says_so_and_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = {"path": [], "source": {"kind": "simulated"}, "posts": 20_000}
    (tmp_path / "world.yaml").write_text(yaml.safe_dump(CONFIG | source), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["prepare", "world.yaml", "out=run"]) == 0
    (tmp_path / "run").rename(tmp_path / "much")
    capsys.readouterr()
    code = main(["prepare", "world.yaml", "out=run", "machine.memory_mb=200"])
    if code:
        assert code == 2
        assert "machine.memory_mb=" in told(capsys.readouterr().err)
        assert main(["prepare", "world.yaml", "out=run"]) == 0
    for name in WRITTEN - {"run.json"}:
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "much" / name).read_bytes(), name


def parts() -> dict[str, int]:
    """The files of all parts and when they were written."""
    return {str(path): path.stat().st_mtime_ns for path in (RUN / "parts").rglob("*.parquet")}


def bars(said: str, names: Sequence[str]) -> set[str]:
    """Files whose rows were read, by the bars on stderr."""
    return {name for name in names if f"{name}: 0 blocks" in said}


def test_one_more_file_is_read_alone_and_gives_what_all_files_give_at_once(
    here: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    names = sorted(path.name for path in here.glob("feed-*.csv"))
    (here / names[1]).rename(here / "later")
    assert main(["prepare", "feed.yaml"]) == 0
    before = parts()
    assert bars(capsys.readouterr().err, names) == {names[0], names[2]}
    (here / "later").rename(here / names[1])
    assert main(["prepare", "feed.yaml"]) == 0
    said = capsys.readouterr().err
    assert "1 new input beside 2 read before" in said
    assert bars(said, names) == {names[1]}
    assert parts().items() > before.items()
    assert_like(undisturbed)


@pytest.mark.slow
def test_the_reading_step_names_only_what_is_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "feed-1.csv").rename(here / "later")
    assert main(["prepare", "feed.yaml"]) == 0
    (here / "later").rename(here / "feed-1.csv")
    capsys.readouterr()
    assert main(["prepare", "feed.yaml"]) == 0
    assert "feed-0.csv" not in capsys.readouterr().err
