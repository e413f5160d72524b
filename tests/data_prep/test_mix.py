"""Several prepared corpora as one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_prep import privacy, register
from data_prep.records import Pair, Post, pair_schema, post_schema
from tests.data_prep.bakery import WARES, headline_rows, write_config, write_csv
from virality import tables
from virality.cli import main

ALL_TRAIN = {"splits": {"judge": 0, "validation": 0, "test": 0}}


def read_pairs(name: str) -> list[Pair]:
    return tables.read(Path("runs/prepare") / name / "pairs.parquet", pair_schema(), Pair)


def mill_rows(copied: str) -> list[dict[str, Any]]:
    """Tests of another shop, one of which tried a wording of the bakery's test part."""
    rows = [
        {"id": f"{number}-{clicks}", "headline": wording, "test": f"sack {number}", "picture": "mill",
         "shown": 900 + number, "clicked": clicks}
        for number, ware in enumerate(WARES)
        for wording, clicks in ((f"Flour for {ware} by the sack", 30), (f"What flour makes {ware} rise?", 70))
    ]  # fmt: skip
    common = {"test": "copied", "picture": "mill", "shown": 900}
    return [*rows, {"id": "c1", "headline": copied.upper(), "clicked": 30, **common},
            {"id": "c2", "headline": "Something else about flour", "clicked": 70, **common}]  # fmt: skip


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bakery's corpus with all parts; a mill's, all of it training part and research only."""
    folder = tmp_path_factory.mktemp("corpora")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_csv(folder / "headlines.csv", headline_rows())
        write_config(folder)
        assert main(["prepare", "bakery.yaml"]) == 0
        tested = next(pair.better for pair in read_pairs("bakery") if pair.split == "test")
        write_csv(folder / "flour.csv", mill_rows(tested))
        rights = {"basis": "unknown", "research_only": True}
        write_config(folder, "mill", path="flour.csv", rights=rights, **ALL_TRAIN)
        assert main(["prepare", "mill.yaml"]) == 0
        (folder / "both.yaml").write_text("data: [runs/prepare/bakery, runs/prepare/mill]\n")
        assert main(["prepare", "both.yaml", "weights=[1,0.5]"]) == 0
        yield folder


@pytest.fixture(autouse=True)
def shop(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the corpora is the working folder."""
    monkeypatch.chdir(corpora)
    return corpora


def sheet(name: str = "both") -> dict[str, Any]:
    found = json.loads((Path("runs/prepare") / name / "datasheet.json").read_text())
    assert isinstance(found, dict)
    return found


def of(pairs: list[Pair], source: str) -> list[Pair]:
    return [pair for pair in pairs if pair.better_id.startswith(f"{source}:")]


def test_every_pair_keeps_its_split_its_words_and_its_lift() -> None:
    mixed, alone = of(read_pairs("both"), "bakery"), read_pairs("bakery")
    assert {(pair.worse, pair.better, pair.split, pair.lift, pair.weight) for pair in mixed} == {
        (pair.worse, pair.better, pair.split, pair.lift, pair.weight) for pair in alone
    }
    assert {pair.split for pair in of(read_pairs("both"), "mill")} == {"train"}


def test_a_pair_whose_text_stands_in_the_other_corpus_test_leaves_the_training_part_and_is_counted() -> None:
    mixed = read_pairs("both")
    assert len(of(mixed, "mill")) == len(read_pairs("mill")) - 1 == len(WARES)
    assert sheet()["leaks"] == {"train: text or link recurs in test": 1}
    tested = {text.casefold() for pair in mixed if pair.split == "test" for text in (pair.worse, pair.better)}
    learned = {text.casefold() for pair in mixed if pair.split == "train" for text in (pair.worse, pair.better)}
    assert tested
    assert not tested & learned


def test_tests_of_one_name_in_two_corpora_are_two_tests() -> None:
    prepare_ovens()
    assert main(["prepare", "both.yaml", "data=runs/prepare/bakery,runs/prepare/ovens", "name=names"]) == 0
    assert len({pair.component for pair in read_pairs("names")}) == 2 * len(WARES)


def test_a_mixture_can_be_mixed_again() -> None:
    prepare_ovens()
    assert main(["prepare", "both.yaml", "data=runs/prepare/both,runs/prepare/ovens", "name=three"]) == 0
    assert {pair.better_id for pair in read_pairs("both")} <= {pair.better_id for pair in read_pairs("three")}
    assert sheet("three")["sources"] == ["bakery", "mill", "ovens"]


