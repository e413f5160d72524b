"""What a gate answers (Verdict) and what it may know beside the two texts (Context)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["pass", "fail", "not_checked"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one gate.

    Attributes:
        gate: name of the gate, a key of `virality.gates.GATES`.
        state: 'not_checked' where the gate does not know the language or script, or cannot see enough.
        reason: one line for a person; empty on 'pass'.
        evidence: the pieces of text that decided, at most a few.
    """

    gate: str
    state: State
    reason: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the gates may know, and their thresholds.

    Attributes:
        platform: a key of `virality.text.platforms.LIMITS`; None = no platform, no limit.
        lang: language of the draft as ISO 639-1; None = detected.
        min_kept_words: least share (0 to 1) of the draft's content words that stand in the rewrite.
        max_new_words: greatest share (0 to 1) of the rewrite's content words that the draft does not have.
        max_new_count: greatest number of such words, whatever the share.
        max_growth: greatest length of the rewrite as a multiple of the draft's, before `growth_slack`.
        growth_slack: characters that a rewrite may be longer beyond that.
        min_length: least length of the rewrite as a multiple of the draft's.
        repeated_words: words in the sequence whose repetition counts as degenerate.
        repeated_times: how often such a sequence must stand, and more often than in the draft, to fail.
    """

    platform: str | None = None
    lang: str | None = None
    min_kept_words: float = 0.7
    max_new_words: float = 0.25
    max_new_count: int = 8
    max_growth: float = 1.5
    growth_slack: int = 40
    min_length: float = 0.5
    repeated_words: int = 4
    repeated_times: int = 2


MAX_EVIDENCE = 5


def failed(gate: str, reason: str, *evidence: str) -> Verdict:
    """A fail with its reason and the first few pieces of evidence."""
    return Verdict(gate, "fail", reason, evidence[:MAX_EVIDENCE])


def not_checked(gate: str, reason: str) -> Verdict:
    """No answer, and why."""
    return Verdict(gate, "not_checked", reason)


def listed(items: Sequence[str]) -> str:
    """'15', '15 and 16', '15, 16 and 17': at most a few, for a reason."""
    shown = list(items[:MAX_EVIDENCE])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(noun: str, items: Sequence[str], where: str = "") -> str:
    """'number 15 is', 'numbers 15 and 16 of the draft are': the beginning of a reason."""
    return f"{noun} {listed(items)}{where} is" if len(items) == 1 else f"{noun}s {listed(items)}{where} are"
