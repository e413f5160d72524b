"""A person's mistakes in `virality prepare`: exit code 2, one line each, no traceback, nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data_prep.bakery import HEADLINE_COLUMNS, headline_rows, write_config, write_csv
from virality.cli import main


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "headlines.csv", headline_rows())
    return tmp_path


def mistakes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines a person is told, without the progress before them."""
    assert main(["prepare", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert not list(Path("runs").glob("*/*/*.parquet"))
    return [line for line in said.err.splitlines() if line.startswith("virality prepare: ")]


def test_all_mistakes_of_a_config_are_told_at_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(
        shop, filters={"min_wrds": 3, "max_characters": "many"}, splitz={"mode": "time"}, rights={"basis": "mine"}
    )
    assert mistakes(capsys, "bakery.yaml", "splits.judge=2", "pairs.knds=x") == [
        "virality prepare: bakery.yaml: line 2: filters.max_characters = many: should be a whole number of at least 10",
        "virality prepare: bakery.yaml: line 3: filters.min_wrds = 3: is not a setting "
        "(did you mean filters.min_words?)",
        "virality prepare: bakery.yaml: line 9: rights.basis = mine: should be one of own_export, opt_in, own_ab_test, "
        "consent, x_api, unknown or licence:<SPDX>",
        "virality prepare: bakery.yaml: line 20: splitz = {mode: time}: is not a setting (did you mean splits?)",
        "virality prepare: command line: pairs.knds = x: is not a setting (did you mean pairs.kinds?)",
        "virality prepare: command line: splits.judge = 2: should be a number of at least 0 and below 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("splits.mode=random", "splits.mode = random: a random row split leaks and is refused; use one of component"),
        ("splits.test=0.9", "splits = {test: 0.9}: judge + validation + test leave nothing to train on"),
        ("path=headline.csv", "path: headline.csv: no such file or folder (did you mean headlines.csv?)"),
        ("source.columns.text=headlin", "source.columns.text: no column 'headlin' (did you mean headline?); the file"),
        ("source.columns.likess=x", "source.columns.likess is not a field (did you mean likes?)"),
        ("filters.min_words=500", "filters: no post is left of 24 (too_short 24); loosen filters"),
        ("pairs.kinds=neighbour", "pairs: no pair in 24 posts for pairs.kinds = neighbour; neighbour: 24 posts have no "
                                  "posted_at, 24 posts have no account, 24 posts have no counts"),
        ("splits.mode=by_file", "splits.mode = by_file: no pair is from a file called validation or test"),
        ("nonsense", "command line: nonsense: is no override; write key=value"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line(shop: Path, capsys: pytest.CaptureFixture[str], override: str, line: str) -> None:
    if override == "pairs.kinds=neighbour":
        columns = {key: value for key, value in HEADLINE_COLUMNS.items() if key != "clicks"}
        write_config(shop, source={"kind": "table", "columns": columns})
    else:
        write_config(shop)
    [told] = mistakes(capsys, "bakery.yaml", override)
    assert line in told


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("headlines.csv", "", "an empty corpus, there is no row in it"),
        ("headlines.csv", "id,headline\n", "an empty corpus, there is no row in it"),
        ("headlines.json", "[]", "an empty corpus, there is no row in it"),
        ("headlines.json", '[{"id": 1, "headl', "headlines.json: 1 of 1 rows cannot be read"),
        ("headlines.parquet", "PAR1", "headlines.parquet: not a readable parquet file"),
        ("headlines.csv.gz", "no gzip", "headlines.csv.gz: cannot be read"),
        ("headlines.xlsx", "PK", "headlines.xlsx: not a readable xlsx workbook"),
    ],
)
def test_a_file_that_is_empty_or_damaged_is_told(
    shop: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, line: str
) -> None:
    (shop / name).write_text(content)
    write_config(shop, path=name)
    [told] = mistakes(capsys, "bakery.yaml")
    assert line in told


def test_a_corpus_without_a_pair_says_why(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, Any]] = [{**row, "clicked": 5, "shown": 1000} for row in headline_rows()]
    write_csv(shop / "headlines.csv", rows)
    write_config(shop)
    [told] = mistakes(capsys, "bakery.yaml")
    assert "pairs: no pair in 24 posts for pairs.kinds = ab_test; ab_test: no test shows two different wordings" in told


def test_a_config_that_is_not_there_is_told_with_the_one_that_is(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(shop)
    write_config(shop, "airport")
    [told] = mistakes(capsys, "bakry.yaml")
    assert told == "virality prepare: bakry.yaml: no such config file (did you mean bakery.yaml?)"


def test_changed_settings_and_changed_files_are_refused_by_name(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(shop, path=["headlines.csv", "more.csv"])
    write_csv(shop / "more.csv", headline_rows()[:2])
    assert main(["prepare", "bakery.yaml"]) == 0
    write_csv(shop / "more.csv", headline_rows()[:4])
    for path in Path("runs").rglob("*.parquet"):
        path.unlink()
    capsys.readouterr()
    [told] = mistakes(capsys, "bakery.yaml", "splits.test=0.3")
    assert "splits.test was 0.2 and is 0.3; the input more.csv has changed; give this one a name=" in told


def test_a_folder_of_somebody_else_is_not_written_to_nor_removed(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(shop)
    (shop / "photos").mkdir()
    (shop / "photos" / "cake.jpg").write_text("cake")
    [told] = mistakes(capsys, "bakery.yaml", "out=photos")
    assert "photos: is not empty and holds no run.json" in told
    [told] = mistakes(capsys, "bakery.yaml", "out=photos", "--fresh")
    assert "--fresh removes run folders only" in told
    [told] = mistakes(capsys, "bakery.yaml", "out=headlines.csv", "--fresh")
    assert "headlines.csv: cannot be made" in told
    assert (shop / "photos" / "cake.jpg").read_text() == "cake"


def test_after_a_mistake_another_setting_is_no_other_run_and_what_was_read_is_not_read_again(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(shop)
    mistakes(capsys, "bakery.yaml", "pairs.kinds=neighbour")
    parts = {path.name: path.stat().st_mtime_ns for path in Path("runs/prepare/bakery/parts").iterdir()}
    assert main(["prepare", "bakery.yaml"]) == 0
    assert {path.name: path.stat().st_mtime_ns for path in Path("runs/prepare/bakery/parts").iterdir()} == parts
