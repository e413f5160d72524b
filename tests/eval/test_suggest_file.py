"""A file of drafts: every row answered once, in its order, whatever stops the command on its way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.suggest import table
from eval.suggest.assistant import Assistant
from eval.suggest.table import Drafts
from tests.eval.assistants import DRAFT, RESTATED, says, tiny_writer
from train.steps import Writer
from virality.cli import main
from virality.errors import ViralityError

ASKED: dict[str, Any] = {"samples": 1, "edits": 0, "chunk": 2}
ROWS = [DRAFT, "The road is open.", "", "costly " * 4000, "The dry garden waits for rain.", DRAFT]


@pytest.fixture(scope="module")
def writer() -> Writer:
    return tiny_writer()


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(f"{json.dumps({'text': text, 'alt': None})}\n" for text in ROWS), encoding="utf-8")
    return Drafts.of(path)


def written(writer: Writer, drafts: Drafts, out: Path, stops_at: int | None = None, **more: Any) -> dict[str, Any]:
    asked = ASKED | more.get("asked", {})
    who = Assistant(says(writer, RESTATED, stops_at), name="writer")
    return table.write(who, drafts, out, asked, asked, fresh=more.get("fresh", False))


def test_every_row_has_a_line_in_its_order(writer: Writer, drafts: Drafts, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    about = written(writer, drafts, out)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["draft"] for line in lines][:3] == ROWS[:3]
    assert len(lines) == len(ROWS) == about["drafts"]
    assert [bool(line["suggestions"]) for line in lines] == [True, False, False, False, False, True]
    assert lines[2]["reason"] == "what stands in this row is no draft: empty"
    assert "20,000 at most" in lines[3]["reason"]
    assert about["answered"] == 2
    assert about["model"]["base"] == "tiny:llama"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drafts.jsonl", "out.jsonl", "out.jsonl.json"]


def test_a_row_that_holds_no_post_says_what_it_holds(writer: Writer, tmp_path: Path) -> None:
    path = tmp_path / "drafts.jsonl"
    cells = [None, 7, "nan", "word " * 2_000_000, DRAFT]
    path.write_text("".join(f"{json.dumps({'text': cell})}\n" for cell in cells), encoding="utf-8")
    who = Assistant(says(writer, RESTATED), name="writer")
    found = list(table.answers(who, Drafts.of(path), ASKED))
    told = [str(one.reason).removeprefix("what stands in this row is no draft: ") for one in found]
    assert told == ["not a text", "not a text", "not a text", "too long", "None"]
    assert [one.draft for one in found] == ["", "", "", "", DRAFT]


def test_a_stopped_command_goes_on_and_neither_loses_nor_repeats_a_draft(
    writer: Writer, drafts: Drafts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    written(writer, drafts, whole)
    part = tmp_path / "out.jsonl.part"
    with pytest.raises(KeyboardInterrupt):
        written(writer, drafts, out, stops_at=2)
    assert not out.exists()
    kept = part.read_text(encoding="utf-8").splitlines()
    assert 1 < len(kept) < len(ROWS) + 1
    with part.open("a", encoding="utf-8") as stream:
        stream.write('{"draft": "torn')  # what a power cut leaves of a line
    capsys.readouterr()
    written(writer, drafts, out)
    assert f"continuing after {len(kept) - 1} of {len(ROWS)} drafts" in capsys.readouterr().err
    assert out.read_bytes() == whole.read_bytes()
    assert not part.exists()


def test_what_another_command_left_is_refused_and_replaced_when_asked(
    writer: Writer, drafts: Drafts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt):
        written(writer, drafts, out, stops_at=2)
    with pytest.raises(ViralityError, match="is of another command"):
        written(writer, drafts, out, asked={"tone": "warm"})
    written(writer, drafts, out, fresh=True)
    written(writer, drafts, out)
    assert "done already" in capsys.readouterr().err
    out.write_text("mine\n", encoding="utf-8")
    with pytest.raises(ViralityError, match="is there already"):
        written(writer, drafts, out)


def test_a_command_that_was_stopped_before_its_last_file_ends_what_it_left(
    writer: Writer, drafts: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    ended = written(writer, drafts, whole)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", stopped_at("out.jsonl.json", Path.write_text))
        with pytest.raises(KeyboardInterrupt):
            written(writer, drafts, out)
    assert out.exists()
    assert written(writer, drafts, out) == ended
    assert out.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "out.jsonl.part").exists()


def stopped_at(name: str, write: Any) -> Any:
    """A `write_text` that is interrupted where a file of this name, or what becomes it, is written."""

    def interrupted(path: Path, *given: Any, **more: Any) -> Any:
        if name in path.name:
            raise KeyboardInterrupt
        return write(path, *given, **more)

    return interrupted


def test_the_alt_text_of_a_row_goes_into_its_prompt_alone(writer: Writer, tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    path.write_text(f'text,alt\n"{DRAFT}",A red boat\n"{DRAFT}",\n', encoding="utf-8")
    who = Assistant(says(writer, RESTATED), name="writer")
    first, second = table.answers(who, Drafts.of(path), ASKED | {"alt": None})
    assert first.prompt is not None
    assert second.prompt is not None
    assert "A red boat" in first.prompt.system
    assert "picture" not in second.prompt.system
    assert first.prompt.hash != second.prompt.hash


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.csv", None, "no such file"),
        ("x.csv", "words\na\n", "the posts stand in a column text or draft"),
        ("x.csv", "text\n", "holds no draft"),
        ("x.txt", "\n \n", "holds no draft"),
        ("x.doc", "text\na\n", "tables end in"),
    ],
)
def test_a_file_without_drafts_is_one_line(tmp_path: Path, name: str, content: str | None, reason: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ViralityError, match=reason) as caught:
        Drafts.of(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_an_output_over_its_input_or_a_folder_is_refused(writer: Writer, drafts: Drafts, tmp_path: Path) -> None:
    for out, reason in ((drafts.path, "is the file that is read"), (tmp_path, "is a folder")):
        with pytest.raises(ViralityError, match=reason):
            written(writer, drafts, out)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["run"], "DRAFT: none is given"),
        (["run", "rain", "--file", "x.csv"], "--file: gives the drafts"),
        (["run", "rain", "--tone", "angry"], "tone = angry: is not known"),
        (["run", "rain", "--n", "0"], "--n = 0: is at least 1"),
        (["run", "rain", "--edits", "-1"], "--edits = -1: is at least 0"),
        (["run", "rain", "--platform", "friendster"], "is not known"),
        (["run", "--file", "none.csv"], "none.csv: no such file"),
        (["run", "rain", "--history", "none.csv"], "none.csv: no such file"),
        (["no/such/run", "rain"], "no/such/run"),
        (["runs/none", "rain"], "runs/none"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main(["suggest", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert reason in said.err
