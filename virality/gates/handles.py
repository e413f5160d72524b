"""Handles stay: each @name of the draft stands in the rewrite, and no other."""

from __future__ import annotations

from collections.abc import Sequence

from virality.gates.verdict import Context, Verdict, counted, failed
from virality.text.facts import facts

GATE = "handles"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a new or lost @handle, in any case; how often it stands does not matter. Hashtags: see that gate."""
    before, after = facts(draft).handles, facts(rewrite).handles
    if new := _only(after, before):
        return failed(GATE, f"{counted('handle', new)} not in the draft", *new)
    if lost := _only(before, after):
        return failed(GATE, f"{counted('handle', lost, ' of the draft')} gone", *lost)
    return Verdict(GATE, "pass")


def _only(these: Sequence[str], those: Sequence[str]) -> list[str]:
    known = {handle.casefold() for handle in those}
    return sorted({handle for handle in these if handle.casefold() not in known})
