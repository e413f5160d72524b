"""Links and e-mail addresses stay: the same ones, letter for letter, none more often than the draft has it."""

from __future__ import annotations

import re
from collections import Counter

from virality.gates.verdict import Context, Verdict, counted, failed
from virality.text.facts import facts

GATE = "links"
_SLOT = re.compile(r"<link[0-9]*>")
_EMAIL = re.compile(r"(?<![\w@])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", re.ASCII)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a new, lost or repeated link, and on a slot that was not filled ('<link3>')."""
    before, after = _links(draft), _links(rewrite)
    if new := sorted(after.keys() - before.keys()):
        return failed(GATE, f"{counted('link', new)} not in the draft", *new)
    if lost := sorted(before.keys() - after.keys()):
        return failed(GATE, f"{counted('link', lost, ' of the draft')} gone", *lost)
    if repeated := sorted((after - before).keys()):
        return failed(GATE, f"{counted('link', repeated)} there more often than in the draft", *repeated)
    return Verdict(GATE, "pass")


def _links(text: str) -> Counter[str]:
    return Counter((*facts(text).links, *_SLOT.findall(text), *_EMAIL.findall(text)))
