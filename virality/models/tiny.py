"""Tiny random models and a byte tokenizer: real layer types, no download, a second to train. For tests and dry runs."""

from __future__ import annotations

from typing import Any, Literal

from virality.errors import ViralityError

_COMMON = {"vocab_size": 259, "hidden_size": 64, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
_DENSE = _COMMON | {"num_hidden_layers": 2, "intermediate_size": 128, "max_position_embeddings": 1024}
_HEADS = _DENSE | {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}
_LATENT = (
    _DENSE
    | {  # keys and values are one latent vector per token; the first layer is dense, the second has experts
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "kv_lora_rank": 32,
        "qk_nope_head_dim": 16,
        "qk_rope_head_dim": 8,
        "v_head_dim": 16,
        "first_k_dense_replace": 1,
        "n_routed_experts": 8,
        "n_shared_experts": 1,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 32,
    }
)
_EXPERTS = {"intermediate_size": 32, "num_local_experts": 4, "num_experts_per_tok": 2}
_CONFIGS: dict[str, dict[str, Any]] = {
    "llama": _HEADS,
    "qwen3": _HEADS,
    "gemma3_text": _HEADS | {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 512},
    "mistral": _HEADS | {"sliding_window": 4096},
    "phi": _DENSE | {"num_attention_heads": 4},
    "phi3": _DENSE | {"num_attention_heads": 4, "num_key_value_heads": 2, "sliding_window": 2047},
    "smollm3": _HEADS | {"no_rope_layers": [1, 0]},  # the second layer has no positions
    "deepseek_v2": _LATENT | {"q_lora_rank": None},  # as V2-Lite: queries are not compressed
    "deepseek_v3": _LATENT | {"q_lora_rank": 24, "n_group": 2, "topk_group": 1, "num_mtp_layers": 0},
    "gpt_oss": _HEADS | _EXPERTS | {"sliding_window": 128, "max_position_embeddings": 131072},
}
FAMILIES = tuple(_CONFIGS)
"""transformers' names; gpt_oss has a sliding and a full layer with sinks and experts, Moonlight is a deepseek_v3."""

_TEMPLATE = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tokenizer() -> Any:
    """A byte-level tokenizer with the ChatML template: 256 bytes and three special tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {token: number for number, token in enumerate([*specials, *alphabet])}
    bytes_ = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytes_.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_.decoder = decoders.ByteLevel()
    made: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bytes_, eos_token="<|im_end|>", bos_token="<|im_start|>", pad_token="<|endoftext|>"
    )
    made.chat_template = _TEMPLATE
    return made


def model(family: str, seed: int = 0, head: Literal["lm", "score"] = "lm") -> Any:
    """A two-layer model of one of `FAMILIES` with random fp32 weights, in eval mode; a seed's are always the same.

    Args:
        family: one of `FAMILIES`.
        seed: of the weights; the generator of the caller is left as it was.
        head: `lm` is a causal language model, `score` a sequence classifier with one label (B, 1).

    peft's `all-linear` works on each and leaves out the head. gpt_oss is adapted in attention alone: its experts are
    3-D parameters, no `nn.Linear`. DeepSeek's are 3-D too, but peft 0.21 knows them: it adapts attention, router and
    routed experts (at the rank times their number; neither dropout nor DoRA there) and leaves out the projections of
    the dense layer and of the shared expert.

    Raises:
        ViralityError: transformers has no sequence classifier of the family.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

    config = AutoConfig.for_model(family, **_CONFIGS[family])
    auto: Any = AutoModelForCausalLM
    if head == "score":
        config.num_labels = 1
        auto = AutoModelForSequenceClassification
        if type(config) not in auto._model_mapping:
            raise ViralityError(f"tiny:{family}: transformers has no sequence classifier of it; take another family")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = auto.from_config(config, dtype=torch.float32)
    return made.eval()
