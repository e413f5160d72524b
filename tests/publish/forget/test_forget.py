"""Somebody who asks to be forgotten is gone from every file, as decoded, and stays gone; whoever did not ask stays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data_prep import privacy, register
from data_prep.records import Pair, pair_schema
from eval.rate import answers
from eval.rate.items import fingerprint, items
from publish import audit
from publish.audit import decode, lineage
from publish.audit.tokens import Tokenizers
from publish.forget import Forgotten, forget
from publish.forget.requests import Requests
from tests.publish.forget import worlds
from train import checkpoints, ledgers
from virality import ledger, runs, tables
from virality.cli import main
from virality.errors import ViralityError

ROOT = Path("runs")
ASKED = Requests(("town3",), ("p1001",))
GONE = [row for row in worlds.posts() if row["account"] == "Town3" or row["id"] == "p1001"]
STAY = [row for row in worlds.posts() if row not in GONE]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world as it is before anybody asks."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        worlds.build()
    return folder


@pytest.fixture(scope="module")
def after(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Forgotten]:
    """The world when Town3 and one post of Town1 were forgotten, and what was told."""
    folder = tmp_path_factory.mktemp("after") / "world"
    shutil.copytree(built, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        return folder, forget(ROOT, ASKED)


@pytest.fixture
def forgotten(after: tuple[Path, Forgotten], monkeypatch: pytest.MonkeyPatch) -> Forgotten:
    """Within it; a test changes nothing there."""
    _inside(after[0], monkeypatch)
    return after[1]


@pytest.fixture
def fresh(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the world before, to be changed."""
    shutil.copytree(built, tmp_path / "world")
    _inside(tmp_path / "world", monkeypatch)
    return tmp_path / "world"


def _inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))


def decoded() -> dict[str, str]:
    """Every file under the runs as one text, as it reads decoded."""
    there = lineage.read(ROOT)
    tokenizers = Tokenizers(there)
    return {
        str(path): "\n".join(
            value or "" for piece in decode.pieces(path, tokenizers.of(path)) for value in piece.values
        )
        for path in audit.files(ROOT)
    }


