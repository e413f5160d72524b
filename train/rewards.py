"""What a sampled rewrite is worth: P(it beats its draft) where every gate passes, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from train.candidates import judge_gates
from train.scorers import Scorer
from virality.errors import ViralityError
from virality.gates import Context, passed
from virality.models.prompts import answer
from virality.text.normalise import normalise
from virality.text.slots import slot


def rewards(
    drafts: Sequence[str],
    rewrites: Sequence[str],
    stopped: Sequence[bool],
    scorer: Scorer,
    platform: str | None,
    context: Context | None = None,
) -> list[float]:
    """Of each rewrite: P(it beats its draft) by the scorer where it was ended and passes every gate, else 0.

    Gates multiply: what fails one is worth nothing, however engaging. What passes is above 0, always.

    Raises:
        ViralityError: the scorer's answer is no number (TRL would pass over it, and log the post).
    """
    good = [
        at
        for at, (draft, rewrite, ended) in enumerate(zip(drafts, rewrites, stopped, strict=True))
        if ended and passed(judge_gates(draft, rewrite, platform, None, context))
    ]
    chances = scorer.probability([rewrites[at] for at in good], [drafts[at] for at in good])
    if not np.isfinite(chances).all():
        raise ViralityError(f"scorer: answers {chances[~np.isfinite(chances)][0]} for a rewrite; train it again")
    found = [0.0] * len(drafts)
    for at, chance in zip(good, chances.tolist(), strict=True):
        found[at] = chance
    return found


def reward_function(
    tokenizer: Any, scorer: Scorer, platform: str | None, stops: frozenset[int], context: Context | None = None
) -> Callable[..., list[float]]:
    """`rewards` as TRL calls it: with token ids (stop token last) and the column `draft`; tells `log_metric` the parts.

    Rewrites are read as at suggestion: decoded, handles and links restored, normalised.
    """

    def reward(
        *, completion_ids: list[list[int]], draft: list[str], log_metric: Callable[[str, float], None], **_: Any
    ) -> list[float]:
        texts = [tokenizer.decode(ids, skip_special_tokens=True).strip() for ids in completion_ids]
        rewrites = [normalise(answer(tokenizer, text, slot(one))) for text, one in zip(texts, draft, strict=True)]
        stopped = [bool(ids) and ids[-1] in stops for ids in completion_ids]
        found = rewards(draft, rewrites, stopped, scorer, platform, context)
        good = [value for value in found if value > 0]
        log_metric("passed", len(good) / len(found))
        if good:
            log_metric("chance", sum(good) / len(good))
        lengths = [len(rewrite) / max(1, len(one)) for rewrite, one in zip(rewrites, draft, strict=True)]
        log_metric("length_ratio", sum(lengths) / len(lengths))
        return found

    return reward
