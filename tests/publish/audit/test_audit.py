"""An audit finds keyed hashes of ids and texts, says what it could not open, and is green only where all was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from data_prep import privacy, register
from data_prep.register import Register, keyed, keyed_run, keyed_text
from publish import audit
from publish.audit.sought import Sought
from virality import ledger
from virality.cli import main
from virality.errors import ViralityError
from virality.gates.corpus import Corpus

TEXT = "The owner of the bakery on Mill Lane greets everybody with a loaf of rye."
SHORT = "Fresh rye again today"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    Path("runs").mkdir()
    made = privacy.author_key()
    runs = frozenset(keyed_run(made, one) for one in Corpus.of([TEXT]).hashes.tolist())
    whole = frozenset(one for one in (keyed_text(made, TEXT), keyed_text(made, SHORT)) if one)
    register.write(
        Register(
            frozenset([privacy.hash_author("jo", made)]), frozenset([keyed(made, "post", "at://jo.baker/77")]),
            frozenset([keyed(made, "row", "bakery", "17")]), runs | whole,
        ),
        made,
    )  # fmt: skip
    return made


@pytest.mark.parametrize(("said", "found"), [
    (TEXT, True),
    (f"prompt: {TEXT.upper()} and more", True),
    ("she wrote that the owner of the bakery on Mill Lane greets us", True),  # nine words in a row
    ("the bakery on Mill Lane greets everybody!", False),  # seven words: everybody's
    (SHORT, True),
    (f"{SHORT.lower()}!!", True),
    (f"She says: {SHORT}", False),  # a short text within another is not known again
    ("an ordinary line of a log at step 17", False),
])  # fmt: skip
def test_texts_are_known_again_by_runs_of_eight_words_and_whole(key: bytes, said: str, found: bool) -> None:
    Path("runs/notes.txt").write_text(f"first\n{said}\nlast\n", encoding="utf-8")
    assert audit.audit(Path("runs")).green is not found


@pytest.mark.parametrize(("value", "sources", "found"), [
    ("17", {"bakery"}, True),
    ("17", {"mill"}, False),  # another corpus's
    ("bakery:17", {"bakery", "mill"}, True),
    ("mill:17", {"bakery", "mill"}, False),
    ("17:plain", {"bakery"}, True),
    ("17:writer:returned", {"bakery"}, True),
    ("1:17", {"bakery"}, True),
    ("117", {"bakery"}, False),
    ("at://jo.baker/77", {"mill"}, True),
])  # fmt: skip
def test_ids_are_those_of_their_corpus_alone_or_as_a_part_of_another(
    key: bytes, value: str, sources: set[str], found: bool
) -> None:
    sought = Sought(register.read(key), key)
    assert sought.flags("post_id", [value], frozenset(sources)) == [found]
    assert sought.flags("Tweet ID", [value], frozenset(sources)) == [found]
    assert sought.flags("likes", [value], frozenset(sources)) == [value.startswith("at:")]


def test_an_account_is_found_wherever_its_hash_stands(key: bytes) -> None:
    Path("runs/notes.json").write_text(json.dumps({"by": privacy.hash_author("jo", key)}), encoding="utf-8")
    assert not audit.audit(Path("runs")).green


@pytest.mark.parametrize(
    ("said", "found"), [("author\n@Jo\n", True), ("Screen Name\njo\n", True), ("text\njo\n", False)]
)
def test_an_account_is_found_by_its_name_where_a_column_is_called_after_accounts(
    key: bytes, said: str, found: bool
) -> None:
    accounts = frozenset(privacy.hash_author(one, key) for one in ("jo", "@jo"))
    register.write(Register(accounts), key)
    Path("runs/kept.csv").write_text(said, encoding="utf-8")
    assert audit.audit(Path("runs")).green is not found


def test_a_file_that_cannot_be_decoded_is_named_and_makes_it_red(
    key: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("runs/photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x80\x81")
    assert main(["audit"]) == 3
    said = capsys.readouterr().out
    assert "could not open runs/photo.jpg: neither text nor a format that is known here" in said
    assert said.splitlines()[-1].startswith("red: remove the files")


def test_token_ids_without_their_tokenizer_make_it_red(key: bytes) -> None:
    pq.write_table(pa.table({"input_ids": [[5, 6, 7]], "weight": [0.5]}), "runs/examples.parquet")
    Path("runs/batch.json").write_text(json.dumps({"rows": [{"prompt": list(range(9))}]}), encoding="utf-8")
    save_file({"input_ids": np.arange(9)}, "runs/batch.safetensors")
    named = {"runs/examples.parquet", "runs/batch.json", "runs/batch.safetensors"}
    assert set(audit.audit(Path("runs")).unopened) == named


def test_what_was_searched_is_told(key: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("runs/notes.txt").write_text("a line\n", encoding="utf-8")
    assert main(["audit", "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["green"]
    assert (found["files"], found["accounts"], found["rows"]) == (1, 1, 1)
    assert found["decoded"] > 5


def test_a_forget_that_was_stopped_half_way_makes_it_red(key: bytes) -> None:
    Path("runs", audit.JOURNAL).write_text("{}", encoding="utf-8")
    found = audit.audit(Path("runs"))
    assert found.unfinished
    assert not found.green


def test_where_rows_were_forgotten_and_the_register_is_not_at_hand_it_is_red(
    key: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    _prepared({"forgotten": [{"at": "2026-11-22", "files": {}}]})
    assert audit.audit(Path("runs")).green
    register.path().unlink()
    assert main(["audit"]) == 3
    said = capsys.readouterr().out
    assert "names nobody: what to look for is not known" in said
    assert said.splitlines()[-1].startswith("red: restore the register")


def test_what_lies_behind_a_link_out_of_the_folder_was_not_searched_and_makes_it_red(key: bytes) -> None:
    Path("disk").mkdir()
    Path("disk/notes.txt").write_text(TEXT, encoding="utf-8")
    Path("runs/far").symlink_to(Path("disk").resolve())
    assert list(audit.audit(Path("runs")).unopened) == ["runs/far"]
    Path("runs/far").unlink()
    Path("runs/plain.txt").write_text("a line", encoding="utf-8")
    Path("runs/near.txt").symlink_to("plain.txt")
    assert audit.audit(Path("runs")).green


def test_runs_that_are_to_be_made_again_are_counted(key: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _prepared({})
    (folder / ledger.FORGOTTEN).write_text("{}", encoding="utf-8")
    assert main(["audit"]) == 0
    assert "1 runs learned from rows that went" in capsys.readouterr().out


def _prepared(more: dict[str, Any]) -> Path:
    folder = Path("runs/prepare/mill")
    folder.mkdir(parents=True)
    document = {"step": "prepare", "state": "done", "settings": {}, "inputs": {},
                "command": ["virality", "prepare", "mill.yaml"], **more}  # fmt: skip
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_who_stands_in_an_opt_out_list_of_a_data_config_is_looked_for_too(key: bytes) -> None:
    Path("people.txt").write_text("@Ann\n", encoding="utf-8")
    folder = _prepared({"settings": {"rights": {"opt_out": ["people.txt"]}}})
    rows = {"post_id": ["1"], "source": ["mill"], "author_id": [privacy.hash_author("ann", key)], "text": ["Rye."]}
    pq.write_table(pa.table(rows), folder / "posts.parquet")
    found = audit.audit(Path("runs"))
    assert [(one.path, one.where) for one in found.found] == [(str(folder / "posts.parquet"), ["author_id"])]


def test_there_is_nothing_to_audit_where_there_are_no_runs(key: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--runs", "elsewhere"]) == 2
    assert "--runs elsewhere: no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "why"), [
    ("{", "cannot be read"),
    ('{"key": "0", "accounts": [], "posts": [], "rows": [], "texts": []}', "was written under another key"),
])  # fmt: skip
def test_a_register_that_cannot_be_trusted_stops_what_needs_it(key: bytes, content: str, why: str) -> None:
    register.path().write_text(content, encoding="utf-8")
    with pytest.raises(ViralityError, match=why):
        audit.audit(Path("runs"))
