"""The rewrite is something, and something else than the draft: not empty, unchanged or stuck in a loop."""

from __future__ import annotations

from collections import Counter

from virality.gates.verdict import Context, Verdict, failed
from virality.text.normalise import fold
from virality.text.similarity import reworded

GATE = "changed"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on an empty rewrite, one equal to the draft but for case and punctuation or nearer, and on repetition."""
    if not rewrite.strip():
        return failed(GATE, "empty")
    before, after = fold(draft), fold(rewrite)
    if before == after:
        return failed(GATE, "unchanged: the words of the draft, in its order")
    if context.min_edit and (ratio := reworded(draft, rewrite)) < context.min_edit:
        return failed(GATE, f"hardly changed: an edit ratio of {ratio:.2f}, and {context.min_edit:g} is asked for")
    n, times = context.repeated_words, context.repeated_times
    had = Counter(_runs(before, n))
    for run, count in Counter(_runs(after, n)).most_common():
        if count < times:
            break
        if count > had[run]:
            phrase = " ".join(run)
            return failed(GATE, f"repeats itself: {phrase!r} stands {count} times", phrase)
    return Verdict(GATE, "pass")


def _runs(folded: str, n: int) -> list[tuple[str, ...]]:
    tokens = folded.split()
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
