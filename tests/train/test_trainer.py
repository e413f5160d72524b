"""Training: weighted means over whole steps, the same after an interruption, and stopped by numbers that are none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import TrainerCallback, TrainingArguments

from tests.train.test_exactness import writer
from tests.train.worlds import rows
from train import checkpoints
from train.examples import Example
from train.layout import collate
from train.logps import plain_logps, shared_logps
from train.objectives import Objective, dpo, sft
from train.order import GroupedByLength
from train.steps import Recipe, Trained, fit_writer
from train.trainer import WriterTrainer
from virality.errors import ViralityError
from virality.models import tiny

TOKENIZER = tiny.tokenizer()
RECIPE = Recipe(learning_rate=3e-3, epochs=2, batch_size=4, micro_batch=2, warmup=0.1, schedule="cosine",
                shared_prefix=True, save_every=2, seed=0)  # fmt: skip


def examples(count: int, *, preferences: bool = False) -> list[Example]:
    return [Example(str(row["row"]), row["prompt"], row["better"], row["worse"], row["weight"])
            for row in rows(count, preferences=preferences)]  # fmt: skip


def fit(folder: Path, objective: Objective, recipe: Recipe = RECIPE, count: int = 18) -> tuple[dict[str, Any], Trained]:
    """Adapter and answer of one training in `folder`, as the command would start or continue it."""
    model = writer()
    preferences = objective.name == "dpo"
    trained = fit_writer(model, TOKENIZER, examples(count, preferences=preferences), objective, recipe, folder)
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}, trained


def interrupted_after(objective: Objective, micro_batches: int) -> Objective:
    """The objective, stopped from outside after so many micro-batches."""
    left = [micro_batches]

    def loss(logps: Any, batch: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return objective.loss(logps, batch)

    return replace(objective, loss=loss)


class Gradients(TrainerCallback):
    """Keeps every step's gradients."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self.steps.append({name: p.grad.clone() for name, p in more["model"].named_parameters() if p.grad is not None})


def gradients(folder: Path, made: list[dict[str, Any]], micro: int, accumulation: int) -> list[dict[str, Any]]:
    """Gradients of every step of one epoch with learning rate 0, unclipped."""
    kept = Gradients()
    steps = math.ceil(len(made) / (micro * accumulation))
    arguments = TrainingArguments(output_dir=str(folder), per_device_train_batch_size=micro, max_steps=steps,
                                  gradient_accumulation_steps=accumulation, learning_rate=0.0, max_grad_norm=1e9,
                                  remove_unused_columns=False, report_to="none", save_strategy="no", use_cpu=True,
                                  disable_tqdm=True, dataloader_pin_memory=False)  # fmt: skip
    trainer = WriterTrainer(objective=sft(), forward=shared_logps, pad=0, decode=TOKENIZER.decode, model=writer(),
                            args=arguments, train_dataset=Dataset.from_list(made), callbacks=[kept])  # fmt: skip
    trainer.train()
    return kept.steps


def apart(one: dict[str, Any], two: dict[str, Any]) -> float:
    return max(float((one[name] - two[name]).norm() / two[name].norm()) for name in two)


def test_micro_batches_give_the_gradients_of_the_whole_batch(tmp_path: Path) -> None:
    made = rows(10, preferences=False)  # a second step of two rows
    whole, halves, single = (gradients(tmp_path, made, *shape) for shape in ((8, 1), (4, 2), (1, 8)))
    assert len(whole) == len(halves) == len(single) == 2
    for step in range(2):
        assert apart(halves[step], whole[step]) < 1e-5
        assert apart(single[step], whole[step]) < 1e-5


def test_a_short_last_step_is_the_weighted_mean_of_its_own_rows(tmp_path: Path) -> None:
    made = rows(10, preferences=False)
    last = list(GroupedByLength([row["length"] for row in made], 8, 42))[8:]
    model = writer()
    laid = collate([made[at] for at in last], 0)
    (sft().loss(plain_logps(model, laid), laid) / sft().mass(laid)).backward()
    expected = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert apart(gradients(tmp_path, made, 4, 2)[1], expected) < 1e-5


@pytest.mark.parametrize("make", [sft, lambda: dpo(0.1, 0.2)], ids=["sft", "dpo"])
@pytest.mark.parametrize("after", [7, 15], ids=["first epoch", "second epoch"])
def test_a_run_that_continues_ends_with_the_same_bits(
    tmp_path: Path, make: Callable[[], Objective], after: int, capsys: pytest.CaptureFixture[str]
) -> None:
    straight, whole = fit(tmp_path / "straight", make())
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken", interrupted_after(make(), after))
    capsys.readouterr()
    continued, rest = fit(tmp_path / "broken", make())
    assert "continuing from" in capsys.readouterr().err
    assert whole.steps == rest.steps == 10
    assert all(torch.equal(straight[name], continued[name]) for name in straight)
    assert rest.seen == whole.seen == list(range(18))


