"""A two-layer sentence encoder with random weights in a folder, of any family of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModel

from virality.models import tiny

_SIZES: dict[str, Any] = {
    "vocab_size": 259, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
    "max_position_embeddings": 300, "pad_token_id": 0,
}  # fmt: skip
_OTHERWISE: dict[str, dict[str, Any]] = {
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64},
    "electra": {"embedding_size": 32},
    "modernbert": {"cls_token_id": 1, "sep_token_id": 2, "bos_token_id": 1, "eos_token_id": 2, "local_attention": 16},
}


def encoder(folder: Path, family: str = "bert") -> str:
    """The folder, which then holds such an encoder."""
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, **_SIZES | _OTHERWISE.get(family, {}))
    model: Any = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
    with torch.no_grad():  # as drawn they are so small that attention hardly matters
        for one in model.parameters():
            if one.ndim > 1:
                one.mul_(8)
    model.save_pretrained(folder)
    tokenizer = tiny.tokenizer()
    tokenizer.model_max_length = 290
    tokenizer.save_pretrained(folder)
    return str(folder)
