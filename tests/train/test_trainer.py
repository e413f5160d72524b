"""Training: weighted means over whole steps, the same after an interruption, and stopped by numbers that are none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import TrainerCallback, TrainingArguments

from tests.train.test_exactness import OBJECTIVES, head
from tests.train.worlds import adapted, posts, rows, unpaired
from train import checkpoints
from train.examples import Example
from train.fit import Recipe, Trained
from train.fit import fit as fit_
from train.objectives import Objective, dpo, kto, pairwise, sft
from train.order import GroupedByLength, Rows
from train.trainer import AdapterTrainer
from virality import ledger, tables
from virality.errors import ViralityError
from virality.models import tiny

TOKENIZER = tiny.tokenizer()
RECIPE = Recipe(learning_rate=3e-3, epochs=2, batch_size=4, micro_batch=2, warmup=0.1, schedule="cosine",
                shared_prefix=True, save_every=2, seed=0)  # fmt: skip
FOUR: dict[str, Callable[[], Objective]] = {
    "sft": sft, "dpo": lambda: dpo(0.1, 0.2), "kto": lambda: kto(0.1), "pairwise": pairwise,
}  # fmt: skip
COUNT = 18


def examples(name: str, count: int = COUNT, seed: int = 0) -> list[Example]:
    """Rows of the small world as an objective's examples."""
    if name == "pairwise":
        made = posts(count, seed=seed)
    elif name == "kto":
        made = unpaired(count, seed=seed)
    else:
        made = rows(count, preferences=name != "sft", seed=seed)
    return [Example(str(row["row"]), row["prompt"], row["completions"], row["weight"], row["p_better"], row["offset"],
                    row["group"]) for row in made]  # fmt: skip


def weights(model: Any) -> dict[str, Any]:
    return {name: one.detach().clone() for name, one in model.named_parameters() if one.requires_grad}


def fit(
    folder: Path, objective: Objective, recipe: Recipe = RECIPE, count: int = COUNT, **more: Any
) -> tuple[dict[str, Any], Trained]:
    """Adapter and answer of one training in `folder`, as the command would start or continue it."""
    model = adapted(head=head(objective.name))
    trained = fit_(model, TOKENIZER, examples(objective.name, count), objective, recipe, folder, **more)
    return weights(model), trained


def interrupted_after(objective: Objective, micro_batches: int) -> Objective:
    """The objective, stopped from outside after so many micro-batches; comparing the two paths is not counted."""
    left = [micro_batches]

    def loss(values: Any, batch: Any) -> Any:
        if len(batch["rows"]) <= RECIPE.micro_batch and batch["weights"].min() < 2:
            left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return objective.loss(values, batch)

    return replace(objective, loss=loss)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def steps_of(folder: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl that are of steps."""
    return [line for line in lines(folder) if "loss" in line]


class Gradients(TrainerCallback):
    """Keeps every step's gradients."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self.steps.append({name: p.grad.clone() for name, p in more["model"].named_parameters() if p.grad is not None})


def gradients(
    folder: Path, name: str, made: Sequence[dict[str, Any]], micro: int, accumulation: int
) -> list[dict[str, Any]]:
    """Gradients of every step of one epoch with learning rate 0, unclipped."""
    from datasets import Dataset

    kept = Gradients()
    steps = math.ceil(len(made) / (micro * accumulation))
    arguments = TrainingArguments(output_dir=str(folder), per_device_train_batch_size=micro, max_steps=steps,
                                  gradient_accumulation_steps=accumulation, learning_rate=0.0, max_grad_norm=1e9,
                                  remove_unused_columns=False, report_to="none", save_strategy="no", use_cpu=True,
                                  disable_tqdm=True, dataloader_pin_memory=False)  # fmt: skip
    trainer = AdapterTrainer(rows=Rows(Dataset.from_list(list(made))), objective=OBJECTIVES[name][0], shared=True,
                             pad=0, decode=TOKENIZER.decode, model=adapted(head=head(name)), args=arguments,
                             callbacks=[kept])  # fmt: skip
    trainer.go(None)
    return kept.steps


def apart(one: dict[str, Any], two: dict[str, Any]) -> float:
    return max(float((one[name] - two[name]).norm() / two[name].norm()) for name in two)


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name != "kto"])
def test_micro_batches_give_the_gradients_of_the_whole_batch(tmp_path: Path, name: str) -> None:
    made = OBJECTIVES[name][1](10)  # a second step of two rows
    whole, halves, single = (gradients(tmp_path, name, made, *shape) for shape in ((8, 1), (4, 2), (1, 8)))
    assert len(whole) == len(halves) == len(single) == 2
    for step in range(2):
        assert apart(halves[step], whole[step]) < 1e-5
        assert apart(single[step], whole[step]) < 1e-5


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_short_last_step_is_the_weighted_mean_of_its_own_rows(tmp_path: Path, name: str) -> None:
    objective, of = OBJECTIVES[name]
    made = of(10)
    order = list(GroupedByLength([row["length"] for row in made], [row["group"] for row in made], 8, 42))
    model = adapted(head=head(name))
    laid = objective.lay([made[at] for at in order[8:]], 0, shared=False)
    (objective.loss(objective.values(model, laid), laid) / objective.mass(laid)).backward()
    expected = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert apart(gradients(tmp_path, name, made, 8, 1)[1], expected) < 1e-5


