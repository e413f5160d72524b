"""A base's architecture without its weights: from its config, or from a table of the recipes' bases.

The table (`architectures.json`) holds what the published configs say of shapes, for machines that reach no hub and for
gated bases: `model_type` and the fields that parameters and activations depend on. Of a model that sees too it is the
language model, which alone is loaded (`virality.models.base`).
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from virality.errors import ViralityError
from virality.models.base import Found, Head

TABLE = Path(__file__).with_name("architectures.json")


@functools.cache
def table() -> dict[str, dict[str, Any]]:
    """Hub id in lower case -> fields of its config."""
    entries = json.loads(TABLE.read_text(encoding="utf-8")).values()
    return {name.lower(): entry["config"] for entry in entries for name in entry["names"]}


def config_of(found: Found) -> Any:
    """The `transformers` config of a base; no weights are read, and none are downloaded.

    A hub's is looked for in this machine's cache, in the table, and then on the hub.

    Raises:
        ViralityError: nowhere to be had.
    """
    from transformers import AutoConfig

    if found.kind == "tiny":
        from virality.models.tiny import model

        return model(found.place).config
    try:
        if found.gguf:
            return AutoConfig.from_pretrained(found.place, gguf_file=found.gguf)
        if found.kind != "hub":
            return AutoConfig.from_pretrained(found.place)
    except (OSError, ValueError, KeyError) as error:
        raise ViralityError(f"base: {found.spec}: its config cannot be read ({_line(error)})") from error
    more: dict[str, Any] = {"trust_remote_code": False}
    if found.revision is not None:
        more["revision"] = found.revision
    try:
        return AutoConfig.from_pretrained(found.place, local_files_only=True, **more)
    except (OSError, ValueError, KeyError):
        if known := table().get(found.place.lower()):
            return AutoConfig.for_model(**known)
    try:
        return AutoConfig.from_pretrained(found.place, **more)
    except (OSError, ValueError, KeyError) as error:
        raise ViralityError(
            f"base: {found.spec}: its config is neither here nor to be had from the hub ({_line(error)}), so nothing "
            "can be estimated; check the name and the network"
        ) from error


def empty(config: Any, head: Head, dtype: Any) -> Any:
    """The model of `config` on the meta device: every shape, and no memory.

    Args:
        config: of `transformers`.
        head: lm, or score: one number.
        dtype: of the weights.

    Raises:
        ViralityError: transformers has no such model.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

    auto: Any = AutoModelForCausalLM if head == "lm" else AutoModelForSequenceClassification
    text = config.get_text_config(decoder=True)
    config = text if type(text) in auto._model_mapping else config
    if head == "score":
        config.num_labels = 1
    if type(config) not in auto._model_mapping:
        kind = "language model" if head == "lm" else "sequence classifier"
        raise ViralityError(f"base: transformers has no {kind} of {config.model_type}; take another base")
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        return auto.from_config(config, dtype=dtype).eval()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
