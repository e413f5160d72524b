"""Validation pairs judge checkpoints: figures by hand, the best one is what is kept, and training stops in time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.train.test_exactness import alone, head
from tests.train.test_trainer import FOUR, RECIPE, TOKENIZER, examples, fit, interrupted_after, lines
from tests.train.worlds import adapted
from train import checkpoints, objectives
from train.examples import Example
from train.fit import fit as fit_
from train.objectives import Objective

JUDGED = replace(RECIPE, save_every=0, evaluate_every=2)


def judges(name: str, count: int = 7) -> list[Example]:
    """Other pairs than those that are learned from."""
    return examples("pairwise" if name == "pairwise" else "dpo", count, seed=5)


def evaluations(folder: Path) -> list[dict[str, Any]]:
    return [line for line in lines(folder) if "eval_pair_accuracy" in line]


def nats(model: Any, pairs: Sequence[Example]) -> Any:
    """Log-probability of each completion under a model, one by one: (2, N)."""
    return torch.tensor([[alone(model, one.prompt, one.completions[which]) for one in pairs] for which in (0, 1)])


def by_hand(name: str, model: Any, start: Any, pairs: Sequence[Example]) -> tuple[float, float]:
    """Pair accuracy and mean margin of an objective's reward, written out."""
    length = torch.tensor([[len(one.completions[which]) for one in pairs] for which in (0, 1)])
    with torch.no_grad():
        if name == "pairwise":
            reward = torch.tensor([[float(model(torch.tensor([one.completions[which]])).logits) for one in pairs]
                                   for which in (0, 1)])  # fmt: skip
        else:
            now = nats(model, pairs)
            ratio = now - nats(start or model, pairs)
            reward = {"sft": ratio, "dpo": 0.1 * ratio, "kto": 0.1 * ratio, "ipo": 0.1 * ratio / length,
                      "simpo": 2.0 * now / length, "orpo": now / length}[name]  # fmt: skip
    return float((reward[0] > reward[1]).float().mean()), float((reward[0] - reward[1]).mean())


