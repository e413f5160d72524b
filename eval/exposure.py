"""How exposed a planted canary is: how far before chance a model ranks its secret among those it might have been.

Exposure is log2 of how many secrets there might be less log2 of the rank of the true one, by the probability that the
model gives them (Carlini et al. 2019, arXiv:1802.08232). Not all of a million can be scored: the rank is that among a
sample, which tells at most log2 of its size. Where the true one is before the whole sample, a skew-normal fitted to the
sample tells how far, up to as many bits as there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.metrics import Array
from train.canaries import Canary
from train.steps import Writer
from virality.models.attention import common_prefix
from virality.models.prompts import completion_ids, prompt_ids
from virality.text.slots import slot

MOST = 24
"""Canaries that are measured."""
_SCORED = 384
"""Secrets that are scored, over all canaries."""
_LEAST = 24


@dataclass(frozen=True, slots=True)
class Exposed:
    """Exposure of each canary, in bits, (N,): as far as there are secrets, and by rank in the sample of others alone.

    Chance gives about 1.4 on average. `others`: how many secrets the sample holds beside the true one.
    """

    fitted: Array
    ranked: Array
    others: int


def exposures(writer: Writer, canaries: Sequence[Canary], seed: int) -> Exposed:
    """What the writer's model, as it now is, exposes of canaries.

    Args:
        writer: with its model.
        canaries: that were planted, at most `MOST`.
        seed: of the other secrets.
    """
    count = max(_LEAST, _SCORED // len(canaries))
    rows = [_row(writer, one, [one.secret, *one.others(count, seed)], at) for at, one in enumerate(canaries)]
    from train import paths, reference  # they import torch

    shared = paths.why_not(writer.model, max(row["length"] for row in rows)) is None
    found = [np.asarray(one) for one in reference.logps(writer.model, rows, writer.tokenizer.pad_token_id, 1,
                                                        shared=shared)]  # fmt: skip
    bits = [one.bits for one in canaries]
    return Exposed(
        np.asarray([fitted(one, most) for one, most in zip(found, bits, strict=True)]),
        np.asarray([ranked(one) for one in found]),
        min(len(one) - 1 for one in found),
    )


def ranked(logps: Array) -> float:
    """Exposure by rank among all that were scored, the true secret first: at most log2 of how many those are."""
    return float(np.log2(len(logps)) - np.log2(1 + int((logps[1:] >= logps[0]).sum())))


def fitted(logps: Array, most: float) -> float:
    """Exposure by rank or, before all others, by a skew-normal of their surprise, by its moments; at most `most` bits.

    Args:
        logps: of the true secret, then of others, (M + 1,), nats.
        most: log2 of how many secrets there might be.
    """
    from scipy.stats import skewnorm

    least = ranked(logps)
    if float(logps[0]) <= float(logps[1:].max()) or float(logps[1:].std()) < 1e-9:
        return least
    below = float(skewnorm.logcdf(-logps[0], *skewnorm.fit(-logps[1:], method="MM")))
    return min(most, max(least, -below / float(np.log(2)))) if not np.isnan(below) else most


def _row(writer: Writer, canary: Canary, secrets: Sequence[str], at: int) -> dict[str, Any]:
    """A row as `train.layout.collate` takes it; what all rewrites begin with is part of the prompt."""
    draft = slot(canary.draft)
    texts = [completion_ids(writer.tokenizer, canary.saying(one), draft) for one in secrets]
    alike = min(common_prefix(texts), min(map(len, texts)) - 1)
    prompt = [*prompt_ids(writer.tokenizer, writer.prompt, draft.text), *texts[0][:alike]]
    completions = [one[alike:] for one in texts]
    return {"prompt": prompt, "completions": completions, "weight": 1.0, "p_better": 1.0, "offset": 0.0, "row": at,
            "length": len(prompt) + max(map(len, completions)), "group": at}  # fmt: skip
