"""How the next token of each row is drawn: temperature and nucleus, and what leads it beside the likelihoods.

A sampler takes the logits (rows, V) of the rows that still go on, their numbers (draft x samples + sample) and how many
tokens they have, and answers a place in V for each. V may be fewer tokens than the vocabulary: whoever makes a sampler
counts tokens as its logits do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

TOP_K = 64
"""Sampling looks at this many tokens at most; what lies below them is noise in a small model."""
LEAST_START = 1e-3
"""Probability of a token that a sample may begin with because no other sample does, at least."""

Sampler = Callable[[Any, list[int], int], Any]
Follows = Mapping[int, Collection[int]]
"""Token -> tokens that come next to it somewhere in a text."""


def sampler(temperature: float, top_p: float, seeds: list[int], limits: list[int]) -> Sampler:
    """Greedy, or inverse-CDF sampling with one random number a row and step, drawn beforehand from the row's seed.

    As many as the row's own limit: so they do not depend on its neighbours' limits.
    """
    import torch

    if temperature == 0:
        return lambda logits, live, at: logits.argmax(-1)
    drawn = torch.zeros(len(seeds), max(limits))
    for row, (seed, limit) in enumerate(zip(seeds, limits, strict=True)):
        drawn[row, :limit] = torch.rand(limit, generator=torch.Generator().manual_seed(seed))

    def sample(logits: Any, live: list[int], at: int) -> Any:
        values, indices = logits.topk(min(TOP_K, logits.shape[-1]), dim=-1)
        probabilities = (values / temperature).softmax(-1)
        before = probabilities.cumsum(-1) - probabilities
        probabilities = probabilities.masked_fill(before >= top_p, 0.0)
        cumulative = probabilities.cumsum(-1)
        goal = drawn[live, at].to(logits.device)[:, None] * cumulative[:, -1:]
        place = (cumulative <= goal).sum(-1, keepdim=True).clamp(max=values.shape[-1] - 1)
        return indices.gather(-1, place).squeeze(-1)

    return sample


def apart(temperature: float, seeds: list[int], samples: int, sample: Sampler) -> Sampler:
    """The sampler, where no two samples of a draft begin with the same token while there are likely ones."""
    import torch

    def begun(logits: Any, live: list[int], at: int) -> Any:
        chosen = sample(logits, live, at)
        if at:
            return chosen
        for first in range(0, len(live), samples):
            values, tokens = (logits[first] / temperature).log_softmax(-1).topk(min(TOP_K, logits.shape[-1]))
            likely = values.exp() >= LEAST_START
            noise = torch.rand(len(values), generator=torch.Generator().manual_seed(seeds[first] ^ _STARTS))
            keys = values.cpu() - torch.log(-torch.log(noise.clamp(1e-9, 1 - 1e-9)))
            order = keys.masked_fill(~likely.cpu(), -torch.inf).argsort(descending=True)
            drawn = tokens[order[: min(samples, int(likely.sum()))].to(tokens.device)]
            chosen[first : first + len(drawn)] = drawn
        return chosen

    return begun


_STARTS = 0x5EED
"""Keeps the noise of starts apart from the random numbers of the first row."""


def within(allowed: Sequence[Collection[int] | None], samples: int, sample: Sampler) -> Sampler:
    """The sampler, where each draft's rows have tokens of their own; None in one's place: any."""
    import torch

    rows: Any = None

    def masked(logits: Any, live: list[int], at: int) -> Any:
        nonlocal rows
        if rows is None:
            rows = torch.zeros(len(allowed), logits.shape[-1], dtype=torch.bool)
            for row, tokens in enumerate(allowed):
                rows[row, slice(None) if tokens is None else [*tokens]] = True
            rows = rows.to(logits.device)
        return sample(logits.masked_fill(~rows[[row // samples for row in live]], -torch.inf), live, at)

    return masked


def away_from(copied: Sequence[Follows], penalty: float, samples: int, sample: Sampler) -> Sampler:
    """The sampler, where what goes on as its draft does is less likely by `penalty` nats."""
    last: dict[int, int] = {}

    def led(logits: Any, live: list[int], at: int) -> Any:
        found = [
            (place, token)
            for place, row in enumerate(live)
            for token in (copied[row // samples].get(last[row], ()) if row in last else ())
        ]
        if found:
            places, tokens = (logits.new_tensor(side).long() for side in zip(*found, strict=True))
            logits = logits.index_put((places, tokens), logits.new_tensor(-penalty), accumulate=True)
        chosen = sample(logits, live, at)
        last.update(zip(live, chosen.tolist(), strict=True))
        return chosen

    return led