def test_a_continued_run_remembers_the_rows_it_saw_before(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=1, save_every=1)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, interrupted_after(sft(), 8), recipe)
    _, trained = fit(tmp_path, sft(), recipe)
    assert trained.seen == list(range(18))


def test_a_checkpoint_that_is_cut_short_or_unfinished_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    straight, _ = fit(tmp_path / "straight", sft())
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken", interrupted_after(sft(), 15))
    folder = tmp_path / "broken" / "checkpoints"
    newest = checkpoints.newest(folder)
    assert newest is not None
    assert newest.name == "checkpoint-8"
    weights = newest / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    (folder / "checkpoint-10").mkdir()
    (folder / "checkpoint-10" / "adapter_model.safetensors").write_bytes(b"half")
    capsys.readouterr()
    continued, _ = fit(tmp_path / "broken", sft())
    said = capsys.readouterr().err
    assert "checkpoint-10: was not written to the end" in said
    assert "checkpoint-8: was not written to the end, or cut short" in said
    assert "checkpoint-6" in said
    assert all(torch.equal(straight[name], continued[name]) for name in straight)


def test_metrics_of_steps_that_are_done_again_are_kept_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, interrupted_after(sft(), 15))
    with (tmp_path / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 8, "lo')  # torn
    fit(tmp_path, sft())
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    steps = [line["step"] for line in lines if "loss" in line]
    assert steps == list(range(1, 11))
    assert all("nats_per_token" in line for line in lines if "loss" in line)


def test_preferences_start_at_log_2(tmp_path: Path) -> None:
    fit(tmp_path, dpo(0.1), replace(RECIPE, epochs=0.1))
    first = json.loads((tmp_path / "metrics.jsonl").read_text().splitlines()[0])
    assert first["loss"] == pytest.approx(math.log(2), rel=1e-5)
    assert first["margin"] == pytest.approx(0, abs=1e-5)


def test_training_lowers_the_loss_and_says_nothing_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit(tmp_path, sft(), replace(RECIPE, epochs=4, save_every=0))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[-1] < losses[0]
    assert capsys.readouterr().out == ""


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_batch(tmp_path: Path) -> None:
    objective = replace(sft(), loss=lambda logps, batch: logps.total.sum() * float("nan"))
    with pytest.raises(ViralityError, match=r"bad_batch\.json: the loss of this batch at step 1 is nan") as caught:
        fit(tmp_path, objective)
    assert "\n" not in str(caught.value)
    kept = json.loads((tmp_path / "bad_batch.json").read_text())
    assert len(kept["rows"]) == 2
    assert kept["rows"][0]["text"].endswith("<|im_end|>")
    assert not (tmp_path / "checkpoints" / "checkpoint-2").exists()


def test_a_gradient_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    def loss(logps: Any, batch: Any) -> Any:
        return -logps.total.sum() + torch.sqrt(logps.total - logps.total.detach()).sum()

    with pytest.raises(ViralityError, match="the gradient of this step"):
        fit(tmp_path, replace(sft(), loss=loss))
    assert len(json.loads((tmp_path / "bad_batch.json").read_text())["rows"]) == 4


def test_the_batch_must_be_divided_by_the_micro_batch(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="micro_batch = 3: does not divide"):
        fit(tmp_path, sft(), replace(RECIPE, micro_batch=3))


@pytest.mark.parametrize(("rows_", "epochs", "steps"), [(18, 1.0, 5), (18, 0.2, 1), (20, 0.3, 2), (3, 2.0, 2)])
def test_epochs_are_counted_in_whole_steps(tmp_path: Path, rows_: int, epochs: float, steps: int) -> None:
    assert fit(tmp_path, sft(), replace(RECIPE, epochs=epochs, save_every=0), rows_)[1].steps == steps


def test_rows_of_a_step_are_of_like_length_and_the_longest_step_is_first() -> None:
    lengths = [7 * at % 101 for at in range(90)]
    order = GroupedByLength(lengths, 8, seed=3)
    seen = list(order)
    assert sorted(seen) == list(range(90))
    assert seen == list(GroupedByLength(lengths, 8, seed=3))
    assert max(lengths) == max(lengths[row] for row in seen[:8])
    spread = [max(part) - min(part) for at in range(0, 88, 8) if (part := [lengths[row] for row in seen[at : at + 8]])]
    assert sum(spread) / len(spread) < 60  # of 8 rows at random: 78
    order.set_epoch(1)
    assert list(order) != seen
