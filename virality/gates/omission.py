"""Nothing is lost: content words of the draft stand in the rewrite, or others came in for them.

A measure of words: it stops rewrites that gain by cutting. Without `context.paraphrase` a synonym counts as lost, and
honest but free restatements are stopped too.
"""

from __future__ import annotations

from virality.gates.aids import follows
from virality.gates.alignment import aligned, unmatched
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of

GATE = "omission"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where too few content words of the draft are kept, by share or for the words that came in."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    lost, came = unmatched(draft, rewrite, lang)
    said = len(content_words(draft, lang))
    gone = len(lost)
    if context.paraphrase and lost:
        lost = aligned(draft, rewrite, lang).lost
    least = context.min_kept_freely if context.paraphrase else context.min_kept_words
    if said and 1 - len(lost) / said < least:
        share = f"{said - len(lost)} of {said}"
        return failed(GATE, f"only {share} content words of the draft are kept: {listed(lost)} gone", *lost)
    if context.paraphrase and len(came) < context.new_for_gone[min(len(lost), len(context.new_for_gone) - 1)]:
        return failed(GATE, f"{listed(lost)} went out, and {listed(came) if came else 'nothing'} came in", *lost)
    if not follows(rewrite, draft, context.aids.entailment, context.min_entailment):
        return failed(GATE, "the draft does not follow from the rewrite, by the entailment model")
    if context.paraphrase and said and 1 - gone / said < context.min_kept_words and context.aids.similarity is not None:
        near = float(context.aids.similarity([(draft, rewrite)])[0])
        if near < context.min_similarity:
            return failed(GATE, f"said in other words, and too far from the draft: similarity {near:.2f}", *lost)
    return Verdict(GATE, "pass")