def prepare_ovens() -> None:
    """A third corpus, whose tests go by the names of the bakery's; made once."""
    rows = [row | {"headline": f"Build {row['headline'].split()[-1]} {row['id']} ovens"} for row in headline_rows()]
    write_csv(Path("ovens.csv"), rows)
    write_config(Path(), "ovens", path="ovens.csv", **ALL_TRAIN)
    assert main(["prepare", "ovens.yaml"]) == 0


def test_weights_of_corpora_multiply_those_of_pairs() -> None:
    assert {pair.weight for pair in of(read_pairs("both"), "bakery")} == {1.0}
    assert {pair.weight for pair in of(read_pairs("both"), "mill")} == {0.5}


def test_research_only_and_rights_are_inherited() -> None:
    document = json.loads(Path("runs/prepare/both/run.json").read_text())
    assert document["rights"]["research_only"] is True
    assert document["rights"]["basis"] == {"unknown": 2 * len(WARES) + 2, "own_ab_test": 2 * len(WARES)}
    assert {pair.rights for pair in of(read_pairs("both"), "mill")} == {"unknown"}


def test_rows_are_those_of_all_corpora_and_every_pair_finds_its_posts() -> None:
    told = sheet()
    assert told["rows"] == sheet("bakery")["rows"] + sheet("mill")["rows"]
    assert told["kept"] + sum(told["dropped"].values()) == told["rows"]
    posts = tables.read(Path("runs/prepare/both/posts.parquet"), post_schema(), Post)
    texts = {post.post_id: post.text for post in posts}
    assert len(texts) == len(posts) == told["kept"]
    for pair in read_pairs("both"):
        assert (texts[pair.worse_id], texts[pair.better_id]) == (pair.worse, pair.better)


def test_the_order_in_which_corpora_are_named_changes_no_pair() -> None:
    assert (
        main(["prepare", "both.yaml", "data=runs/prepare/mill,runs/prepare/bakery", "weights=[0.5,1]", "name=back"])
        == 0
    )
    assert read_pairs("back") == read_pairs("both")


def test_the_same_corpus_twice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "both.yaml", "data=runs/prepare/bakery,runs/prepare/bakery", "name=twice"]) == 2
    assert "both of the corpus bakery" in capsys.readouterr().err
    assert main(["prepare", "both.yaml", "data=runs/prepare/both,runs/prepare/mill", "name=twice"]) == 2
    assert "both of the corpus mill" in capsys.readouterr().err


def test_the_same_corpus_under_another_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("runs/prepare/bakery", "runs/prepare/renamed", dirs_exist_ok=True)
    assert main(["prepare", "both.yaml", "data=runs/prepare/bakery,runs/prepare/renamed", "name=twice"]) == 2
    assert "both of the corpus bakery" in capsys.readouterr().err


def test_a_corpus_that_is_no_finished_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("runs/prepare/mill", "runs/prepare/half", dirs_exist_ok=True)
    document = json.loads(Path("runs/prepare/half/run.json").read_text())
    Path("runs/prepare/half/run.json").write_text(json.dumps(document | {"state": "running"}))
    assert main(["prepare", "both.yaml", "data=runs/prepare/bakery,runs/prepare/half", "name=none"]) == 2
    assert "runs/prepare/half" in capsys.readouterr().err


def test_a_weight_is_positive_and_there_is_one_a_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "both.yaml", "weights=[1]"]) == 2
    assert "weights names 1 corpora and data 2" in capsys.readouterr().err
    assert main(["prepare", "both.yaml", "weights=[1,0]"]) == 2
    assert "weights must be positive" in capsys.readouterr().err


@pytest.mark.parametrize("said", ["rights.basis=own_export", "filters.min_words=3", "pairs.kinds=[neighbour]"])
def test_what_each_corpus_says_itself_is_refused(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "both.yaml", said, "name=none"]) == 2
    assert "of each corpus in data its own config says it" in capsys.readouterr().err


def test_a_mixture_with_somebody_who_asked_to_be_forgotten_is_not_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    key = privacy.author_key()
    name = next(pair.better_id for pair in of(read_pairs("both"), "bakery")).removeprefix("bakery:")
    register.write(register.Register(rows=frozenset([register.keyed(key, "row", "bakery", name)])), key)
    assert main(["prepare", "both.yaml", "weights=[1,0.5]"]) == 2
    assert "holds 1 posts of people who asked to be forgotten" in capsys.readouterr().err
