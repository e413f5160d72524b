"""Rewrites by vLLM: what reaches it, and what is made of its answers.

vLLM runs on a GPU alone, and none is here: these tests meet a stand-in. Its classes have the names and signatures that
the source of vLLM 0.33.0 has, as far as they are used (vllm/entrypoints/llm.py, engine/arg_utils.py, inputs/llm.py,
sampling_params.py, lora/request.py, outputs.py), check what vLLM checks there, and answer with tokens of their own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, TypedDict

import pytest
import torch

from eval import rewriting, systems
from eval.steps import Draft
from train.candidates import sample
from virality.errors import ViralityError
from virality.models import tiny, vllm_engine
from virality.models.base import find, load_tokenizer
from virality.models.generate import generate
from virality.models.samplers import TOP_K

DRAFTS = [
    Draft("a", "ca", "Rain in the harbour on Friday", "en", None),
    Draft("b", "cb", "The boat is late", "en", None),
]
STOP = 2
"""The tiny tokenizer's stop token."""


class TokensPrompt(TypedDict):
    prompt_token_ids: list[int]


@dataclass(kw_only=True)
class SamplingParams:
    """`msgspec.Struct` with these fields and defaults, among others; a greedy one looks at all tokens."""

    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int | None = None
    stop: str | list[str] | None = None
    stop_token_ids: list[int] | None = None
    ignore_eos: bool = False
    max_tokens: int | None = 16
    min_tokens: int = 0
    detokenize: bool = True
    skip_special_tokens: bool = True
    allowed_token_ids: list[int] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 2:
            raise RuntimeError(f"temperature must be in [0, 2], got {self.temperature}.")
        if self.temperature == 0:
            self.top_p, self.top_k, self.min_p = 1.0, 0, 0.0


@dataclass
class LoRARequest:
    lora_name: str
    lora_int_id: int
    lora_path: str = ""
    base_model_name: str | None = None
    load_inplace: bool = False
    is_3d_lora_weight: bool = False


@dataclass
class CompletionOutput:
    index: int
    text: str
    token_ids: Sequence[int]
    cumulative_logprob: float | None
    logprobs: Any
    finish_reason: str | None = None
    stop_reason: int | str | None = None


@dataclass
class RequestOutput:
    prompt_token_ids: list[int]
    outputs: list[CompletionOutput]


@dataclass
class Core:
    down: bool = False

    def shutdown(self, timeout: float | None = None) -> None:
        self.down = True


@dataclass
class LLMEngine:
    engine_core: Core = field(default_factory=Core)
    loras: list[LoRARequest] = field(default_factory=list)

    def add_lora(self, lora_request: LoRARequest) -> bool:
        self.loras.append(lora_request)
        return True


class LLM:
    """Answers its prompt's last tokens, as many as the row's seed says, then a stop token where the limit allows it."""

    made: list[LLM]
    refuses = ""

    def __init__(self, model: str, *, runner: str = "auto", tokenizer: str | None = None,
                 skip_tokenizer_init: bool = False, trust_remote_code: bool = False, tensor_parallel_size: int = 1,
                 dtype: str = "auto", quantization: str | None = None, revision: str | None = None,
                 tokenizer_revision: str | None = None, seed: int = 0, gpu_memory_utilization: float = 0.92,
                 enforce_eager: bool = False, max_model_len: int | None = None,
                 enable_prefix_caching: bool | None = None, enable_lora: bool = False, max_loras: int = 1,
                 max_lora_rank: int = 16) -> None:  # fmt: skip
        if self.refuses:
            raise RuntimeError(self.refuses)
        assert max_lora_rank in (1, 8, 16, 32, 64, 128, 256, 320, 512)
        self.asked = {name: value for name, value in locals().items() if name != "self"}
        self.llm_engine = LLMEngine()
        self.calls: list[dict[str, Any]] = []
        self.made.append(self)

    def generate(self, prompts: Sequence[TokensPrompt], sampling_params: Sequence[SamplingParams] | None = None, *,
                 use_tqdm: bool = True, lora_request: LoRARequest | None = None, priority: int | None = None,
                 tokenization_kwargs: dict[str, Any] | None = None) -> list[RequestOutput]:  # fmt: skip
        assert sampling_params is not None
        assert len(prompts) == len(sampling_params)
        self.calls.append({"prompts": prompts, "params": sampling_params, "lora": lora_request})
        return [
            RequestOutput(prompt["prompt_token_ids"], [self._answer(prompt["prompt_token_ids"], params)])
            for prompt, params in zip(prompts, sampling_params, strict=True)
        ]

    @staticmethod
    def _answer(prompt: list[int], params: SamplingParams) -> CompletionOutput:
        assert params.seed is not None
        assert params.max_tokens is not None
        tokens = [*prompt[-1 - params.seed % 7 :], STOP]
        ended = len(tokens) <= params.max_tokens
        return CompletionOutput(0, "", tokens[: params.max_tokens], None, None, "stop" if ended else "length")


