"""Generation by vLLM, where it is installed and a GPU is seen: what `virality.models.generate` does, by another engine.

Prompts, limits, seeds, stop tokens, temperature, nucleus and `TOP_K` are the same, and what prompts share is read once.
The random numbers are vLLM's own, so a sampled row differs from the one that transformers makes of the same seed.
Calls are those of vLLM 0.33, whose source was read; on a GPU they were not run for this release.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from virality.errors import ViralityError
from virality.models import refused
from virality.models.base import Found
from virality.models.generate import Rewrite, row_seed, stop_tokens
from virality.models.precision import Precision, choose, device
from virality.models.samplers import TOP_K, Follows
from virality.progress import say, step

Engine = Literal["transformers", "vllm"]
EngineSetting = Literal["auto", "transformers", "vllm"]

_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Ranks of an adapter that vLLM can be told to expect."""
_BEYOND = ("use_dora", "lora_bias", "modules_to_save", "target_parameters", "trainable_token_indices", "rank_pattern",
           "alpha_pattern", "layer_replication", "alora_invocation_tokens", "use_qalora", "use_bdlora", "arrow_config",
           "kasa_config", "velora_config", "monteclora_config")  # fmt: skip
"""Settings of peft that make more of an adapter than a LoRA of one rank."""
_MEMORY = 0.9
"""Share of the GPU's free memory that is taken."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model in a running engine.

    Fields:
        llm: the engine, a `vllm.LLM`.
        adapter: the `LoRARequest` that goes with every prompt; None where there is none.
        spec: of the base.
        config: of the base, as transformers reads it.
        generation_config: likewise; None where it has none.
    """

    llm: Any
    adapter: Any
    spec: str
    config: Any
    generation_config: Any


def chosen(engine: EngineSetting) -> bool:
    """Whether vLLM is to write.

    Raises:
        ViralityError: it is asked for by name, and is not installed or no GPU is seen.
    """
    if engine == "transformers":
        return False
    installed = importlib.util.find_spec("vllm") is not None
    if engine == "vllm" and not installed:
        raise ViralityError("engine = vllm: vLLM is not installed here; pip install 'virality[vllm]', or leave it out")
    if engine == "vllm" and device() != "cuda":
        raise ViralityError("engine = vllm: needs a CUDA GPU, and none is seen here; leave engine out")
    return installed and device() == "cuda"


def serve(
    engine: EngineSetting, found: Found, tokenizer: Any, adapter: Path | None, precision: Precision = "auto"
) -> Served | None:
    """The model in an engine of its own; None where transformers is to write.

    Args:
        engine: auto: vLLM where it is to be had and can serve this; what it cannot is told in a line.
        found: the base.
        tokenizer: of the base, as `load_tokenizer` gives it.
        adapter: folder of a LoRA on the base, if any.
        precision: of the base's weights.

    Raises:
        ViralityError: as `chosen`; vLLM is asked for by name and cannot serve this; the engine does not start.
    """
    if not chosen(engine):
        return None
    why = _unlike(found, tokenizer, adapter)
    if why is None:
        return _started(found, tokenizer, adapter, precision)
    if engine == "vllm":
        raise ViralityError(f"engine = vllm: {found.spec}: {why}, so vLLM cannot serve it; leave engine out")
    say(f"  {found.spec}: {why}, so transformers writes and not vLLM")
    return None


def generate(
    model: Served,
    tokenizer: Any,
    prompts: Sequence[list[int]],
    *,
    samples: int,
    temperature: float,
    top_p: float = 0.95,
    seed: int = 0,
    max_new_tokens: Sequence[int],
    label: str = "generating",
    allowed: Sequence[Collection[int] | None] | None = None,
    copied: Sequence[Follows] | None = None,
    copy_penalty: float = 0.0,
    distinct_starts: bool = False,
) -> list[list[Rewrite]]:
    """`samples` rewrites for each prompt, in the order of `prompts`; arguments as of `virality.models.generate`.

    Raises:
        ViralityError: the engine refuses a prompt or a setting, or a row did not come to its end.
    """
    from vllm import SamplingParams, TokensPrompt

    if copied is not None and copy_penalty:
        raise ViralityError(
            f"copy_penalty = {copy_penalty:g}: vLLM knows none; say engine=transformers, or leave it out"
        )
    if distinct_starts:
        raise ViralityError("distinct_starts: vLLM draws each sample alone; say engine=transformers")
    samples = 1 if temperature == 0 else samples
    own = [None if one is None else sorted(one) for one in allowed or [None] * len(prompts)]
    stops = sorted(stop_tokens(model, tokenizer))
    rows = [(at, row_seed(seed, prompt, sample)) for at, prompt in enumerate(prompts) for sample in range(samples)]
    with step(label):
        try:
            answers = model.llm.generate(
                [TokensPrompt(prompt_token_ids=prompts[at]) for at, _ in rows],
                [
                    SamplingParams(temperature=temperature, top_p=top_p, top_k=TOP_K, seed=own_seed,
                                   stop_token_ids=stops, max_tokens=max_new_tokens[at], detokenize=False,
                                   allowed_token_ids=None if (mine := own[at]) is None else [*mine, *stops])
                    for at, own_seed in rows
                ],
                use_tqdm=False, lora_request=model.adapter,
            )  # fmt: skip
        except Exception as error:  # of its workers, whatever they know
            raise _failed(model.spec, str(error)) from error
    out: list[list[Rewrite]] = [[] for _ in prompts]
    for (at, own_seed), answer in zip(rows, answers, strict=True):
        (one,) = answer.outputs
        if one.finish_reason not in ("stop", "length"):
            raise _failed(model.spec, f"a row ended with {one.finish_reason}")
        ended = one.finish_reason == "stop"
        tokens = one.token_ids[:-1] if ended else one.token_ids  # the stop token is among them
        text = tokenizer.decode(list(tokens), skip_special_tokens=True).strip()
        out[at].append(Rewrite(text, "eos" if ended else "length", own_seed))
    return out


