"""What a gate answers (Verdict) and what it may know beside the two texts (Context)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from virality.gates.aids import Aids

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
        paraphrase: whether other words for the same are let pass (synonyms, and what stands in a lost word's
            place), as for suggestions; else only the same stems count, as for pairs of training.
        accounted: whether each word that came must stand for one that went, by rows that people checked; for the
            samples of a writer, see `virality.gates.accounted`.
        min_kept_freely: `min_kept_words` of such rewrites, a synonym counted as kept.
        max_new_freely: `max_new_words` of such rewrites, a synonym counted as known.
        claim_odds: log-odds, in nats, from which such a rewrite counts as claiming more, see `virality.gates.balance`.
        loss_odds: log-odds from which it counts as saying less.
        aids: models at hand, see `virality.gates.aids`.
        min_entailment: least probability that each of draft and rewrite says all that the other does, where a model
            is at hand.
        min_similarity: least cosine of a draft and a rewrite that keeps less than `min_kept_words`, where an
            encoder is at hand.
        max_free_words: lost and new content words together, beyond which a rewrite counts as free.
        max_growth: greatest length of the rewrite as a multiple of the draft's, before `growth_slack`.
        growth_slack: characters that a rewrite may be longer beyond that.
        min_length: least length of the rewrite as a multiple of the draft's.
        min_edit: least edit ratio between draft and rewrite, capitals not counted, 0 to 1; what changes less is none.
        repeated_words: words in the sequence whose repetition counts as degenerate.
        repeated_times: how often such a sequence must stand, and more often than in the draft, to fail.
        max_copied_words: greatest number of words in a row that stand in the training corpus and not in the draft; an
            index sees 8 and more.
        clickbait_odds: least log-odds, in nats, at which the model of headlines calls a rewrite clickbait.
        clickbait_rise: least rise of them over the draft's.
    """

    platform: str | None = None
    lang: str | None = None
    min_kept_words: float = 0.7
    max_new_words: float = 0.25
    max_new_count: int = 8
    paraphrase: bool = False
    accounted: bool = False
    min_kept_freely: float = 0.45
    max_new_freely: float = 0.55
    claim_odds: float = 0.7
    loss_odds: float = -0.35
    min_entailment: float = 0.5
    min_similarity: float = 0.5
    max_free_words: int = 5
    max_growth: float = 1.5
    growth_slack: int = 40
    min_length: float = 0.5
    min_edit: float = 0.0
    repeated_words: int = 4
    repeated_times: int = 2
    max_copied_words: int = 10
    aids: Aids = field(default_factory=Aids)
    clickbait_odds: float = 5.0
    clickbait_rise: float = 6.5


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