@pytest.fixture
def on_gpu(monkeypatch: pytest.MonkeyPatch) -> type[LLM]:
    """As if a GPU with 100 GiB were here, 60 of them free, and vLLM installed: the stand-in of this file."""
    package, request = ModuleType("vllm"), ModuleType("vllm.lora.request")
    package.__spec__ = ModuleSpec("vllm", None)
    running = type("LLM", (LLM,), {"made": []})
    package.__dict__.update(LLM=running, SamplingParams=SamplingParams, TokensPrompt=TokensPrompt)
    request.__dict__.update(LoRARequest=LoRARequest)
    for module in (package, ModuleType("vllm.lora"), request):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (60 * 2**30, 100 * 2**30))
    for name in ("VLLM_NO_USAGE_STATS", "VLLM_LOGGING_STREAM", "VLLM_LOGGING_LEVEL"):
        monkeypatch.setenv(name, "")  # so that what the engine says of them is undone
    return running


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder: a tiny Llama, whose generation stops at one token more than its tokenizer's."""
    folder = tmp_path_factory.mktemp("base")
    model = tiny.model("llama")
    model.generation_config.eos_token_id = [STOP, 0]
    model.save_pretrained(folder)
    tiny.tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter of rank 12 on that base, as peft saves it."""
    from peft import LoraConfig, get_peft_model

    folder = tmp_path_factory.mktemp("adapter")
    made = get_peft_model(tiny.model("llama"), LoraConfig(r=12, target_modules=["q_proj"]))
    made.peft_config["default"].base_model_name_or_path = str(base)
    made.save_pretrained(str(folder), save_embedding_layers=False)
    return folder


def other(adapter: Path, folder: Path, **changed: Any) -> Path:
    """A copy of an adapter's configuration with some of it changed."""
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps(config | changed), encoding="utf-8")
    return folder


def served(base: Path) -> tuple[vllm_engine.Served, Any]:
    found = find(str(base))
    tokenizer = load_tokenizer(found)
    model = vllm_engine.serve("vllm", found, tokenizer, None)
    assert model is not None
    return model, tokenizer


def test_a_copy_penalty_is_refused_in_one_line(base: Path, on_gpu: type[LLM]) -> None:
    model, tokenizer = served(base)
    with pytest.raises(ViralityError, match=r"copy_penalty = 1\.5: vLLM knows none"):
        vllm_engine.generate(model, tokenizer, [[1]], samples=1, temperature=1.0, max_new_tokens=[2], copied=[{}],
                             copy_penalty=1.5)  # fmt: skip
    assert not on_gpu.made[0].calls


