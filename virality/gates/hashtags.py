"""Hashtags stay: none is invented, and one that goes leaves its words behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from virality.gates.verdict import Context, Verdict, counted, failed
from virality.text.facts import facts
from virality.text.normalise import fold

GATE = "hashtags"
_MOST_NEW = 1


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a lost or repeated hashtag, and on a new one: more than one, or one whose words the draft does not say.

    Place and case do not matter. A hashtag may become plain words, if these stand in the rewrite as often as they
    stood in the draft, with and without '#': '#Leeds' becomes 'Leeds', but a label that repeats a name does not go.
    """
    before, after = facts(draft).hashtags, facts(rewrite).hashtags
    if repeated := _more_often(after, before):
        return failed(GATE, f"{counted('hashtag', repeated)} there more often than in the draft", *repeated)
    new, lost = _only(after, before), _only(before, after)
    if not new and not lost:
        return Verdict(GATE, "pass")
    had, said = _joined(draft), _joined(rewrite)
    if strange := [tag for tag in new if _joined(tag) not in had]:
        return failed(GATE, f"{counted('hashtag', strange)} not in the draft", *strange)
    if len(new) > _MOST_NEW:
        return failed(GATE, f"{counted('hashtag', new)} not in the draft", *new)
    if gone := [tag for tag in lost if said.count(_joined(tag)) < had.count(_joined(tag))]:
        return failed(GATE, f"{counted('hashtag', gone, ' of the draft')} gone", *gone)
    return Verdict(GATE, "pass")


def _more_often(these: Sequence[str], those: Sequence[str]) -> list[str]:
    """Hashtags, one spelling each, that stand twice and more, and more often than in the other text."""
    had = Counter(map(_joined, those))
    spelt = {_joined(tag): tag for tag in these}
    return sorted(spelt[tag] for tag, times in Counter(map(_joined, these)).items() if times > max(had[tag], 1))


def _only(these: Sequence[str], those: Sequence[str]) -> list[str]:
    known = {_joined(tag) for tag in those}
    return sorted({tag for tag in these if _joined(tag) not in known})


def _joined(text: str) -> str:
    """The folded text without blanks: a hashtag is found in the words it is made of."""
    return fold(re.sub("[_\u200c]", " ", text)).replace(" ", "")
