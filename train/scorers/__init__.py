"""Scorers: which of two wordings wins, and how sure. A family answers a utility, a difference of two is a probability.

P(A beats B) = sigmoid(scale * (utility(A) - utility(B))), so it is 1 - P(B beats A) always.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from virality import runs
from virality.errors import ViralityError

FORMAT = 1
FILE = "scorer.json"
FAMILIES = ("linear", "encoder", "lora")


class Utility(Protocol):
    """What a family provides."""

    def utility(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """How engaging each text's wording is, on a scale of its own: (len(texts),)."""
        ...

    def save(self, folder: Path) -> dict[str, Any]:
        """Write weights to `folder`; what is answered goes into scorer.json."""
        ...


@dataclass(frozen=True, slots=True)
class Scorer:
    """A fitted scorer.

    Fields:
        family: linear, encoder or lora.
        model: the family's weights.
        scale: turns a difference of utilities into log-odds; fitted on the validation split.
        languages: language -> training pairs in it; a language that is not here it never saw.
        version: 12 hex digits of its weights; empty before it is saved.
    """

    family: str
    model: Utility
    scale: float
    languages: dict[str, int]
    version: str = ""

    def probability(self, first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
        """P(first beats second) of each two texts, in (0, 1): (len(first),)."""
        texts = [*first, *second]
        both = self.model.utility(texts) if texts else np.zeros(0)
        return sigmoid(self.scale * (both[: len(first)] - both[len(first) :]))


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), clipped so that it stays inside (0, 1)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))))


def sigmoid_of(x: float) -> float:
    """`sigmoid` of one number."""
    return float(sigmoid(np.asarray(x)))


def save(scorer: Scorer, folder: Path) -> None:
    """Write a scorer as safetensors and JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    about = scorer.model.save(folder)
    files = {path.name: runs.sha256(path) for path in sorted(folder.iterdir()) if path.name != FILE}
    (folder / FILE).write_text(
        json.dumps(
            {"format": FORMAT, "family": scorer.family, "scale": scorer.scale, "languages": scorer.languages,
             "files": files, "model": about},
            indent=2,
        ),
        encoding="utf-8",
    )  # fmt: skip


def load(folder: Path, sha256: str | None = None) -> Scorer:
    """The scorer that `save` wrote.

    Args:
        folder: where.
        sha256: of its scorer.json, where a run.json names it.

    Raises:
        ViralityError: there is none, it is of another version, or one of its files was changed.
    """
    path = folder / FILE
    if not path.is_file():
        raise ViralityError(f"{folder}: holds no scorer (no {FILE})")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        found = about["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise ViralityError(f"{path}: not a scorer's description; train it again") from error
    if found != FORMAT or about["family"] not in FAMILIES:
        raise ViralityError(f"{path}: scorer format {found} of family {about.get('family')}, and this version reads "
                            f"{FORMAT} of {', '.join(FAMILIES)}; train it again")  # fmt: skip
    if sha256 is not None and runs.sha256(path) != sha256:
        raise ViralityError(f"{path}: changed since it was written; train it again")
    for name, sha in about["files"].items():
        if not (folder / name).is_file() or runs.sha256(folder / name) != sha:
            raise ViralityError(f"{folder / name}: missing or changed since it was written; train it again")
    version = hashlib.sha256(json.dumps(about["files"], sort_keys=True).encode()).hexdigest()[:12]
    return Scorer(
        about["family"],
        _family(about["family"]).load(folder, about["model"]),
        about["scale"],
        about["languages"],
        version,
    )


def _family(name: str) -> Any:
    from train.scorers import encoder, linear, lora

    return {"linear": linear.Linear, "encoder": encoder.Embedded, "lora": lora.Read}[name]