def test_prompts_limits_seeds_and_stops_reach_it_and_its_rows_come_back_in_order(base: Path, on_gpu: type[LLM]) -> None:
    model, tokenizer = served(base)
    prompts = [list(tokenizer(text)["input_ids"]) for text in ("longest of the three", "short", "the middle")]
    made = vllm_engine.generate(model, tokenizer, prompts, samples=2, temperature=0.7, top_p=0.9, seed=5,
                                max_new_tokens=[9, 2, 5], allowed=[{8, 7}, None, [9]])  # fmt: skip
    (call,) = on_gpu.made[0].calls
    assert [one["prompt_token_ids"] for one in call["prompts"]] == [one for one in prompts for _ in range(2)]
    assert [one.max_tokens for one in call["params"]] == [9, 9, 2, 2, 5, 5]
    assert {(one.temperature, one.top_p, one.top_k, one.n) for one in call["params"]} == {(0.7, 0.9, TOP_K, 1)}
    assert all(one.stop_token_ids == [0, STOP] and not one.detokenize for one in call["params"])
    assert [one.allowed_token_ids for one in call["params"][::2]] == [[7, 8, 0, STOP], None, [9, 0, STOP]]
    assert call["lora"] is None
    ours = generate(tiny.model("llama"), tokenizer, prompts, samples=2, temperature=0.7, seed=5, max_new_tokens=[1] * 3)
    assert [[one.seed for one in rows] for rows in made] == [[one.seed for one in rows] for rows in ours]
    assert [one.seed for rows in made for one in rows] == [one.seed for one in call["params"]]
    for prompt, limit, rows in zip(prompts, (9, 2, 5), made, strict=True):
        for one in rows:
            wanted = prompt[-1 - one.seed % 7 :]
            assert one.text == tokenizer.decode(wanted[:limit], skip_special_tokens=True).strip()
            assert one.stopped == ("eos" if len(wanted) < limit else "length")
    assert {one.stopped for rows in made for one in rows} == {"eos", "length"}


def test_greedy_gives_one_row_whatever_samples_says(base: Path, on_gpu: type[LLM]) -> None:
    model, tokenizer = served(base)
    made = vllm_engine.generate(model, tokenizer, [[5, 6], [7]], samples=4, temperature=0, max_new_tokens=[3, 3])
    assert [len(rows) for rows in made] == [1, 1]
    assert [one.temperature for one in on_gpu.made[0].calls[0]["params"]] == [0, 0]


def test_the_engine_takes_what_is_free_caches_prefixes_and_tells_nobody(base: Path, on_gpu: type[LLM]) -> None:
    served(base)
    asked = on_gpu.made[0].asked
    assert (asked["model"], asked["dtype"], asked["revision"]) == (str(base), "bfloat16", None)
    assert (asked["enable_prefix_caching"], asked["skip_tokenizer_init"], asked["enable_lora"]) == (True, True, False)
    assert asked["gpu_memory_utilization"] == pytest.approx(0.54)
    assert asked["max_model_len"] == -1
    assert os.environ["VLLM_NO_USAGE_STATS"] == "1"
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"


@pytest.mark.usefixtures("one_thread")
def test_an_evaluation_writes_with_the_adapter_and_says_so_in_each_row(
    adapter: Path, on_gpu: type[LLM], tmp_path: Path
) -> None:
    system = systems.named("writer", str(adapter))
    writer = systems.opened(system, "nicely")
    assert (writer.engine, writer.name) == ("vllm", str(adapter))
    assert writer.revision == f"{writer.base.revision}+{str(system.digest)[:12]}"
    rows = rewriting.rewrites(lambda: writer, DRAFTS, tmp_path, samples=2, temperature=0.7, seed=3, label="rewriting")
    (running,) = on_gpu.made
    assert (running.asked["enable_lora"], running.asked["max_loras"], running.asked["max_lora_rank"]) == (True, 1, 16)
    (request,) = running.llm_engine.loras
    assert (request.lora_int_id, request.lora_path) == (1, str(adapter))
    assert all(call["lora"] is request for call in running.calls)
    assert running.llm_engine.engine_core.down
    assert [(row.example_id, row.engine) for row in rows] == [(name, "vllm") for name in "aabb"]
    again = rewriting.rewrites(lambda: writer, DRAFTS, tmp_path, samples=2, temperature=0.7, seed=3, label="rewriting")
    assert again == rows
    assert len(running.calls) == 1


