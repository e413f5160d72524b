"""Adapters of every kind: the base stays as it was published, and what was trained is what is loaded again."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    Trainer,
    TrainingArguments,
)

from train import adapters, pissa
from virality.errors import ViralityError
from virality.models import tiny

KINDS = ("lora", "rslora", "dora", "pissa")
LORA: dict[str, Any] = {"rank": 4, "alpha": 8.0, "dropout": 0.0, "targets": ("all-linear",)}
IDS = torch.arange(3, 27).reshape(2, 12)
EXPERTS = {"num_local_experts": 4, "num_experts_per_tok": 2}


def attached(model: Any, kind: str = "lora", **more: Any) -> Any:
    return adapters.attach(model, **(LORA | {"kind": kind} | more)).eval()


def other(family: str = "llama", **more: Any) -> Any:
    """A tiny model of another make than those of `virality.models.tiny`."""
    config = tiny.model("llama").config.to_dict() | more
    for name in ("model_type", "architectures", "dtype", "transformers_version"):
        config.pop(name, None)
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **config), dtype=torch.float32).eval()  # type: ignore[no-untyped-call]


def classifier(dtype: torch.dtype = torch.float32, seed: int = 0) -> Any:
    config = tiny.model("llama").config
    config.num_labels = 1
    torch.manual_seed(seed)
    made: Any = AutoModelForSequenceClassification.from_config(config, dtype=dtype)  # type: ignore[no-untyped-call]
    made.model.load_state_dict(tiny.model("llama").model.state_dict())
    return made.eval()


def answers(model: Any) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = model.eval()(input_ids=IDS).logits
    return logits


def train(model: Any, steps: int = 4, rate: float = 1e-2) -> Any:
    optimiser = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], rate, weight_decay=0.0)
    for _ in range(steps):
        optimiser.zero_grad()
        loss: torch.Tensor = torch.nn.functional.softplus(-model(input_ids=IDS).logits[..., -1].float()).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return model


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_adapter_leaves_the_answers_as_they_were(kind: str) -> None:
    expected = answers(tiny.model("llama"))
    torch.testing.assert_close(answers(attached(tiny.model("llama"), kind)), expected, rtol=0, atol=1e-5)


def test_the_seed_alone_decides_how_an_adapter_starts() -> None:
    def start(seed: int) -> torch.Tensor:
        torch.rand(3)  # something else draws before
        model = adapters.attach(tiny.model("llama"), **(LORA | {"kind": "lora", "seed": seed}))
        return torch.cat([value.flatten() for name, value in model.named_parameters() if "lora_A" in name])

    assert torch.equal(start(1), start(1))
    assert not torch.equal(start(1), start(2))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["fp32", "bf16"])
def test_training_never_touches_the_base_and_adapters_are_fp32(kind: str, dtype: torch.dtype) -> None:
    base = tiny.model("llama").to(dtype)
    model = train(attached(copy.deepcopy(base), kind))
    of_base = {name.replace(".base_layer", ""): value for name, value in model.get_base_model().state_dict().items()}
    assert all(torch.equal(value, of_base[name]) for name, value in base.state_dict().items())
    assert {one.dtype for one in model.parameters() if one.requires_grad} == {torch.float32}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", ["llama", "gemma3_text", "phi3"])
def test_a_merged_adapter_gives_the_same_logits(family: str, kind: str) -> None:
    model = train(attached(tiny.model(family), kind))
    expected = answers(model)
    assert float((expected - answers(tiny.model(family))).abs().max()) > 0.1
    torch.testing.assert_close(answers(adapters.merged(model)), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_adapter_answers_the_same_on_the_original_base(kind: str, tmp_path: Path) -> None:
    model = train(attached(tiny.model("llama"), kind))
    adapters.save(model, tmp_path / "adapter", "tiny:llama")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny:llama"
    assert config["init_lora_weights"] is True  # a plain LoRA: whoever loads it decomposes nothing
    for loaded in (
        adapters.load(tiny.model("llama"), tmp_path / "adapter", trainable=False),
        PeftModel.from_pretrained(tiny.model("llama"), str(tmp_path / "adapter")),
    ):
        assert torch.equal(answers(loaded), answers(model))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_resumed_from_a_checkpoint_ends_bit_for_bit_where_it_would_have(kind: str, tmp_path: Path) -> None:
    def run(resume: Path | None) -> dict[str, torch.Tensor]:
        arguments = TrainingArguments(str(tmp_path / str(resume is None)), max_steps=6, save_steps=3, use_cpu=True,
                                      per_device_train_batch_size=2, learning_rate=1e-2, report_to="none",
                                      disable_tqdm=True, logging_strategy="no",
                                      dataloader_pin_memory=False)  # fmt: skip
        started = 1 if resume else 0  # wherever it starts: a checkpoint holds all that matters
        model = adapters.attach(tiny.model("llama"), **(LORA | {"kind": kind, "seed": started}))
        rows: Any = [{"input_ids": row, "labels": row} for row in torch.arange(3, 243).reshape(20, 12)]
        Trainer(model, arguments, train_dataset=rows).train(resume_from_checkpoint=str(resume) if resume else None)
        return {name: value.detach() for name, value in model.named_parameters() if value.requires_grad}

    whole = run(None)
    again = run(tmp_path / "True" / "checkpoint-3")
    assert whole.keys() == again.keys()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_pissa_trains_as_its_paper_says() -> None:
    """Beside it the usual way: the residual in the place of the weight, and A and B from its principal part."""
    ours, theirs = attached(tiny.model("llama"), "pissa"), attached(tiny.model("llama"), "lora")
    with torch.no_grad():
        for (_, mine), (_, layer) in zip(ours.named_modules(), theirs.named_modules(), strict=True):
            if hasattr(layer, "lora_A") and hasattr(layer, "base_layer"):
                layer.lora_A["default"].weight.copy_(mine.lora_A["default"].weight[:4])
                layer.lora_B["default"].weight.copy_(mine.lora_B["default"].weight[:, :4])
                layer.base_layer.weight -= layer.get_delta_weight("default")
    before = {name: value.clone() for name, value in ours.named_parameters() if "lora_" in name}
    expected, found = answers(train(theirs, rate=1e-3)), answers(train(ours, rate=1e-3))
    assert float((expected - answers(tiny.model("llama"))).abs().max()) > 0.1
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    for name, value in ours.named_parameters():
        if "lora_A" in name:
            assert torch.equal(value[4:], before[name][4:])
            assert not torch.equal(value[:4], before[name][:4])
        elif "lora_B" in name:
            assert torch.equal(value[:, 4:], before[name][:, 4:])


def test_pissa_starts_at_the_best_approximation() -> None:
    torch.manual_seed(0)
    left, values, right = torch.linalg.svd(torch.randn(48, 80), full_matrices=False)
    values = values * 0.9 ** torch.arange(48)
    down, up = pissa.principal(left * values @ right, rank=8, scaling=2.0)
    best = left[:, :8] * values[:8] @ right[:8]
    torch.testing.assert_close(2.0 * up @ down, best, rtol=0, atol=1e-4)
    torch.testing.assert_close(up.T @ up, down @ down.T, rtol=0, atol=1e-4)  # the two share the singular values


def test_pissa_trains_as_many_numbers_as_lora() -> None:
    lora, principal = attached(tiny.model("llama")), attached(tiny.model("llama"), "pissa")
    assert adapters.trainable_parameters(principal) == adapters.trainable_parameters(lora)


def test_pissa_draws_nothing_from_the_run() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    pissa.principal(torch.ones(6, 5), rank=2, scaling=1.0)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["fp32", "bf16"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_scorers_head_is_trained_and_survives_bit_for_bit(kind: str, dtype: torch.dtype, tmp_path: Path) -> None:
    model = attached(classifier(dtype), kind, task="SEQ_CLS")
    head = model.base_model.model.score.modules_to_save["default"].weight
    assert head.requires_grad
    assert head.dtype == torch.float32
    before = head.detach().clone()
    train(model)
    assert not torch.equal(head, before)
    adapters.save(model, tmp_path / "adapter", "tiny:llama")
    for trainable in (False, True):
        loaded = adapters.load(classifier(dtype, seed=1), tmp_path / "adapter", trainable=trainable)
        again = loaded.base_model.model.score.modules_to_save["default"].weight
        assert torch.equal(again, head)
        assert again.requires_grad is trainable
        assert torch.equal(answers(loaded), answers(model))
    expected = answers(model)
    close = 1e-4 if dtype == torch.float32 else 0.1
    torch.testing.assert_close(answers(adapters.merged(model)), expected, rtol=0, atol=close)


@pytest.mark.parametrize("target", ["lm_head", "embed_tokens"])
def test_a_weight_that_reads_and_writes_is_refused(target: str) -> None:
    with pytest.raises(ViralityError, match=f"targets = {target}: this base reads and writes tokens with one weight"):
        attached(other(tie_word_embeddings=True), targets=("q_proj", target))
    model = train(attached(other(tie_word_embeddings=False), targets=("q_proj", "lm_head")))
    expected = answers(model)
    torch.testing.assert_close(answers(adapters.merged(model)), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("targets", [("q_prj",), ("q_prj", "k_proj")], ids=["alone", "among others"])
def test_a_target_that_is_not_there_is_refused(targets: tuple[str, ...]) -> None:
    with pytest.raises(ViralityError, match="q_prj"):
        attached(tiny.model("llama"), targets=targets)


def test_pissa_says_which_rank_a_layer_has() -> None:
    with pytest.raises(ViralityError, match=r"k_proj: rank = 40: its weight is \(32, 64\); set rank to 32 or less"):
        attached(tiny.model("llama"), "pissa", rank=40)


def test_experts_take_lora_and_are_refused_in_one_line_where_they_cannot(tmp_path: Path) -> None:
    model = train(attached(other("mixtral", **EXPERTS), "rslora"))
    assert any("experts" in name for name, value in model.named_parameters() if value.requires_grad)
    adapters.save(model, tmp_path / "adapter", "somewhere/mixtral")
    loaded = adapters.load(other("mixtral", **EXPERTS), tmp_path / "adapter", trainable=False)
    assert torch.equal(answers(loaded), answers(model))
    for more in ({"kind": "dora"}, {"kind": "pissa"}, {"kind": "lora", "dropout": 0.1}):
        with pytest.raises(ViralityError, match=f"kind = {more['kind']}"):
            attached(other("mixtral", **EXPERTS), **more)


def test_an_adapter_of_a_deeper_base_is_refused(tmp_path: Path) -> None:
    adapters.save(attached(other(num_hidden_layers=3)), tmp_path / "deep", "tiny:llama")
    with pytest.raises(ViralityError, match=r"does not fit the base model \(14 tensors do not pair"):
        adapters.load(tiny.model("llama"), tmp_path / "deep", trainable=False)


def test_an_adapter_cut_short_is_refused(tmp_path: Path) -> None:
    adapters.save(attached(tiny.model("llama")), tmp_path / "adapter", "tiny:llama")
    weights = tmp_path / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ViralityError, match="does not fit the base model"):
        adapters.load(tiny.model("llama"), tmp_path / "adapter", trainable=False)


def test_no_checkpoint_asks_the_hub_about_the_base(tmp_path: Path) -> None:
    base = tiny.model("llama")
    base.name_or_path = "somebody/a-model"
    model = attached(base)
    for number in (1, 2):  # peft asks through a warning where it is offline, and warnings are errors here
        model.save_pretrained(tmp_path / f"checkpoint-{number}")
    adapters.save(model, tmp_path / "adapter", "somebody/a-model")
    model.save_pretrained(tmp_path / "checkpoint-3")


def test_activation_checkpointing_gives_the_same_gradients() -> None:
    from tests.train.worlds import adapted, rows
    from train import objectives, paths
    from train.objectives import moved
    from train.ready import saving_memory
    from train.settings import WriterSettings

    objective, given = objectives.sft(), rows(4, preferences=False)
    found = []
    for checkpointing in (False, True):
        settings = WriterSettings(
            task="writer", base="tiny:llama", data=("x",), objective="sft", activation_checkpointing=checkpointing
        )
        model = saving_memory(settings, adapted()).train()
        assert (paths.why_not(model, 50) is None) is not checkpointing
        batch = moved(objective.lay(given, 0, shared=False), "cpu")
        objective.loss(objective.values(model, batch), batch).backward()
        found.append([one.grad.clone() for one in model.parameters() if one.requires_grad])
    assert all(bool((one == two).all()) for one, two in zip(*found, strict=True))
