"""No new engagement bait: Facebook's five kinds (vote, react, share, tag, comment), and follow.

Asking what readers think is no bait; asking them to press, tag, share, type or answer below is.
"""

from __future__ import annotations

from virality.gates.phrases import new_phrases, rows
from virality.gates.verdict import Context, Verdict

GATE = "bait"
LISTS = rows(GATE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of bait that the rewrite has and the draft has not; English and Arabic phrases."""
    return new_phrases(GATE, "engagement bait", draft, rewrite, context)
