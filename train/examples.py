"""Pairs -> token ids: what a writer sees and what it is taught, with nothing cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data_prep.records import Pair
from virality.models.prompts import Prompt, completion_ids, prompt_ids
from virality.text.slots import slot


@dataclass(frozen=True, slots=True)
class Example:
    """One pair as token ids.

    Fields:
        pair_id: of the pair.
        prompt: ids of the rendered conversation with the draft.
        better: ids of the rewrite to learn, stop token last.
        worse: ids of the rewrite to avoid, stop token last; empty for imitation.
        weight: of the example in the loss.
    """

    pair_id: str
    prompt: list[int]
    better: list[int]
    worse: list[int]
    weight: float

    @property
    def length(self) -> int:
        """Tokens of the longer of the two sequences."""
        return len(self.prompt) + max(len(self.better), len(self.worse))


def usable(
    pairs: Sequence[Pair], kinds: Sequence[str], *, unfaithful: bool, preferences: bool
) -> tuple[list[Pair], dict[str, int]]:
    """The pairs a writer may learn from, and how many were left out for which reason.

    `train` split only; faithful ones only, unless told otherwise. A preference needs two different rewrites of one
    draft, which restatements do not have.
    """
    kept: list[Pair] = []
    out: Counter[str] = Counter()
    for pair in pairs:
        if pair.split != "train":
            out["not in train"] += 1
        elif pair.kind not in kinds:
            out[f"kind {pair.kind}"] += 1
        elif not (pair.faithful or unfaithful):
            out["not faithful"] += 1
        elif pair.weight <= 0:
            out["no weight"] += 1
        elif preferences and pair.kind == "paraphrase":
            out["no rejected rewrite"] += 1
        else:
            kept.append(pair)
    return kept, dict(out)


def encode(
    pairs: Sequence[Pair], tokenizer: Any, prompt: Prompt, *, preferences: bool, max_tokens: int
) -> tuple[list[Example], int]:
    """Examples of `pairs`, and how many were longer than `max_tokens` and left out.

    The draft is the pair's own; for a measured pair it is the worse post, which is then its own rejected rewrite.
    """
    out: list[Example] = []
    for pair in pairs:
        draft = slot(pair.draft if pair.draft is not None else pair.worse)
        example = Example(
            pair_id=pair.pair_id,
            prompt=prompt_ids(tokenizer, prompt, draft.text),
            better=completion_ids(tokenizer, pair.better, draft),
            worse=completion_ids(tokenizer, pair.worse, draft) if preferences else [],
            weight=pair.weight,
        )
        if example.length <= max_tokens:
            out.append(example)
    return out, len(pairs) - len(out)
