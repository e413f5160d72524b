"""Generation for many drafts behind one instruction: what prompts share is read once, each draft once for all samples.

Letters: R rows (draft x sample), P prompt tokens that all drafts share, V vocabulary.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from virality.models.attention import bare, common_prefix, reach
from virality.progress import bar

TOP_K = 64
"""Sampling looks at this many tokens at most; what lies below them is noise in a small model."""
LEAST_START = 1e-3
"""Probability of a token that a sample may begin with because no other sample does, at least."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One generated text.

    Fields:
        text: decoded, special tokens left out, blanks trimmed; slots not yet restored.
        stopped: `eos` where the model ended it, `length` where the limit did.
        seed: of this row.
    """

    text: str
    stopped: Literal["eos", "length"]
    seed: int


def generate(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[list[int]],
    *,
    samples: int,
    temperature: float,
    top_p: float = 0.95,
    seed: int = 0,
    max_new_tokens: Sequence[int],
    rows: int = 64,
    label: str = "generating",
    allowed: Sequence[Collection[int] | None] | None = None,
    copied: Sequence[Follows] | None = None,
    copy_penalty: float = 0.0,
    distinct_starts: bool = False,
) -> list[list[Rewrite]]:
    """`samples` rewrites for each prompt, in the order of `prompts`.

    Args:
        model: causal language model, with or without an adapter.
        tokenizer: of that model.
        prompts: token ids, one list a draft.
        samples: for each prompt; greedy decoding (temperature 0) gives one whatever this says.
        temperature: 0 is greedy.
        top_p: nucleus (Holtzman et al. 2020), within the `TOP_K` likeliest tokens.
        seed: with the prompt and the number of the sample it decides the row's random numbers, so a row does not
            depend on which others are generated beside it, but for rounding.
        max_new_tokens: limit for each prompt, at least 1.
        rows: rows that are decoded side by side, at most.
        label: of the progress bar.
        allowed: for each prompt the tokens that its rewrites are written with, beside those that end them; None in
            one's place, or for all: any.
        copied: for each prompt the tokens that follow each other in what is rewritten.
        copy_penalty: nats taken from the logit of a token that follows there on the one just written, before the
            temperature divides: a small writer is so sure of copying that the nucleus holds nothing else.
        distinct_starts: the samples of a prompt begin with tokens of their own, drawn without replacement (Gumbel
            top-k, Kool et al. 2019, arXiv:1903.06059) among those of at least `LEAST_START`; those that are left over
            begin as they would.
    """
    import torch

    samples = 1 if temperature == 0 else samples
    shared = _shared(model, prompts, max_new_tokens)
    stops = stop_tokens(model, tokenizer)
    order = sorted(range(len(prompts)), key=lambda at: (len(prompts[at]), max_new_tokens[at]))
    width = max(1, rows // samples)
    batches = [order[at : at + width] for at in range(0, len(order), width)]
    out: list[list[Rewrite]] = [[] for _ in prompts]
    with torch.inference_mode():
        prefix = _read_prefix(model, prompts[0][:shared]) if shared else None
        for batch in bar(batches, label, unit="batches") if len(batches) > 1 else batches:
            tails = [prompts[at][shared:] for at in batch]
            limits = [max_new_tokens[at] for at in batch]
            seeds = [row_seed(seed, prompts[at], sample) for at in batch for sample in range(samples)]
            sampler = _sampler(temperature, top_p, seeds, [limit for limit in limits for _ in range(samples)])
            if distinct_starts and samples > 1:
                sampler = _apart(temperature, seeds, samples, sampler)
            if allowed is not None:
                sampler = _within([allowed[at] for at in batch], stops, samples, sampler)
            if copied is not None and copy_penalty:
                sampler = _away_from([copied[at] for at in batch], copy_penalty, samples, sampler)
            start = _Start(prefix, shared, tails, tokenizer.pad_token_id)
            ids = _decode(model, start, limits, samples, sampler, stops)
            for row, (tokens, stopped) in enumerate(ids):
                text = tokenizer.decode(tokens, skip_special_tokens=True).strip()
                out[batch[row // samples]].append(Rewrite(text, stopped, seeds[row]))
    return out


def stop_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Ids that end an answer: the tokenizer's stop token, which training teaches, and those the model came with."""
    plain = bare(model)
    found = {tokenizer.eos_token_id}
    for one in (getattr(plain, "generation_config", None), plain.config.get_text_config(decoder=True)):
        known = getattr(one, "eos_token_id", None)
        found |= set(known) if isinstance(known, list) else {known}
    return frozenset(found - {None})


Sampler = Callable[[Any, list[int], int], Any]
Follows = Mapping[int, Collection[int]]
"""Token -> tokens that come next to it somewhere in a text."""


@dataclass(frozen=True, slots=True)
class _Start:
    """Where decoding begins: cache of the shared prefix (or None), its length P, each draft's tokens, the pad id."""

    prefix: Any
    shared: int
    tails: list[list[int]]
    pad: int


