"""A stack: members that know something have weight, its log-odds are a sum, and it is trained by one command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.train.tiny_encoder import encoder
from tests.train.worlds import corpus_pairs, prepared
from train import run, scorers, stacking, steps
from train.scorers import Scorer, fitting, stack
from train.settings import StackSettings
from virality import ledger, runs, tables
from virality.errors import ViralityError

CONFIG = """
task: scorer
family: stack
data: data
members:
  words: {family: linear}
  meaning: {family: encoder, encoder: bert, tune: {epochs: 1, batch_size: 16, learning_rate: 1e-3}}
"""

EACH = [str(at) for at in range(400)]
"""A component for each pair."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stack")
    prepared(str(folder / "data"), [*corpus_pairs(48), *corpus_pairs(24, split="validation")])
    encoder(folder / "bert")
    (folder / "stack.yaml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def trained(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    patch = pytest.MonkeyPatch()
    with patch.context() as here:
        here.chdir(world)
        return (world / run.run(Path("stack.yaml"), [])).resolve()


def test_a_member_that_knows_has_weight_and_one_that_guesses_has_little() -> None:
    draw = np.random.default_rng(0)
    knows, guesses = draw.normal(1, 1, 400), draw.normal(0, 1, 400)
    weights = stack.weigh({"knows": knows, "guesses": guesses}, {"knows": 2.0, "guesses": 2.0}, EACH)
    assert weights[0] > 0.7
    assert 0 <= weights[1] < 0.25


def test_two_members_that_say_the_same_share_the_weight() -> None:
    margins = np.random.default_rng(0).normal(1, 1, 400)
    one, two = stack.weigh({"one": margins, "two": margins}, {"one": 2.0, "two": 2.0}, EACH)
    assert one == pytest.approx(two, rel=1e-3)
    assert one + two == pytest.approx(1, abs=0.1)


def test_without_validation_pairs_members_weigh_alike() -> None:
    assert stack.weigh({"a": np.zeros(0), "b": np.zeros(0)}, {"a": 1.0, "b": 1.0}, []) == (0.5, 0.5)


def test_pairs_of_one_component_count_as_one() -> None:
    draw = np.random.default_rng(1)
    knows, guesses = draw.normal(1, 1, 8).repeat(50), draw.normal(0, 1, 8).repeat(50)
    members, scales = {"knows": knows, "guesses": guesses}, {"knows": 2.0, "guesses": 2.0}
    apart = stack.weigh(members, scales, EACH)
    together = stack.weigh(members, scales, [str(at // 50) for at in range(400)])
    assert together[0] - together[1] < apart[0] - apart[1]  # eight tests tell less than four hundred
    assert stack.weigh(members, scales, ["one"] * 400) == (0.5, 0.5)


def test_its_log_odds_are_the_weighted_sum_of_its_members(trained: Path) -> None:
    scorer = steps.load_scorer(trained)
    texts = [pair.better for pair in corpus_pairs(6)]
    model = scorer.model
    assert isinstance(model, stack.Stack)
    both = zip(model.weights, model.members.values(), strict=True)
    total = np.sum([weight * one.utility(texts) for weight, one in both], axis=0)
    assert np.allclose(scorer.utility(texts), scorer.calibration.scale * total)
    assert np.allclose(scorer.margins(texts, texts[::-1]), total - total[::-1])
    assert list(scorer.parts()) == ["words", "meaning"]
    assert scorer.families() == runs.finished(trained)["families"] == ["encoder", "linear", "stack"]


def test_the_ledger_names_what_its_members_learned_from(trained: Path) -> None:
    found = tables.read(trained / "ledger.parquet", ledger.schema(), ledger.Entry)
    assert {one.pair_id for one in found if one.use == "train"} == {one.pair_id for one in corpus_pairs(48)}


def test_only_the_scorer_is_left_of_its_members(trained: Path) -> None:
    assert not list(trained.rglob("checkpoint-*"))
    assert not (trained / "work" / "members").exists()


def test_a_member_that_was_fitted_is_not_fitted_again(world: Path, tmp_path: Path) -> None:
    training = fitting.choose([*corpus_pairs(48), *corpus_pairs(24, split="validation")], "train", None, 0)
    settings = StackSettings.model_validate(
        {"task": "scorer", "family": "stack", "data": "data", "members": {"words": {"family": "linear"}}}
    )
    first = stacking.make(settings, training, tmp_path)
    place = tmp_path / "work" / "members" / "words" / "member" / "scorer" / scorers.FILE
    written = place.stat().st_mtime_ns
    again = stacking.make(settings, training, tmp_path)
    assert place.stat().st_mtime_ns == written
    assert first is not None
    assert again is not None
    assert np.array_equal(first.margins, again.margins)
    assert [pair.pair_id for pair in first.learned] == [pair.pair_id for pair in again.learned]


def test_a_run_can_be_a_member(world: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)
    Path("of_runs.yaml").write_text(
        f"task: scorer\nfamily: stack\ndata: data\nmembers:\n  all: {{run: {trained}}}\n  words: {{family: linear}}\n"
    )
    made = steps.load_scorer(run.run(Path("of_runs.yaml"), []))
    assert list(made.parts()["all"].parts()) == ["words", "meaning"]


def test_a_run_of_another_split_is_no_member(world: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)
    Path("judge.yaml").write_text(
        f"task: scorer\nfamily: stack\ndata: data\nsplit: judge\nmembers:\n  all: {{run: {trained}}}\n"
    )
    with pytest.raises(ViralityError, match="learned from the train split, and this stack from judge"):
        run.run(Path("judge.yaml"), [])


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("{}", "name one of the two"),
        ("{family: linear, run: x}", "name one of the two"),
        ("{family: linear, tune: {epochs: 1}}", "linear embeds nothing"),
        ("{run: x, layers: 4}", "layers would train it"),
        ("{family: encoder, tune: {batch_size: 32, micro_batch: 5}}", "does not divide"),
    ],
)
def test_a_member_is_trained_or_taken(world: Path, monkeypatch: pytest.MonkeyPatch, member: str, said: str) -> None:
    monkeypatch.chdir(world)
    Path("wrong.yaml").write_text(f"task: scorer\nfamily: stack\ndata: data\nmembers:\n  one: {member}\n")
    with pytest.raises(ViralityError, match=said):
        run.run(Path("wrong.yaml"), [])


@pytest.mark.parametrize(
    "wrong", [{"weights": [1.0]}, {"weights": [1.0, float("inf")]}, {"members": ["words", "none"]}], ids=str
)
def test_a_damaged_stack_is_refused_in_one_line(trained: Path, tmp_path: Path, wrong: dict[str, object]) -> None:
    import shutil

    folder = shutil.copytree(trained / "scorer", tmp_path / "scorer")
    about = json.loads((folder / scorers.FILE).read_text())
    about["model"] |= wrong
    (folder / scorers.FILE).write_text(json.dumps(about))
    with pytest.raises(ViralityError) as caught:
        scorers.load(folder)
    assert "\n" not in str(caught.value)


def test_a_changed_member_is_refused(trained: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(trained / "scorer", tmp_path / "scorer")
    path = folder / "members" / "words" / "words.json"
    path.write_text(path.read_text() + " ")
    with pytest.raises(ViralityError, match=r"words\.json: missing or changed"):
        scorers.load(folder)


def test_a_stack_abstains_below_its_threshold(trained: Path) -> None:
    assert isinstance(steps.load_scorer(trained), Scorer)
    assert steps.load_scorer(trained).sure == 0.6