@pytest.mark.parametrize(
    ("name", "after"), [("sft", 7), ("sft", 15), ("dpo", 15), ("kto", 7), ("pairwise", 15)]
)  # 9 micro-batches an epoch
def test_a_run_that_continues_ends_with_the_same_bits(
    tmp_path: Path, name: str, after: int, capsys: pytest.CaptureFixture[str]
) -> None:
    straight, whole = fit(tmp_path / "straight", FOUR[name]())
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken", interrupted_after(FOUR[name](), after))
    capsys.readouterr()
    continued, rest = fit(tmp_path / "broken", FOUR[name]())
    assert "continuing from" in capsys.readouterr().err
    assert all(torch.equal(straight[name], continued[name]) for name in straight)
    assert rest == whole
    assert whole.steps == 10
    assert whole.seen == list(range(COUNT))


def test_metrics_and_mean_loss_are_those_of_all_steps_whether_or_not_it_was_interrupted(tmp_path: Path) -> None:
    recipe = replace(RECIPE, batch_size=2, save_every=9, epochs=8, shared_prefix=False)  # 40 steps, a line for two
    each = []

    def loss(logps: Any, batch: Any) -> Any:
        found = sft().loss(logps, batch)
        each.append(float(found.detach()) / sft().mass(batch))
        return found

    _, whole = fit(tmp_path / "straight", replace(sft(), loss=loss), recipe, count=10)
    assert len(each) == 40
    assert whole.loss == pytest.approx(sum(each) / 40, rel=1e-5)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken", interrupted_after(sft(), 16), recipe, count=10)
    _, rest = fit(tmp_path / "broken", sft(), recipe, count=10)
    assert rest == whole
    found, expected = steps_of(tmp_path / "broken"), steps_of(tmp_path / "straight")
    assert {9, 18, 20} <= {line["step"] for line in found}
    assert found == expected


def test_a_run_that_ended_says_the_same_again_without_a_step(tmp_path: Path) -> None:
    straight, whole = fit(tmp_path, sft(), replace(RECIPE, epochs=0.7))
    never = replace(sft(), mass=lambda batch: pytest.fail("a step was taken"))
    again, same = fit(tmp_path, never, replace(RECIPE, epochs=0.7))
    assert same == whole
    assert all(torch.equal(straight[name], again[name]) for name in straight)


def test_a_continued_run_remembers_the_rows_it_saw_before(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=1, save_every=1)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, interrupted_after(sft(), 8), recipe)
    _, trained = fit(tmp_path, sft(), recipe)
    assert trained.seen == list(range(COUNT))


def test_each_kept_checkpoint_has_the_rows_it_saw_and_their_ledger(tmp_path: Path) -> None:
    def entries(checkpoint: str, numbers: list[int]) -> list[ledger.Entry]:
        return [ledger.Entry(checkpoint, "train", f"pair{at}", "worse", "better", None) for at in numbers]

    _, trained = fit(tmp_path, sft(), replace(RECIPE, epochs=1), entries=entries)
    folder = tmp_path / "checkpoints"
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint-4", "checkpoint-5"]
    for name, seen in (("checkpoint-4", 16), ("checkpoint-5", 18)):
        numbers = sorted(checkpoints.rows_seen(folder / name))
        assert len(numbers) == seen
        found = tables.read(folder / name / "ledger.parquet", ledger.schema(), ledger.Entry)
        assert found == entries(name, numbers)
    assert trained.seen == list(range(COUNT))


def test_a_checkpoint_that_is_cut_short_or_unfinished_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    straight, _ = fit(tmp_path / "straight", sft())
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken", interrupted_after(sft(), 17))
    folder = tmp_path / "broken" / "checkpoints"
    newest = checkpoints.newest(folder)
    assert newest is not None
    assert newest.name == "checkpoint-8"
    cut = newest / "adapter_model.safetensors"
    cut.write_bytes(cut.read_bytes()[:-10])
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
    assert [line["step"] for line in steps_of(tmp_path)] == list(range(1, 11))
    assert all("nats_per_token" in line for line in steps_of(tmp_path))


