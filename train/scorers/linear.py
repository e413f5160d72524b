"""The linear family: tf-idf of words and characters, features of form. Seconds on a processor, weights one can read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError
from virality.text import form
from virality.text.normalise import fold

_WORDS = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+", "min_df": 2, "max_features": 60_000}
_CHARACTERS = {"analyzer": "char_wb", "ngram_range": (2, 4), "min_df": 4, "max_features": 60_000}
PARTS = ("words", "characters", "form")


@dataclass(frozen=True, slots=True)
class Featuriser:
    """Texts -> sparse rows. `vectorisers`: fitted TfidfVectorizers by part; `spread` scales the features of form."""

    parts: tuple[str, ...]
    vectorisers: dict[str, Any]
    spread: NDArray[np.float64]

    def transform(self, texts: Sequence[str]) -> Any:
        """(len(texts), D), sparse."""
        from scipy import sparse

        blocks = [self.vectorisers[part].transform(texts) for part in self.parts if part != "form"]
        if "form" in self.parts:
            blocks.append(sparse.csr_matrix(form.matrix(texts) / self.spread))
        return sparse.hstack(blocks).tocsr()


def featuriser(texts: Sequence[str], parts: Sequence[str] = PARTS) -> Featuriser:
    """Fit vocabulary, idf and spreads on the training texts alone.

    Raises:
        ViralityError: the texts have no word in common, or none at all.
    """
    vectorisers = {}
    for part, options in (("words", _WORDS), ("characters", _CHARACTERS)):
        if part in parts:
            try:
                vectorisers[part] = _vectoriser(options, len(texts)).fit(texts)
            except ValueError as error:
                raise ViralityError(f"data: {len(texts)} texts hold no {part} to learn from ({error})") from error
    spread = form.matrix(texts).std(0) if "form" in parts else np.ones(len(form.NAMES))
    return Featuriser(tuple(parts), vectorisers, np.where(spread > 1e-6, spread, 1.0) * 3.0)


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear utility over `Featuriser` rows."""

    featuriser: Featuriser
    weights: NDArray[np.float64]

    def utility(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """See `Utility`."""
        return np.asarray(self.featuriser.transform(texts) @ self.weights).ravel()

    def save(self, folder: Path) -> dict[str, Any]:
        """Vocabularies as JSON, idf and weights as safetensors."""
        from safetensors.numpy import save_file

        tensors = {"weights": self.weights.astype(np.float64), "spread": self.featuriser.spread}
        for part, vectoriser in self.featuriser.vectorisers.items():
            words = sorted(vectoriser.vocabulary_, key=vectoriser.vocabulary_.get)
            (folder / f"{part}.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
            tensors[f"idf.{part}"] = vectoriser.idf_
        save_file(tensors, folder / "weights.safetensors")
        return {"parts": list(self.featuriser.parts), "form": list(form.NAMES)}

    @classmethod
    def load(cls, folder: Path, about: dict[str, Any]) -> Linear:
        """What `save` wrote."""
        from safetensors.numpy import load_file

        tensors = load_file(folder / "weights.safetensors")
        vectorisers = {}
        for part, options in (("words", _WORDS), ("characters", _CHARACTERS)):
            if part in about["parts"]:
                words = json.loads((folder / f"{part}.json").read_text(encoding="utf-8"))
                vectoriser = _vectoriser(options, 0)
                vectoriser.vocabulary = {word: at for at, word in enumerate(words)}
                vectoriser.idf_ = tensors[f"idf.{part}"]
                vectorisers[part] = vectoriser
        return cls(Featuriser(tuple(about["parts"]), vectorisers, tensors["spread"]), tensors["weights"])


def _vectoriser(options: dict[str, Any], texts: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    rare = options["min_df"] if texts > 100 else 1
    return TfidfVectorizer(preprocessor=fold, sublinear_tf=True, lowercase=False, **(options | {"min_df": rare}))
