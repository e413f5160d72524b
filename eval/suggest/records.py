"""What is suggested for a draft, and as which plain values `--json` prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from train.scorers.reasons import Reason
from virality.gates import Verdict
from virality.models.prompts import Prompt

Tone = Literal["as-is", "plain", "warm", "witty", "bold", "formal"]
TONES: tuple[Tone, ...] = ("as-is", "plain", "warm", "witty", "bold", "formal")
Origin = Literal["sample", "edit"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rewrite that passed every gate.

    Fields:
        text: with handles and links restored.
        p_better: the scorer's P(it beats the draft), in (0, 1); None without a scorer.
        edits: share of words that it changes, 0 to 1.
        verdicts: of every gate; none is a fail.
        low, high: 95% interval of p_better, see `eval.suggest.interval`; None where nothing tells.
        origin: `sample` of the writer, or `edit` of the draft's own words.
        reasons: what speaks for it (side `second`) and for the draft (`first`); empty where none were asked for.
    """

    text: str
    p_better: float | None
    edits: float
    verdicts: tuple[Verdict, ...]
    low: float | None = None
    high: float | None = None
    origin: Origin = "sample"
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is suggested for a draft; where nothing is, `reason` says why and the draft stands.

    Fields:
        draft: normalised.
        suggestions: the best first.
        reason: why there are none; None where there are.
        platform: whose length was held to; None = none.
        tone: that was asked for.
        prompt: the writer was asked with; None where it was not asked.
    """

    draft: str
    suggestions: list[Suggestion]
    reason: str | None
    platform: str | None = None
    tone: Tone = "as-is"
    prompt: Prompt | None = None


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as `--json` prints it: draft, suggestions, reason."""
    return {
        "draft": answer.draft,
        "suggestions": [
            {
                "text": one.text,
                "p_better": one.p_better,
                "low": one.low,
                "high": one.high,
                "edits": one.edits,
                "gates": gates_json(one.verdicts),
            }
            for one in answer.suggestions
        ],
        "reason": answer.reason,
    }


def gates_json(verdicts: tuple[Verdict, ...]) -> dict[str, dict[str, Any]]:
    """Gate -> passed (null: not checked), reason, evidence."""
    return {
        verdict.gate: {
            "passed": {"pass": True, "fail": False, "not_checked": None}[verdict.state],
            "reason": verdict.reason,
            "evidence": list(verdict.evidence),
        }
        for verdict in verdicts
    }
