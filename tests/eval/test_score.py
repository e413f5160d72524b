"""What a scorer says of two texts and of every row of a file, and that it says why where it does not answer."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from eval.score import score_file
from eval.score.languages import sentence, unlearned
from eval.score.two import as_json, as_text, compare
from tests.train.worlds import corpus_pairs, told
from train import scorers
from train.scorers import Scorer, fitting
from train.scorers.linear import Linear
from virality import runs
from virality.cli import main
from virality.errors import ViralityError

FREE, COSTLY = "free boat in the early rain", "costly boat in the early rain"
ALIKE = "free bread and costly tickets for the school"
ARABIC = "افتتحنا اليوم ثلاث مكتبات جديدة في المدينة"
SPANISH = "la ciudad abre hoy una biblioteca para los niños que no tienen libros"


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    training = fitting.choose([*corpus_pairs(120), *corpus_pairs(40, split="validation")], "train", None, 0)
    return fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]


@pytest.fixture
def run(scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A finished run of this scorer, below the working folder."""
    monkeypatch.chdir(tmp_path)
    here = runs.start("train", "judge", settings={}, inputs={})
    with here.file("scorer") as path:
        scorers.save(scorer, path)
    here.finish(rights={"basis": {"own_export": 1}, "research_only": False}, task="scorer")
    return "runs/train/judge"


