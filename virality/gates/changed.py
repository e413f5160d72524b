"""The rewrite is something, and something else than the draft: not empty, unchanged or stuck in a loop."""

from __future__ import annotations

from collections import Counter

from virality.gates.verdict import Context, Verdict, failed
from virality.text.normalise import fold

GATE = "changed"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on an empty rewrite, one equal to the draft but for case and punctuation, and on repetition."""
    if not rewrite.strip():
        return failed(GATE, "empty")
    before, after = fold(draft), fold(rewrite)
    if before == after:
        return failed(GATE, "unchanged: the words of the draft, in its order")
    n, times = context.repeated_words, context.repeated_times
    runs = _runs(after, n)
    if runs and (most := runs.most_common(1)[0])[1] >= times and _runs(before, n)[most[0]] < times:
        return failed(GATE, f"repeats itself: {most[0]!r} stands {most[1]} times", most[0])
    return Verdict(GATE, "pass")


def _runs(folded: str, n: int) -> Counter[str]:
    tokens = folded.split()
    return Counter(" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
