"""Who is named on the command line or in a file, and how a name is spelt."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_prep import privacy
from data_prep.register import accounts_of
from publish.forget.requests import Requests, gather
from virality.cli import main
from virality.errors import ViralityError

KEY = bytes(32)


def test_a_file_and_the_command_line_are_read_together(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text("Date,Author,Post\n1 May,jo,\n2 May,,17\n3 May, jo ,18\n", encoding="utf-8")
    assert gather(["ann"], ["17"], path) == Requests(("ann", "jo"), ("17", "18"))


@pytest.mark.parametrize("content", ["date,name\n1 May,jo\n", "author\n\n", "", "author\n\xff"])
def test_a_file_that_names_nobody_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "requests.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ViralityError, match=r"requests\.csv"):
        gather([], [], path)


def test_a_file_that_lies_among_the_runs_is_refused_for_it_would_be_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("runs").mkdir()
    Path("runs/requests.csv").write_text("post\n17\n", encoding="utf-8")
    assert main(["forget", "--file", "runs/requests.csv"]) == 2
    assert "lies in runs, where what it names is erased; move it out" in capsys.readouterr().err


def test_an_account_is_known_with_and_without_its_at_and_by_its_hash() -> None:
    hashed = [privacy.hash_author(one, KEY) for one in ("jo", "@jo")]
    for name in ("jo", "@Jo", " JO "):
        assert set(hashed) <= set(accounts_of(name, KEY))
    assert hashed[0] in accounts_of(hashed[0], KEY)


def test_who_names_nobody_is_told_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget"]) == 2
    assert capsys.readouterr().err.strip() == (
        "virality forget: names nobody; give --author NAME, --post ID, or --file with a column author or post"
    )
