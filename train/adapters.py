"""LoRA adapters: make, load and save them; their weights are fp32 whatever the base is, and the base never changes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from train import pissa
from virality.errors import ViralityError

HEADS = ("score", "classifier")
"""What transformers calls the head of a sequence classifier; peft trains and saves it with the adapter."""


def attach(
    model: Any,
    *,
    kind: str,
    rank: int,
    alpha: float,
    dropout: float,
    targets: Sequence[str],
    task: Literal["CAUSAL_LM", "SEQ_CLS"] = "CAUSAL_LM",
    seed: int = 0,
) -> Any:
    """The model with a new adapter, which alone is trainable; what it answers is as before, up to rounding.

    Args:
        model: a causal language model, or a sequence classifier.
        kind: lora, rslora (Kalajdzievski 2023, arXiv:2312.03732), dora (Liu et al. 2024, arXiv:2402.09353) or pissa
            (Meng et al. 2024, arXiv:2404.02948; see `train.pissa`: it is kept as a LoRA of twice the rank).
        rank: of the update.
        alpha: its scale.
        dropout: on the adapter's input.
        targets: module names, or `all-linear` alone.
        task: SEQ_CLS: the head is trained and saved with the adapter, in fp32.
        seed: of the A matrices, whatever was drawn before.

    Raises:
        ViralityError: the base cannot take such an adapter: a target that is not there or is tied to another weight,
            experts under dora or pissa, a rank above the layer's.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    _refuse_tied(model, targets)
    times = 2 if kind == "pissa" else 1
    config = LoraConfig(
        r=times * rank,
        lora_alpha=times * alpha,  # type: ignore[arg-type]
        lora_dropout=dropout,
        target_modules="all-linear" if tuple(targets) == ("all-linear",) else list(targets),
        use_rslora=kind == "rslora",
        use_dora=kind == "dora",
        task_type=task,
    )
    if task == "SEQ_CLS":
        _head_in_fp32(model)
    where = f"lora: kind = {kind}, targets = {','.join(targets)}"
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        made = _made(where, lambda: get_peft_model(model, config))
    _refuse_unmatched(where, made)
    if kind == "pissa":
        made.held_numbers = pissa.begin(made, rank)
    return made


def load(model: Any, folder: Path, *, trainable: bool) -> Any:
    """The model with the adapter of `folder`.

    Raises:
        ViralityError: there is none, or it was made for another architecture.
    """
    import torch
    from peft import PeftModel, get_peft_model_state_dict
    from safetensors import SafetensorError, safe_open

    if not (folder / "adapter_config.json").is_file():
        raise ViralityError(f"{folder}: holds no adapter (no adapter_config.json)")
    try:
        if json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")).get("task_type") == "SEQ_CLS":
            _head_in_fp32(model)
        made = _made(str(folder), lambda: PeftModel.from_pretrained(model, str(folder), is_trainable=trainable))
        with safe_open(folder / "adapter_model.safetensors", framework="pt") as file:
            saved = set(file.keys())
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, SafetensorError) as error:
        raise ViralityError(f"{folder}: this adapter does not fit the base model ({_line(error)})") from error
    # peft leaves what does not fit as it is, at random
    if other := saved ^ set(get_peft_model_state_dict(made, save_embedding_layers=False)):
        raise ViralityError(f"{folder}: this adapter does not fit the base model ({len(other)} tensors do not pair, "
                            f"{min(other)} first); take the base it was made for")  # fmt: skip
    return made


def restore(model: Any, folder: Path) -> None:
    """Give the adapter on `model`, and a head beside it, the weights that lie in `folder`; without adapter, all."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    if (folder / "adapter_model.safetensors").is_file():
        set_peft_model_state_dict(model, load_file(folder / "adapter_model.safetensors"))
    else:
        model.load_state_dict(load_file(folder / "model.safetensors"))


def save(model: Any, folder: Path, base: str) -> None:
    """Write the adapter as safetensors; its base goes by the name the config gave it, not by a path of this machine.

    Every kind is loaded on the base as it was published, a PiSSA as the plain LoRA that it is kept as.
    """
    _name_base(model, base)
    model.save_pretrained(folder, save_embedding_layers=False)  # "auto" asks the hub what the base holds
    _name_base(model, "")
    (folder / "README.md").unlink(missing_ok=True)  # peft's template of a card: it says nothing of this run


def merged(model: Any) -> Any:
    """The base with the adapter folded into its weights, for generation: the same text but for rounding, and faster.

    A 4-bit base keeps its adapter beside it: weights rounded to 4 bits would swallow the update.
    """
    return model if getattr(model.get_base_model(), "is_loaded_in_4bit", False) else model.merge_and_unload()


def trainable_parameters(model: Any) -> int:
    """How many numbers are trained."""
    among: int = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    return among - int(getattr(model, "held_numbers", 0))


def _made(where: str, make: Callable[[], Any]) -> Any:
    """What `make` answers, told not to ask the hub about its base at every checkpoint."""
    with warnings.catch_warnings():
        # peft 0.21 says so of fused experts, whose rank it has set by that very pattern
        warnings.filterwarnings("ignore", "The following (rank|alpha)_pattern keys did not match", RuntimeWarning)
        try:
            made = make()
        except (ValueError, TypeError) as error:
            raise ViralityError(f"{where}: the base cannot take this adapter ({_line(error)})") from error
    _name_base(made, "")
    return made


def _name_base(model: Any, base: str) -> None:
    for config in model.peft_config.values():
        config.base_model_name_or_path = base
        if not isinstance(config.target_modules, str):
            config.target_modules = sorted(config.target_modules)  # a set: its order is of this process alone


def _refuse_tied(model: Any, targets: Sequence[str]) -> None:
    """An adapter on one of two tied weights: merged, it would change the other too."""
    read, write = model.get_input_embeddings(), model.get_output_embeddings()
    if write is None or read.weight is not write.weight:
        return
    tied = [name for name, module in model.named_modules() if module is read or module is write]
    for target in targets:
        if any(f".{name}".endswith(f".{target}") for name in tied):
            raise ViralityError(f"lora: targets = {target}: this base reads and writes tokens with one weight "
                                f"({' and '.join(tied)} are tied); name other targets")  # fmt: skip


def _refuse_unmatched(where: str, made: Any) -> None:
    """A name among several that fits nothing: peft passes over it in silence."""
    found = made.base_model.targeted_module_names
    for target in made.peft_config["default"].target_modules:
        if not any(f".{name}".endswith(f".{target}") for name in found):
            raise ViralityError(f"{where}: no layer of this base is called {target}; correct it or leave it out")


def _head_in_fp32(model: Any) -> None:
    """The classifier's head and what goes into it in fp32: in bf16 small steps of its weights would be rounded away."""
    import torch

    for name in HEADS:
        head = getattr(model, name, None)
        if isinstance(head, torch.nn.Module) and next(head.parameters()).dtype != torch.float32:
            head.float().register_forward_pre_hook(_inputs_in_fp32)


def _inputs_in_fp32(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(one.float() for one in inputs)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
