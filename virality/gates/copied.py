"""Nothing is copied from the training corpus: no long run of words that is there and not in the draft.

A model that learned a post by heart writes it again. The corpus is an index of hashes, see `virality.gates.corpus`.
"""

from __future__ import annotations

from virality.gates.corpus import RUN
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.text.lang import script

GATE = "copied"
UNSPACED = ("han", "kana", "thai")
"""Scripts that write no blank between words."""
LISTS = (RUN, *UNSPACED)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where more than `max_copied_words` words in a row stand in the corpus, beside what the draft has itself.

    'not_checked' without an index of the corpus, and where blanks do not part words. Runs below 8 words are not seen.
    """
    corpus = context.aids.corpus
    if corpus is None:
        return not_checked(GATE, "no index of a training corpus is at hand")
    if (kind := script(rewrite)) in UNSPACED:
        return not_checked(GATE, f"the script ({kind}) does not part words by blanks")
    copied = corpus.longest(rewrite, draft)
    if len(copied) <= context.max_copied_words:
        return Verdict(GATE, "pass")
    return failed(GATE, f"{len(copied)} words in a row stand in the training corpus", " ".join(copied))
