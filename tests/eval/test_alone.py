"""A scorer measured alone, by the command: its figures beside its controls, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_prep.records import pair_schema
from tests.train.worlds import corpus_pairs, told
from virality import runs, tables
from virality.cli import main

SPLITS = {"train": 60, "validation": 20, "test": 30}
FACTS = {"kept": 220, "dropped": {}, "accounts": {"count": 0}, "first_post": None, "last_post": None,
         "languages": {"en": 220}, "rights": {"own_export": 220}, "research_only": False, "leaks": {},
         "pairs": {"neighbour": SPLITS}, "components": 55, "largest_component": 0.02}  # fmt: skip
CONTROLS = {"turned": ["control=shuffled"], "dealt": ["control=random"], "half": ["control=fraction", "fraction=0.5"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prepared pairs, a linear scorer and three controls of it, and an evaluation of it beside them."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        pairs = [one for split, count in SPLITS.items() for one in corpus_pairs(count, split=split)]
        here = runs.start("prepare", "p", settings={}, inputs={})
        with here.file("pairs.parquet") as path:
            tables.write(pairs, pair_schema(), path)
        with here.file("datasheet.json") as path:
            path.write_text(json.dumps(FACTS))
        here.finish(rights={"basis": {"own_export": 110}, "research_only": False})
        config = {"task": "scorer", "family": "linear", "data": "runs/prepare/p", "strength": [1.0]}
        Path("scorer.yaml").write_text(yaml.safe_dump(config))
        Path("alone.yaml").write_text(yaml.safe_dump({"data": "runs/prepare/p", "scorer": "runs/train/scorer"}))
        assert main(["train", "scorer.yaml"]) == 0
        for name, control in CONTROLS.items():
            assert main(["train", "scorer.yaml", f"name={name}", *control]) == 0
        named = ["controls.shuffled=runs/train/turned", "controls.random=runs/train/dealt",
                 "controls.fraction=runs/train/half"]  # fmt: skip
        assert main(["evaluate", "alone.yaml", "name=beside", *named, "refit=false"]) == 0
        assert main(["evaluate", "alone.yaml"]) == 0
        yield folder


@pytest.fixture(autouse=True)
def here(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)


def report(name: str) -> dict[str, Any]:
    return dict(json.loads(Path(f"runs/evaluate/{name}/report.json").read_text()))


def figures(name: str) -> dict[str, dict[str, Any]]:
    return {one["name"].removeprefix("scorer.pair_accuracy."): one for one in report(name)["figures"]}


def test_a_linear_scorer_is_measured_beside_controls_that_are_fitted_on_the_way() -> None:
    found = figures("alone")
    assert found["scorer.pair_accuracy"]["value"] == 1.0
    assert found["shuffled"]["n"] == found["random_split"]["n"] == 30
    assert found["shuffled"]["note"].endswith("mean of five drawings")
    assert found["random_split"]["note"].startswith("leaks: ")
    assert found["scorer.answered"]["value"] is not None
    assert {one["name"] for one in report("alone")["curves"]} == {
        "scorer.reliability", "scorer.coverage", "scorer.learning"}  # fmt: skip


def test_every_figure_that_is_not_measured_says_why() -> None:
    unmeasured = {name: one["note"] for name, one in figures("alone").items() if one["value"] is None}
    assert unmeasured["metadata_only"] == "the record knows nothing of these posts beside their words"
    assert unmeasured["p05"] == "no pair of this corpus has a p-value"
    assert unmeasured["scorer.calibration_slope"] == "all pairs come out right, or none"
    assert all(unmeasured.values())
    assert report("alone")["live_evidence"] == "no live evidence"


def test_control_runs_take_the_place_of_fits_and_name_themselves() -> None:
    found = figures("beside")
    assert "(runs/train/turned): one drawing" in found["shuffled"]["note"]
    assert "(runs/train/dealt)" in found["random_split"]["note"]
    assert found["random_split"]["n"] == 30
    curves = {one["name"]: one for one in report("beside")["curves"]}
    assert curves["scorer.learning_runs"]["x"] == [30.0, 60.0]
    assert "scorer.learning" not in curves
    assert found["scorer.learning.last_doubling"]["note"] == "refit = false"
    scored = {row["scorer"] for row in tables_of("beside")}
    assert scored == {"scorer", "shuffled", "random_split"}


def tables_of(name: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(f"runs/evaluate/{name}/scores.parquet").to_pylist()
    return rows


def test_the_pages_show_the_controls() -> None:
    page = Path("runs/evaluate/alone/report.html").read_text()
    assert "What it is worth" in page
    assert "Leak: rows split at random" in page
    assert "## Controls" in Path("runs/evaluate/alone/report.md").read_text()


def test_a_control_measured_alone_says_that_it_is_one() -> None:
    assert main(["evaluate", "alone.yaml", "scorer=runs/train/turned", "name=turned", "refit=false"]) == 0
    assert any("is itself a control (shuffled)" in line for line in report("turned")["warnings"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["scorer=runs/train/dealt"], "scorer = runs/train/dealt: is a control (random)"),
        (["judge=runs/train/turned"], "judge = runs/train/turned: "),
        (["controls.shuffled=runs/train/dealt"], "is no such control (its control is random)"),
        (["controls.random=runs/train/dealt,runs/train/dealt"], "name one run"),
        (["controls.metadata=runs/train/dealt"], "controls"),
    ],
)
def test_what_is_no_scorer_and_no_such_control_is_one_line(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in told(capsys, "evaluate", "alone.yaml", *given, "name=refused")
