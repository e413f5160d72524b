"""`virality suggest`: one draft, and its rewrites that passed every gate and are likely to do better."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.independence import guides
from train.candidates import LIKELY, judge_gates, length_limit, sample
from train.scorers import Scorer, controls
from train.steps import Writer, load_scorer, load_writer
from virality.errors import ViralityError
from virality.gates import Verdict, passed
from virality.models.generate import generate
from virality.models.prompts import answer, prompt_ids
from virality.text.lang import detect
from virality.text.normalise import normalise
from virality.text.platforms import LIMITS, length
from virality.text.similarity import edit_ratio, marked
from virality.text.slots import slot

MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rewrite that passed every gate. `p_better`: the scorer's P(it beats the draft); None without a scorer."""

    text: str
    p_better: float | None
    edits: float
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is suggested for a draft; where nothing is, `reason` says why and the draft stands."""

    draft: str
    suggestions: list[Suggestion]
    reason: str | None


def suggest(
    draft: str,
    writer: Writer,
    scorer: Scorer | None,
    *,
    n: int,
    samples: int,
    seed: int,
    platform: str | None,
    temperature: float = 0.7,
) -> Answer:
    """Up to `n` rewrites of a draft that pass every gate and that the scorer, where there is one, prefers to it.

    Raises:
        ViralityError: the draft is empty or far longer than any post, or the platform is not known.
    """
    draft = _checked(draft, platform)
    made = sample(writer, [draft], samples=samples, temperature=temperature, seed=seed)[0]
    texts = list(dict.fromkeys(one.text for one in made))
    verdicts = {text: judge_gates(draft, text, platform, None) for text in texts}
    open_ = [text for text in texts if passed(verdicts[text])]
    if not open_:
        return Answer(draft, [], f"none of {len(texts)} rewrites passed the gates: {_why(list(verdicts.values()))}")
    chances: list[float | None] = [None] * len(open_)
    if scorer is not None:
        chances = list(scorer.probability(open_, [draft] * len(open_)).tolist())
    found = [
        Suggestion(text, p, edit_ratio(draft, text), verdicts[text]) for text, p in zip(open_, chances, strict=True)
    ]
    found.sort(key=lambda one: (-(one.p_better or 0.5), one.text))
    likely = [one for one in found if one.p_better is None or one.p_better > LIKELY]
    if not likely:
        best = found[0].p_better or 0.0
        return Answer(draft, [], f"{len(open_)} of {len(texts)} rewrites passed the gates, and none is likely to do "
                                 f"better than the draft (the best: {best:.0%})")  # fmt: skip
    return Answer(draft, likely[:n], None)


def raw(draft: str, writer: Writer) -> str:
    """The writer's greedy text, before the gates: what the card's quick start prints."""
    draft = _checked(draft, None)
    slotted = slot(draft)
    limit = length_limit(len(writer.tokenizer(slotted.text)["input_ids"]))
    ids = prompt_ids(writer.tokenizer, writer.prompt, slotted.text)
    made = generate(writer.model, writer.tokenizer, [ids], samples=1, temperature=0, max_new_tokens=[limit])
    return answer(writer.tokenizer, made[0][0].text, slotted)


def command(
    run: Path, draft: str, *, n: int, samples: int, seed: int, platform: str | None, raw: bool, as_json: bool
) -> int:
    """`virality suggest`. Returns the exit code."""
    for name, value in (("n", n), ("samples", samples)):
        if value < 1:
            raise ViralityError(f"--{name} = {value}: is at least 1")
    _checked(draft, platform)
    if raw:
        print(_raw(run, draft))
        return 0
    writer = load_writer(run)
    unknown = _unknown_language(draft, writer)
    if unknown is not None:
        found = Answer(_checked(draft, platform), [], unknown)
        print(json.dumps(_as_json(found), ensure_ascii=False) if as_json else _as_text(found))
        return 0
    scorer = _guide_of(run)
    found = suggest(draft, writer, scorer, n=n, samples=samples, seed=seed, platform=platform or writer.platform)
    print(json.dumps(_as_json(found), ensure_ascii=False) if as_json else _as_text(found))
    return 0


def _raw(run: Path, draft: str) -> str:
    return raw(draft, load_writer(run, precision="fp32", merge=False))


def _unknown_language(draft: str, writer: Writer) -> str | None:
    """Why this writer should not be asked: the draft is in a language that it has not learned from. None: it may."""
    lang = detect(normalise(draft))
    if lang is None or not writer.languages or writer.languages.get(lang, 0) >= 0.01 * sum(writer.languages.values()):
        return None
    known = ", ".join(sorted(writer.languages, key=lambda code: -writer.languages[code]))
    return f"it is in '{lang}', and this writer has learned from {known} alone; train one on posts in '{lang}'"


def _guide_of(run: Path) -> Scorer | None:
    """The scorer that ranked the writer's preferences, or those of a writer it continues; None where there was none."""
    nearest = next(guides(run), None)
    if nearest is None:
        return None
    controls.refuse(nearest, "scorer")
    return load_scorer(nearest)


def _checked(draft: str, platform: str | None) -> str:
    if platform is not None:
        length("", platform)
    cleaned = normalise(draft)
    if all(unicodedata.category(character)[0] in "ZC" for character in cleaned):
        raise ViralityError("draft: is empty; write what the post should say")
    if len(cleaned) > MOST_CHARACTERS:
        raise ViralityError(f"draft: {len(cleaned):,} characters; a post has {MOST_CHARACTERS:,} at most")
    if platform in LIMITS and length(cleaned, str(platform)) > LIMITS[str(platform)]:
        raise ViralityError(f"draft: {length(cleaned, str(platform))} characters as {platform} counts them, and it "
                            f"allows {LIMITS[str(platform)]}; shorten it, or name another --platform")  # fmt: skip
    return cleaned


def _why(verdicts: list[tuple[Verdict, ...]]) -> str:
    failed = Counter(verdict.gate for one in verdicts for verdict in one if verdict.state == "fail")
    example = next(verdict.reason for one in verdicts for verdict in one if verdict.state == "fail")
    return ", ".join(f"{gate} {count}" for gate, count in failed.most_common()) + f" (e.g. {example})"


def _as_text(answer: Answer) -> str:
    if answer.reason is not None:
        return f"{answer.draft}\n\nThe draft stands: {answer.reason}."
    blocks = []
    for one in answer.suggestions:
        chance = "not scored" if one.p_better is None else f"beats the draft with {one.p_better:.0%}"
        unseen = [verdict.gate for verdict in one.verdicts if verdict.state == "not_checked"]
        seen = len(one.verdicts) - len(unseen)
        gates = f"passed {seen} gate{'s' * (seen != 1)}" + (f", not checked: {', '.join(unseen)}" if unseen else "")
        blocks.append(
            f"{one.text}\n    {chance}; {one.edits:.0%} edited; {gates}\n    {marked(answer.draft, one.text)}"
        )
    return "\n\n".join(blocks)


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "draft": answer.draft,
        "suggestions": [
            {
                "text": one.text,
                "p_better": one.p_better,
                "low": None,
                "high": None,
                "edits": one.edits,
                "gates": {
                    verdict.gate: {
                        "passed": {"pass": True, "fail": False, "not_checked": None}[verdict.state],
                        "reason": verdict.reason,
                        "evidence": list(verdict.evidence),
                    }
                    for verdict in one.verdicts
                },
            }
            for one in answer.suggestions
        ],
        "reason": answer.reason,
    }
