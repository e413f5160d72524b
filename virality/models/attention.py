"""How far a model's attention reaches: whether rows may share a prefix and be padded behind it, and nothing changes.

Padding between a shared prefix and a row's own tokens is masked and has no position, so full attention does not see it,
latent attention included. A sliding window counts it, and a recurrent state runs through it. Padding behind a row's own
tokens is behind everything that a window counts.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

_CACHED = {"full_attention", "sliding_attention", "chunked_attention"}


def reach(model: Any) -> int | None:
    """Longest row, in tokens with all padding, whose prefix may be shared: None = any, 0 = none.

    A row of that many tokens or fewer has the same outputs and gradients when its prefix is read once into a
    `DynamicCache(config=...)` and the rest follows, padded on the left, in one forward or several.

    0: layers that keep a state or are unknown, attention to what follows, or a forward that takes no positions.
    A number: the smallest sliding window or attention chunk, or the length from which rotary frequencies depend on the
    longest row (`longrope`, `dynamic`).
    """
    plain = bare(model)
    config = plain.config.get_text_config(decoder=True)
    takes = inspect.signature(plain.forward).parameters
    if getattr(plain, "_is_stateful", False) or not {"position_ids", "past_key_values"} <= takes.keys():
        return 0
    if not getattr(config, "is_causal", True) or getattr(config, "use_bidirectional_attention", None) in (True, "all"):
        return 0
    if config.is_encoder_decoder or set(getattr(config, "layer_types", None) or ()) - _CACHED:
        return 0
    windows = _windows(config)
    return 0 if windows is None else min((*windows, *_same_frequencies(config)), default=None)


def _windows(config: Any) -> list[int] | None:
    """Tokens that each layer with a window sees; None where a layer shares another's keys or caches something else.

    Asked of the cache itself: it also knows windows that differ by layer and configurations that name no layers.
    """
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

    layers = DynamicCache(config=config).layers
    if any(type(layer) not in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers):
        return None
    return [int(layer.sliding_window) for layer in layers if isinstance(layer, DynamicSlidingWindowLayer)]


def _same_frequencies(config: Any) -> Iterator[int]:
    """Tokens up to which rotary frequencies are the same for a prefix and for the row that it begins."""
    rotary = getattr(config, "rope_parameters", None) or {}
    for one in (rotary, *(each for each in rotary.values() if isinstance(each, dict))):
        if one.get("rope_type") == "longrope":
            yield int(one["original_max_position_embeddings"])
        elif "dynamic" in one.get("rope_type", ""):
            yield int(config.max_position_embeddings)


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