@dataclass(frozen=True)
class OneByOne:
    """A family that reads two posts together."""

    like: Linear

    def margins(self, first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
        return self.like.utility(first) - self.like.utility(second)

    def save(self, folder: Path) -> dict[str, Any]:
        return {}


@dataclass
class Stopped:
    """A model that is interrupted when it is asked for the `after`th time; it counts the texts it values."""

    like: Any
    after: int
    asked: int = 0
    texts: int = 0

    def utility(self, texts: Sequence[str]) -> NDArray[np.float64]:
        if len(texts) > 1:  # one alone is asked to learn whether it can be
            self.asked, self.texts = self.asked + 1, self.texts + len(texts)
            if self.asked == self.after:
                raise KeyboardInterrupt
        return np.asarray(self.like.utility(texts))

    def save(self, folder: Path) -> dict[str, Any]:
        return {}


def by_hand(scorer: Scorer, after: int = 0) -> tuple[Scorer, Stopped]:
    """The scorer as one of a family of small chunks, and the model inside."""
    model = Stopped(scorer.model, after)
    return replace(scorer, family="lora", model=model), model


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def answers(path: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(path).to_pylist())


def whys(path: Path) -> list[str | None]:
    return [row["why"] for row in answers(path)]


def many(path: Path, count: int = 620) -> Path:
    """Posts of which some recur, some are empty and some are in another language."""
    posts = [ARABIC if at % 97 == 0 else "" if at % 89 == 0 else f"{FREE} {at % 300}" for at in range(count)]
    return write_csv(path, ["id", "text"], [(f"p{at}", post) for at, post in enumerate(posts)])


# Two texts


def test_the_winner_is_named_with_its_probability_whichever_comes_first(scorer: Scorer) -> None:
    found, turned = compare(scorer, FREE, COSTLY), compare(scorer, COSTLY, FREE)
    assert found.p == pytest.approx(float(scorer.probability([FREE], [COSTLY])[0]))
    assert (found.likelier, turned.likelier, found.why) == ("first", "second", None)
    text = as_text(found)
    assert text.splitlines()[0] == f">99%  {FREE}"
    assert text == as_text(turned)


def test_reasons_are_in_plain_words_under_the_side_that_they_speak_for(scorer: Scorer) -> None:
    text = as_text(compare(scorer, FREE, COSTLY))
    mine = text.split("For the other")[0]
    assert "For it, in points on an even chance:" in mine
    assert '  does not say "costly"' in mine
    assert max(map(len, text.splitlines())) < 60
    assert "For it" not in as_text(compare(scorer, FREE, COSTLY, reasons=0))


def test_it_abstains_where_it_is_not_sure_and_says_from_where_on_it_answers(scorer: Scorer) -> None:
    found = compare(scorer, "rain", "rain")
    assert found.why == "not sure: 50%, and it answers from 60% on"
    assert as_text(found).startswith(f"{found.why}\n  50%  rain\n  50%  rain")
    near = replace(scorer, sure=float(scorer.probability([FREE], [COSTLY])[0]) + 0.001)
    why = compare(near, FREE, COSTLY).why
    assert why is not None
    shown = [word for word in why.split() if "%" in word]
    assert shown[0].strip(",") != shown[1]


def test_it_abstains_in_a_language_that_it_never_saw(scorer: Scorer) -> None:
    found = compare(scorer, FREE, ARABIC)
    assert found.p is None
    assert found.why == "the second is in Arabic, a language it never saw: learned from en (120)"
    assert as_text(found).replace("\n", " ") == f"not scored: {found.why}"


def test_a_few_pairs_of_a_language_are_not_enough() -> None:
    languages = {"en": 6_806, "unknown": 19, "es": 3, "ar": 80}
    assert unlearned(SPANISH, languages) == "es"
    assert unlearned(ARABIC, languages) is None
    assert sentence("es", languages) == "in Spanish, in which it saw 3 pairs: learned from en (6,806), ar (80), es (3)"
    assert unlearned("12:30", languages) is None
    assert unlearned(ARABIC, {}) is unlearned(ARABIC, {"unknown": 40}) is None


def test_texts_from_right_to_left_are_isolated_line_by_line(scorer: Scorer) -> None:
    bilingual = replace(scorer, languages={"en": 100, "ar": 100}, sure=0.5)
    text = as_text(compare(bilingual, f"{ARABIC} free\n{FREE}", f"{ARABIC} costly"))
    head = text.split("\n\n")[0].splitlines()
    assert head[0].endswith(f"\u2068{ARABIC} free\u2069")
    assert head[1] == FREE


def test_a_post_is_read_as_training_read_it(scorer: Scorer) -> None:
    assert compare(scorer, "  free\u00a0caf\u0065\u0301 &amp; boat\x07 ", COSTLY).first == "free café & boat"


@pytest.mark.parametrize(
    ("posts", "reason"),
    [
        (("", FREE), "the first post: is empty"),
        ((FREE, " \u200b\n"), "the second post: is empty"),
        ((FREE, "a " * 500_000), "the second post: 999,999 characters; a post has 20,000 at most"),
    ],
    ids=["empty", "blank", "megabyte"],
)
def test_what_is_no_post_is_refused(scorer: Scorer, posts: tuple[str, str], reason: str) -> None:
    with pytest.raises(ViralityError, match=reason):
        compare(scorer, *posts)


def test_the_command_prints_one_document(run: str, capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    assert main(["score", run, "--json", COSTLY, FREE]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found == as_json(compare(scorers.load(Path(run) / "scorer"), COSTLY, FREE), "judge")
    assert found["p"] == pytest.approx(float(scorer.probability([COSTLY], [FREE])[0]))
    assert (found["answer"], found["abstained"], found["why"], found["sure"]) == ("second", False, None, 0.6)
    assert (found["scorer"], found["scorer_family"], len(found["scorer_version"])) == ("judge", "linear", 12)
    assert {"what", "side", "kind", "moves"} <= found["reasons"][0].keys()
    assert main(["score", run, "--json", ARABIC, FREE]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["p"], found["answer"], found["abstained"], found["reasons"]) == (None, None, True, [])


def test_posts_may_begin_with_a_dash_behind_two(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", run, "--reasons", "0", "--", "-free boat", "-costly boat"]) == 0
    assert capsys.readouterr().out.endswith("  -free boat\n")


# Files


def test_pairs_of_a_file_are_answered_as_they_are_measured(scorer: Scorer, tmp_path: Path) -> None:
    measured = corpus_pairs(30, split="test")
    first = [pair.better if at % 2 else pair.worse for at, pair in enumerate(measured)]
    second = [pair.worse if at % 2 else pair.better for at, pair in enumerate(measured)]
    file = write_csv(tmp_path / "pairs.csv", ["second", "first"], list(zip(second, first, strict=True)))
    document = score_file(scorer, file)
    found = answers(tmp_path / "pairs.csv.scores.parquet")
    assert list(found[0]) == ["row", "value", "confidence", "answer", "why"]
    assert [row["row"] for row in found] == list(range(1, 31))
    p = scorer.probability(first, second)
    assert np.allclose([row["value"] for row in found], p, rtol=0, atol=1e-12)
    assert [row["answer"] for row in found] == ["first" if at % 2 else "second" for at in range(30)]
    assert [row["confidence"] for row in found] == [max(row["value"], 1 - row["value"]) for row in found]
    assert document["summary"] == f"30 rows: 30 answered -> {tmp_path / 'pairs.csv.scores.parquet'}"
    assert document == json.loads((tmp_path / "pairs.csv.scores.parquet.json").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "pairs.csv", "pairs.csv.scores.parquet", "pairs.csv.scores.parquet.json"]  # fmt: skip


def test_the_difference_of_two_values_is_the_log_odds_of_the_pair(scorer: Scorer, tmp_path: Path) -> None:
    score_file(scorer, write_csv(tmp_path / "posts.tsv", ["text"], [[FREE], [COSTLY]]), tmp_path / "out.parquet")
    one, other = answers(tmp_path / "out.parquet")
    assert list(one) == ["row", "value", "why"]
    p = 1 / (1 + np.exp(other["value"] - one["value"]))
    assert p == pytest.approx(float(scorer.probability([FREE], [COSTLY])[0]))


def test_every_row_is_there_in_its_order_with_what_it_was_not_scored_for(scorer: Scorer, tmp_path: Path) -> None:
    cells = [FREE, "", " \u200b", "a" * 1_000_000, ARABIC, "nan", "1,204", ALIKE, 'free\n\nboat, "early"']
    rows = [(f"r{at}", cell, cell if cell == ALIKE else COSTLY) for at, cell in enumerate(cells)]
    file = write_csv(tmp_path / "pairs.csv", ["id", "first", "second"], rows)
    with file.open("a") as stream:
        stream.write("short,row\n\n")
    document = score_file(scorer, file)
    found = answers(tmp_path / "pairs.csv.scores.parquet")
    assert [row["id"] for row in found] == [*(f"r{at}" for at in range(9)), None]
    assert [row["why"] for row in found] == [None, "empty", "empty", "too long", "language ar never seen", "not a text",
                                             "not a text", "not sure", None, "cannot be read"]  # fmt: skip
    assert [row["answer"] for row in found] == ["first", *["none"] * 7, "first", "none"]
    assert [row["value"] is None for row in found] == [False, *[True] * 6, False, False, True]
    assert found[7]["value"] == found[7]["confidence"] == 0.5
    assert document["counts"] == {"empty": 2, "not a text": 2, "too long": 1, "language ar never seen": 1,
                                  "not sure": 1, "cannot be read": 1}  # fmt: skip
    assert document["summary"].startswith("10 rows: 2 answered, 2 empty, 2 not a text, 1 cannot be read, 1 language ar")


def test_cells_that_hold_no_text_are_counted_in_files_with_types(scorer: Scorer, tmp_path: Path) -> None:
    lines = [{"text": FREE, "id": 7}, {"text": None}, {"text": 4.5}, {"text": ["free"]}, {"text": True}, {},
             {"text": float("nan")}, {"text": "\ud800 free boat", "id": "\ud800"}]  # fmt: skip
    (tmp_path / "posts.jsonl").write_text(
        "\n".join([*map(json.dumps, lines), "{broken", json.dumps("free"), '{"text": "' + "a" * 1_100_000])
    )
    score_file(scorer, tmp_path / "posts.jsonl")
    found = answers(tmp_path / "posts.jsonl.scores.parquet")
    assert [row["why"] for row in found] == [
        None,
        *["not a text"] * 6,
        None,
        "cannot be read",
        "cannot be read",
        "too long",
    ]
    assert [row["id"] for row in found] == ["7", *[None] * 6, "?", None, None, None]
    pq.write_table(pa.table({"text": [1.5, float("nan"), None]}), tmp_path / "numbers.parquet")
    score_file(scorer, tmp_path / "numbers.parquet")
    assert whys(tmp_path / "numbers.parquet.scores.parquet") == ["not a text"] * 3


def test_all_formats_give_the_same_answers(scorer: Scorer, tmp_path: Path) -> None:
    table = pa.table({"id": ["a", "b", "c"], "first": [FREE, None, "مجانا: free 🚀 boat"], "second": [COSTLY] * 3})
    pq.write_table(table, tmp_path / "p.parquet")
    rows = table.to_pylist()
    (tmp_path / "p.json").write_text(json.dumps(rows))
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "p.jsonl.gz").write_bytes(gzip.compress((tmp_path / "p.jsonl").read_bytes()))
    cells = [[row["id"], row["first"] or "nan", row["second"]] for row in rows]
    write_csv(tmp_path / "p.csv", table.column_names, cells)
    (tmp_path / "p.csv.gz").write_bytes(gzip.compress((tmp_path / "p.csv").read_bytes()))
    (tmp_path / "q.csv").write_bytes((tmp_path / "p.csv").read_text().replace(",", ";").encode("utf-16"))
    made = []
    for file in [*tmp_path.glob("p.*"), tmp_path / "q.csv"]:
        score_file(scorer, file, tmp_path / "out.parquet", fresh=True)
        made.append((tmp_path / "out.parquet").read_bytes())
    assert len(made) == 7
    assert len(set(made)) == 1
    for ending in ("csv", "jsonl"):
        score_file(scorer, tmp_path / "p.csv", tmp_path / f"out.{ending}")
    found = answers(tmp_path / "out.parquet")
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == found
    with (tmp_path / "out.csv").open(newline="") as stream:
        kept = list(csv.DictReader(stream))
    assert [row["id"] for row in kept] == ["a", "b", "c"]
    assert [row["why"] for row in kept] == [row["why"] or "" for row in found]
    assert float(kept[0]["value"]) == found[0]["value"]


def test_columns_may_have_other_names(run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(tmp_path / "posts.csv", ["key", "a,b", "caption"], [["x", FREE, COSTLY]])
    named = ["--columns", "first=a,b,second=caption,id=key"]
    assert main(["score", run, "--file", "posts.csv", *named]) == 0
    assert capsys.readouterr().out == "1 row: 1 answered -> posts.csv.scores.parquet\n"
    assert answers(tmp_path / "posts.csv.scores.parquet")[0]["id"] == "x"
    (tmp_path / "deep.jsonl").write_text(json.dumps({"post": {"text": FREE}}))
    assert main(["score", run, "--file", "deep.jsonl", "--columns", "text=post.text", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answered"] == 1


def test_equal_posts_are_scored_once(scorer: Scorer, tmp_path: Path) -> None:
    write_csv(tmp_path / "posts.csv", ["text"], [[FREE], [COSTLY], [f" {FREE} "], [FREE]] * 40)
    counting, model = by_hand(scorer)
    score_file(counting, tmp_path / "posts.csv")
    assert model.texts == 2
    values = [row["value"] for row in answers(tmp_path / "posts.csv.scores.parquet")]
    assert values[0] == values[2] == values[3] != values[1]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_stopped_command_continues_to_the_same_bytes(scorer: Scorer, tmp_path: Path, after: int) -> None:
    file = many(tmp_path / "posts.csv")
    whole, out = tmp_path / "whole.parquet", tmp_path / "out.parquet"
    score_file(by_hand(scorer)[0], file, whole)
    with pytest.raises(KeyboardInterrupt):
        score_file(by_hand(scorer, after)[0], file, out)
    assert not out.exists()
    assert len(list((tmp_path / "out.parquet.work").glob("*.parquet"))) == after - 1
    again, model = by_hand(scorer)
    score_file(again, file, out)
    assert model.asked == 3 - (after - 1)
    assert out.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "out.parquet.work").exists()
    assert [row["row"] for row in answers(out)] == list(range(1, 621))


def test_a_chunk_that_a_kill_left_broken_is_made_again(scorer: Scorer, tmp_path: Path) -> None:
    file, out = many(tmp_path / "posts.csv"), tmp_path / "out.parquet"
    score_file(by_hand(scorer)[0], file, tmp_path / "whole.parquet")
    with pytest.raises(KeyboardInterrupt):
        score_file(by_hand(scorer, 3)[0], file, out)
    work = tmp_path / "out.parquet.work"
    (work / "000001.parquet").write_bytes((work / "000001.parquet").read_bytes()[:-9])
    (work / "000002.parquet.partial").write_bytes(b"PAR1")
    again, model = by_hand(scorer)
    score_file(again, file, out)
    assert model.asked == 2
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_what_is_done_is_reused_and_what_is_gone_is_made_again(
    scorer: Scorer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = many(tmp_path / "posts.csv", 40), tmp_path / "out.csv"
    document = score_file(by_hand(scorer)[0], file, out)
    kept = out.read_bytes()
    again, model = by_hand(scorer)
    assert score_file(again, file, out) == document
    assert model.asked == 0
    assert "done already with the same scorer, file and columns; reused" in capsys.readouterr().err
    out.unlink()
    score_file(again, file, out)
    assert out.read_bytes() == kept


def test_an_output_of_another_command_is_refused_but_for_fresh(scorer: Scorer, tmp_path: Path) -> None:
    file, out = many(tmp_path / "posts.csv", 40), tmp_path / "out.parquet"
    score_file(scorer, file, out)
    other = replace(scorer, sure=0.9)
    with pytest.raises(ViralityError, match=r"out.parquet: is of another command \(its scorer differs\); --fresh"):
        score_file(other, file, out)
    many(file, 41)
    with pytest.raises(ViralityError, match="its file differs"):
        score_file(scorer, file, out)
    assert score_file(scorer, file, out, fresh=True)["rows"] == 41
    out.write_bytes(b"mine")
    with pytest.raises(ViralityError, match="is there already; --fresh replaces it"):
        score_file(scorer, file, out)
    assert out.read_bytes() == b"mine"


def test_work_of_another_command_is_refused_but_for_fresh(scorer: Scorer, tmp_path: Path) -> None:
    file, out = many(tmp_path / "posts.csv"), tmp_path / "out.parquet"
    with pytest.raises(KeyboardInterrupt):
        score_file(by_hand(scorer, 2)[0], file, out)
    with pytest.raises(ViralityError, match=r"out.parquet.work: is of another command \(its scorer differs\)"):
        score_file(scorer, file, out)
    assert score_file(scorer, file, out, fresh=True)["rows"] == 620


def test_a_family_without_values_of_single_posts_refuses_them(scorer: Scorer, tmp_path: Path) -> None:
    model = scorer.model
    assert isinstance(model, Linear)
    two = replace(scorer, family="prompted", model=OneByOne(model))
    with pytest.raises(ViralityError, match="a scorer of the prompted family has no value for one post alone"):
        score_file(two, write_csv(tmp_path / "posts.csv", ["text"], [[FREE]]))
    document = score_file(two, write_csv(tmp_path / "pairs.csv", ["first", "second"], [[FREE, COSTLY]]))
    assert document["answered"] == 1


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "is an empty file"),
    "header.csv": (b"text\n", "holds no row"),
    "empty.jsonl": (b"\n\n", "holds no row"),
    "open.csv": (b'id,text\n1,"free boat\n2,rain\n', "the row that begins in line 2: quotes are not balanced"),
    "crossed.csv": (
        b'text\n"free boat\nrain\nsay "hi\nbye"\n',
        "the row that begins in line 2: quotes are not balanced",
    ),
    "other.csv": (
        b"caption,likes\nfree,1\n",
        "no columns first and second, and none called text; it has 'caption', 'l",
    ),
    "twice.csv": (b"text,text\nfree,boat\n", "two columns are called 'text'"),
    "binary.csv": (bytes(range(256)) * 40, "holds bytes, no text"),
    "cut.csv.gz": (gzip.compress(b"text\n" + b"free boat\n" * 40)[:-12], "is damaged"),
    "broken.parquet": (b"PAR1 and no more", "not a readable parquet file"),
    "posts.txt": (b"free boat\n", "tables end in .csv"),
    "list.json": (b'[{"text": "free boat"}, {"text": "ra', "cannot be read to its end"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_one_line(
    run: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, reason = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    assert reason in told(capsys, "score", run, "--file", name)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "runs"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--file", "nowhere.csv"], "nowhere.csv: no such file; there are "),
        (["--file", "folder"], "folder: is a folder; name one table in it; there are folder/a.csv"),
        (
            ["--file", "posts.csv", "--columns", "text=txet"],
            "no column 'txet' (did you mean text?); it has 'id', 'text'",
        ),
        (["--file", "posts.csv", "--columns", "first=text"], "name first and second, or text alone"),
        (["--file", "posts.csv", "--columns", "txt=text"], "is no FIELD=COLUMN"),
        (["--file", "posts.csv", "--out", "posts.csv"], "is the file that is read"),
        (["--file", "posts.csv", "--out", "out.xlsx"], "scores are written as .parquet, .csv, .jsonl"),
        (["--file", "posts.csv", "--out", "folder/a.csv/out.csv"], "cannot be written (Not a directory)"),
        (["--file", "posts.csv", "--out", "folder.parquet"], "folder.parquet: is a folder"),
        (["--file", "posts.csv", "a post"], "--file: gives the posts"),
        (["one post"], "two are compared, and 1 given"),
        ([], "two are compared, and 0 given"),
        (["a", "b", "--out", "x.csv"], "--out: is for a file alone"),
        (["a", "b", "--reasons", "-1"], "--reasons = -1: is at least 0"),
        ([" ", "b"], "the first post: is empty"),
    ],
)
def test_a_mistake_is_one_line(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    many(tmp_path / "posts.csv", 5)
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.csv").write_text("text\nfree\n")
    assert reason in told(capsys, "score", run, *arguments)


def test_a_run_that_is_no_whole_scorer_is_one_line(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    def said() -> str:
        return told(capsys, "score", run, FREE, COSTLY)

    document = json.loads(Path(run, "run.json").read_text())
    Path(run, "scorer", "words.json").write_text("[]")
    assert "missing or changed since it was written" in said()
    Path(run, "scorer", "scorer.json").write_text('{"format": 1, "family": "linear"}')
    assert "scorer format 1 of family linear" in said()
    Path(run, "run.json").write_text(json.dumps(document | {"task": "writer"}))
    assert "is a writer's run, and a scorer's is needed here" in said()
    Path(run, "run.json").write_text(json.dumps(document | {"state": "running"}))
    assert "this run has not ended" in said()
    assert "holds no run" in told(capsys, "score", "runs/none", FREE, COSTLY)


def test_an_interrupted_command_says_that_it_continues(
    scorer: Scorer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = many(tmp_path / "posts.csv")
    with pytest.raises(KeyboardInterrupt):
        score_file(by_hand(scorer, 2)[0], file)
    score_file(by_hand(scorer)[0], file)
    assert "continuing after 250 of 620 rows" in capsys.readouterr().err
