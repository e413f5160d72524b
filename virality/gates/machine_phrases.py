"""No new phrase that gives machines away: what readers mean by 'it screams ChatGPT'.

From the excess words of machine-written prose (Kobak et al. 2024, arXiv:2406.07016) and from what assistants open and
close with. People write some of them too, and those of the draft may stay.
"""

from __future__ import annotations

from virality.gates.phrases import new_phrases, rows
from virality.gates.verdict import Context, Verdict

GATE = "machine_phrases"
LISTS = rows(GATE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of such phrases that the rewrite has and the draft has not; English and Arabic."""
    return new_phrases(GATE, "phrases of machines", draft, rewrite, context)
