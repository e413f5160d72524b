"""LoRA adapters: make, load and save them; their weights are fp32 whatever the base is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from virality.errors import ViralityError


def attach(model: Any, *, kind: str, rank: int, alpha: float, dropout: float, targets: Sequence[str]) -> Any:
    """The model with a new adapter, which alone is trainable.

    Args:
        model: a causal language model.
        kind: lora, rslora (Kalajdzievski 2023, arXiv:2312.03732) or dora (Liu et al. 2024, arXiv:2402.09353).
        rank: of the update.
        alpha: its scale.
        dropout: on the adapter's input.
        targets: module names, or `all-linear` alone.
    """
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,  # type: ignore[arg-type]
        lora_dropout=dropout,
        target_modules="all-linear" if tuple(targets) == ("all-linear",) else list(targets),
        use_rslora=kind == "rslora",
        use_dora=kind == "dora",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def load(model: Any, folder: Path, *, trainable: bool) -> Any:
    """The model with the adapter of `folder`.

    Raises:
        ViralityError: there is none, or it was made for another architecture.
    """
    from peft import PeftModel

    if not (folder / "adapter_config.json").is_file():
        raise ViralityError(f"{folder}: holds no adapter (no adapter_config.json)")
    try:
        return PeftModel.from_pretrained(model, str(folder), is_trainable=trainable)
    except (RuntimeError, ValueError) as error:
        raise ViralityError(
            f"{folder}: this adapter does not fit the base model ({' '.join(str(error).split())[:120]})"
        ) from error


def save(model: Any, folder: Path, base: str) -> None:
    """Write the adapter as safetensors; its base goes by the name the config gave it, not by a path of this machine."""
    for config in model.peft_config.values():
        config.base_model_name_or_path = base
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # peft's template of a card: it says nothing of this run


def merged(model: Any) -> Any:
    """The base with the adapter folded into its weights, for generation: the same text but for rounding, and faster."""
    return model.merge_and_unload()


def trainable_parameters(model: Any) -> int:
    """How many numbers are trained."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
