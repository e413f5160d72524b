"""A base in 4 bits, where this machine can have one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from train import adapters
from virality.errors import ViralityError
from virality.models import precision, tiny


def test_no_bits_are_no_quantisation() -> None:
    assert precision.quantisation(None) is None


def test_four_bits_without_a_gpu_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ViralityError, match=r"^bits = 4: a 4-bit base needs a CUDA GPU.*leave bits out$"):
        precision.quantisation(4)


def test_four_bits_without_bitsandbytes_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(ViralityError, match=r"pip install 'virality\[gpu\]'$"):
        precision.quantisation(4)


@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["lora", "rslora", "dora", "pissa"])
def test_an_adapter_trains_on_a_four_bit_base_without_checkpointing(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    tiny.model("llama").save_pretrained(tmp_path / "base")
    ids = torch.arange(3, 27, device="cuda").reshape(2, 12)

    def base() -> Any:
        made: Any = AutoModelForCausalLM.from_pretrained(
            tmp_path / "base", quantization_config=precision.quantisation(4), device_map={"": 0}, dtype=torch.bfloat16
        )
        return made.eval()

    model = adapters.attach(base(), kind=kind, rank=4, alpha=8.0, dropout=0.0, targets=("all-linear",))
    assert not model.get_base_model().is_activation_checkpointing
    trained = [one for one in model.parameters() if one.requires_grad]
    assert {one.dtype for one in trained} == {torch.float32}
    optimiser = torch.optim.AdamW(trained, 1e-2, weight_decay=0.0)
    for _ in range(4):
        model(input_ids=ids).logits[..., -1].float().sum().neg().backward()
        optimiser.step()
    adapters.save(model, tmp_path / "adapter", "tiny:llama")
    loaded = adapters.load(base(), tmp_path / "adapter", trainable=False)
    assert adapters.merged(loaded) is loaded  # four bits would round the update away
    with torch.no_grad():
        expected = model(input_ids=ids).logits
        assert float((expected - base()(input_ids=ids).logits).abs().max()) > 0.1
        torch.testing.assert_close(loaded(input_ids=ids).logits, expected, rtol=0, atol=0.02)