def test_preferences_start_at_log_2_and_a_margin_of_0(tmp_path: Path) -> None:
    sure = [replace(one, p_better=1.0, offset=0.0) for one in examples("dpo")]
    fit_(adapted(), TOKENIZER, sure, dpo(0.1), replace(RECIPE, epochs=0.1), tmp_path)
    first = steps_of(tmp_path)[0]
    assert first["loss"] == pytest.approx(math.log(2), rel=1e-5)
    assert first["margin"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_training_lowers_the_loss_and_says_nothing_on_stdout(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fit(tmp_path, OBJECTIVES[name][0], replace(RECIPE, epochs=6, save_every=0))
    losses = [line["loss"] for line in steps_of(tmp_path)]
    assert sum(losses[-5:]) < sum(losses[:5])
    assert capsys.readouterr().out == ""


def nan_from(step: int, objective: Objective) -> Objective:
    """The objective, whose loss is no number from a step on; the comparison of the two paths is before."""
    seen: set[int] = set()

    def loss(values: Any, batch: Any) -> Any:
        if len(batch["rows"]) <= 2 and batch["weights"].min() < 2:
            seen.add(len(seen))
        found = objective.loss(values, batch)
        return found * float("nan") if len(seen) > 2 * (step - 1) else found

    return replace(objective, loss=loss)


@pytest.mark.parametrize("name", FOUR)
def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_batch_to_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ViralityError, match=r"bad_batch\.json: the loss of this batch at step 3 is nan") as caught:
        fit(tmp_path, nan_from(3, FOUR[name]()), replace(RECIPE, shared_prefix=False))
    assert "\n" not in str(caught.value)
    kept = json.loads((tmp_path / "bad_batch.json").read_text(), parse_constant=pytest.fail)
    assert len(kept["rows"]) == 2
    made = examples(name)
    for row in kept["rows"]:
        example = made[row["row"]]
        assert row["weight"] == pytest.approx(example.weight)
        some = example.completions if name != "kto" else example.completions[:1]
        assert row["texts"] == [TOKENIZER.decode([*example.prompt, *one][: -1 if name != "pairwise" else None])
                                for one in some]  # fmt: skip
    folder = tmp_path / "checkpoints"
    assert [path.name for path in folder.iterdir()] == ["checkpoint-2"]


def test_a_gradient_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    def loss(logps: Any, batch: Any) -> Any:
        return -logps.total.sum() + torch.sqrt(logps.total - logps.total.detach()).sum()

    with pytest.raises(ViralityError, match=r"bad_batch\.json: the gradient of this step \(1\) is nan"):
        fit(tmp_path, replace(sft(), loss=loss))
    assert len(json.loads((tmp_path / "bad_batch.json").read_text())["rows"]) == 4


def test_memory_that_runs_out_is_one_line_that_says_what_to_change(tmp_path: Path) -> None:
    def loss(logps: Any, batch: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with pytest.raises(ViralityError, match=r"micro_batch = 2: out of memory at .* 2 rows.*; set micro_batch=1"):
        fit(tmp_path, replace(sft(), loss=loss), replace(RECIPE, shared_prefix=False))


def test_the_batch_must_be_divided_by_the_micro_batch(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="micro_batch = 3: does not divide"):
        fit(tmp_path, sft(), replace(RECIPE, micro_batch=3))


@pytest.mark.parametrize(("count", "epochs", "steps"), [(18, 1.0, 5), (18, 0.2, 1), (20, 0.3, 2), (3, 2.0, 2)])
def test_epochs_are_counted_in_whole_steps(tmp_path: Path, count: int, epochs: float, steps: int) -> None:
    assert fit(tmp_path, sft(), replace(RECIPE, epochs=epochs, save_every=0), count)[1].steps == steps


def test_the_head_of_a_scorer_is_trained_kept_and_continued(tmp_path: Path) -> None:
    straight, _ = fit(tmp_path, pairwise())
    [name] = [name for name in straight if "score" in name and "lora" not in name]
    assert not torch.equal(straight[name], weights(adapted(head="score"))[name])
    from safetensors.torch import load_file

    saved = load_file(tmp_path / "checkpoints" / "checkpoint-10" / "adapter_model.safetensors")
    [head_] = [one for key, one in saved.items() if "score" in key and "lora" not in key]
    assert torch.equal(head_, straight[name])
