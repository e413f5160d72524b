"""Nothing is added or denied: few content words of the rewrite are new, and it negates as often as the draft.

A measure of words: a synonym counts as new, a new claim made of the draft's own words is not seen.
"""

from __future__ import annotations

from virality.gates.negation import negations
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of

GATE = "claims"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where too many content words are new (`max_new_words`, `max_new_count`) or negations differ."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    before, after = negations(draft, lang), negations(rewrite, lang)
    if len(after) > len(before):
        return failed(GATE, f"a negation is new: {listed(after)}", *after)
    if len(after) < len(before):
        return failed(GATE, f"a negation of the draft is gone: {listed(before)}", *before)
    old, said = content_words(draft, lang), content_words(rewrite, lang)
    new = [word for stem, word in said.items() if stem not in old]
    if len(new) > context.max_new_count or len(new) > context.max_new_words * len(said):
        return failed(GATE, f"{len(new)} of {len(said)} content words are new: {listed(new)}", *new)
    return Verdict(GATE, "pass")
