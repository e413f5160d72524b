"""Which settings a sweep trains, what it refuses before anything runs, and what W&B is given of it."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.compare.measures import KINDS
from eval.sweep.plan import plan
from eval.sweep.points import points, shown, trial
from eval.sweep.settings import Metric, SweepSettings
from eval.sweep.wandb_sweep import config_of
from tests.train.worlds import corpus_pairs, prepared
from virality.config import load, read
from virality.errors import ViralityError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared run, a scorer's config and a writer's."""
    monkeypatch.chdir(tmp_path)
    prepared("posts", [*corpus_pairs(12), *corpus_pairs(6, split="validation")])
    data = "runs/prepare/posts"
    Path("scorer.yaml").write_text(yaml.safe_dump({"task": "scorer", "family": "linear", "data": data}))
    writer = {"task": "writer", "base": "tiny:llama", "objective": "sft", "data": data, "kinds": ["neighbour"]}
    Path("writer.yaml").write_text(yaml.safe_dump(writer))
    return tmp_path


def sweep(*words: str, **said: Any) -> SweepSettings:
    Path("sweep.yaml").write_text(yaml.safe_dump({"train": "scorer.yaml"} | said, sort_keys=False))
    return load(SweepSettings, Path("sweep.yaml"), words)


def refused(**said: Any) -> list[str]:
    config = Path("sweep.yaml")
    config.write_text(yaml.safe_dump({"train": "scorer.yaml"} | said, sort_keys=False))
    with pytest.raises(ViralityError) as caught:
        plan(config, read(SweepSettings, config))
    return str(caught.value).splitlines()


def test_a_grid_is_every_combination() -> None:
    settings = sweep(settings={"max_pairs": [8, None], "sure": {"choice": [0.5, 0.6]}, "learns": ["order"]})
    assert [point.said for point in points(settings)] == [
        "max_pairs = 8, sure = 0.5, learns = order",
        "max_pairs = 8, sure = 0.6, learns = order",
        "max_pairs = null, sure = 0.5, learns = order",
        "max_pairs = null, sure = 0.6, learns = order",
    ]
    assert points(settings)[0].words == ["max_pairs=8", "sure=0.5", "learns=order"]


def test_more_random_settings_keep_those_that_were_drawn() -> None:
    space = {"learning_rate": {"log_uniform": [1e-5, 1e-1]}, "epochs": {"uniform": [1, 3]}, "lora.rank": [4, 8, 16],
             "max_pairs": {"integers": [10, 12]}}  # fmt: skip
    few = points(sweep(settings=space, search="random", runs=4))
    many = points(sweep(settings=space, search="random", runs=40))
    assert many[:4] == few
    assert len({point.key for point in many}) == 40
    rates = [float(str(point.values["learning_rate"])) for point in many]
    assert all(1e-5 <= one <= 1e-1 for one in rates)
    assert sum(one < 1e-3 for one in rates) in range(12, 29)  # each order of magnitude alike
    assert {point.values["max_pairs"] for point in many} == {10, 11, 12}
    assert points(sweep(settings=space, search="random", runs=4, seed=1)) != few


def test_a_small_space_gives_all_that_it_holds() -> None:
    found = points(sweep(settings={"max_pairs": [8, 9], "learns": ["order"]}, search="random", runs=9))
    assert sorted(shown(point.values["max_pairs"]) for point in found) == ["8", "9"]


def test_settings_are_said_in_sections_or_with_dots_and_overridden_by_words() -> None:
    nested = sweep(settings={"lora": {"rank": [4, 8], "alpha": {"uniform": [1, 2]}}}, search="random", runs=2)
    assert sorted(nested.settings) == ["lora.alpha", "lora.rank"]
    settings = sweep("settings.lora.rank.choice=[2,4]", settings={"max_pairs": [8]})
    assert settings.settings["lora.rank"].choice == (2, 4)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["trial.max_pairs=None", "trial.learning_rate=1e-05"], {"max_pairs": None, "learning_rate": 1e-05}),
        (["trial.max_pairs=8", "trial.learning_rate=0.001"], {"max_pairs": 8, "learning_rate": 0.001}),
        (["trial.max_pairs=9", "trial.learning_rate=x"], {"max_pairs": 9, "learning_rate": "x"}),
    ],
)
def test_what_an_agent_writes_is_the_value_that_the_sweep_names(words: list[str], values: dict[str, Any]) -> None:
    space = {"learning_rate": {"log_uniform": [1e-6, 1e-1]}, "max_pairs": [8, None]}
    made = trial(sweep(*words, train="writer.yaml", search="random", runs=2, settings=space))
    assert made.values == values
    assert [type(made.values[key]) for key in values] == [type(value) for value in values.values()]


