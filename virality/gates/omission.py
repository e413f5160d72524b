"""Nothing is lost: most content words of the draft stand in the rewrite.

A measure of words, blind to synonyms and word order: it stops rewrites that gain by cutting, and honest
but free restatements too.
"""

from __future__ import annotations

from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, content_words, language_of

GATE = "omission"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where less than `context.min_kept_words` of the draft's content words are in the rewrite."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"content words are not known for {lang or 'an unknown language'}")
    before, after = content_words(draft, lang), content_words(rewrite, lang)
    lost = [word for stem, word in before.items() if stem not in after]
    if not before or 1 - len(lost) / len(before) >= context.min_kept_words:
        return Verdict(GATE, "pass")
    share = f"{len(before) - len(lost)} of {len(before)}"
    return failed(GATE, f"only {share} content words of the draft are kept: {listed(lost)} gone", *lost)
