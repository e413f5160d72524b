"""The transfer matrix: who is measured where, which pairs are left out, and how it stands on the pages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from data_prep.records import Pair
from eval import transfer
from eval.measured import Measured
from eval.records import Figure, Report
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from eval.report.transfer import matrix
from tests.eval.sample_report import sample_report
from tests.eval.test_alone import FACTS
from tests.train.worlds import corpus_pairs, pair, prepared, told
from train.steps import load_scorer
from virality.cli import main
from virality.page import interval, number

SPLITS = {"train": 60, "validation": 20, "test": 30}
TRAIN = corpus_pairs(SPLITS["train"])


def turned(one: Pair, lang: str) -> Pair:
    """The same two posts, the other one better, in another language."""
    return replace(one, worse=one.better, better=one.worse, worse_id=one.better_id, better_id=one.worse_id, lang=lang)


def corpus(seed: int) -> list[Pair]:
    return [one for split, count in SPLITS.items() for one in corpus_pairs(count, split=split, seed=seed)]


KNOWN = [
    replace(pair("costly rope", TRAIN[0].better.upper()), split="test", component="k0", lang="fr"),
    replace(pair("costly oars", "free oars"), worse_id=TRAIN[1].worse_id, split="test", component="k1", lang="fr"),
]
"""Test pairs of the second corpus that the first one's scorer knows a post of: by its words, and by its id."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Corpora `cheap`, `dear` (where what is costly does better, in French) and `gone`, and a scorer of each."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prepared("cheap", corpus(0))
        prepared("dear", [*(turned(one, "fr") for one in corpus(1)), *KNOWN])
        prepared("gone", corpus(2))
        Path("runs/prepare/cheap/datasheet.json").write_text(json.dumps(FACTS))
        Path("scorer.yaml").write_text(yaml.safe_dump({"task": "scorer", "family": "linear", "strength": [1.0]}))
        for name in ("cheap", "dear", "gone"):
            assert main(["train", "scorer.yaml", f"name={name}", f"data=runs/prepare/{name}"]) == 0
        assert main(["train", "scorer.yaml", "name=again", "data=runs/prepare/cheap"]) == 0
        assert main(["train", "scorer.yaml", "name=turned", "data=runs/prepare/cheap", "control=shuffled"]) == 0
        shutil.rmtree("runs/prepare/gone")
        config = {"data": "runs/prepare/cheap", "scorer": "runs/train/cheap", "refit": False,
                  "transfer": ["runs/train/dear", "runs/train/gone"]}  # fmt: skip
        Path("crossed.yaml").write_text(yaml.safe_dump(config))
        assert main(["evaluate", "crossed.yaml"]) == 0
        yield folder


@pytest.fixture(autouse=True)
def here(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)


def measured(*others: str, most: int = 500, seed: int = 0) -> Measured:
    run = Path("runs/train/cheap")
    return transfer.measure(load_scorer(run), run, [f"runs/train/{one}" for one in others], most=most, seed=seed)


def report() -> Report:
    return Report.model_validate_json(Path("runs/evaluate/crossed/report.json").read_text())


def crossed(name: str) -> Figure:
    return report().figure(f"scorer.transfer.{name}")


def test_each_scorer_is_measured_on_each_corpus_that_one_was_trained_on() -> None:
    columns, rows = matrix(report())
    assert columns == ["cheap", "dear", "gone"]
    assert {row: list(mine) for row, mine in rows.items()} == {row: columns for row in columns}
    assert [crossed(name).value for name in ("cheap.cheap", "cheap.dear", "dear.cheap")] == [1.0, 0.0, 0.0]
    assert crossed("cheap.dear").corpus == "dear"
    assert crossed("dear.dear").n == 32
    assert crossed("cheap.cheap").low is not None


def test_pairs_with_a_post_that_a_scorer_learned_from_are_left_out_and_counted() -> None:
    found = crossed("cheap.dear")
    assert found.n == 30
    assert "2 of 32 pairs left out, as it learned from a post of theirs" in found.note
    assert "left out" not in crossed("dear.dear").note


def test_its_own_corpus_is_marked_and_languages_it_never_saw_are_named() -> None:
    assert crossed("cheap.cheap").note == "its own corpus"
    assert crossed("cheap.dear").note.endswith("never saw fr (30 pairs)")
    assert crossed("dear.cheap").note == "never saw en (30 pairs)"


def test_where_data_are_gone_the_column_says_so_and_the_row_is_known_by_ids_alone() -> None:
    why = "its data are not here: runs/prepare/gone: holds no run (no run.json)"
    for row in ("cheap", "dear", "gone"):
        assert crossed(f"{row}.gone").value is None
        assert crossed(f"{row}.gone").note.endswith(why)
    assert crossed("gone.gone").note.startswith("its own corpus; ")
    assert "80 pairs that it learned from are gone, and were compared by their ids alone" in crossed("gone.cheap").note
    assert crossed("gone.cheap").value == 1.0


