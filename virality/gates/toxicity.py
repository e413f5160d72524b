"""No insult, slur or obscenity that the draft did not have: lists of words by kind, blind to masked spelling."""

from __future__ import annotations

from virality.gates.phrases import new_phrases, rows
from virality.gates.verdict import Context, Verdict

GATE = "toxicity"
LISTS = rows(GATE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of insult that the rewrite has and the draft has not; English and Arabic words."""
    return new_phrases(GATE, "insulting words", draft, rewrite, context)
