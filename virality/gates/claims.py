"""Nothing is added: new content words are few, or stand where words of the draft have gone.

A measure of words: without `context.paraphrase` a synonym counts as new. A rewrite that says the same in other words
loses as many words as it gains; one that claims more gains words and loses none. What is claimed in the draft's own
words is not seen here.
"""

from __future__ import annotations

from virality.gates.aids import follows
from virality.gates.alignment import aligned, unmatched
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of

GATE = "claims"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where too many content words are new, by share, by number or for the words of the draft that have gone."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    gone, new = unmatched(draft, rewrite, lang)
    said = len(content_words(rewrite, lang))
    if not context.paraphrase and (len(new) > context.max_new_count or len(new) > context.max_new_words * said):
        return failed(GATE, f"{len(new)} of {said} content words are new: {listed(new)}", *new)
    if not follows(draft, rewrite, context.aids.entailment, context.min_entailment):
        return failed(GATE, "the rewrite does not follow from the draft, by the entailment model")
    if not new or not context.paraphrase:
        return Verdict(GATE, "pass")
    unknown = aligned(draft, rewrite, lang).new
    if len(unknown) > context.max_new_freely * said:
        return failed(GATE, f"{len(unknown)} of {said} content words are new: {listed(unknown)}", *unknown)
    least = context.gone_for_new[min(len(unknown), len(context.gone_for_new) - 1)]
    if unknown and len(gone) < least:
        return failed(GATE, f"{listed(unknown)} came in, and {listed(gone) if gone else 'nothing'} went out", *unknown)
    return Verdict(GATE, "pass")