ALL: dict[str, Objective] = {name: make() for name, make in FOUR.items()} | {
    "ipo": objectives.ipo(0.1), "simpo": objectives.simpo(2.0, 0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_the_figures_are_what_one_computes_by_hand(tmp_path: Path, name: str) -> None:
    made, pairs = examples(name), judges(name)
    model, start = adapted(head=head(name)), adapted(head=head(name))
    one = replace(JUDGED, epochs=0.4)  # two steps, one evaluation
    fit_(model, TOKENIZER, made, ALL[name], one, tmp_path, validation=pairs)
    [found] = evaluations(tmp_path)
    accuracy, margin = by_hand(name, model, start, pairs)
    assert found["eval_pair_accuracy"] == pytest.approx(accuracy)
    assert found["eval_margin"] == pytest.approx(margin, rel=1e-3, abs=1e-5)


def test_weights_and_labels_of_validation_pairs_play_no_part(tmp_path: Path) -> None:
    pairs = judges("dpo")
    fit(tmp_path / "one", FOUR["dpo"](), replace(JUDGED, epochs=0.4), validation=pairs)
    turned = [replace(one, weight=0.0, p_better=0.2, offset=3.0) for one in pairs]
    fit(tmp_path / "two", FOUR["dpo"](), replace(JUDGED, epochs=0.4), validation=turned)
    assert evaluations(tmp_path / "one") == evaluations(tmp_path / "two")


def test_judging_changes_nothing_of_the_training(tmp_path: Path) -> None:
    """Dropout draws at every step, so it would show."""
    found = []
    for every in (0, 1):
        model = adapted(dropout=0.2)
        recipe = replace(RECIPE, epochs=1, save_every=1, evaluate_every=every)
        trained = fit_(model, TOKENIZER, examples("sft"), FOUR["sft"](), recipe, tmp_path / str(every),
                       validation=judges("sft"))  # fmt: skip
        assert not model.training
        found.append(load_file(tmp_path / str(every) / "checkpoints/checkpoint-5/adapter_model.safetensors"))
        assert trained.steps == 5
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


class Scripted:
    """Objectives that judge ten pairs as a script says, one pair accuracy after the other, whatever the weights are."""

    def __init__(self, accuracies: Sequence[float]) -> None:
        self.left = [accuracy for accuracy in accuracies for _ in range(5)]  # batches of two

    def __call__(self, objective: Objective) -> Objective:
        def reward(values: Any, batch: Any) -> Any:
            if torch.is_grad_enabled():  # of a training batch
                return objective.reward(values, batch)
            wins = (batch["rows"] < 10 * self.left.pop(0)).float()
            return torch.stack([wins, 1 - wins])

        return replace(objective, reward=reward)


def test_the_best_checkpoint_the_first_of_equal_ones_is_what_is_answered_and_outlives_the_rotation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted = Scripted([0.5, 0.9, 0.9, 0.7, 0.8])
    found, trained = fit(tmp_path, scripted(FOUR["pairwise"]()), JUDGED, validation=judges("pairwise", 10))
    assert (trained.steps, trained.best) == (10, 4)
    assert trained.quality == pytest.approx(0.9)
    assert "the best checkpoint is that of step 4: 90.0% of validation pairs" in capsys.readouterr().err
    folder = tmp_path / "checkpoints"
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint-10", "checkpoint-4", "checkpoint-8"]
    for path in folder.iterdir():
        assert checkpoints.flaw(path) is None
        assert json.loads((path / "trainer_state.json").read_text())["best_model_checkpoint"] == str(
            folder / "checkpoint-4"
        )
    best = load_file(folder / "checkpoint-4" / "adapter_model.safetensors")
    other = load_file(folder / "checkpoint-10" / "adapter_model.safetensors")
    for key, tensor in best.items():
        [mine] = [one for name, one in found.items() if _is(name, key)]
        assert torch.equal(mine, tensor)
        assert not torch.equal(mine, other[key])
    assert trained.seen == sorted(checkpoints.rows_seen(folder / "checkpoint-4"))
    assert len(trained.seen) == 16


def _is(parameter: str, saved: str) -> bool:
    return parameter.replace(".default", "").replace(".modules_to_save", "") == saved


@pytest.mark.parametrize(
    ("patience", "accuracies", "steps", "best"),
    [
        (1, [0.5, 0.5], 4, 2),
        (1, [0.5, 0.6, 0.4], 6, 4),
        (2, [0.5, 0.6, 0.6, 0.4], 8, 4),
        (2, [0.5, 0.6, 0.4, 0.7, 0.2], 10, 8),
        (0, [0.9, 0.1, 0.1, 0.1, 0.1], 10, 2),
    ],
)
def test_training_stops_when_so_many_evaluations_brought_nothing_better(
    tmp_path: Path,
    patience: int,
    accuracies: list[float],
    steps: int,
    best: int,
) -> None:
    scripted = Scripted(accuracies)
    recipe = replace(JUDGED, patience=patience)
    _, trained = fit(tmp_path, scripted(FOUR["sft"]()), recipe, validation=judges("sft", 10))
    assert (trained.steps, trained.best) == (steps, best)
    assert scripted.left == []
    assert [line["step"] for line in evaluations(tmp_path)] == list(range(2, steps + 1, 2))


@pytest.mark.parametrize("after", [7, 11, 14])
def test_a_run_that_continues_stops_at_the_same_step_with_the_same_bits(tmp_path: Path, after: int) -> None:
    recipe, accuracies = replace(JUDGED, patience=2), [0.5, 0.6, 0.6, 0.4, 0.9]
    scripted = Scripted(accuracies)
    straight, whole = fit(tmp_path / "straight", scripted(FOUR["dpo"]()), recipe, validation=judges("dpo", 10))
    assert (whole.steps, whole.best) == (8, 4)
    broken = tmp_path / "broken"
    with pytest.raises(KeyboardInterrupt):
        fit(broken, interrupted_after(Scripted(accuracies)(FOUR["dpo"]()), after), recipe, validation=judges("dpo", 10))
    newest = checkpoints.newest(broken / "checkpoints")
    assert newest is not None
    done = int(newest.name.partition("-")[2]) // 2
    scripted = Scripted(accuracies[done:])
    continued, rest = fit(broken, scripted(FOUR["dpo"]()), recipe, validation=judges("dpo", 10))
    assert rest == whole
    assert all(torch.equal(straight[name], continued[name]) for name in straight)
    assert evaluations(broken) == evaluations(tmp_path / "straight")


def test_a_run_that_stopped_early_and_is_begun_again_takes_no_step(tmp_path: Path) -> None:
    recipe = replace(JUDGED, patience=1)
    scripted = Scripted([0.5, 0.6, 0.6])
    straight, whole = fit(tmp_path, scripted(FOUR["sft"]()), recipe, validation=judges("sft", 10))
    never = replace(FOUR["sft"](), mass=lambda batch: pytest.fail("a step was taken"))
    again, same = fit(tmp_path, never, recipe, validation=judges("sft", 10))
    assert same == whole
    assert (same.steps, same.best) == (6, 4)
    assert all(torch.equal(straight[name], again[name]) for name in straight)


def test_a_last_step_that_no_evaluation_falls_on_is_judged_too(tmp_path: Path) -> None:
    scripted = Scripted([0.5, 0.6, 0.7, 0.8])
    _, trained = fit(tmp_path, scripted(FOUR["sft"]()), replace(JUDGED, evaluate_every=3), validation=judges("sft", 10))
    assert [line["step"] for line in evaluations(tmp_path)] == [3, 6, 9, 10]
    assert trained.best == 10
    assert trained.quality == pytest.approx(0.8)


def test_without_validation_pairs_nothing_is_judged(tmp_path: Path) -> None:
    _, trained = fit(tmp_path, FOUR["sft"](), JUDGED)
    assert evaluations(tmp_path) == []
    assert (trained.best, trained.quality) == (None, None)


def test_imitation_is_judged_against_where_it_began(tmp_path: Path) -> None:
    """A base that likes short answers would else win by length."""
    frozen = replace(JUDGED, epochs=0.4, learning_rate=1e-12)
    fit(tmp_path, FOUR["sft"](), frozen, validation=judges("sft"))
    [found] = evaluations(tmp_path)
    assert found["eval_margin"] == pytest.approx(0, abs=1e-4)


def test_a_model_that_takes_the_plain_path_is_judged_on_it_too(tmp_path: Path) -> None:
    def windowed() -> Any:
        model = adapted("mistral")
        model.get_base_model().config.sliding_window = 12
        return model

    model, pairs = windowed(), judges("simpo")
    one = replace(JUDGED, epochs=0.4)
    trained = fit_(model, TOKENIZER, examples("dpo"), ALL["simpo"], one, tmp_path, validation=pairs)
    assert trained.difference is None
    [found] = evaluations(tmp_path)
    assert found["eval_margin"] == pytest.approx(by_hand("simpo", model, None, pairs)[1], rel=1e-4)
