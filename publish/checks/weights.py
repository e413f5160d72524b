"""The adapter itself: safetensors alone, readable, finite, of this base, with tokenizer, template and prompt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publish.checks import Refusal
from publish.evidence import ADAPTER, Evidence
from virality import runs
from virality.errors import ViralityError
from virality.models.base import Found
from virality.models.prompts import load_prompt

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".msgpack", ".h5")
"""Endings of files that may run code when they are read, or that no one can look into."""


def check(evidence: Evidence, found: Found) -> Iterator[Refusal]:
    """Refuse weights that are no evidence's.

    Args:
        evidence: what is to be published.
        found: the base as it lies here.
    """
    folder = evidence.folder / "adapter"
    for path in sorted(folder.rglob("*")):
        if path.suffix in PICKLES:
            what = "is not safetensors: reading it may run code"
            yield Refusal(str(path), what, "remove it, and train again with this version", firm=True)
    yield from _changed(evidence)
    yield from of_tensors(evidence.folder / ADAPTER)
    yield from _of_base(evidence, found, folder / "adapter_config.json")
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json")):
        yield Refusal(str(folder), "holds no tokenizer, so nobody could load it", "train again")
    elif not _has_template(folder):
        what = "holds no chat template, so it would be asked otherwise than it learned"
        yield Refusal(str(folder), what, "train again")
    yield from _of_prompt(evidence)


def of_tensors(path: Path) -> Iterator[Refusal]:
    """Refuse weights that cannot be read, are not finite, or change nothing."""
    import torch
    from safetensors import SafetensorError, safe_open

    changes = False
    try:
        with safe_open(path, framework="pt") as file:
            for name in file.keys():  # noqa: SIM118  (it is no mapping)
                tensor = file.get_tensor(name)
                if not bool(torch.isfinite(tensor.float()).all()):
                    yield Refusal(str(path), f"{name} is not finite (NaN or infinity)",
                                  "train again, with a lower learning_rate")  # fmt: skip
                    return
                changes = changes or ("lora_A" not in name and bool(tensor.any()))
    except (SafetensorError, OSError) as error:
        yield Refusal(str(path), f"cannot be read ({' '.join(str(error).split())[:80]})", "train again")
        return
    if not changes:
        yield Refusal(str(path), "is all zeros: the base would answer as it does without it", "train it")


def _changed(evidence: Evidence) -> Iterator[Refusal]:
    """Files that are not what they were when their run ended."""
    for folder, document in ((evidence.folder, evidence.writer), (evidence.measured, evidence.evaluation)):
        for name, about in document["outputs"].items():
            path = folder / name
            if not path.is_file():
                yield Refusal(str(path), "is missing, and run.json names it", "restore it, or run it again", firm=True)
            elif runs.sha256(path) != about["sha256"]:
                what = f"has changed since its run ended (sha256 is not {about['sha256'][:12]})"
                yield Refusal(str(path), what, "restore it, or run it again", firm=True)


def _of_base(evidence: Evidence, found: Found, path: Path) -> Iterator[Refusal]:
    base = evidence.writer["base"]
    try:
        named = json.loads(path.read_text(encoding="utf-8")).get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError):
        yield Refusal(str(path), "is missing or not readable, and peft needs it", "train again")
        return
    if named not in ("", None, base["spec"]):
        what = f"names another base ({named}) than its run.json ({base['spec']})"
        yield Refusal(str(path), what, "publish the run that made it", firm=True)
    if found.revision is not None and found.revision != base["revision"]:
        what = f"was trained on {base['spec']} {base['revision']}, and {found.revision} lies here"
        yield Refusal(str(evidence.folder), what, "install that base, or train again")


def _has_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").is_file():
        return True
    try:
        about: Any = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(about.get("chat_template"))


def _of_prompt(evidence: Evidence) -> Iterator[Refusal]:
    named = evidence.writer["prompt"]
    try:
        if load_prompt(named["name"]).hash == named["hash"]:
            return
        what = f"the prompt {named['name']} has changed since this run"
    except ViralityError as error:
        what = str(error).partition(";")[0]
    yield Refusal(str(evidence.folder), what, "check that version out, or train again")
