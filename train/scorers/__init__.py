"""Scorers: which of two wordings wins, and how sure: `probability` that A beats B, whatever the family.

A family answers a utility of each post, a difference of two is a margin, and a calibrated margin is a probability, so
it is 1 - P(B beats A) always. A family that reads two posts together answers margins.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from train.scorers.calibration import Calibration
from virality import runs
from virality.errors import ViralityError

Array = NDArray[np.float64]

FORMAT = 3
FILE = "scorer.json"
FAMILIES = ("linear", "encoder", "lora", "stack", "prompted")
SURE = 0.6
"""Least confidence of an answer, where a run names no other."""


@runtime_checkable
class Utility(Protocol):
    """What a family that values each post by itself provides."""

    def utility(self, texts: Sequence[str]) -> Array:
        """How engaging each text's wording is, on a scale of its own: (len(texts),)."""
        ...

    def save(self, folder: Path) -> dict[str, Any]:
        """Write weights to `folder`; what is answered goes into scorer.json."""
        ...


@runtime_checkable
class Compares(Protocol):
    """What a family that reads two posts together provides."""

    def margins(self, first: Sequence[str], second: Sequence[str]) -> Array:
        """How far each first text is ahead of its second, on a scale of its own: (len(first),); it mirrors."""
        ...

    def save(self, folder: Path) -> dict[str, Any]:
        """Write weights to `folder`; what is answered goes into scorer.json."""
        ...


@dataclass(frozen=True, slots=True)
class Scorer:
    """A fitted scorer.

    Fields:
        family: one of `FAMILIES`.
        model: the family's weights.
        calibration: turns margins into probabilities; fitted on the validation split.
        languages: language -> training pairs in it; a language that is not here it never saw.
        sure: confidence, of the likelier side, below which it abstains, in [0.5, 1).
        version: 12 hex digits of its weights; empty before it is saved.
    """

    family: str
    model: Utility | Compares
    calibration: Calibration
    languages: dict[str, int]
    sure: float = SURE
    version: str = ""

    def probability(self, first: Sequence[str], second: Sequence[str]) -> Array:
        """P(first beats second) of each two texts, in (0, 1): (len(first),).

        Raises:
            ViralityError: the weights give no number for some of them.
        """
        margins = self.margins(first, second)
        if not np.isfinite(margins).all():
            at = int(np.flatnonzero(~np.isfinite(margins))[0])
            raise ViralityError(f"a scorer of the {self.family} family ({self.version or 'not saved'}) gives NaN for "
                                f"{first[at][:40]!r} against {second[at][:40]!r}; its weights are broken: train it "
                                "again")  # fmt: skip
        return self.calibration.probability(margins)

    def margins(self, first: Sequence[str], second: Sequence[str]) -> Array:
        """How far each first text is ahead of its second, on the family's own scale: (len(first),)."""
        if not first:
            return np.zeros(0)
        if isinstance(self.model, Compares):
            return self.model.margins(first, second)
        both = self.model.utility([*first, *second])
        return both[: len(first)] - both[len(first) :]

    def utility(self, texts: Sequence[str]) -> Array:
        """Value of each text in log-odds: the difference of two is that of the one beating the other, (len(texts),).

        With isotonic calibration the difference is the log-odds before its steps.

        Raises:
            ViralityError: the family reads two posts together.
        """
        if not isinstance(self.model, Utility):
            raise ViralityError(f"a scorer of the {self.family} family has no value for one post alone; give it two")
        return np.asarray(self.calibration.scale * self.model.utility(texts)) if texts else np.zeros(0)

    def parts(self) -> dict[str, Scorer]:
        """Members of a stack by name; none of any other family."""
        return dict(getattr(self.model, "members", {}))

    def families(self) -> list[str]:
        """Its family or, of a stack, those of all its members beside it; sorted."""
        return sorted({self.family, *(one for part in self.parts().values() for one in part.families())})


def save(scorer: Scorer, folder: Path) -> None:
    """Write a scorer as safetensors and JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    about = scorer.model.save(folder)
    files = {
        path.relative_to(folder).as_posix(): runs.sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / FILE
    }
    document = {
        "format": FORMAT,
        "family": scorer.family,
        "calibration": scorer.calibration.about(),
        "sure": scorer.sure,
        "languages": scorer.languages,
        "files": files,
        "model": about,
    }
    (folder / FILE).write_text(json.dumps(document, indent=2, allow_nan=False), encoding="utf-8")


def load(folder: Path, sha256: str | None = None) -> Scorer:
    """The scorer that `save` wrote.

    Args:
        folder: where.
        sha256: of its scorer.json, where a run.json names it.

    Raises:
        ViralityError: there is none, it is of another version, or one of its files was changed.
    """
    about = _described(folder, sha256)
    try:
        return _made(folder, about)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{type(error).__name__}: {' '.join(str(error).split())[:80]}"
        raise ViralityError(f"{folder / FILE}: not a scorer's description ({what}); train it again") from error


def _described(folder: Path, sha256: str | None) -> dict[str, Any]:
    path = folder / FILE
    if not path.is_file():
        raise ViralityError(f"{folder}: holds no scorer (no {FILE})")
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found, family = about["format"], about["family"]
    except (ValueError, KeyError, TypeError) as error:
        raise ViralityError(f"{path}: not a scorer's description; train it again") from error
    if found != FORMAT or family not in FAMILIES:
        raise ViralityError(f"{path}: scorer format {found} of family {family}, and this version reads "
                            f"{FORMAT} of {', '.join(FAMILIES)}; train it again")  # fmt: skip
    if sha256 is not None and runs.sha256(path) != sha256:
        raise ViralityError(f"{path}: changed since it was written; train it again")
    return about


def _made(folder: Path, about: dict[str, Any]) -> Scorer:
    for name, sha in about["files"].items():
        if not (folder / name).is_file() or runs.sha256(folder / name) != sha:
            raise ViralityError(f"{folder / name}: missing or changed since it was written; train it again")
    told = json.dumps([about["files"], about["model"]], sort_keys=True)
    version = hashlib.sha256(told.encode()).hexdigest()[:12]
    return Scorer(
        about["family"],
        _family(about)(folder, about["model"]),
        Calibration.of(about["calibration"]),
        {str(language): int(pairs) for language, pairs in about["languages"].items()},
        float(about["sure"]),
        version,
    )


def _family(about: dict[str, Any]) -> Callable[[Path, dict[str, Any]], Utility | Compares]:
    """What loads a family; torch is imported by those alone that compute with it."""
    family = about["family"]
    if family == "linear":
        from train.scorers.linear import Linear

        return Linear.load
    if family == "encoder":
        if about["model"].get("tuned"):
            from train.scorers.tuned import Tuned

            return Tuned.load
        from train.scorers.encoder import Embedded

        return Embedded.load
    if family == "stack":
        from train.scorers.stack import Stack

        return Stack.load
    if family == "lora":
        from train.scorers.lora import Read

        return Read.load
    from train.scorers.prompted import Prompted

    return Prompted.load
