"""No praise that the draft does not support: superlatives, 'in history' and 'in the world', promises.

What a draft calls best may stay best; a rewrite that says it first has invented it.
"""

from __future__ import annotations

from virality.gates.phrases import new_phrases, rows
from virality.gates.verdict import Context, Verdict

GATE = "hype"
LISTS = rows(GATE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of hype that the rewrite has and the draft has not; English and Arabic."""
    return new_phrases(GATE, "hype", draft, rewrite, context)