def test_a_scorer_that_knows_a_post_of_every_pair_is_not_measured_there() -> None:
    prepared("known", [*(replace(one, pair_id=f"again {at}", split="test") for at, one in enumerate(TRAIN)),
                       *corpus_pairs(20, seed=7), *corpus_pairs(8, split="validation", seed=7)])  # fmt: skip
    assert main(["train", "scorer.yaml", "name=known", "data=runs/prepare/known"]) == 0
    found = {one.name: one for one in measured("known").figures}["scorer.transfer.cheap.known"]
    assert (found.value, found.n, found.note) == (None, 0, "it learned from a post of each of the 60 pairs")


def test_at_most_so_many_pairs_are_drawn_by_the_seed_and_the_same_for_every_row() -> None:
    found = measured("dear", most=8)
    drawn: dict[str, set[str]] = {}
    for one in found.scores:
        drawn.setdefault(one.scorer, set()).add(one.example_id)
    assert drawn["transfer.cheap.cheap"] == drawn["transfer.dear.cheap"]
    assert len(drawn["transfer.cheap.cheap"]) == 8
    assert drawn["transfer.cheap.dear"] <= drawn["transfer.dear.dear"]
    assert found == measured("dear", most=8)
    assert found.scores != measured("dear", most=8, seed=1).scores


def test_scores_are_kept_beside_the_others_and_what_was_read_is_an_input() -> None:
    import pyarrow.parquet as pq

    scorers = pq.read_table("runs/evaluate/crossed/scores.parquet")["scorer"].to_pylist()
    assert scorers.count("transfer.dear.cheap") == scorers.count("scorer") == 30
    inputs = json.loads(Path("runs/evaluate/crossed/run.json").read_text())["inputs"]
    assert {"runs/train/dear", "runs/train/gone", "runs/prepare/dear"} <= inputs.keys()
    assert "runs/prepare/gone" not in inputs


def test_two_scorers_of_one_corpus_are_told_apart_by_their_runs_and_one_run_stands_once() -> None:
    names = [one.name.removeprefix("scorer.transfer.") for one in measured("again", "cheap").figures]
    assert names == ["cheap@runs/train/cheap.cheap", "cheap@runs/train/again.cheap"]


def test_corpora_whose_folders_share_a_name_go_by_their_paths() -> None:
    trained = {Path("one"): ["a/posts"], Path("two"): ["b/posts", "c/others"]}
    corpora = transfer._corpora(trained)
    assert corpora == {"a/posts": "a/posts", "b/posts": "b/posts", "c/others": "others"}
    assert transfer._rows(trained, corpora) == ["a/posts", "b/posts+others"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("runs/train/turned", "transfer = runs/train/turned: is a control (shuffled)"),
        ("runs/prepare/dear", "transfer = runs/prepare/dear: is a run of `prepare`, and a scorer's is needed here"),
        ("runs/train/none", "runs/train/none: holds no run"),
    ],
)
def test_what_is_no_scorer_is_one_line(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in told(capsys, "evaluate", "crossed.yaml", f"transfer={given}", "name=refused")


def test_every_number_of_the_table_is_a_figure_s() -> None:
    found = report()
    page = Path("runs/evaluate/crossed/report.html").read_text()
    section = page.partition('<section id="transfer"')[2].partition("</section>")[0]
    cells = re.findall(r'data-figure="(scorer\.transfer\.[^"]+)">(.*?)</span>', section)
    assert len(cells) == 9
    for name, printed in cells:
        assert printed.startswith(number(found.figure(name).value, "share"))
    said = ["95%"]
    for one in (one for one in found.figures if one.name.startswith("scorer.transfer.")):
        said += [number(one.value, "share"), interval(one.low, one.high, "share"), str(one.n), one.note]
    numbers = re.compile(r"\d+(?:[.,]\d+)*")
    assert set(numbers.findall(re.sub(r"<[^>]+>", " ", section))) <= set(numbers.findall(" ".join(said)))


def test_the_pages_mark_a_scorer_s_own_corpus_and_say_why_a_cell_is_empty() -> None:
    page = Path("runs/evaluate/crossed/report.html").read_text()
    section = page.partition('<section id="transfer"')[2].partition("</section>")[0]
    assert section.count("<strong>") == 2
    assert '<a href="#transfer">' in page
    assert "its data are not here" in section
    made = Path("runs/evaluate/crossed/report.md").read_text()
    table = made.partition("## Transfer")[2].partition("\n## ")[0]
    assert "| trained on | family | tested on cheap | tested on dear | tested on gone |" in table
    assert "**100.0%" in table
    assert "never saw fr (30 pairs)" in table
    assert "Trained on dear, tested on cheap" in made


def test_a_report_without_a_matrix_has_no_part_on_it() -> None:
    sample = sample_report()
    alone = sample.model_copy(update={"figures": [one for one in sample.figures if ".transfer." not in one.name]})
    assert 'id="transfer"' not in render_html(alone)
    assert "## Transfer" not in render_markdown(alone)
