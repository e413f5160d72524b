"""Nothing is added: new content words are few, or stand where words of the draft have gone.

A measure of words: without `context.paraphrase` a synonym counts as new. A rewrite that says the same in other words
gives a word for a word; one that claims more adds a clause. What is claimed in the draft's own words is not seen here.
"""

from __future__ import annotations

from virality.gates.aids import follows
from virality.gates.alignment import unmatched
from virality.gates.alike import spelt_alike
from virality.gates.balance import FILE, apart, odds, sides
from virality.gates.lexicon import digest
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of

GATE = "claims"
LISTS = digest(FILE)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where too many content words are new: by share, by number or by how new and lost words balance."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    draft, rewrite = spelt_alike(draft), spelt_alike(rewrite)
    if not context.paraphrase:
        _, new = unmatched(draft, rewrite, lang)
        said = len(content_words(rewrite, lang))
        if len(new) > context.max_new_count or len(new) > context.max_new_words * said:
            return failed(GATE, f"{len(new)} of {said} content words are new: {listed(new)}", *new)
    if not follows(draft, rewrite, context.aids.entailment, context.min_entailment):
        return failed(GATE, "the rewrite does not follow from the draft, by the entailment model")
    if not context.paraphrase:
        return Verdict(GATE, "pass")
    came, _ = sides(draft, rewrite, lang)
    unknown = apart(rewrite, draft, lang)
    if came.apart > context.max_new_freely * came.heavy:
        return failed(GATE, f"{came.apart} of {came.heavy} content words are new: {listed(unknown)}", *unknown)
    if unknown and odds(GATE, draft, rewrite, lang) > context.claim_odds:
        return failed(GATE, f"{listed(unknown)} came in, and too little went out for it", *unknown)
    return Verdict(GATE, "pass")
