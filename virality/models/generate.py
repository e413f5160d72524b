"""Generation for many drafts behind one instruction: what prompts share is read once, each draft once for all samples.

Letters: R rows (draft x sample), P prompt tokens that all drafts share, V vocabulary.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from virality.models import samplers
from virality.models.attention import bare, common_prefix, reach
from virality.models.checked import Checked, May
from virality.models.head import can_narrow, narrowed
from virality.models.samplers import Follows, Sampler
from virality.progress import bar


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
    rows: int = 128,
    label: str = "generating",
    allowed: Sequence[Collection[int] | None] | None = None,
    copied: Sequence[Follows] | None = None,
    copy_penalty: float = 0.0,
    distinct_starts: bool = False,
    may: Sequence[May | None] | None = None,
) -> list[list[Rewrite]]:
    """`samples` rewrites for each prompt, in the order of `prompts`.

    Args:
        model: causal language model, with or without an adapter.
        tokenizer: of that model.
        prompts: token ids, one list a draft.
        samples: for each prompt; greedy decoding (temperature 0) gives one whatever this says.
        temperature: 0 is greedy.
        top_p: nucleus (Holtzman et al. 2020), within the `samplers.TOP_K` likeliest tokens.
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
            top-k, Kool et al. 2019, arXiv:1903.06059) among those of at least
            `samplers.LEAST_START`; those that are left over begin as they would.
        may: for each prompt whether a piece may follow what is written, or, with None, whether it may end there; a
            piece that may not is drawn anew while there is a likely one (`checked.LEAST_LEFT`). None: anything goes.
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
            told = _Told.by(model, [stops, *(allowed[at] for at in batch)] if allowed is not None else [None])
            each = [limit for limit in limits for _ in range(samples)]
            sampler = samplers.sampler(temperature, top_p, seeds, each)
            if distinct_starts and samples > 1:
                sampler = samplers.apart(temperature, seeds, samples, sampler)
            if may is not None and any(may[at] for at in batch):
                again = [samplers.sampler(temperature, top_p, [one ^ other for one in seeds], each) for other in _AGAIN]
                spelt = pieces(tokenizer, told.tokens or range(len(tokenizer)), stops)
                sampler = Checked([may[at] for at in batch], spelt, samples, again, sampler)
            if allowed is not None:
                own = [told.places(None if (one := allowed[at]) is None else {*one, *stops}) for at in batch]
                sampler = samplers.within(own, samples, sampler)
            if copied is not None and copy_penalty:
                led = [told.follows(copied[at]) for at in batch]
                sampler = samplers.away_from(led, copy_penalty, samples, sampler)
            start = _Start(prefix, shared, tails, tokenizer.pad_token_id)
            with nullcontext() if told.tokens is None else narrowed(model, told.tokens):
                ids = _decode(model, start, limits, samples, sampler, stops, told)
            for row, (tokens, stopped) in enumerate(ids):
                text = tokenizer.decode(tokens, skip_special_tokens=True).strip()
                out[batch[row // samples]].append(Rewrite(text, stopped, seeds[row]))
    return out


_AGAIN = tuple(0x9E3779B1 * at & 0xFFFFFFFF for at in range(1, 7))
"""Turns a row's seed into those of the times that it is refused."""


def pieces(tokenizer: Any, tokens: Sequence[int], stops: Collection[int]) -> list[str | None]:
    """What each token adds to a text that it does not begin; None of those that end it."""
    known = _pieces(tokenizer)
    before = tokenizer("a", add_special_tokens=False)["input_ids"]
    start = len(tokenizer.decode(before))
    for token in set(tokens) - known.keys():
        known[token] = tokenizer.decode([*before, token])[start:]
    return [None if token in stops else known[token] for token in tokens]


@lru_cache(maxsize=4)
def _pieces(tokenizer: Any) -> dict[int, str]:
    return {}


def stop_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Ids that end an answer: the tokenizer's stop token, which training teaches, and those the model came with."""
    plain = bare(model)
    found = {tokenizer.eos_token_id}
    for one in (getattr(plain, "generation_config", None), plain.config.get_text_config(decoder=True)):
        known = getattr(one, "eos_token_id", None)
        found |= set(known) if isinstance(known, list) else {known}
    return frozenset(found - {None})


@dataclass(frozen=True, slots=True)
class _Start:
    """Where decoding begins: cache of the shared prefix (or None), its length P, each draft's tokens, the pad id."""

    prefix: Any
    shared: int
    tails: list[list[int]]
    pad: int


@dataclass(frozen=True, slots=True)
class _Told:
    """Which tokens the model tells logits of, in their order; None: of all. What is drawn is a place among them."""

    tokens: list[int] | None
    at: Mapping[int, int]

    @classmethod
    def by(cls, model: Any, wanted: Sequence[Collection[int] | None]) -> _Told:
        """Of the tokens that some row may write, where these are few."""
        sets = [one for one in wanted if one is not None]
        every = sorted({token for one in sets for token in one})
        if len(sets) < len(wanted) or not can_narrow(model, len(every)):
            return cls(None, {})
        return cls(every, {token: at for at, token in enumerate(every)})

    def places(self, tokens: Collection[int] | None) -> Collection[int] | None:
        return tokens if tokens is None or self.tokens is None else [self.at[token] for token in tokens]

    def follows(self, copied: Follows) -> Follows:
        if self.tokens is None:
            return copied
        known = self.at
        return {known[one]: [known[then] for then in after if then in known]
                for one, after in copied.items() if one in known}  # fmt: skip

    def ids(self, chosen: Any) -> Any:
        """The tokens of drawn places."""
        return chosen if self.tokens is None else chosen.new_tensor(self.tokens)[chosen]


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
    model: Any, start: _Start, limits: list[int], samples: int, sample: Sampler, stops: frozenset[int], told: _Told
) -> list[tuple[list[int], Literal["eos", "length"]]]:
    """Token ids of each row and how it ended; rows that are done leave the batch, the last ones take their places."""
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
        chosen = told.ids(sample(logits.float(), live, at))
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
            keep = _moved(keep)
            kept = mask.new_tensor(keep)
            cache.batch_select_indices(kept)
            mask, chosen, live = mask[kept], chosen[kept], [live[place] for place in keep]
        mask = torch.cat([mask, mask.new_ones(len(live), 1)], dim=1)
        logits = model(input_ids=chosen[:, None], attention_mask=mask, position_ids=mask.sum(1, keepdim=True) - 1,
                       past_key_values=cache, use_cache=True).logits[:, -1]  # fmt: skip
    return list(zip(tokens, ends, strict=True))


def _moved(keep: list[int]) -> list[int]:
    """The same places, so ordered that most stay where they are: the last ones fill the gaps of those that left."""
    gaps = sorted(set(range(len(keep))) - set(keep))
    late = [place for place in keep if place >= len(keep)]
    ordered = list(range(len(keep)))
    for gap, place in zip(gaps, late, strict=True):
        ordered[gap] = place
    return ordered


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


def row_seed(seed: int, prompt: list[int], sample: int) -> int:
    """The seed of one row: of the run's seed, the prompt and the number of the sample alone."""
    state = f"{seed} {sample} {prompt}".encode()
    return int(hashlib.sha256(state).hexdigest()[:8], 16)