def _shared(model: Any, prompts: Sequence[list[int]], limits: Sequence[int]) -> int:
    """Tokens that are read once for all prompts; 0 where the model's attention does not allow it."""
    if len(prompts) < 2:
        return 0
    longest, most = max(map(len, prompts)) + max(limits), reach(model)
    return common_prefix(prompts) if most is None or longest <= most else 0


def _read_prefix(model: Any, ids: list[int]) -> Any:
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=bare(model).config)
    model(input_ids=torch.tensor([ids], device=model.device), past_key_values=cache, use_cache=True, logits_to_keep=1)
    return cache


def _decode(
    model: Any, start: _Start, limits: list[int], samples: int, sample: Sampler, stops: frozenset[int]
) -> list[tuple[list[int], Literal["eos", "length"]]]:
    """Token ids of each row and how it ended; rows that are done leave the batch."""
    import torch

    from virality.models.cache import give_room

    cache, logits, mask = _read_drafts(model, start)
    if samples > 1:
        cache.batch_repeat_interleave(samples)
        logits, mask = logits.repeat_interleave(samples, 0), mask.repeat_interleave(samples, 0)
    give_room(cache, max(limits))
    live = list(range(len(start.tails) * samples))
    tokens: list[list[int]] = [[] for _ in live]
    ends: list[Literal["eos", "length"]] = ["length" for _ in live]
    for at in range(max(limits)):
        chosen = sample(logits.float(), live, at)
        keep: list[int] = []
        for place, (row, token) in enumerate(zip(live, chosen.tolist(), strict=True)):
            if token in stops:
                ends[row] = "eos"
                continue
            tokens[row].append(token)
            if len(tokens[row]) < limits[row // samples]:
                keep.append(place)
        if not keep:
            break
        if len(keep) < len(live):
            kept = mask.new_tensor(keep)
            cache.batch_select_indices(kept)
            mask, chosen, live = mask[kept], chosen[kept], [live[place] for place in keep]
        mask = torch.cat([mask, mask.new_ones(len(live), 1)], dim=1)
        logits = model(input_ids=chosen[:, None], attention_mask=mask, position_ids=mask.sum(1, keepdim=True) - 1,
                       past_key_values=cache, use_cache=True).logits[:, -1]  # fmt: skip
    return list(zip(tokens, ends, strict=True))


def _read_drafts(model: Any, start: _Start) -> tuple[Any, Any, Any]:
    """Cache, logits of the first new token (drafts, V) and mask (drafts, P + T) after reading each draft once."""
    import torch
    from transformers import DynamicCache

    device, rows, longest = model.device, len(start.tails), max(map(len, start.tails))
    ids = torch.tensor([[start.pad] * (longest - len(tail)) + tail for tail in start.tails], device=device)
    lengths = torch.tensor([len(tail) for tail in start.tails], device=device)
    own = (torch.arange(longest, device=device)[None, :] >= longest - lengths[:, None]).long()
    mask = torch.cat([own.new_ones(rows, start.shared), own], dim=1)
    cache = DynamicCache(config=bare(model).config) if start.prefix is None else copy.deepcopy(start.prefix)
    if start.prefix is not None:
        cache.batch_repeat_interleave(rows)
    positions = (mask.cumsum(1) - 1).clamp(min=0)[:, start.shared :]
    logits = model(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache,
                   use_cache=True, logits_to_keep=1).logits[:, -1]  # fmt: skip
    return cache, logits, mask


def _sampler(temperature: float, top_p: float, seeds: list[int], limits: list[int]) -> Sampler:
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


def _apart(temperature: float, seeds: list[int], samples: int, sample: Sampler) -> Sampler:
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


def _within(allowed: Sequence[Collection[int] | None], stops: frozenset[int], samples: int, sample: Sampler) -> Sampler:
    """The sampler, where each draft's rows have tokens of their own and those that end a row."""
    import torch

    rows: Any = None

    def masked(logits: Any, live: list[int], at: int) -> Any:
        nonlocal rows
        if rows is None:
            rows = torch.zeros(len(allowed), logits.shape[-1], dtype=torch.bool)
            for row, tokens in enumerate(allowed):
                rows[row, slice(None) if tokens is None else [*tokens, *stops]] = True
            rows = rows.to(logits.device)
        return sample(logits.masked_fill(~rows[[row // samples for row in live]], -torch.inf), live, at)

    return masked


def _away_from(copied: Sequence[Follows], penalty: float, samples: int, sample: Sampler) -> Sampler:
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


def row_seed(seed: int, prompt: list[int], sample: int) -> int:
    """The seed of one row: of the run's seed, the prompt and the number of the sample alone."""
    state = f"{seed} {sample} {prompt}".encode()
    return int(hashlib.sha256(state).hexdigest()[:8], 16)
