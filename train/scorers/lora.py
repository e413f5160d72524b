"""The lora family: a language model with an adapter and a scalar head, which reads each post behind an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train import adapters
from train.layout import collate_scored
from train.logps import scores
from train.objectives import moved
from train.paths import why_not
from virality.errors import ViralityError
from virality.models.base import Found, find, load_model, load_tokenizer, loaded, pinned
from virality.models.precision import Precision, choose, device
from virality.models.prompts import Prompt, load_prompt, prompt_ids
from virality.text.slots import slot

_SIDE_BY_SIDE = 32
_LONGEST = 2048
"""Tokens of a post that are read; what is longer is cut at its end, so that one long text cannot stop a whole file."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a fitted scorer of this family is.

    Fields:
        model: with adapter and head.
        tokenizer: its tokenizer.
        prompt: the instruction that each post stands behind.
        found: which base.
        precision: of the base, as it was trained.
    """

    model: Any
    tokenizer: Any
    prompt: Prompt
    found: Found
    precision: Precision

    def utility(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """See `Utility`; posts of like length are read side by side, and their instruction once."""
        distinct = list(dict.fromkeys(texts))
        ids = [prompt_ids(self.tokenizer, self.prompt, slot(text).text)[:_LONGEST] for text in distinct]
        shared = why_not(self.model, max(map(len, ids), default=0)) is None
        order = sorted(range(len(ids)), key=lambda at: (-len(ids[at]), distinct[at]))  # rounding is the texts' alone
        found: dict[str, float] = {}
        for start in range(0, len(order), _SIDE_BY_SIDE):
            some = order[start : start + _SIDE_BY_SIDE]
            rows = [{"completions": [ids[at]], "weight": 1.0, "p_better": 1.0, "offset": 0.0, "row": at} for at in some]
            batch = moved(collate_scored(rows, self.tokenizer.pad_token_id, shared=shared), device())
            found |= dict(zip((distinct[at] for at in some), self._values(batch), strict=True))
        return np.asarray([found[text] for text in texts], dtype=np.float64)

    def _values(self, batch: Any) -> list[float]:
        import torch

        with torch.inference_mode():
            return [float(value) for value in scores(self.model, batch)[0]]

    def save(self, folder: Path) -> dict[str, Any]:
        """Adapter and head as peft keeps them; base and prompt are named, with what tells them from others."""
        adapters.save(self.model, folder, self.found.spec)
        return {
            "base": self.found.spec,
            "revision": self.found.revision,
            "prompt": self.prompt.name,
            "prompt_hash": self.prompt.hash,
            "precision": self.precision,
            "trust_remote_code": self.found.trusted,
        }

    @classmethod
    def load(cls, folder: Path, about: dict[str, Any]) -> Read:
        """What `save` wrote.

        Raises:
            ViralityError: base or prompt on this machine are others than it was trained with.
        """
        found = pinned(find(about["base"], trust_remote_code=about.get("trust_remote_code", False)), about["revision"])
        prompt = load_prompt(about["prompt"])
        if prompt.hash != about["prompt_hash"]:
            raise ViralityError(f"{folder}: the prompt {prompt.name} has changed since this run; train it again")
        model = load_model(found, choose(about["precision"]), device(), head="score")
        tokenizer = load_tokenizer(found)
        model.config.pad_token_id = tokenizer.pad_token_id
        if loaded(found, model).revision != about["revision"]:
            raise ViralityError(f"{folder}: was trained on {about['base']} {about['revision']}, and another revision "
                                "is installed; train it again")  # fmt: skip
        return cls(adapters.load(model, folder, trainable=False).eval(), tokenizer, prompt, found, about["precision"])