def close(model: Served) -> None:
    """End the engine, so that its memory is free."""
    model.llm.llm_engine.engine_core.shutdown()


def _unlike(found: Found, tokenizer: Any, adapter: Path | None) -> str | None:
    """What base or adapter has that vLLM cannot serve, or not as it was trained; None: nothing."""
    from transformers import AutoConfig

    if found.kind == "tiny":
        return "a tiny model has no files"
    if found.trusted:
        return "it brings code of its publisher"
    try:
        config = _read(AutoConfig, found, tokenizer)
    except (OSError, ValueError) as error:
        raise refused.reason(found, tokenizer.name_or_path, error) from error
    if config.get_text_config(decoder=True) is not config:
        return "it does not read text alone"
    if adapter is None:
        return None
    lora = _adapter_config(adapter)
    more = [key for key in _BEYOND if lora.get(key)] + ["bias"] * (lora.get("bias", "none") != "none")
    more += ["init_lora_weights"] * isinstance(lora.get("init_lora_weights"), str)  # as pissa: it changes its base
    if lora.get("peft_type") != "LORA" or more:
        return f"its adapter is no plain LoRA ({', '.join(more) or lora.get('peft_type')})"
    return None if lora["r"] <= _RANKS[-1] else f"its adapter's rank is {lora['r']}, above {_RANKS[-1]}"


def _started(found: Found, tokenizer: Any, adapter: Path | None, precision: Precision) -> Served:
    os.environ |= {"VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_STREAM": "ext://sys.stderr"}  # stdout is for results
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    import torch
    from transformers import AutoConfig, GenerationConfig
    from vllm import LLM
    from vllm.lora.request import LoRARequest

    config, generation_config = _read(AutoConfig, found, tokenizer), None
    with contextlib.suppress(OSError):  # not every base has one
        generation_config = _read(GenerationConfig, found, tokenizer)
    request, more = None, {}
    if adapter is not None:
        rank = next(one for one in _RANKS if one >= _adapter_config(adapter)["r"])
        request = LoRARequest(str(adapter), 1, str(adapter))
        more = {"enable_lora": True, "max_loras": 1, "max_lora_rank": rank}
    free, total = torch.cuda.mem_get_info()
    with step(f"starting vLLM with {found.spec}"):
        try:
            llm = LLM(
                tokenizer.name_or_path,
                revision=getattr(config, "_commit_hash", None),
                skip_tokenizer_init=True,  # prompts are token ids, and what stops them is told with each
                dtype=str(choose(precision)).removeprefix("torch."),
                gpu_memory_utilization=_MEMORY * free / total,  # scorers may lie in the rest
                max_model_len=-1,  # as long as fits
                enable_prefix_caching=True,
                **more,
            )
            if request is not None:
                llm.llm_engine.add_lora(request)  # one that does not fit is told here
        except Exception as error:  # of its workers, whatever they know
            raise _failed(found.spec, str(error)) from error
    return Served(llm, request, found.spec, config, generation_config)


def _read(kind: Any, found: Found, tokenizer: Any) -> Any:
    """A configuration of this kind beside the weights, which lie where the tokenizer was loaded from."""
    return kind.from_pretrained(tokenizer.name_or_path, revision=found.revision if found.kind == "hub" else None)


def _adapter_config(adapter: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return found


def _failed(spec: str, said: str) -> ViralityError:
    return ViralityError(f"engine = vllm: {spec}: {' '.join(said.split())[:160]}; write engine: transformers")
