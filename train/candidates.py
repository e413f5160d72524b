"""Rewrites of drafts by a writer, through the gates, ranked by a scorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from train.constrained import accounting
from train.scorers import Scorer
from train.steering import UNLED, Steering, follows, own_tokens
from train.steps import Writer
from virality.gates import Context, Verdict, check_all, passed
from virality.gates.aids import with_models
from virality.gates.corpus import Corpus
from virality.models import vllm_engine
from virality.models.generate import Rewrite, generate
from virality.models.prompts import answer, prompt_ids
from virality.progress import bar
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
        penalty: nats by which it stands farther back among the draft's candidates; no part of the scorer's opinion.
    """

    text: str
    origin: Literal["sample", "edit"]
    passed: bool
    utility: float
    penalty: float = 0.0


def sample(
    writer: Writer,
    drafts: Sequence[str],
    *,
    samples: int,
    temperature: float,
    seed: int,
    label: str = "rewriting",
    steering: Steering = UNLED,
) -> list[list[Rewrite]]:
    """`samples` rewrites of each draft, with handles and links restored. Temperature 0 is greedy and gives one."""
    slotted = [slot(draft) for draft in drafts]
    prompts = [prompt_ids(writer.tokenizer, writer.prompt, one.text) for one in slotted]
    limits = [length_limit(len(writer.tokenizer(one.text)["input_ids"])) for one in slotted]
    write = vllm_engine.generate if writer.engine == "vllm" else generate
    more: dict[str, Any] = {}
    if steering.accounted and writer.engine != "vllm":
        more["may"] = [accounting(one.text) for one in slotted]
    made = write(
        writer.model, writer.tokenizer, prompts,
        samples=samples, temperature=temperature, seed=seed, max_new_tokens=limits, label=label,
        allowed=[own_tokens(writer.tokenizer, one.text) for one in slotted] if steering.accounted else None,
        copied=[follows(writer.tokenizer, one.text) for one in slotted] if steering.copy_penalty else None,
        copy_penalty=steering.copy_penalty, distinct_starts=steering.distinct_starts,
        **more,
    )  # fmt: skip
    return [
        [Rewrite(normalise(answer(writer.tokenizer, one.text, form)), one.stopped, one.seed) for one in mine]
        for form, mine in zip(slotted, made, strict=True)
    ]


def length_limit(draft_tokens: int) -> int:
    """Most tokens a rewrite of a draft of so many tokens may have: half as many again and 16."""
    return draft_tokens + draft_tokens // 2 + 16


def gates_of(
    run: Path | None = None,
    encoder: str | None = None,
    entailment: str | None = None,
    thresholds: Mapping[str, Any] | None = None,
) -> Context:
    """What the gates know where a writer's rewrites are suggested or measured: one rule for both.

    Other words for the same are let pass, and what the run learned from must not be recited.

    Args:
        run: folder of the writer's run; None: it has none.
        encoder: of sentences, that says how near two are; None: words decide.
        entailment: a model that says whether one text follows from the other; None: words decide.
        thresholds: fields of `Context` that are to differ.

    Raises:
        ViralityError: a model is not on this machine, or the index of the corpus cannot be read.
    """
    corpus = None if run is None else Corpus.beside(run)
    return Context(**({"paraphrase": True} | dict(thresholds or {})), aids=with_models(encoder, entailment, corpus))


_USUAL = gates_of()
_APART = 1_000_003
"""Between the seeds of two temperatures: with the same random numbers, most of their samples would be the same."""


def judge_gates(
    draft: str, rewrite: str, platform: str | None, lang: str | None, context: Context | None = None
) -> tuple[Verdict, ...]:
    """Every gate's verdict on one rewrite; `context`: other thresholds than the usual ones, and what gates may ask."""
    return check_all(draft, rewrite, replace(context or _USUAL, platform=platform, lang=lang))


def rank(
    drafts: Sequence[str],
    writer: Writer,
    scorer: Scorer,
    *,
    samples: int,
    temperature: Sequence[float],
    seed: int,
    context: Context | None = None,
    steering: Steering = UNLED,
) -> list[list[Ranked]]:
    """The writer's samples of each draft, those that pass scored against the draft; temperatures share the samples."""
    found: list[dict[str, None]] = [{} for _ in drafts]
    for at, heat in enumerate(temperature):
        share = samples // len(temperature) + (at < samples % len(temperature))
        made = sample(writer, drafts, samples=share, temperature=heat, seed=seed + at * _APART,
                      steering=steering) if share else [[]] * len(drafts)  # fmt: skip
        for mine, rewrites in zip(found, made, strict=True):
            for rewrite in rewrites:
                mine.setdefault(rewrite.text)
    open_: list[tuple[int, str]] = []
    verdicts: list[list[tuple[str, bool]]] = []
    for at, (draft, mine) in enumerate(bar(list(zip(drafts, found, strict=True)), "gates", unit="drafts")):
        judged = [(text, passed(judge_gates(draft, text, writer.platform, None, context))) for text in mine]
        verdicts.append(judged)
        open_ += [(at, text) for text, good in judged if good]
    chances = scorer.probability([text for _, text in open_], [drafts[at] for at, _ in open_])
    odds = dict(zip(open_, np.log(chances / (1 - chances)).tolist(), strict=True))
    return [
        [Ranked(text, "sample", good, odds.get((at, text), 0.0)) for text, good in judged]
        for at, judged in enumerate(verdicts)
    ]
