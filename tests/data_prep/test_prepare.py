"""`virality prepare` from a file of rows to posts, pairs and a data sheet, run as a person runs it."""

from __future__ import annotations

import datetime as dt
import json
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data_prep.records import Pair, Post, pair_schema, post_schema
from tests.data_prep.bakery import START, WARES, headline_rows, write_config, write_csv
from virality import tables
from virality.cli import main

RUN = Path("runs/prepare/bakery")


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of headline tests and a config for it."""
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "headlines.csv", headline_rows())
    write_config(tmp_path)
    return tmp_path


def prepare(*more: str, config: str = "bakery.yaml") -> int:
    return main(["prepare", config, *more])


def pairs(folder: Path = RUN) -> list[Pair]:
    return tables.read(folder / "pairs.parquet", pair_schema(), Pair)


WAYS = (
    "{} is out of the oven!!", "Who wants {} tonight?", "Really warm {}, come early...", "We don't sell {} on Sundays!",
    "Our neighbours love {}, thanks", "Just baked: {} (limited)", "Last call, {} goes fast", "Try {} with butter",
)  # fmt: skip


def timeline(count: int) -> list[dict[str, Any]]:
    """Posts of one account, two a day, about twelve wares in turn, with likes that go up and down."""
    return [
        {
            "id": f"{number:05}",
            "what": f"Batch {number}: {WAYS[number % len(WAYS)].format(WARES[number // 4 % len(WARES)])}",
            "who": "baker",
            "when": (START + dt.timedelta(hours=12 * number)).isoformat(),
            "hearts": 5 + number * 37 % 200,
        }
        for number in range(count)
    ]


TIMELINE = {
    "path": "posts.csv",
    "source": {"kind": "table", "columns": {"post_id": "id", "text": "what", "author": "who", "posted_at": "when",
                                            "likes": "hearts"}},
    "pairs": {"kinds": ["neighbour", "paraphrase"]},
    "splits": {"mode": "time", "block_days": 7},
}  # fmt: skip


def test_every_test_becomes_a_pair_in_some_split_and_the_question_wins() -> None:
    assert prepare() == 0
    found = pairs()
    assert len(found) == len(WARES)
    assert all(pair.better.startswith("Who wants") for pair in found)
    assert len({pair.component for pair in found}) == len(WARES)
    assert {pair.split for pair in found} == {"train", "judge", "validation", "test"}
    assert {pair.rights for pair in found} == {"own_ab_test"}


def test_rows_read_are_rows_kept_and_rows_dropped(shop: Path) -> None:
    write_csv(shop / "headlines.csv", [*headline_rows(), {**headline_rows()[0], "id": "x", "headline": " "}])
    assert prepare("filters.min_words=7") == 0
    sheet = json.loads((RUN / "datasheet.json").read_text())
    kept, dropped = pq.read_table(RUN / "posts.parquet"), pq.read_table(RUN / "dropped.parquet")
    assert sheet["rows"] == kept.num_rows + dropped.num_rows == 25
    assert Counter(dropped.column("reason").to_pylist()) == Counter(sheet["dropped"])
    assert sheet["dropped"]["no_text"] == 1


def test_the_data_sheet_is_a_page_of_the_same_counts_with_examples_and_its_json_holds_no_word_of_the_posts() -> None:
    assert prepare("filters.min_words=7") == 0
    page, sheet = ((RUN / f"datasheet.{ending}").read_text(encoding="utf-8") for ending in ("html", "json"))
    assert all(said in page for said in ("24", "23", "own_ab_test"))
    assert any(ware in page for ware in WARES)
    assert not any(ware in sheet for ware in WARES)


def test_run_json_says_what_ran_on_what_and_whose_rights_it_carries(shop: Path) -> None:
    assert prepare("rights.basis=unknown", "rights.research_only=true", "seed=3") == 0
    document = json.loads((RUN / "run.json").read_text())
    assert (document["step"], document["state"], document["seed"]) == ("prepare", "done", 3)
    assert document["settings"]["splits"]["test"] == 0.2
    assert set(document["inputs"]) == {"headlines.csv"}
    assert document["rights"] == {"basis": {"unknown": 24}, "research_only": True}
    assert set(document["outputs"]) >= {
        "posts.parquet",
        "dropped.parquet",
        "pairs.parquet",
        "datasheet.json",
        "datasheet.html",
    }


def test_accounts_leave_as_hashes_and_addresses_as_masks(shop: Path) -> None:
    rows = [{**row, "who": "Jo Baker", "about": "ask jo@mill.example", "headline": f"{row['headline']} 555-123-4567"}
            for row in headline_rows()]  # fmt: skip
    write_csv(shop / "headlines.csv", rows)
    assert prepare("source.columns={author: who, alt: about}") == 0
    posts = tables.read(RUN / "posts.parquet", post_schema(), Post)
    assert {post.alt for post in posts} == {"ask <email>"}
    assert all("<phone>" in post.text for post in posts)
    [author] = {post.author_id for post in posts}
    assert author is not None
    assert b"Jo Baker" not in b"".join(path.read_bytes() for path in RUN.rglob("*") if path.is_file())


def test_the_order_of_rows_moves_no_pair(shop: Path) -> None:
    rows = [*headline_rows(), {**headline_rows()[0], "clicked": 1}, {**headline_rows()[3], "clicked": 500}]
    for name in ("one", "two"):
        write_csv(shop / "headlines.csv", rows)
        assert prepare(f"name={name}") == 0
        random.Random(7).shuffle(rows)
    one, two = pairs(Path("runs/prepare/one")), pairs(Path("runs/prepare/two"))
    assert one == two


def test_few_ids_that_many_posts_share_are_no_ids(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rounded = [one | {"id": f"1.4{number % 8}E+18"} for number, one in enumerate(timeline(200))]
    write_csv(shop / "posts.csv", rounded)
    write_config(shop, "rounded", **TIMELINE)
    assert prepare(config="rounded.yaml") == 2
    said = capsys.readouterr().err
    assert "8 ids stand for different texts (192 more than there are ids)" in said
    assert "leave post_id out" in said


def test_another_name_changes_no_id_and_no_split(shop: Path) -> None:
    write_csv(shop / "posts.csv", timeline(300))
    write_config(shop, "line", **TIMELINE)
    assert prepare(config="line.yaml") == 0
    assert prepare("name=other", config="line.yaml") == 0
    assert pairs(Path("runs/prepare/line")) == pairs(Path("runs/prepare/other"))


def test_the_same_again_is_reused_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare() == 0
    before = (RUN / "run.json").read_bytes()
    assert prepare() == 0
    assert "done already with the same settings and inputs" in capsys.readouterr().err
    assert (RUN / "run.json").read_bytes() == before


def test_a_timeline_gives_measured_pairs_and_restatements_that_know_nothing_of_the_test(shop: Path) -> None:
    write_csv(shop / "posts.csv", timeline(400))
    write_config(shop, "line", **TIMELINE)
    assert prepare(config="line.yaml") == 0
    found = pairs(Path("runs/prepare/line"))
    restated = [pair for pair in found if pair.kind == "paraphrase"]
    assert restated
    assert {pair.split for pair in restated} == {"train"}
    assert all(pair.draft == pair.worse != pair.better and pair.faithful for pair in restated)
    later = {text for pair in found if pair.split != "train" for text in (pair.worse, pair.better)}
    assert not later & {pair.better for pair in restated}
    by_component = {(pair.component, pair.split) for pair in found}
    assert len(by_component) == len({component for component, _ in by_component})


def test_a_corpus_that_is_only_measured_on_gives_the_test_alone(shop: Path) -> None:
    write_csv(shop / "posts.csv", timeline(200))
    write_config(shop, "line", **TIMELINE)
    assert prepare("splits.mode=test_only", config="line.yaml") == 0
    assert {(pair.kind, pair.split) for pair in pairs(Path("runs/prepare/line"))} == {("neighbour", "test")}


def test_a_part_that_was_asked_for_and_is_empty_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare("splits.judge=0.01", "splits.validation=0") == 0
    assert "no pair in judge" in capsys.readouterr().err


def test_restatements_alone_are_a_corpus_for_a_writer(shop: Path) -> None:
    write_csv(shop / "posts.csv", timeline(200))
    write_config(shop, "line", **TIMELINE)
    assert prepare("pairs.kinds=paraphrase", config="line.yaml") == 0
    assert {(pair.kind, pair.split) for pair in pairs(Path("runs/prepare/line"))} == {("paraphrase", "train")}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare("--dry-run", "out=elsewhere") == 0
    said = capsys.readouterr().err
    assert "headlines.csv" in said
    assert "elsewhere" in said
    assert not Path("runs").exists()
    assert not Path("elsewhere").exists()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_exits_75_and_the_same_command_continues(
    shop: Path, capsys: pytest.CaptureFixture[str], sent: signal.Signals
) -> None:
    write_csv(shop / "posts.csv", timeline(600))
    write_config(shop, "line", **TIMELINE)
    command = [sys.executable, "-m", "virality", "prepare", "line.yaml"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "candidate pairs" in line:
                process.send_signal(sent)
                break
        rest = process.stderr.read()
    assert process.returncode == 75
    assert rest.splitlines()[-1] == "virality prepare: interrupted; the same command continues"
    assert "Traceback" not in rest
    assert not list(Path("runs/prepare/line").glob("*.parquet*"))
    assert prepare(config="line.yaml") == 0
    assert "continuing what an earlier run left unfinished" in capsys.readouterr().err


def test_a_full_disk_is_the_users_machine_and_leaves_nothing_half_written(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit on the size of files stands for the disk: the kernel then fails the write as a full quota does."""
    write_csv(shop / "posts.csv", timeline(600))
    write_config(shop, "line", **TIMELINE)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)); "
        "from virality.cli import main; sys.exit(main(['prepare', 'line.yaml']))"
    )
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if line.startswith("virality prepare:")]
    assert done.returncode == 2, done.stderr
    [line] = told
    assert line.startswith("virality prepare: runs/prepare/line/")
    assert line.endswith(": the disk is full; free some space, then the same command continues")
    assert "Traceback" not in done.stderr
    folder = Path("runs/prepare/line")
    assert not list(folder.rglob("*.parquet"))
    assert json.loads((folder / "run.json").read_text())["state"] == "running"
    assert prepare(config="line.yaml") == 0
    assert "continuing" in capsys.readouterr().err
