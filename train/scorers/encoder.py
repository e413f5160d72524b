"""The encoder family: frozen embeddings under a logistic head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError
from virality.models.encoder import Encoder
from virality.text.normalise import with_plain_links


@dataclass(frozen=True, slots=True)
class Embedded:
    """A linear utility over embeddings."""

    encoder: Encoder
    weights: NDArray[np.float64]

    def utility(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """See `Utility`. Equal texts are embedded once."""
        unique = list(dict.fromkeys(texts))
        place = {text: at for at, text in enumerate(unique)}
        values = embed(self.encoder, unique, "scoring").astype(np.float64) @ self.weights
        return np.asarray(values[[place[text] for text in texts]])

    def save(self, folder: Path) -> dict[str, Any]:
        """The head; the encoder is named, with the fingerprint of its weights."""
        from safetensors.numpy import save_file

        save_file({"weights": self.weights.astype(np.float64)}, folder / "weights.safetensors")
        read = {} if self.encoder.layers is None else {"layers": self.encoder.layers}
        return {"encoder": self.encoder.found.spec, "fingerprint": self.encoder.fingerprint(), **read}

    @classmethod
    def load(cls, folder: Path, about: dict[str, Any]) -> Embedded:
        """What `save` wrote.

        Raises:
            ViralityError: the encoder on this machine is another one than it was fitted on.
        """
        from safetensors.numpy import load_file

        encoder = Encoder(about["encoder"], about.get("layers"))
        if encoder.fingerprint() != about["fingerprint"]:
            raise ViralityError(
                f"{folder}: was fitted on another version of {about['encoder']} than is installed; train it again"
            )
        return cls(encoder, load_file(folder / "weights.safetensors")["weights"])


def embed(encoder: Encoder, texts: Sequence[str], label: str = "embedding") -> NDArray[np.float32]:
    """Embeddings of `texts` with each link as one word, (len(texts), size)."""
    return encoder.encode([with_plain_links(text) for text in texts], label)


def save_features(texts: Sequence[str], embeddings: NDArray[np.float32], path: Path, fingerprint: str) -> None:
    """Keep embeddings, so that a control on the same texts need not compute them again, and whose they are."""
    from safetensors.numpy import save_file

    save_file({"embeddings": embeddings}, path, metadata={"texts": _key(texts), "encoder": fingerprint})


def load_features(texts: Sequence[str], path: Path, fingerprint: str) -> NDArray[np.float32]:
    """Embeddings that `save_features` kept.

    Raises:
        ViralityError: there are none, or they are of other texts or by another encoder.
    """
    from safetensors import safe_open

    if not path.is_file():
        raise ViralityError(f"features_from: {path}: no such file; name a run of the encoder family")
    with safe_open(path, framework="numpy") as stored:
        about = stored.metadata() or {}
        if about.get("texts") != _key(texts):
            raise ViralityError(f"features_from: {path}: embeddings of other texts; leave features_from out")
        if about.get("encoder") != fingerprint:
            raise ViralityError(f"features_from: {path}: embeddings by other weights than this encoder has here; "
                                "leave features_from out")  # fmt: skip
        found: NDArray[np.float32] = stored.get_tensor("embeddings")
    return found


def _key(texts: Sequence[str]) -> str:
    import hashlib

    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
