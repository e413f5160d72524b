"""What leads a writer's sampling beside its own likelihoods: words it may write with, and less of the draft's own run.

A small writer copies: it is so sure of the draft's next word that a nucleus of 0.95 holds nothing else, and most of its
samples differ too little to count. A penalty on that one word opens the nucleus to the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from virality.errors import ViralityError
from virality.gates.accounted import accountable
from virality.models.samplers import Follows
from virality.text.lang import detect
from virality.text.normalise import normalise


@dataclass(frozen=True, slots=True)
class Steering:
    """What leads sampling beside the model's own likelihoods.

    Fields:
        accounted: of English drafts, written with words alone that can be accounted for (`virality.gates.accounted`).
        copy_penalty: nats by which the token that begins the draft's next word is less likely; 0: none.
        distinct_starts: whether the samples of a draft begin with tokens of their own.
    """

    accounted: bool = False
    copy_penalty: float = 0.0
    distinct_starts: bool = False

    @property
    def plain(self) -> bool:
        """Whether an engine that draws each token by the model's likelihoods alone can do it."""
        return not self.copy_penalty and not self.distinct_starts


UNLED = Steering()
"""Sampling as the model has it."""


def follows(tokenizer: Any, draft: str) -> Follows:
    """Tokens of the draft -> those that begin a word behind them there: not of marks, slots or the rest of a word.

    Raises:
        ViralityError: the tokenizer does not tell where its tokens stand.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ViralityError("copy_penalty: this base's tokenizer does not tell where its tokens stand; leave it out")
    found: dict[int, set[int]] = {}
    for written in (draft, f" {draft}"):
        read = tokenizer(written, add_special_tokens=False, return_offsets_mapping=True)
        steps = zip(pairwise(read["input_ids"]), pairwise(read["offset_mapping"]), strict=True)
        for (one, then), ((_, before), (start, end)) in steps:
            begins = written[start].isspace() or written[:start][-1:].isspace()
            if start >= before and begins and written[start:end].strip()[:1].isalpha():
                found.setdefault(one, set()).add(then)
    return found


def own_tokens(tokenizer: Any, draft: str) -> frozenset[int] | None:
    """Tokens of the draft, of the words that may stand for its own, and of marks; None where it is not English."""
    if detect(draft) != "en":
        return None
    words = accountable(normalise(draft), "en")
    forms = {form for word in words for form in (word, word.capitalize())} | {*draft.split(), draft}
    written = [text for form in sorted(forms) for text in (form, f" {form}")] + [
        *_MARKS,
        *(f" {one}" for one in _MARKS),
    ]
    return frozenset(token for ids in tokenizer(written, add_special_tokens=False)["input_ids"] for token in ids)


_MARKS = (*".,;:!?\"'()-\n", "’", "“", "”", "—", "–", "...", "…", "'s", "n't", "'re", "'ve", "'ll", "'d", "'m")
