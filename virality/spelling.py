"""What a person probably meant: the nearest valid word, key or file to one that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

_MOST_NAMED = 10

_ELSEWHERE = {
    "bf16": "precision",
    "checkpoint_every": "save_every",
    "dataset": "data",
    "eval_steps": "evaluate_every",
    "fp16": "precision",
    "gradient_accumulation_steps": "batch_size",
    "gradient_checkpointing": "activation_checkpointing",
    "load_in_4bit": "bits",
    "loss_type": "objective",
    "lr": "learning_rate",
    "lr_scheduler_type": "schedule",
    "max_length": "max_tokens",
    "max_seq_length": "max_tokens",
    "micro_batch_size": "micro_batch",
    "model": "base",
    "model_name_or_path": "base",
    "num_epochs": "epochs",
    "num_train_epochs": "epochs",
    "output_dir": "out",
    "per_device_train_batch_size": "micro_batch",
    "r": "lora.rank",
    "lora_r": "lora.rank",
    "report_to": "tracking.to",
    "run_name": "name",
    "save_steps": "save_every",
    "sequence_len": "max_tokens",
    "target_modules": "lora.targets",
    "train_batch_size": "batch_size",
    "wandb_project": "tracking.project",
    "warmup_ratio": "warmup",
}
"""What other trainers call a key of ours."""


def nearest(word: str, known: Sequence[str]) -> str:
    """` (did you mean X?)` for the closest of `known`, or an empty string."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return _asked(close[0]) if close else ""


def why_unknown(key: str, known: Sequence[str]) -> str:
    """What to say of a dotted key that is no setting.

    The same word in another section is named with that section; else a misspelling, or another trainer's name.

    Args:
        key: `learning_rat`, `lora.learning_rate`.
        known: all valid dotted keys, sections among them.
    """
    leaf = _leaf(key)
    moved = [name for name in known if _leaf(name) == leaf]
    if moved:
        return "belongs " + ", or ".join(_home(name) for name in moved)
    return f"is not a setting{_nearest_key(key, known)}"


def nearest_path(path: Path, endings: Sequence[str] = ("",)) -> str:
    """`nearest` among the files beside `path` with one of `endings`; where none is close, those that are there."""
    beside = sorted(one.name for one in path.parent.iterdir()) if path.parent.is_dir() else []
    names = [name for name in beside if name.endswith(tuple(endings)) and not name.startswith(".")]
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    if close:
        return _asked(str(path.parent / close[0]))
    more = ", ..." if len(names) > _MOST_NAMED else ""
    listed = ", ".join(str(path.parent / name) for name in names[:_MOST_NAMED])
    return f"; there are {listed}{more}" if names else ""


def _nearest_key(key: str, known: Sequence[str]) -> str:
    """The closest spelling in the key's own section, or anywhere; `lora_rank` is `lora.rank`."""
    section, plain = key.rpartition(".")[0], _plain(key)
    same = [name for name in known if _plain(name) == plain or name == _ELSEWHERE.get(_plain(_leaf(key)))]
    if same:
        return _asked(same[0])
    ratios = []
    for name in known:
        own = name.rpartition(".")[0] == section
        alike = _ratio(_plain(_leaf(key)), _plain(_leaf(name)))
        if not section:  # a section's name may stand in the word itself
            alike = max(alike, _ratio(plain, _plain(name)))
        if alike >= (0.6 if own else 0.7):
            ratios.append((alike, own, name))
    return _asked(max(ratios, key=lambda one: one[:2])[2]) if ratios else ""


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _plain(key: str) -> str:
    return key.replace(".", "_").replace("-", "_").lower()


def _home(name: str) -> str:
    section = name.rpartition(".")[0]
    return f"in {section}: {name}" if section else f"at the top level: {name}"


def _leaf(key: str) -> str:
    return key.rpartition(".")[2]


def _asked(name: str) -> str:
    return f" (did you mean {name}?)"
