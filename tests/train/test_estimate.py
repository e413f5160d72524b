"""What a run will need is known before it starts: from the base's config alone, or by a probe that leaves no trace."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.train import worlds
from train import objectives
from train.estimate import ahead, available, forecast, probe
from train.estimate.anatomy import anatomy
from train.estimate.architectures import config_of, empty, table
from train.estimate.memory import Memory, Shape, from_config, largest_micro_batch, reaches
from train.examples import Example
from train.fit import Recipe, rows_of
from train.fused import fused
from virality.errors import ViralityError
from virality.models import tiny
from virality.models.base import Found, find

PUBLIC = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": 134.5e6,
    "Qwen/Qwen3-0.6B": 596e6,
    "Qwen/Qwen3-4B": 4.02e9,
    "Qwen/Qwen3-8B": 8.19e9,
    "meta-llama/Llama-3.2-1B-Instruct": 1.236e9,
    "meta-llama/Llama-3.1-8B-Instruct": 8.03e9,
    "google/gemma-3-1b-it": 1.0e9,
    "google/gemma-3-4b-it": 3.88e9,  # without the 417 million that see
    "mistralai/Mistral-7B-Instruct-v0.3": 7.25e9,
    "deepseek-ai/DeepSeek-V2-Lite-Chat": 15.7e9,
    "moonshotai/Moonlight-16B-A3B-Instruct": 15.96e9,
    "openai/gpt-oss-20b": 20.9e9,
}
"""Parameters as the makers publish them."""

LARGE = "meta-llama/Llama-3.1-8B-Instruct"
LLAMA = find("tiny:llama")
SHAPE = Shape.roughly(8, 60, 20, shared=20)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_table_gives_the_published_number_of_parameters(name: str) -> None:
    model = empty(config_of(Found(name, "hub", name)), "lm", torch.bfloat16)
    assert sum(one.numel() for one in model.parameters()) == pytest.approx(PUBLIC[name], rel=0.01)
    assert all(one.is_meta for one in model.parameters())


def test_the_table_knows_every_base_and_how_many_positions_it_has() -> None:
    assert len({str(config) for config in table().values()}) == 12
    assert min(config["max_position_embeddings"] for config in table().values()) == 8192  # not a class's default


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_an_empty_model_counts_as_the_real_one(family: str) -> None:
    real = worlds.adapted(family)
    found = anatomy(find(f"tiny:{family}"), "lm", torch.float32, "lora", worlds.LORA["rank"])
    trained = [one.numel() for one in real.parameters() if one.requires_grad]
    assert found.trained == sum(trained)
    assert found.parameters == sum(one.numel() for one in real.parameters()) - sum(trained)
    assert found.layers == 2


@pytest.mark.parametrize("kind", ["lora", "dora", "pissa"])
def test_every_kind_of_adapter_counts_as_the_real_one(kind: str) -> None:
    real = worlds.adapted(kind=kind)
    found = anatomy(LLAMA, "lm", torch.float32, kind, worlds.LORA["rank"])
    assert found.trained == sum(one.numel() for one in real.parameters() if one.requires_grad)


def test_a_token_leaves_what_autograd_really_keeps_of_it() -> None:
    model = worlds.adapted()
    kept: dict[int, int] = {}
    own = {one.data_ptr() for one in (*model.parameters(), *model.buffers())}

    def pack(tensor: Any) -> Any:
        if tensor.untyped_storage().data_ptr() not in own:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    batch = objectives.sft().lay(worlds.rows(8, preferences=False), 0)
    with fused(model), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        objectives.sft().values(model, batch)
    memory = from_config(LLAMA, Shape.of(batch), rank=worlds.LORA["rank"])
    assert memory.activations + memory.head / 2 == pytest.approx(sum(kept.values()), rel=0.15)


def test_the_parts_of_an_estimate_sum_to_the_peak() -> None:
    memory = from_config(LLAMA, SHAPE)
    assert memory.peak == sum(memory.parts().values())
    assert min(memory.base, memory.adapter, memory.gradients, memory.optimiser, memory.activations, memory.head) > 0
    settled = memory.settled(memory.peak + 1000)
    assert settled.peak == memory.peak + 1000
    assert settled.overhead == memory.overhead + 1000
    assert memory.settled(memory.peak // 2).peak == memory.peak // 2


def test_twice_the_examples_leave_twice_the_activations() -> None:
    one, two = (from_config(LLAMA, Shape.roughly(count, 60, 20)).activations for count in (8, 16))
    assert two == pytest.approx(2 * one, rel=0.1)


def test_what_saves_memory_is_seen_to_save_it() -> None:
    usual = from_config(LLAMA, SHAPE, device="cuda")
    assert from_config(LLAMA, SHAPE, device="cuda", bits=4).base < usual.base / 2
    assert from_config(LLAMA, SHAPE, device="cuda", precision="bf16").base < usual.base
    assert from_config(LLAMA, SHAPE, device="cuda", activation_checkpointing=True).activations < usual.activations
    assert from_config(LLAMA, SHAPE, device="cuda", rank=8).optimiser < usual.optimiser
    base = from_config(find(LARGE), SHAPE, device="cuda", world=8, sharding="fsdp")
    assert base.base < from_config(find(LARGE), SHAPE, device="cuda", world=8).base / 4
    whole = from_config(LLAMA, SHAPE, device="cuda", world=4, sharding="zero3")
    assert (whole.adapter, whole.optimiser) == (usual.adapter // 4, usual.optimiser // 4)
    moments = from_config(LLAMA, SHAPE, device="cuda", world=4, sharding="zero2")
    assert (moments.base == usual.base, moments.optimiser == usual.optimiser // 4) == (True, True)


def test_a_large_base_is_estimated_without_its_weights() -> None:
    base = find(LARGE)
    memory = from_config(base, Shape.roughly(8, 300, 60, shared=150), precision="bf16", device="cuda")
    assert memory.base == pytest.approx(2 * 8.03e9, rel=0.01)
    assert 1e9 < memory.activations < 20e9


def test_an_unknown_base_that_cannot_be_reached_is_told_in_one_line() -> None:
    with pytest.raises(ViralityError, match="nobody/nothing: its config is neither here nor to be had from the hub"):
        from_config(find("nobody/nothing"), SHAPE)


def test_the_largest_micro_batch_divides_the_examples_and_fits() -> None:
    def memory(examples: int) -> Memory:
        return Memory(100, 0, 0, 0, 50 * examples, 0, 0)

    assert largest_micro_batch(12, memory, available=500) == 6
    assert largest_micro_batch(12, memory, available=10_000) == 12
    with pytest.raises(ViralityError, match=r"base: x: needs .* at micro_batch = 1, and .* are free"):
        largest_micro_batch(12, memory, available=120, what="x")


def recipe(**more: Any) -> Recipe:
    made = Recipe(learning_rate=1e-3, epochs=2.0, batch_size=8, micro_batch=4, warmup=0.0, schedule="constant",
                  shared_prefix=True, save_every=0, seed=0)  # fmt: skip
    return replace(made, **more)


def examples(count: int, *, preferences: bool = False) -> list[Example]:
    return [Example(str(row["row"]), row["prompt"], row["completions"], 1.0, group=row["group"])
            for row in worlds.rows(count, preferences=preferences)]  # fmt: skip


def test_a_base_too_large_is_refused_with_the_way_out() -> None:
    base = forecast.Base(find(LARGE), "bf16")
    given = base, 0, examples(16), objectives.sft(), recipe()
    memory, line = forecast.from_rows(*given, where="cuda", free=80 << 30)
    assert (memory.base > 14 << 30, line) == (True, None)
    _, line = forecast.from_rows(*given, where="cuda", free=12 << 30)
    assert line is not None
    assert line.startswith("base: meta-llama/Llama-3.1-8B-Instruct: needs 1")
    assert "at micro_batch = 4, and 12.0 GB are free; set bits=4 (" in line
    _, line = forecast.from_rows(*given, where="cuda", free=2 << 30)
    assert line is not None
    assert line.endswith("take a smaller base, or a machine with more (an overlay for one larger GPU, or for several)")


def test_a_micro_batch_too_large_is_refused_with_one_that_fits() -> None:
    base = forecast.Base(LLAMA, "fp32", rank=4)
    given = base, 0, examples(64), objectives.sft(), recipe(batch_size=64, micro_batch=64)
    whole, _ = forecast.from_rows(*given, where="cuda", free=1 << 40)
    _, line = forecast.from_rows(*given, where="cuda", free=int(whole.peak / 1.3))
    assert line is not None
    assert "at micro_batch = 64" in line
    assert "; set micro_batch=32 (the same gradients, in more passes)" in line


def test_the_micro_batches_ahead_are_those_of_the_run(tmp_path: Path) -> None:
    from datasets import Dataset
    from transformers import TrainingArguments

    from train.order import Rows
    from train.trainer import AdapterTrainer

    seen: list[list[int]] = []
    usual = objectives.sft()

    def lay(rows: Any, pad: int, **more: Any) -> Any:
        seen.append([row["row"] for row in rows])
        return usual.lay(rows, pad, **more)

    rows = rows_of(examples(21))
    found = ahead.look(rows, usual, 0, batch_size=8, micro_batch=4, epochs=2.0, seed=3)
    trainer = AdapterTrainer(
        rows=Rows(Dataset.from_list(rows)), objective=replace(usual, lay=lay), shared=True, pad=0, decode=str,
        model=worlds.adapted(),
        args=TrainingArguments(output_dir=str(tmp_path), per_device_train_batch_size=4, gradient_accumulation_steps=2,
                               max_steps=6, seed=3, data_seed=3, use_cpu=True, report_to="none", disable_tqdm=True,
                               remove_unused_columns=False, save_strategy="no", logging_strategy="no"),
    )  # fmt: skip
    trainer.train()
    assert (found.steps, found.micro_batches) == (6, len(seen))
    tokens = [Shape.of(usual.lay([rows[at] for at in batch], 0)).tokens for batch in seen]
    assert found.tokens == pytest.approx(sum(tokens) / len(tokens), rel=0.02)
    assert found.largest in seen
    assert found.typical in seen


def test_a_shape_counts_what_rows_share_once() -> None:
    rows = worlds.rows(4, preferences=True)
    tree, plain = (Shape.of(objectives.dpo(0.1).lay([row | {"reference": [0.0, 0.0]} for row in rows], 0, shared=one))
                   for one in (True, False))  # fmt: skip
    assert tree.tokens < plain.tokens / 2
    assert tree.trained == sum(len(one) for row in rows for one in row["completions"])
    assert (plain.examples, plain.queries) == (4, plain.tokens)


@pytest.mark.parametrize("name", ["sft", "dpo", "kto", "pairwise"])
def test_a_probe_leaves_no_trace(name: str) -> None:
    scored = name == "pairwise"
    model = worlds.adapted(head="score" if scored else "lm")
    objective = {"sft": objectives.sft, "dpo": lambda: objectives.dpo(0.1), "kto": lambda: objectives.kto(0.1),
                 "pairwise": objectives.pairwise}[name]()  # fmt: skip
    rows = worlds.posts(6) if scored else worlds.rows(6, preferences=name != "sft")
    parameters = list(model.named_parameters())
    kept = next(one for one in model.parameters() if one.requires_grad)
    kept.grad = torch.ones_like(kept)
    before = {key: one.clone() for key, one in parameters}
    drawn = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    found = probe.measure(model, objective, rows, 0, 4, typical=[0, 1], largest=[2, 3, 4, 5])
    assert found.shared
    assert all(torch.equal(one, before[key]) for key, one in parameters)
    assert torch.equal(kept.grad, torch.ones_like(kept))
    assert sum(one.grad is not None for one in model.parameters()) == 1
    assert torch.equal(torch.get_rng_state(), drawn[0])
    assert (random.getstate(), np.random.get_state()[1].tolist()) == drawn[1:]  # type: ignore[index]
    assert not any(module.training for module in model.modules())
    assert found.training.seconds(1, 100) > 0
    assert found.peak > 0


def test_a_line_through_two_passes_never_gives_less_than_nothing() -> None:
    usual = probe.Pace.through((100.0, 1.0), (300.0, 2.0))
    assert usual.seconds(1, 100) == pytest.approx(1.0)
    assert usual.seconds(1, 300) == pytest.approx(2.0)
    for noisy in (0.1, 50.0):  # the larger pass was faster, or far too slow
        pace = probe.Pace.through((100.0, 1.0), (300.0, noisy))
        assert min(pace.fixed, pace.of_token) >= 0
        assert pace.seconds(1, 100) == pytest.approx(1.0)


def test_an_estimate_tells_memory_time_and_disk() -> None:
    model = worlds.adapted()
    base = forecast.Base(LLAMA, "fp32", rank=worlds.LORA["rank"])
    judges = examples(6, preferences=True)
    found = forecast.forecast(model, base, 0, examples(20), objectives.sft(), recipe(evaluate_every=2),
                              validation=judges)  # fmt: skip
    assert (found.steps, found.micro_batch, found.fits()) == (6, 4, True)
    assert found.seconds["evaluations"] > 0
    assert found.seconds["reference"] > 0
    assert found.total_seconds == pytest.approx(sum(found.seconds.values()))
    assert found.disk > 3 * found.memory.adapter
    memory, clock, work = found.lines()
    assert "at the peak (" in memory
    assert "measured by a probe" in memory
    assert clock.startswith("  time: about ")
    assert "6 steps" in work
    assert not found.fits(found.memory.peak)


def test_of_preferences_side_by_side_in_twos_the_comparison_of_the_paths_takes_most() -> None:
    base = forecast.Base(LLAMA, "fp32", rank=worlds.LORA["rank"])
    given = base, 0, examples(32, preferences=True), objectives.dpo(0.1)
    few, many = (forecast.of_micro_batch(*given, recipe(batch_size=32), world=1, where="cpu")(one) for one in (4, 32))
    assert (few.optimiser, many.optimiser > 0) == (0, True)
    plain = forecast.of_micro_batch(*given, recipe(shared_prefix=False), world=1, where="cpu")(4)
    assert plain.optimiser > 0


def test_a_base_with_a_short_window_shares_no_prefix_of_long_rows() -> None:
    window = find("tiny:gpt_oss")
    assert reaches(window, 128)
    assert not reaches(window, 129)
    assert reaches(LLAMA, 100_000)


def test_what_a_scorer_reads_at_its_end_is_counted_once_a_post() -> None:
    posts = [Example(str(row["row"]), [], row["completions"], 1.0) for row in worlds.posts(8)]
    base = forecast.Base(LLAMA, "fp32", "score", rank=worlds.LORA["rank"])

    def seconds(read: list[Example]) -> Any:
        model = worlds.adapted(head="score")
        return forecast.forecast(model, base, 0, posts, objectives.pairwise(), recipe(), calibration=read).seconds

    assert len(forecast._posts_of(posts)) == 15  # one stands in two pairs
    assert forecast._posts_of(posts) == forecast._posts_of([*posts, *posts])
    assert seconds([])["calibration"] == 0 < seconds(posts)["calibration"]


def test_a_probed_run_that_does_not_fit_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    base = forecast.Base(LLAMA, "fp32", rank=worlds.LORA["rank"])
    monkeypatch.setattr(available, "available", lambda *_: 1 << 20)
    found = forecast.forecast(worlds.adapted(), base, 0, examples(20), objectives.sft(), recipe())
    assert not found.fits()
    assert found.way_out is not None
    assert found.way_out.startswith("base: tiny:llama: needs ")
    assert "and 1 MB are free; " in found.way_out
    assert found.way_out in found.lines()[-1]


def test_the_largest_micro_batch_that_fits_is_taken_for_auto() -> None:
    base = forecast.Base(LLAMA, "fp32", rank=worlds.LORA["rank"])
    assert forecast.fitting(base, 0, examples(20), objectives.sft(), recipe(micro_batch=1)).micro_batch == 8


def test_the_system_tells_what_there_is_and_what_was_taken() -> None:
    assert 0 < available.resident() <= available.available("cpu")
    assert available.available("cpu", 2) <= available.available("cpu") * 0.6
    assert available.since_start() > 0
    available.reset("cpu")
    assert available.peak("cpu") >= available.resident() * 0.9
