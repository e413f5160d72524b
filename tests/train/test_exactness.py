"""The shared path is the plain path: same loss, same gradients, for every family; else it is not used."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.train.worlds import rows
from train import adapters, paths
from train.layout import collate, whole_rows
from train.logps import largest_difference, plain_logps, shared_logps
from train.objectives import dpo, sft
from virality.models import tiny

LORA: dict[str, Any] = {"rank": 4, "alpha": 8.0, "dropout": 0.0, "targets": ("all-linear",)}


def writer(family: str = "llama", kind: str = "lora", **more: Any) -> Any:
    """A tiny model with an adapter whose B matrices are not zero, so that every tensor has a gradient."""
    torch.manual_seed(0)
    model = adapters.attach(tiny.model(family), **(LORA | {"kind": kind} | more))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


def batch(count: int = 5, *, preferences: bool = False, **more: Any) -> dict[str, Any]:
    laid = collate(rows(count, preferences=preferences, **more), pad=0)
    if preferences:
        laid["reference"] = torch.linspace(-80, -40, 2 * count)
    return laid


@pytest.mark.parametrize("preferences", [False, True], ids=["sft", "dpo"])
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_both_paths_give_the_same_loss_and_gradients(family: str, preferences: bool) -> None:
    objective = dpo(0.1, imitation=0.2) if preferences else sft()
    laid = batch(preferences=preferences)
    assert laid["prefix"].numel() == 20
    assert largest_difference(writer(family), laid, lambda logps: objective.loss(logps, laid)) < 1e-5


@pytest.mark.parametrize("kind", ["rslora", "dora"])
def test_other_kinds_of_adapter_are_exact_too(kind: str) -> None:
    laid = batch()
    assert largest_difference(writer(kind=kind), laid, lambda logps: sft().loss(logps, laid)) < 1e-5


def test_a_batch_is_the_sum_of_its_rows_alone() -> None:
    model, several = writer(), rows(4, preferences=False)
    together = shared_logps(model, collate(several, 0)).total
    for at, row in enumerate(several):
        ids = torch.tensor([row["prompt"] + row["better"]])
        logps = model(input_ids=ids).logits.log_softmax(-1)[0, :-1].gather(1, ids[0, 1:, None]).squeeze()
        expected = logps[len(row["prompt"]) - 1 :].sum()
        assert torch.isclose(together[at], expected, rtol=1e-5)


@pytest.mark.parametrize("prompt", [[7], [7, 8, 9]], ids=["one token", "identical"])
def test_prompts_of_one_token_and_identical_prompts_work(prompt: list[int]) -> None:
    made = [row | {"prompt": prompt} for row in rows(3, preferences=False)]
    laid = collate(made, 0)
    assert laid["prefix"].tolist() == prompt[:-1]
    assert largest_difference(writer(), laid, lambda logps: -logps.total.sum()) < 1e-5


def test_the_last_trained_token_is_the_stop_token_and_no_pad_is_trained() -> None:
    made = rows(5, preferences=True)
    laid = collate(made, pad=0)
    for row, (ids, mask, target) in enumerate(zip(laid["ids"], laid["mask"], laid["target"], strict=True)):
        completion = made[row]["better"] if row < 5 else made[row - 5]["worse"]
        assert ids[target.bool()].tolist() == completion
        assert completion[-1] == 2
        assert ids[-1] == 2
        assert not (target.bool() & ~mask.bool()).any()
    tokens = plain_logps(writer(), laid).tokens.tolist()
    assert tokens == [len(row["better"]) for row in made] + [len(row["worse"]) for row in made]


def test_whole_rows_are_padded_on_the_left_alone() -> None:
    made = rows(4, preferences=False)
    ids, mask = whole_rows(collate(made, pad=0))
    for row, one, seen in zip(made, ids, mask, strict=True):
        whole = row["prompt"] + row["better"]
        assert one[-len(whole) :].tolist() == whole
        assert seen.tolist() == [0] * (len(one) - len(whole)) + [1] * len(whole)


def test_an_exact_shared_path_is_used_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    path = paths.choose(writer(), rows(8, preferences=False), 0, 4, shared=True)
    assert path.forward is shared_logps
    assert path.difference is not None
    assert path.difference < 1e-5
    assert "shared prefix of 20 tokens verified" in capsys.readouterr().err


@pytest.mark.parametrize("family", ["mistral", "gemma3_text", "phi3"])
def test_a_short_window_falls_back_with_one_line(family: str, capsys: pytest.CaptureFixture[str]) -> None:
    model = writer(family)
    model.get_base_model().config.sliding_window = 24
    path = paths.choose(model, rows(8, preferences=False), 0, 4, shared=True)
    assert path.forward is plain_logps
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "attention reaches 24 tokens" in said


def test_paths_that_differ_fall_back_with_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "reach", lambda model: None)  # as if nothing were known of the window
    model = writer("mistral")
    model.get_base_model().config.sliding_window = 24
    path = paths.choose(model, rows(8, preferences=False), 0, 4, shared=True)
    assert path.forward is plain_logps
    assert "differs from the plain path" in capsys.readouterr().err


def test_dropout_uses_the_plain_path(capsys: pytest.CaptureFixture[str]) -> None:
    path = paths.choose(writer(dropout=0.1), rows(4, preferences=False), 0, 4, shared=True)
    assert path.forward is plain_logps
    assert "dropout" in capsys.readouterr().err


def test_the_plain_path_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    path = paths.choose(writer(), rows(4, preferences=False), 0, 4, shared=False)
    assert path == paths.Path(plain_logps, None)
    assert capsys.readouterr().err == ""