def test_an_agents_switch_is_a_switch() -> None:
    made = trial(sweep("trial.shared_prefix=True", train="writer.yaml", settings={"shared_prefix": [True, False]}))
    assert made.values == {"shared_prefix": True}


def test_every_mistake_is_told_at_once_and_at_its_place() -> None:
    lines = refused(settings={"max_pair": [8, 9], "sure": [0.6, 2], "lora.rank": [4]})
    assert len(lines) == 3, lines
    assert all(line.startswith("sweep.yaml: line ") for line in lines)
    assert "settings.max_pair = 8: is not a setting (did you mean max_pairs?)" in lines[0]
    assert "settings.sure = 2: should be a number of at least 0.5 and below 1" in lines[1]
    assert "settings.lora = {rank: 4}: is not a setting" in lines[2]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"settings": {"seed": [1, 2]}}, "settings.seed = [1, 2]: is no setting to choose; name seeds of the sweep"),
        ({"settings": {"data": ["a", "b"]}}, "settings.data = [a, b]: decides what is measured"),
        ({"settings": {"tracking.to": ["none"]}}, "changes nothing that is learned"),
        ({"settings": {"sure": {"uniform": [0.5, 0.6]}}}, "a grid needs choice or integers"),
        ({"settings": {"sure": {"uniform": [0.6, 0.5]}}, "search": "random", "runs": 3}, "is to lie below the second"),
        ({"settings": {"sure": {"uniform": [0.5, 0.6], "choice": [1]}}, "search": "random", "runs": 3}, "name one of"),
        ({"settings": {"max_pairs": [8, 8]}}, "names a value twice"),
        ({"settings": {"max_pairs": [8]}, "search": "random"}, "a number of runs and search = random go together"),
        ({"settings": {"max_pairs": [8]}, "seeds": [1, 1]}, "names a seed twice"),
        ({"settings": {"max_pairs": [8]}, "final": True}, "final = true measures the winner by an evaluate config"),
        ({"settings": {"max_pairs": [8]}, "metric": "writer.win_rate"}, "is no measure of a scorer"),
        ({"settings": {"epochs": [1]}, "train": "writer.yaml"}, "name an evaluate config that says both"),
        ({"settings": {"max_pairs": [8]}, "train": "none.yaml"}, "none.yaml: no such config file"),
        ({"settings": {"max_pairs": [8]}, "evaluate": "none.yaml"}, "none.yaml: no such config file"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_runs(said: dict[str, Any], line: str) -> None:
    assert any(line in one for one in refused(**said)), refused(**said)
    assert not Path("runs/train").exists()


def test_what_ranks_is_what_evaluations_are_compared_by() -> None:
    assert set(typing.get_args(Metric)) == set(KINDS)


def test_wandb_is_given_the_same_settings_and_the_command_of_its_agents() -> None:
    space = {"learning_rate": {"log_uniform": [1e-5, 1e-1]}, "epochs": {"uniform": [1, 3]}, "lora.rank": [4, 8],
             "max_pairs": {"integers": [10, 12]}}  # fmt: skip
    settings = sweep(settings=space, search="random", runs=4, wandb={"project": "posts"})
    found = config_of(settings, "scorer.brier", ["sweep", "sweep.yaml"], "mine")
    assert found["metric"] == {"name": "scorer.brier", "goal": "minimize"}
    assert found["parameters"] == {
        "trial.learning_rate": {"distribution": "log_uniform_values", "min": 1e-5, "max": 1e-1},
        "trial.epochs": {"distribution": "uniform", "min": 1.0, "max": 3.0},
        "trial.lora.rank": {"values": [4, 8]},
        "trial.max_pairs": {"distribution": "int_uniform", "min": 10, "max": 12},
    }
    assert found["command"] == ["${env}", "virality", "sweep", "sweep.yaml", "${args_no_hyphens}"]
    assert (found["method"], found["run_cap"]) == ("random", 4)
    grid = config_of(sweep(settings={"max_pairs": {"integers": [1, 3]}}), "scorer.brier", [], "mine")
    assert grid["parameters"] == {"trial.max_pairs": {"values": [1, 2, 3]}}
