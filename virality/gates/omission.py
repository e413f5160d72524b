"""Nothing is lost: content words of the draft stand in the rewrite, or others came in for them.

A measure of words: it stops rewrites that gain by cutting. Without `context.paraphrase` a synonym counts as lost, and
honest but free restatements are stopped too.
"""

from __future__ import annotations

from virality.gates.aids import follows
from virality.gates.alignment import unmatched
from virality.gates.alike import spelt_alike
from virality.gates.balance import FILE, apart, odds, sides
from virality.gates.lexicon import digest
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of
from virality.text.lang import script
from virality.text.normalise import fold

GATE = "omission"
LISTS = digest(FILE)
_WITHOUT_BLANKS = frozenset(("han", "kana", "thai"))


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where too few content words of the draft are kept: by share, or by how lost and new words balance.

    In a language that is not known it fails where not one word of the draft is kept.
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return _any_word(draft, rewrite, lang)
    draft, rewrite = spelt_alike(draft), spelt_alike(rewrite)
    said = len(content_words(draft, lang))
    if not context.paraphrase:
        lost, _ = unmatched(draft, rewrite, lang)
        if said and 1 - len(lost) / said < context.min_kept_words:
            share = f"{said - len(lost)} of {said}"
            return failed(GATE, f"only {share} content words of the draft are kept: {listed(lost)} gone", *lost)
    if not follows(rewrite, draft, context.aids.entailment, context.min_entailment):
        return failed(GATE, "the draft does not follow from the rewrite, by the entailment model")
    if not context.paraphrase:
        return Verdict(GATE, "pass")
    _, went = sides(draft, rewrite, lang)
    lost = apart(draft, rewrite, lang)
    kept = went.heavy - went.apart
    if kept < context.min_kept_freely * went.heavy:
        return failed(
            GATE, f"only {kept} of {went.heavy} content words of the draft are kept: {listed(lost)} gone", *lost
        )
    if lost and odds(GATE, draft, rewrite, lang) > context.loss_odds:
        return failed(GATE, f"{listed(lost)} went out, and too little came in for it", *lost)
    if said and 1 - went.unlike / said < context.min_kept_words and context.aids.similarity is not None:
        near = float(context.aids.similarity([(draft, rewrite)])[0])
        if near < context.min_similarity:
            return failed(GATE, f"said in other words, and too far from the draft: similarity {near:.2f}", *lost)
    return Verdict(GATE, "pass")


def _any_word(draft: str, rewrite: str, lang: str | None) -> Verdict:
    said = fold(draft).split()
    if said and script(draft) not in _WITHOUT_BLANKS and set(said).isdisjoint(fold(rewrite).split()):
        return failed(GATE, f"not one word of the draft is kept: {listed(said)} gone", *said)
    return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