@pytest.mark.usefixtures("one_thread")
def test_it_is_asked_with_the_prompts_and_seeds_that_transformers_gets(base: Path, on_gpu: type[LLM]) -> None:
    texts = [draft.text for draft in DRAFTS]
    writer = systems.on_base(str(base), None, "nicely")
    made = sample(writer, texts, samples=2, temperature=0.7, seed=3)
    plain = replace(writer, model=tiny.model("llama"), engine="transformers")
    ours = sample(plain, texts, samples=2, temperature=0.7, seed=3)
    assert [[one.seed for one in rows] for rows in made] == [[one.seed for one in rows] for rows in ours]


def test_what_it_cannot_serve_is_left_to_transformers_or_refused_by_name(
    base: Path, adapter: Path, on_gpu: type[LLM], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = find(str(base))
    tokenizer = load_tokenizer(found)
    cases = {
        "a tiny model has no files": (find("tiny:llama"), None),
        "it brings code of its publisher": (replace(found, trusted=True), None),
        "its adapter is no plain LoRA (use_dora)": (found, other(adapter, tmp_path / "dora", use_dora=True)),
        "its adapter is no plain LoRA (bias)": (found, other(adapter, tmp_path / "bias", bias="all")),
        "its adapter is no plain LoRA (init_lora_weights)": (
            found, other(adapter, tmp_path / "pissa", init_lora_weights="pissa")),
        "its adapter is no plain LoRA (LOHA)": (found, other(adapter, tmp_path / "loha", peft_type="LOHA")),
        "its adapter's rank is 513, above 512": (found, other(adapter, tmp_path / "wide", r=513)),
    }  # fmt: skip
    for why, (one, folder) in cases.items():
        assert vllm_engine.serve("auto", one, tokenizer, folder) is None
        assert why in capsys.readouterr().err
        with pytest.raises(ViralityError) as caught:
            vllm_engine.serve("vllm", one, tokenizer, folder)
        assert why in str(caught.value)
        assert "\n" not in str(caught.value)
    assert not on_gpu.made


def test_a_base_that_sees_is_left_to_transformers(on_gpu: type[LLM], tmp_path: Path) -> None:
    from transformers import Gemma3Config

    Gemma3Config().save_pretrained(tmp_path)
    tokenizer = tiny.tokenizer()
    tokenizer.save_pretrained(tmp_path)
    found = find(str(tmp_path))
    assert vllm_engine.serve("auto", found, load_tokenizer(found), None) is None


def test_without_vllm_or_gpu_transformers_writes_and_the_name_alone_is_refused(
    on_gpu: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vllm_engine.chosen("auto")
    assert vllm_engine.chosen("vllm")
    assert not vllm_engine.chosen("transformers")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert not vllm_engine.chosen("auto")
    with pytest.raises(ViralityError, match="engine = vllm: needs a CUDA GPU, and none is seen here"):
        vllm_engine.chosen("vllm")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.delitem(sys.modules, "vllm")
    if importlib.util.find_spec("vllm") is None:
        assert not vllm_engine.chosen("auto")
        with pytest.raises(ViralityError, match=r"not installed here; pip install 'virality\[vllm\]'"):
            vllm_engine.chosen("vllm")


def test_an_engine_that_does_not_start_or_refuses_is_told_in_one_line(
    base: Path, on_gpu: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, tokenizer = served(base)
    with pytest.raises(ViralityError) as refused:
        vllm_engine.generate(model, tokenizer, [[5]], samples=1, temperature=2.5, max_new_tokens=[3])
    assert str(refused.value).endswith("temperature must be in [0, 2], got 2.5.; write engine: transformers")
    ended: Callable[..., CompletionOutput] = lambda *_: CompletionOutput(0, "", [5], None, None, "abort")  # noqa: E731
    monkeypatch.setattr(on_gpu, "_answer", staticmethod(ended))
    with pytest.raises(ViralityError, match="a row ended with abort"):
        vllm_engine.generate(model, tokenizer, [[5]], samples=1, temperature=0, max_new_tokens=[3])
    monkeypatch.setattr(on_gpu, "refuses", "CUDA out of memory.\nTried to allocate")
    with pytest.raises(ViralityError) as caught:
        vllm_engine.serve("auto", find(str(base)), tokenizer, None)
    assert "\n" not in str(caught.value)
    assert "CUDA out of memory. Tried to allocate; write engine: transformers" in str(caught.value)
