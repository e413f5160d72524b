"""Whether one text follows from another, by a classifier of text pairs: a hub id or a folder, loaded on first use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError
from virality.models import base

_BATCH = 32
_LONGEST = 256
"""Tokens of a pair that are read."""


class Entailment:
    """A sequence classifier with a label for entailment, such as one trained on MNLI or XNLI.

    Args:
        spec: a hub id or a folder.
        key: the setting that names it, for errors.

    Raises:
        ViralityError: it is not on this machine; or, as soon as it is used, it has no label that says 'entailment'.
    """

    def __init__(self, spec: str, key: str = "entailment") -> None:
        self.found = base.find(spec, key)
        self._key = key
        self._model: Any = None
        self._tokenizer: Any = None
        self._label = 0

    def probability(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Probability that the first text of each pair says all that the second does, 0 to 1: (N,)."""
        import torch

        self._load()
        out = np.zeros(len(pairs), dtype=np.float64)
        with torch.inference_mode():
            for at in range(0, len(pairs), _BATCH):
                some = pairs[at : at + _BATCH]
                inputs = self._tokenizer(
                    [one for one, _ in some],
                    [other for _, other in some],
                    padding=True,
                    truncation=True,
                    max_length=_LONGEST,
                    return_tensors="pt",
                ).to(self._model.device)
                odds = self._model(**inputs).logits.float().softmax(-1)
                out[at : at + len(some)] = odds[:, self._label].cpu().numpy()
        return out

    def _load(self) -> None:
        if self._model is not None:
            return
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        from virality.models.precision import device

        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self.found.place)
            model = AutoModelForSequenceClassification.from_pretrained(self.found.place).to(device()).eval()
        except (OSError, ValueError) as error:
            raise ViralityError(
                f"{self._key}: {self.found.spec}: cannot be loaded ({' '.join(str(error).split())[:160]}); "
                "name a folder or a hub id of a sequence classifier"
            ) from error
        labels = {int(at): str(name).lower() for at, name in model.config.id2label.items()}
        named = [at for at, name in labels.items() if name.startswith("entail")]
        if not named:
            raise ViralityError(
                f"{self._key}: {self.found.spec}: its labels are {', '.join(labels.values())}; "
                "name a classifier with a label 'entailment'"
            )
        self._label, self._model = named[0], model
        self.found = base.loaded(self.found, model)