def test_before_their_texts_or_ids_are_in_every_kind_of_file(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _inside(built, monkeypatch)
    texts = [row["text"] for row in GONE]
    found = {path for path, text in decoded().items() if any(one in text for one in texts)}
    endings = {".parquet", ".json", ".jsonl", ".html", ".md", ".arrow", ".duckdb", ".sqlite", ".gz", ".wandb", ".1"}
    assert {Path(path).suffix for path in found} == endings


def test_no_text_id_or_account_of_theirs_is_left_in_any_file_as_decoded(forgotten: Forgotten) -> None:
    account = privacy.hash_author("town3", privacy.author_key())
    everything = decoded()
    for row in GONE:
        for path, text in everything.items():
            assert row["text"] not in text, path
            assert row["id"] not in text.replace(":", "\n").split("\n"), path
    assert not [path for path, text in everything.items() if account in text]


def test_who_did_not_ask_is_all_there(forgotten: Forgotten) -> None:
    everything = decoded()
    prepared = everything["runs/prepare/data/posts.parquet"].split("\n")
    assert {row["text"] for row in STAY} < set(prepared)
    assert {row["id"] for row in STAY} <= set(prepared)
    suggested = everything["runs/drafts.suggestions.jsonl"]
    assert all(row["text"] in suggested for row in STAY)
    shown = everything["runs/evaluate/report/report.json"]
    assert all(row["text"] in shown for row in STAY if worlds.is_draft(row))
    assert "p1002" in everything["runs/scored.csv"].split("\n")


def test_a_reply_to_a_forgotten_post_stays_without_the_thread(forgotten: Forgotten) -> None:
    rows = pq.read_table("runs/prepare/data/posts.parquet").to_pylist()
    assert {row["thread"] for row in rows if row["post_id"] == "p1002"} == {None}
    assert {row["thread"] for row in rows if row["post_id"] == "p1005"} == {"p1004"}


def test_the_audit_is_red_before_and_green_after(
    built: Path, after: tuple[Path, Forgotten], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _inside(built, monkeypatch)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(after[0] / "config"))  # the same key, and who asked
    before = audit.audit(ROOT)
    assert not before.green
    assert not before.unopened
    named = {Path(one.path).name for one in before.found}
    assert named > {"posts.parquet", "pairs.parquet", "ledger.parquet", "corpus.npy", "scores.parquet", "jo.jsonl",
                    "run-1.wandb", "examples.arrow", "report.html", "kept.duckdb", "notes.txt.gz"}  # fmt: skip
    _inside(after[0], monkeypatch)
    assert main(["audit"]) == 0
    assert "green" in capsys.readouterr().out


def test_everything_that_says_what_a_run_holds_fits_its_files_again(forgotten: Forgotten) -> None:
    for folder, document in lineage.read(ROOT).runs.items():
        assert runs.digest(folder), folder
        changed = [hit.path for hit in forgotten.hits if folder in hit.path.parents]
        assert bool(changed) == ("forgotten" in document), folder
    for folder in ROOT.glob("train/*/checkpoints/checkpoint-5"):
        assert checkpoints.flaw(folder) is None
    told = json.loads(Path("runs/prepare/data/datasheet.json").read_text())
    assert told["kept"] == told["rows"] == len(STAY)
    assert sum(told["pairs"]["paraphrase"].values()) == sum(
        pair.kind == "paraphrase" for pair in tables.read(Path("runs/prepare/data/pairs.parquet"), pair_schema(), Pair)
    )
    report = Path("runs/evaluate/report")
    answered = answers.read(report, fingerprint(items(report)))["jo"]
    assert set(answered) == {row["id"] for row in STAY if worlds.is_draft(row)}
    about = json.loads(Path("runs/drafts.suggestions.jsonl.json").read_text())
    assert about["sha256"] == runs.sha256(Path("runs/drafts.suggestions.jsonl"))
    assert about["forgotten"] == len(GONE)


def test_a_ledger_still_says_how_many_rows_were_seen_and_not_which(built: Path, forgotten: Forgotten) -> None:
    for name in ("guide", "first", "second"):
        path = Path("runs/train") / name / "ledger.parquet"
        before = tables.read(built / path, ledger.schema(), ledger.Entry)
        now = tables.read(path, ledger.schema(), ledger.Entry)
        gone = {row["id"] for row in GONE}
        assert len(now) == len(before)
        for one, was in zip(now, before, strict=True):
            theirs = {was.worse_id.split(":")[0], was.better_id.split(":")[0]} & gone
            assert one.pair_id.startswith("forgotten:") == bool(theirs)
            assert (one == was) == (not theirs)


def test_what_learned_from_them_is_marked_and_named_in_the_order_of_its_dependence(forgotten: Forgotten) -> None:
    assert [str(one.folder) for one in forgotten.touched] == [
        "runs/train/first", "runs/train/guide", "runs/improve/round", "runs/train/second", "runs/evaluate/report",
    ]  # fmt: skip
    second = forgotten.touched[3]
    assert set(second.seen) == {"adapter", "checkpoint-5"}
    assert [str(one) for one in second.through] == ["runs/improve/round", "runs/train/first"]
    assert not forgotten.touched[2].seen  # its pairs were ranked and written by what saw them
    marks = json.loads(Path("runs/train/second/forgotten.json").read_text())
    assert marks["checkpoints"] == {"adapter": second.rows, "checkpoint-5": second.rows}
    assert len(marks["hashes"]) == second.rows
    commands = [line for line in Path("runs/retrain.sh").read_text().splitlines() if line.startswith("virality")]
    assert commands == [f"virality {one}.yaml --fresh" for one in
                        ("train first", "train guide", "improve round", "train second", "evaluate report")]  # fmt: skip


def test_a_marked_run_is_not_continued(forgotten: Forgotten) -> None:
    assert "that were to be forgotten" in str(ledger.forgotten(Path("runs/train/first")))
    assert ledger.forgotten(Path("runs/prepare/data")) is None
    with pytest.raises(ViralityError, match=r"init: runs/train/first: saw .* that were to be forgotten"):
        ledgers.adapter_entries("runs/train/first")


def test_the_register_holds_no_name_id_or_text(forgotten: Forgotten) -> None:
    written = register.path().read_text()
    assert register.path().stat().st_mode & 0o077 == 0
    assert len(register.read(privacy.author_key()).texts) > len(GONE)
    for row in GONE:
        assert row["id"] not in written
        assert not any(word in written for word in ("town", "Town", "desk", "clock"))


def test_what_is_told_names_raw_files_and_lists_of_others(forgotten: Forgotten) -> None:
    assert forgotten.raw == ("posts.csv",)
    assert forgotten.lists == ("people.txt",)
    assert forgotten.unknown == 0
    assert forgotten.posts == len(GONE)


@pytest.mark.parametrize("config", ["data.yaml", pytest.param("other.yaml", marks=pytest.mark.slow)])
def test_the_next_prepare_does_not_take_them_again(
    after: tuple[Path, Forgotten], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    shutil.copytree(after[0], tmp_path / "world")
    _inside(tmp_path / "world", monkeypatch)
    shutil.copyfile("data.yaml", "other.yaml") if config == "other.yaml" else None
    assert main(["prepare", config, "--fresh", "pairs.kinds=paraphrase"]) == 0
    folder = Path("runs/prepare") / Path(config).stem
    table = pq.read_table(folder / "posts.parquet")
    assert set(table["post_id"].to_pylist()) == {row["id"] for row in STAY}
    assert pq.read_table(folder / "dropped.parquet")["reason"].to_pylist() == ["opted_out"] * len(GONE)
    assert main(["audit"]) == 0


def test_a_dry_run_changes_nothing_and_tells_the_same(fresh: Path, after: tuple[Path, Forgotten]) -> None:
    forgotten = after[1]
    before = _bytes(fresh)
    told = forget(ROOT, ASKED, dry_run=True)
    assert _bytes(fresh) == before
    assert told.script is None
    assert [(one.path, one.rows, one.act) for one in told.hits] == [
        (one.path, one.rows, one.act) for one in forgotten.hits
    ]
    assert [(one.folder, one.rows) for one in told.touched] == [(one.folder, one.rows) for one in forgotten.touched]


class Killed(BaseException):
    """What nothing catches."""


def _killed_at(number: int) -> Callable[[str], None]:
    left = [number]

    def step(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    return step


@pytest.mark.parametrize("number", [0, 17])
def test_killed_before_any_step_and_run_again_it_ends_in_the_same_state(
    fresh: Path, after: tuple[Path, Forgotten], number: int
) -> None:
    with pytest.raises(Killed):
        forget(ROOT, ASKED, step=_killed_at(number))
    assert (ROOT / audit.JOURNAL).is_file() == bool(number)
    forget(ROOT, ASKED)
    assert _comparable(fresh) == _comparable(after[0])


@pytest.mark.slow
def test_killed_before_each_of_its_steps_it_ends_in_the_same_state(
    built: Path, after: tuple[Path, Forgotten], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    for number in range(200):
        shutil.copytree(built, tmp_path / str(number))
        _inside(tmp_path / str(number), monkeypatch)
        try:
            forget(ROOT, ASKED, step=_killed_at(number))
        except Killed:
            steps.append(str(number))
            forget(ROOT, ASKED)
        assert _comparable(tmp_path / str(number)) == _comparable(after[0]), number
        if len(steps) <= number:
            break
    assert len(steps) > 30


def test_asked_twice_nothing_more_is_done(
    after: tuple[Path, Forgotten], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(after[0], tmp_path / "world")
    _inside(tmp_path / "world", monkeypatch)
    before = _bytes(Path())
    again = forget(ROOT, ASKED)
    assert again.hits == ()
    assert again.unknown == 2
    assert _bytes(Path()) == before


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _comparable(folder: Path) -> dict[str, Any]:
    """Every file, without times."""
    found: dict[str, Any] = dict(_bytes(folder))
    for name, data in found.items():
        if name.endswith(("run.json", "forgotten.json")):
            document = json.loads(data)
            for key in ("at", "started", "finished"):
                document.pop(key, None)
            document["forgotten"] = [{**one, "at": ""} for one in document.get("forgotten", [])]
            found[name] = document
    return found
