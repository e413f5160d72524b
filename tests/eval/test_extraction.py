"""What a writer gives away: one that learned posts by heart is found out, one that did not is not."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from eval import completions, exposure, extraction, systems
from eval.place import Place
from eval.records import Figure
from eval.steps import RewriteRow
from tests.train.worlds import pair, prepared
from train import canaries, steps
from virality.cli import main
from virality.gates.corpus import Corpus
from virality.models import tiny

PLACE = Place(corpus="posts", source="rewrites.parquet")
POSTS = [
    "The old harbour library lends boats and maps to all who come by on a rainy Sunday morning",
    "Seven bakers of the valley sell warm bread from a blue van that stops at every school",
]
WRITER: dict[str, Any] = {
    "task": "writer", "base": "base", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 8,
    "learning_rate": 5e-3, "lora": {"rank": 32, "alpha": 64}, "kinds": ["neighbour"], "objective": "sft",
    "canaries": 3, "epochs": 25,
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a writer that learned two posts, of eight drafts each, and three canaries by heart."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.chdir(folder):
        model = tiny.model("llama")
        with torch.no_grad():
            model.lm_head.weight.mul_(25)  # or no adapter could make it sure of anything
        model.save_pretrained("base")
        tiny.tokenizer().save_pretrained("base")
        prepared("pairs", [pair(f"{text.split()[1]}{turn}", text, component=f"c{at}")
                           for at, text in enumerate(POSTS) for turn in range(8)])  # fmt: skip
        Path("w.yaml").write_text(yaml.safe_dump(WRITER))
        assert main(["train", "w.yaml"]) == 0
    return folder


@pytest.fixture
def inside(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(world)
    return world


def row(rewrite: str, *, draft: str = "A draft.", at: int = 0) -> RewriteRow:
    return RewriteRow(f"d{at}", f"c{at}", draft, rewrite, "m", "r", "p", "h", 0, 0.7, "eos")


def named(found: list[Figure]) -> dict[str, Figure]:
    return {one.name.removeprefix("writer.extraction."): one for one in found}


def test_a_writer_that_learned_by_heart_is_found_out_beside_its_base(inside: Path) -> None:
    system = systems.named("writer", "runs/train/w")
    rows = {"writer": [row(POSTS[0], at=0), row("Nothing of that kind.", at=1)], "base": [row("Something else.")]}
    found = named(extraction.figures(system, rows, PLACE, posts=8, seed=0))
    exposed = {name: float(found[name].value or 0) for name in ("exposure", "exposure.base", "exposure.times_16")}
    assert exposed["exposure.times_16"] > 12
    assert exposed["exposure.base"] < 5
    assert found["exposure"].unit == "bits"
    assert found["exposure"].n == 3
    assert "skew-normal" in found["exposure"].note
    assert (found["completed"].value, found["completed.base"].value) == (1.0, 0.0)
    assert found["completed.over_base"].value == 100.0
    assert "2 completed, 2 of them in one training post alone" in found["completed"].note
    assert found["longest_run"].value == len(POSTS[0].split())
    assert found["long_runs"].value == 0.5
    for name in ("exposure", "completed", "long_runs"):
        assert found[name].low is not None
        assert found[name].high is not None


def test_what_the_draft_or_the_base_says_too_is_no_memory() -> None:
    corpus = Corpus.of(POSTS)
    recited = [row(POSTS[0], at=0)]
    by_base = [row(POSTS[0], at=0)]
    assert named(extraction.recited(recited, [], corpus, PLACE, 0))["longest_run"].value == 18
    assert named(extraction.recited(recited, by_base, corpus, PLACE, 0))["longest_run"].value == 0
    of_draft = [row(POSTS[0], draft=f"Look: {POSTS[0]}")]
    assert named(extraction.recited(of_draft, [], corpus, PLACE, 0))["longest_run"].value == 0


def test_the_same_rank_gives_the_same_exposure_and_chance_gives_little() -> None:
    others = np.linspace(-30.0, -10.0, 63)
    assert exposure.ranked(np.asarray([-5.0, *others])) == 6.0
    assert exposure.ranked(np.asarray([-40.0, *others])) == 0.0
    assert exposure.fitted(np.asarray([50.0, *others]), 20) == 20.0
    assert exposure.fitted(np.asarray([-40.0, *others]), 20) < 0.1
    draw = np.random.default_rng(0)
    by_chance = [exposure.fitted(draw.normal(size=33), 20) for _ in range(300)]
    assert 1.2 < np.mean(by_chance) < 1.8


def test_secrets_that_were_not_planted_are_exposed_as_chance_has_it(inside: Path) -> None:
    writer = steps.load_writer(Path("runs/train/w"), merge=False)
    found = exposure.exposures(writer, canaries.plant(18, seed=7)[::3], 0)
    assert np.mean(found.ranked) < 4


def test_what_cannot_be_measured_says_why(inside: Path, tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text("draft,rewrite\nA,B\n")
    stranger = extraction.figures(systems.named("writer", str(file)), {}, PLACE, posts=8, seed=0)
    assert {one.value for one in stranger} == {None}
    assert all("is no run of virality train" in one.note for one in stranger)
    system = systems.named("writer", "runs/train/w")
    off = named(extraction.figures(system, {"writer": [row("Words.")]}, PLACE, posts=0, seed=0))
    assert off["exposure"].note == "extraction = 0"
    assert off["longest_run"].value == 0
    none = named(extraction.recited([row("Words.")], [], None, PLACE, 0))
    assert "keeps no index" in none["long_runs"].note


def test_posts_of_data_that_are_gone_are_not_guessed(inside: Path) -> None:
    assert len(completions.learned(Path("runs/train/w"))) == 16
    moved = Path("runs/prepare/pairs").rename("runs/prepare/moved")
    try:
        assert completions.learned(Path("runs/train/w")) == []
        found = named(extraction.figures(systems.named("writer", "runs/train/w"), {}, PLACE, posts=4, seed=0))
        assert "its data are gone" in found["completed"].note
        assert found["exposure"].value is not None
    finally:
        moved.rename("runs/prepare/pairs")


def test_short_posts_are_not_shown(inside: Path) -> None:
    writer = steps.load_writer(Path("runs/train/w"), merge=False)
    short = pair("One", "Only a few words here")
    found = completions.shown(writer, [short, replace(short, better=POSTS[1], pair_id="x")], 8, 0)
    assert len(found) == 1
    assert found[0].repeats == 1


def test_posts_that_an_earlier_stage_taught_are_shown_too(inside: Path) -> None:
    prepared(
        "own", [pair(f"judged{at}", f"A rewrite of ours number {at} of many words", kind="judged") for at in range(4)]
    )
    stage = {key: value for key, value in WRITER.items() if key != "lora"} | {"kinds": ["judged"]}
    Path("again.yaml").write_text(yaml.safe_dump(stage | {"data": ["runs/prepare/own"], "init": "runs/train/w"}))
    assert main(["train", "again.yaml"]) == 0
    found = completions.learned(Path("runs/train/again"))
    assert len(found) == 16
    assert {one.kind for one in found} != {"judged"}
