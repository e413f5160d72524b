"""No new words of moral outrage: more of them spread a post further, and anger those who read it.

After the moral-emotional words of Brady et al. (2017, PNAS 114:7313): disgust, contempt and anger at what is wrong, not
the names of crimes and wars, which are topics. Insults are the toxicity gate's.
"""

from __future__ import annotations

from virality.gates.phrases import new_phrases, rows
from virality.gates.verdict import Context, Verdict

GATE = "outrage"
LISTS = rows(GATE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of outrage that the rewrite has and the draft has not; English and Arabic words."""
    return new_phrases(GATE, "outrage", draft, rewrite, context)
