"""How far a model's attention reaches: whether rows may share a prefix and be padded behind it, and nothing changes.

Padding between a shared prefix and a row's own tokens is masked and has no position, so full attention does not see it.
A sliding window counts it, and a recurrent state runs through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_COUNTED = {"full_attention": None, "sliding_attention": "sliding_window", "chunked_attention": "attention_chunk_size"}


def reach(model: Any) -> int | None:
    """Longest row, in tokens, whose prefix may be shared: None = any, 0 = none (recurrent or unknown layers)."""
    config = bare(model).config.get_text_config()
    if getattr(bare(model), "_is_stateful", False):
        return 0
    kinds = set(getattr(config, "layer_types", None) or ())
    if kinds - set(_COUNTED):
        return 0
    names = [_COUNTED[kind] for kind in kinds] if kinds else ["sliding_window"]
    windows = [getattr(config, name, None) for name in names if name is not None]
    return min((int(window) for window in windows if window), default=None)


def bare(model: Any) -> Any:
    """The language model itself, without what data parallelism and adapters wrap around it."""
    while hasattr(model, "module"):
        model = model.module
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def common_prefix(prompts: Sequence[list[int]]) -> int:
    """Tokens that all prompts begin with; each keeps one of its own at least, which predicts the first that follows."""
    first, last = min(prompts), max(prompts)
    shared = 0
    for one, two in zip(first, last, strict=False):
        if one != two:
            break
        shared += 1
    return max(0, min(shared, min(map(len, prompts)) - 1))
