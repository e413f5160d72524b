"""Handles stay, hashtags are not invented, and a dropped hashtag leaves its words behind."""

from __future__ import annotations

import re

from virality.gates.verdict import Context, Verdict, counted, failed
from virality.text.facts import facts
from virality.text.normalise import fold

GATE = "handles"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a new or lost @handle, a new hashtag, and a hashtag whose words are nowhere in the rewrite.

    Case does not matter. Words that become a hashtag ('climate change' -> '#ClimateChange') are a new
    hashtag.
    """
    before, after = facts(draft), facts(rewrite)
    if before.handles == after.handles and before.hashtags == after.hashtags:
        return Verdict(GATE, "pass")
    if new := _only(after.handles, before.handles):
        return failed(GATE, f"{counted('handle', new)} not in the draft", *new)
    if lost := _only(before.handles, after.handles):
        return failed(GATE, f"{counted('handle', lost, ' of the draft')} gone", *lost)
    if new := _only(after.hashtags, before.hashtags):
        return failed(GATE, f"{counted('hashtag', new)} not in the draft", *new)
    said = fold(rewrite).replace(" ", "")
    if lost := [tag for tag in _only(before.hashtags, after.hashtags) if _joined(tag) not in said]:
        return failed(GATE, f"{counted('hashtag', lost, ' of the draft')} gone, and its words too", *lost)
    return Verdict(GATE, "pass")


def _only(these: tuple[str, ...], those: tuple[str, ...]) -> list[str]:
    known = {t.casefold() for t in those}
    return sorted({t for t in these if t.casefold() not in known})


def _joined(tag: str) -> str:
    return fold(re.sub("_", " ", tag)).replace(" ", "")
