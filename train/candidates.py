"""Rewrites of drafts from a writer and from edits of the draft's own words, through the gates, ranked by a scorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from train.scorers import Scorer
from train.steps import Writer
from virality.gates import Context, Verdict, check_all, passed
from virality.models import vllm_engine
from virality.models.generate import Rewrite, generate
from virality.models.prompts import answer, prompt_ids
from virality.progress import bar
from virality.text.edits import candidates
from virality.text.normalise import normalise
from virality.text.slots import slot

LIKELY = 0.5
"""A rewrite is suggested where the scorer says that it beats the draft with more than this probability."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One rewrite of a draft.

    Fields:
        text: with handles and links restored.
        origin: `sample` of the writer or `edit` of the draft's words.
        passed: every gate.
        utility: log-odds that it beats the draft, by the scorer; 0 where it did not pass and was not scored.
    """

    text: str
    origin: Literal["sample", "edit"]
    passed: bool
    utility: float


def sample(
    writer: Writer, drafts: Sequence[str], *, samples: int, temperature: float, seed: int, label: str = "rewriting"
) -> list[list[Rewrite]]:
    """`samples` rewrites of each draft, with handles and links restored. Temperature 0 is greedy and gives one."""
    slotted = [slot(draft) for draft in drafts]
    prompts = [prompt_ids(writer.tokenizer, writer.prompt, one.text) for one in slotted]
    limits = [length_limit(len(writer.tokenizer(one.text)["input_ids"])) for one in slotted]
    write = vllm_engine.generate if writer.engine == "vllm" else generate
    made = write(
        writer.model, writer.tokenizer, prompts,
        samples=samples, temperature=temperature, seed=seed, max_new_tokens=limits, label=label,
    )  # fmt: skip
    return [
        [Rewrite(normalise(answer(writer.tokenizer, one.text, form)), one.stopped, one.seed) for one in mine]
        for form, mine in zip(slotted, made, strict=True)
    ]


def length_limit(draft_tokens: int) -> int:
    """Most tokens a rewrite of a draft of so many tokens may have: half as many again and 16."""
    return draft_tokens + draft_tokens // 2 + 16


def judge_gates(draft: str, rewrite: str, platform: str | None, lang: str | None) -> tuple[Verdict, ...]:
    """Every gate's verdict on one rewrite."""
    return check_all(draft, rewrite, Context(platform=platform, lang=lang))


def rank(
    drafts: Sequence[str],
    writer: Writer,
    scorer: Scorer,
    *,
    samples: int,
    edits: int,
    temperature: float,
    seed: int,
) -> list[list[Ranked]]:
    """Candidates for each draft, those that pass scored against the draft."""
    found: list[dict[str, Literal["sample", "edit"]]] = [
        dict.fromkeys(candidates(draft, edits, seed), "edit") for draft in drafts
    ]
    if samples:
        made = sample(writer, drafts, samples=samples, temperature=temperature, seed=seed)
        for mine, rewrites in zip(found, made, strict=True):
            for rewrite in rewrites:
                mine.setdefault(rewrite.text, "sample")
    open_: list[tuple[int, str]] = []
    verdicts: list[list[tuple[str, Literal["sample", "edit"], bool]]] = []
    for at, (draft, mine) in enumerate(bar(list(zip(drafts, found, strict=True)), "gates", unit="drafts")):
        judged = [
            (text, origin, passed(judge_gates(draft, text, writer.platform, None))) for text, origin in mine.items()
        ]
        verdicts.append(judged)
        open_ += [(at, text) for text, _, good in judged if good]
    chances = scorer.probability([text for _, text in open_], [drafts[at] for at, _ in open_])
    odds = dict(zip(open_, np.log(chances / (1 - chances)).tolist(), strict=True))
    return [
        [Ranked(text, origin, good, odds.get((at, text), 0.0)) for text, origin, good in judged]
        for at, judged in enumerate(verdicts)
    ]
