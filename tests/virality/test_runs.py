"""Run folders: reused, continued, refused, repaired; and files that appear whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from virality import runs
from virality.atomic import aside, sha256
from virality.circumstances import circumstances
from virality.errors import ViralityError

SETTINGS: dict[str, Any] = {"name": None, "seed": 0, "oven": {"degrees": 220, "mode": "stone"}}
RIGHTS = {"basis": {"own_export": 3}, "research_only": False}


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def start(name: str = "bread", *, step: str = "prepare", inputs: dict[str, str] | None = None, fresh: bool = False,
          out: Path | None = None, **changes: Any) -> runs.Run:  # fmt: skip
    return runs.start(
        step, name, settings=SETTINGS | changes, inputs=inputs or {"flour.csv": "aa"}, fresh=fresh, out=out
    )


def bake(name: str = "bread", text: str = "a loaf", **more: Any) -> runs.Run:
    """A run from start to end with one output."""
    here = start(name, **more)
    with here.file("loaf.txt") as path:
        path.write_text(text)
    here.finish(rights=RIGHTS)
    return here


def test_a_finished_run_says_what_it_did_and_hashes_what_it_made() -> None:
    here = bake()
    document = json.loads((here.folder / "run.json").read_text())
    assert here.folder == Path("runs/prepare/bread")
    assert (document["state"], document["settings"], document["inputs"]) == ("done", SETTINGS, {"flour.csv": "aa"})
    assert document["outputs"] == {"loaf.txt": {"sha256": sha256(here.folder / "loaf.txt"), "bytes": 6}}
    assert document["rights"] == RIGHTS
    assert {"commit", "versions", "machine", "started", "finished", "seconds", "command"} <= document.keys()


def test_the_same_settings_and_inputs_reuse_a_finished_run(capsys: pytest.CaptureFixture[str]) -> None:
    bake()
    again = start()
    assert again.finished
    assert again.document["outputs"].keys() == {"loaf.txt"}
    assert "reused" in capsys.readouterr().err


def test_the_name_of_a_run_is_no_setting_of_it() -> None:
    bake(out=Path("here"))
    assert start(out=Path("here"), name="other").finished


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 1}, "seed was 0 and is 1"),
        ({"oven": {"degrees": 220, "mode": "air"}}, "oven.mode was 'stone' and is 'air'"),
        ({"oven": {"degrees": 220, "mode": "stone", "steam": None}}, "oven.steam was not set and is None"),
        ({"oven": {"degrees": 220}}, "oven.mode was 'stone' and is not set"),
        ({"inputs": {"flour.csv": "bb"}}, "the input flour.csv has changed"),
        ({"inputs": {"flour.csv": "aa", "salt.csv": "cc"}}, "the input salt.csv is new"),
        ({"inputs": {"salt.csv": "aa"}}, "the input salt.csv is new; the input flour.csv is no longer read"),
    ],
)
def test_a_changed_run_is_refused_by_what_changed(changes: dict[str, Any], told: str) -> None:
    bake()
    with pytest.raises(ViralityError, match="give this one a name=, or --fresh to replace it") as caught:
        start(**changes)
    assert f"holds a run of other settings: {told};" in str(caught.value)


def test_all_changes_are_named_at_once() -> None:
    bake()
    with pytest.raises(ViralityError, match=r"oven was .*; seed was 0 and is 2; the input flour\.csv has changed"):
        start(oven=None, seed=2, inputs={"flour.csv": "bb"})


def test_another_steps_run_in_the_same_folder_is_refused() -> None:
    bake(out=Path("here"))
    with pytest.raises(ViralityError, match="holds a run of `prepare`"):
        start(step="train", out=Path("here"))


def test_fresh_replaces_what_was_there() -> None:
    bake()
    (Path("runs/prepare/bread") / "crumbs.txt").write_text("old")
    again = start(seed=1, fresh=True)
    assert not again.finished
    assert not again.continued
    assert [path.name for path in again.folder.iterdir()] == ["run.json"]


def test_fresh_removes_nothing_where_no_run_was_begun() -> None:
    kept = Path("here/work/measured.json")
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    runs.clear(Path("here"), "sweep")
    runs.clear(Path("nowhere"), "sweep")
    assert kept.exists()


def test_a_run_that_was_only_begun_takes_other_settings_and_none_of_its_pieces() -> None:
    piece = start().folder / "work" / "0.json"
    piece.parent.mkdir()
    piece.write_text("{}")
    assert start().continued
    assert piece.exists()
    assert not start(seed=1).continued
    assert not piece.exists()


def test_fresh_removes_neither_the_run_of_another_step_nor_what_is_read(workplace: Path) -> None:
    adapter = start(step="train", out=Path("w")).folder / "adapter.bin"
    adapter.write_text("weights")
    with pytest.raises(ViralityError, match=r"w: holds a run of `train`, and --fresh removes one of `evaluate` only"):
        start(step="evaluate", out=Path("w"), fresh=True)
    for read in ("w", "w/adapter.bin", str(workplace / "w")):
        with pytest.raises(ViralityError, match=rf"--fresh would remove {read}, which is read here"):
            start(step="train", out=Path("w"), fresh=True, inputs={read: "aa"})
    assert adapter.exists()
    Path("w/run.json").write_text("{")
    assert not start(step="train", out=Path("w"), fresh=True).continued
    assert not adapter.exists()


def test_fresh_removes_run_folders_only() -> None:
    Path("photos").mkdir()
    Path("photos/cake.jpg").write_text("cake")
    with pytest.raises(ViralityError, match="--fresh removes run folders only"):
        start(out=Path("photos"), fresh=True)
    with pytest.raises(ViralityError, match=r"is not empty and holds no run\.json"):
        start(out=Path("photos"))
    assert Path("photos/cake.jpg").exists()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_file_in_the_way_is_told(fresh: bool) -> None:
    Path("here").write_text("a file")
    with pytest.raises(ViralityError, match="here: cannot be made"):
        start(out=Path("here"), fresh=fresh)
    with pytest.raises(ViralityError, match="cannot be made"):
        start(out=Path("here/below"), fresh=fresh)


def test_an_unfinished_run_is_continued_with_what_it_has_and_read_by_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    first = start()
    with first.file("dough.txt") as path:
        path.write_text("dough")
    again = start()
    assert again.continued
    assert not again.finished
    assert (again.folder / "dough.txt").read_text() == "dough"
    assert "continuing" in capsys.readouterr().err
    with pytest.raises(ViralityError, match="has not ended; continue it with: virality"):
        runs.finished(again.folder)


@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_a_damaged_output_makes_the_step_run_again_without_it(capsys: pytest.CaptureFixture[str], damage: str) -> None:
    loaf = bake().folder / "loaf.txt"
    if damage == "gone":
        loaf.unlink()
    else:
        loaf.write_text({"cut": "a l", "changed": "a leaf"}[damage])
    with pytest.raises(
        ViralityError, match=r"loaf\.txt: missing, cut short or changed since the run ended; run it again"
    ):
        runs.digest(loaf.parent)
    again = start()
    assert not again.finished
    assert not loaf.exists()
    assert "loaf.txt: missing, cut short or changed; this step is run again" in capsys.readouterr().err
    assert bake().document["state"] == "done"
    assert start().finished


def test_what_was_never_finished_is_no_output() -> None:
    here = start()
    for name in ("adapter.partial/weights", "tracking/log", "scorer/run.json"):
        (here.folder / name).parent.mkdir()
        (here.folder / name).write_text("x")
    here.finish(rights=RIGHTS)
    assert here.document["outputs"].keys() == {"scorer/run.json"}


def test_a_later_step_is_told_that_the_run_it_reads_has_changed() -> None:
    bake("data")
    data = Path("runs/prepare/data")
    start("model", step="train", inputs={str(data): runs.digest(data)}).finish(rights=RIGHTS)
    bake("data", "another loaf", fresh=True)
    with pytest.raises(ViralityError, match="the input runs/prepare/data has changed"):
        start("model", step="train", inputs={str(data): runs.digest(data)})


def test_the_digest_of_a_run_is_that_of_its_files() -> None:
    one, two, other = bake("one"), bake("two"), bake("other", "two loaves")
    assert runs.digest(one.folder) == runs.digest(two.folder) != runs.digest(other.folder)


def test_a_run_that_is_not_there_is_told_with_those_that_are() -> None:
    bake()
    with pytest.raises(ViralityError, match=r"runs/prepare/bred: holds no run.*there are runs/prepare/bread"):
        runs.finished(Path("runs/prepare/bred"))
    with pytest.raises(ViralityError, match="is a run of `prepare`, and one of `train` is needed here"):
        runs.finished(Path("runs/prepare/bread"), "train")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not readable as JSON"),
        ("[]", r"not a run\.json of this program"),
        ("{}", r"not a run\.json of this program"),
        ('{"state": "done"}', r"not a run\.json of this program"),
    ],
)
def test_a_run_json_that_is_none_is_told_and_fresh_replaces_it(text: str, told: str) -> None:
    Path("runs/prepare/bread").mkdir(parents=True)
    Path("runs/prepare/bread/run.json").write_text(text)
    with pytest.raises(ViralityError, match=told):
        start()
    assert not start(fresh=True).finished


def test_research_only_reaches_whatever_is_made_from_it() -> None:
    bake("free")
    start("barred").finish(rights={"basis": {"unknown": 1}, "research_only": True})
    assert not runs.research_only([Path("runs/prepare/free")])
    assert runs.research_only([Path("runs/prepare/free"), Path("runs/prepare/barred")])


def test_ranks_other_than_the_first_write_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    here = start()
    here.finish(rights=RIGHTS)
    assert not here.folder.exists()


# --- files that appear whole or not at all


def test_a_file_appears_when_it_is_whole() -> None:
    target = Path("below/loaf.txt")
    with aside(target) as path:
        path.write_text("half")
        assert not target.exists()
        path.write_text("whole")
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else() -> None:
    target = Path("loaf.txt")
    target.write_text("old")

    def fail() -> None:
        with aside(target) as path:
            path.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_text() == "old"
    assert list(Path().iterdir()) == [target]


def test_a_folder_replaces_a_folder_whole() -> None:
    Path("shop").mkdir()
    Path("shop/old").write_text("old")
    Path("shop.partial").mkdir()
    Path("shop.partial/left").write_text("of a run that was killed")
    with aside(Path("shop")) as folder:
        folder.mkdir()
        (folder / "new").write_text("new")
    assert [path.name for path in Path("shop").iterdir()] == ["new"]
    assert not Path("shop.partial").exists()


def test_a_process_killed_while_it_writes_leaves_no_file_of_that_name(workplace: Path) -> None:
    killed = (
        "import os, signal; from pathlib import Path; from virality.atomic import aside\n"
        "with aside(Path('loaf.txt')) as path:\n"
        "    path.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", killed], cwd=workplace, check=False)
    assert [path.name for path in workplace.iterdir()] == ["loaf.txt.partial"]
    with aside(Path("loaf.txt")) as path:
        path.write_text("whole")
    assert [path.name for path in workplace.iterdir()] == ["loaf.txt"]


def test_an_error_of_the_disk_names_the_file_it_was_for() -> None:
    def fail() -> None:
        with aside(Path("loaf.txt")):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left") as caught:
        fail()
    assert caught.value.filename == "loaf.txt"


def test_what_a_number_may_depend_on_is_recorded() -> None:
    found = circumstances()
    assert found["versions"]["python"].startswith(f"{sys.version_info.major}.")
    assert found["machine"]


def test_a_run_that_failed_before_it_wrote_anything_does_not_stand_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runs.start("prepare", "posts", settings={"seed": 0}, inputs={"posts.csv": "broken"})
    mended = runs.start("prepare", "posts", settings={"seed": 1}, inputs={"posts.csv": "mended"})
    assert not mended.finished
    assert not mended.continued
