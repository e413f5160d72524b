"""A LoRA layer as one operation gives what peft's own gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.train.worlds import adapted
from train.fused import fused
from virality.models import tiny

IDS = torch.arange(3, 33).view(2, 15)


def gradients(model: Any, *, fuse: bool) -> tuple[Any, dict[str, Any]]:
    """Logits, and the gradient of every trainable tensor."""
    named = {name: one for name, one in model.named_parameters() if one.requires_grad}
    with fused(model) if fuse else torch.enable_grad():
        logits = model(input_ids=IDS, use_cache=False).logits.float()
        found = torch.autograd.grad(logits.log_softmax(-1)[..., 5].sum(), list(named.values()))
    return logits.detach(), dict(zip(named, found, strict=True))


def apart(one: Any, two: Any) -> float:
    return float((one - two).norm() / two.norm())


@pytest.mark.parametrize("kind", ["lora", "rslora", "pissa"])
@pytest.mark.parametrize("family", ["llama", "phi"])  # phi: layers with a bias
def test_outputs_and_gradients_are_pefts(family: str, kind: str) -> None:
    model = adapted(family, kind)
    (logits, found), (expected, plain) = (gradients(model, fuse=fuse) for fuse in (True, False))
    assert apart(logits, expected) < 1e-6
    assert max(apart(found[name], plain[name]) for name in plain) < 1e-5


def test_a_base_in_bf16_under_an_adapter_in_fp32_rounds_as_pefts_does() -> None:
    model = adapted(dtype=torch.bfloat16)
    (logits, found), (expected, plain) = (gradients(model, fuse=fuse) for fuse in (True, False))
    assert apart(logits, expected) < 2e-2
    assert max(apart(found[name], plain[name]) for name in plain) < 5e-2
    assert {one.dtype for one in found.values()} == {torch.float32}


def test_the_gradient_is_that_of_small_differences() -> None:
    torch.manual_seed(0)
    layer = adapted().base_model.model.model.layers[0].mlp.up_proj.double()
    a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
    x = torch.randn(3, 64, dtype=torch.float64, requires_grad=True)

    def value(x: Any, a: Any, b: Any) -> Any:
        return torch.func.functional_call(layer, {"lora_A.default.weight": a, "lora_B.default.weight": b}, (x,))

    with fused(layer) as count:
        assert count == 1
        assert torch.autograd.gradcheck(lambda x: layer(x), (x,))
        out = layer(x).square().sum()
        of_x, of_a, of_b = torch.autograd.grad(out, (x, a, b))
    out = value(x, a, b).square().sum()
    for one, two in zip((of_x, of_a, of_b), torch.autograd.grad(out, (x, a, b)), strict=True):
        torch.testing.assert_close(one, two)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_every_plain_layer_is_fused_for_as_long_as_it_lasts(family: str) -> None:
    from peft.tuners.lora import Linear

    model = adapted(family)
    layers = [one for one in model.modules() if type(one) is Linear]
    with fused(model) as count:
        assert count == len(layers) > 0
        assert all("forward" in vars(one) for one in layers)
    assert not any("forward" in vars(one) for one in layers)


@pytest.mark.parametrize("more", [{"kind": "dora"}, {"dropout": 0.1}], ids=["dora", "dropout"])
def test_layers_that_compute_something_else_stay_as_they_are(more: dict[str, Any]) -> None:
    with fused(adapted(**more)) as count:
        assert count == 0


def test_a_base_that_is_trained_itself_is_left_to_peft() -> None:
    model = adapted()
    model.base_model.model.model.layers[0].mlp.up_proj.base_layer.weight.requires_grad_()
    with fused(model) as count:
        assert count == 13


def test_an_adapter_that_is_off_or_merged_stays_so() -> None:
    model = adapted()
    with torch.no_grad():
        with model.disable_adapter():
            expected = model(input_ids=IDS).logits
        usual = model(input_ids=IDS).logits
        with fused(model):
            with model.disable_adapter():
                assert torch.equal(model(input_ids=IDS).logits, expected)
            torch.testing.assert_close(model(input_ids=IDS).logits, usual, rtol=1e-5, atol=1e-5)
            model.merge_adapter()
            torch.testing.assert_close(model(input_ids=IDS).logits, usual, rtol=1e-4, atol=1e-4)
            model.unmerge_adapter()
    assert apart(usual, expected) > 0.01


def test_after_an_error_the_layers_are_pefts_again() -> None:
    model = adapted()
    with pytest.raises(KeyboardInterrupt), fused(model):
        raise KeyboardInterrupt
    assert not any("forward" in vars(one) for one in model.modules())
