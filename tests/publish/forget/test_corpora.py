"""Whose row it is: ids that two corpora share, ids that are addresses, mixtures, and words that others wrote too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from data_prep import privacy, register
from data_prep.records import Pair, Post, pair_schema, post_schema
from data_prep.rights import objection
from data_prep.sources.table import identifier
from publish import audit
from publish.forget import forget
from publish.forget.requests import Requests
from train import ledgers
from virality import ledger, runs, tables

ROOT = Path("runs")
RIGHTS = {"basis": {"own_export": 1}, "research_only": False}
COPIED = "We bake the rye on Mill Lane before anybody else is up."


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def post(post_id: str, author: str, text: str, source: str = "bakery") -> Post:
    """A post as a prepared run keeps it."""
    hashed = privacy.hash_author(author, privacy.author_key())
    return Post(post_id=post_id, source=source, author_id=hashed, text=text, rights="own_export")


def prepared(name: str, posts: Sequence[Post]) -> Path:
    """A prepared run of posts alone."""
    here = runs.start("prepare", name, settings={}, inputs={})
    with here.file("posts.parquet") as path:
        tables.write(posts, post_schema(), path)
    here.finish(rights=RIGHTS)
    return here.folder


def ids(folder: Path) -> list[str]:
    """Ids of the posts that a run holds."""
    return [one.post_id for one in tables.read(folder / "posts.parquet", post_schema(), Post)]


def test_the_posts_of_an_account_go_from_its_own_corpus_and_a_named_post_from_all() -> None:
    bakery = prepared("bakery", [post("1", "jo", "Rye."), post("2", "ann", "Loaf."), post("3", "ann", "Bun.")])
    mill = prepared("mill", [post("1", "kim", "Flour.", "mill"), post("3", "kim", "Bran.", "mill")])
    forget(ROOT, Requests(("jo",), ()))
    assert (ids(bakery), ids(mill)) == (["2", "3"], ["1", "3"])
    forget(ROOT, Requests((), ("3",)))
    assert (ids(bakery), ids(mill)) == (["2"], ["1"])
    assert audit.audit(ROOT).green


def test_in_a_mixture_an_id_is_that_of_its_corpus() -> None:
    bakery = prepared("bakery", [post("1", "jo", "Rye.")])
    mixed = prepared("mixed", [post("bakery:1", "jo", "Rye."), post("mill:1", "kim", "Flour.", "mill")])
    forget(ROOT, Requests((), ("bakery:1",)))
    assert (ids(bakery), ids(mixed)) == ([], ["mill:1"])


def test_a_post_is_named_by_the_address_that_it_has_in_the_raw_data() -> None:
    raw = "https://social.example/@jo/77"
    bakery = prepared("bakery", [post(identifier("bakery", raw), "jo", "Rye."), post("2", "jo", "Loaf.")])
    done = forget(ROOT, Requests((), (raw,)))
    assert ids(bakery) == ["2"]
    assert done.unknown == 0
    key = privacy.author_key()
    assert objection(post(raw, "jo", "Rye."), "jo", frozenset(), register.read(key), key) == "opted_out"
    assert objection(post("2", "jo", "Loaf."), "jo", frozenset(), register.read(key), key) is None


def test_words_that_somebody_else_wrote_too_stay_theirs() -> None:
    bakery = prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", f"{COPIED} So true!")])
    (ROOT / "notes.txt").write_text(f"{COPIED} So true!\n", encoding="utf-8")
    forget(ROOT, Requests(("jo",), ()))
    assert ids(bakery) == ["2"]
    assert (ROOT / "notes.txt").is_file()
    assert audit.audit(ROOT).green


def test_words_that_nobody_else_wrote_are_found_in_any_file() -> None:
    prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")])
    (ROOT / "notes.txt").write_text(f"she said: {COPIED.upper()}\n", encoding="utf-8")
    (ROOT / "table.parquet.partial").write_bytes(b"PAR1 and no more")
    done = forget(ROOT, Requests(("jo",), ()))
    assert {hit.path.name: hit.act for hit in done.hits} == {
        "posts.parquet": "rewritten", "notes.txt": "removed", "table.parquet.partial": "removed",
    }  # fmt: skip


def test_lines_and_rows_end_where_their_format_says_so() -> None:
    """U+2028 stands in posts, and within a line of JSON or an unquoted cell of a CSV it ends nothing."""
    prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")])
    lines = [json.dumps({"said": f"{first}\u2028Come along."}, ensure_ascii=False) for first in (COPIED, "Loaf.")]
    (ROOT / "notes.jsonl").write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    rows = [f"{at},{first}\u2028Come along." for at, first in enumerate((COPIED, "Loaf."))]
    (ROOT / "notes.csv").write_text("".join(f"{one}\n" for one in ("at,said", *rows)), encoding="utf-8")
    forget(ROOT, Requests(("jo",), ()))
    assert (ROOT / "notes.jsonl").read_text(encoding="utf-8") == f"{lines[1]}\n"
    assert (ROOT / "notes.csv").read_text(encoding="utf-8") == f"at,said\n{rows[1]}\n"
    assert audit.audit(ROOT).green


def test_a_page_that_nobody_makes_anew_goes_whole() -> None:
    prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")])
    copy = ROOT / "kept"
    copy.mkdir()
    (copy / "report.json").write_text("{}", encoding="utf-8")
    (copy / "report.html").write_text(f"<p>{COPIED}</p>", encoding="utf-8")
    forget(ROOT, Requests(("jo",), ()))
    assert [path.name for path in copy.iterdir()] == ["report.json"]
    assert audit.audit(ROOT).green


def test_the_name_of_an_account_that_wrote_a_whole_file_goes_from_what_its_run_says() -> None:
    folder = prepared("bakery", [post("1", "Jo", COPIED)])
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    told |= {"settings": {"source": {"kind": "youtube", "account": "Jo"}},
             "command": ["virality", "prepare", "bakery.yaml", "source.account=Jo"]}  # fmt: skip
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    forget(ROOT, Requests(("Jo",), ()))
    left = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert left["settings"]["source"] == {"kind": "youtube", "account": None}
    assert left["command"] == ["virality", "prepare", "bakery.yaml"]
    assert audit.audit(ROOT).green


def test_answers_and_scores_that_are_not_finished_go_whole_for_they_go_on_by_counting() -> None:
    prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")])
    said = [json.dumps(one) for one in ({"key": 1}, {"draft": COPIED}, {"draft": "Loaf."})]
    (ROOT / "answers.jsonl.part").write_text("".join(f"{one}\n" for one in said), encoding="utf-8")
    work = ROOT / "scores.parquet.work"
    work.mkdir()
    tables.write([post("1", "jo", COPIED), post("2", "ann", "Loaf.")], post_schema(), work / "000000.parquet")
    (work / "work.json").write_text("{}", encoding="utf-8")
    forget(ROOT, Requests(("jo",), ()))
    assert not (ROOT / "answers.jsonl.part").exists()
    assert not work.exists()


def test_a_work_folder_whose_removal_was_cut_short_is_removed_when_the_command_is_given_again() -> None:
    work = prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")]) / "work"
    work.mkdir()
    (work / "rest.txt").write_text("what was left when it was killed", encoding="utf-8")
    changes = {"prepare/bakery/work": [0, "removed", ""]}
    (ROOT / audit.JOURNAL).write_text(json.dumps({"at": "2026-11-22", "changes": changes}), encoding="utf-8")
    forget(ROOT, Requests(("jo",), ()))
    assert not work.exists()


def test_runs_of_one_command_are_made_again_behind_what_any_of_them_needs() -> None:
    prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")])
    trial = trained("a_trial", "sweep")
    trained("guide", "train")
    whole = runs.start("sweep", "many", settings={}, inputs={str(trial): "x", "runs/train/guide": "x"})
    whole.finish(rights=RIGHTS)
    called(whole.folder, "sweep")
    done = forget(ROOT, Requests(("jo",), ()))
    assert [one.folder.name for one in done.touched] == ["guide", "a_trial", "many"]
    script = (ROOT / "retrain.sh").read_text(encoding="utf-8")
    assert script.index("virality train a --fresh") < script.index("virality sweep a --fresh")


def trained(name: str, word: str) -> Path:
    """A run that learned from a pair of the forgotten post, made by a command."""
    here = runs.start("train", name, settings={}, inputs={"runs/prepare/bakery": "x"})
    with here.file("ledger.parquet") as path:
        ledger.write(ledgers.entries("adapter", "train", [pair("1", COPIED)]), path)
    here.finish(rights=RIGHTS)
    called(here.folder, word)
    return here.folder


def called(folder: Path, word: str) -> None:
    """As if `virality WORD a` had made a run."""
    path = folder / "run.json"
    document = json.loads(path.read_text(encoding="utf-8")) | {"command": ["virality", word, "a"]}
    path.write_text(json.dumps(document), encoding="utf-8")


def test_whoever_is_not_here_is_in_the_register_all_the_same() -> None:
    prepared("bakery", [post("2", "ann", "Loaf.")])
    done = forget(ROOT, Requests(("jo",), ("99",)))
    assert (done.unknown, done.hits, done.touched) == (2, (), ())
    key = privacy.author_key()
    there = register.read(key)
    assert objection(post("5", "jo", "Rye."), "@Jo", frozenset(), there, key) == "opted_out"
    assert objection(post("99", "kim", "Rye."), "kim", frozenset(), there, key) == "opted_out"


def test_an_account_that_bluesky_calls_by_its_did_is_known_by_the_ids_of_its_posts() -> None:
    key = privacy.author_key()
    asked = Requests(("did:plc:jo",), ()).register(key, ())
    said = post("at://did:plc:jo/app.bsky.feed.post/7", "jo.example", "Rye.")
    assert objection(said, "jo.example", frozenset(), asked, key) == "opted_out"


def test_rounds_that_lie_within_a_run_are_renewed_with_it_and_made_again_by_its_command() -> None:
    prepared("bakery", [post("1", "jo", COPIED), post("2", "ann", "Loaf.")])
    whole = runs.start("improve", "many", settings={}, inputs={"runs/prepare/bakery": "x"})
    part = runs.start("improve", "pairs", settings={}, inputs={"runs/prepare/bakery": "x"},
                      out=whole.folder / "round-1" / "pairs")  # fmt: skip
    shown = [pair("1", COPIED), pair("2", "Loaf.")]
    with part.file("pairs.parquet") as path:
        tables.write(shown, pair_schema(), path)
    part.finish(rights=RIGHTS, pairs=2)
    writer = runs.start("train", "writer", settings={}, inputs={str(part.folder): "x"},
                        out=whole.folder / "round-1" / "writer")  # fmt: skip
    with writer.file("ledger.parquet") as path:
        ledger.write(ledgers.entries("adapter", "train", shown), path)
    writer.finish(rights=RIGHTS)
    whole.finish(rights=RIGHTS)
    done = forget(ROOT, Requests(("jo",), ()))
    for folder in (whole.folder, part.folder, writer.folder):
        assert runs.digest(folder)
    assert runs.finished(part.folder)["pairs"] == 1
    assert [one.folder for one in done.touched] == [writer.folder]
    assert len({one.command for one in done.touched}) == 1
    assert audit.audit(ROOT).green


def pair(draft: str, text: str) -> Pair:
    """A judged pair of a draft."""
    return Pair(pair_id=f"judged {draft}", kind="judged", component="c", split="train", rights="own_export",
                worse_id=f"{draft}:w", better_id=f"{draft}:b", worse=text, better=f"Dear all: {text}", draft=text,
                weight=1.0, faithful=True, gates_hash="x")  # fmt: skip
