"""Candidates made of the draft's own words by edits: moved, joined, split, shortened, see `virality.text.edits`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from train.scorers import Scorer
from train.search import Source, search
from virality.gates import Context
from virality.text.normalise import sentences, words
from virality.text.vocabulary import vocabulary

_POINTS_BACK = vocabulary(
    "it its it's it'll they they're them their theirs he he's him his she she's her hers this that that's these those "
    "there then so but and or also however therefore thus instead meanwhile because which who here both each such",
    "هو هي هم هن هذا هذه ذلك تلك هؤلاء وهو وهي وهم وهذا وهذه وذلك كما لكن ولكن لذلك ولذلك ثم كذلك ايضا حيث لانه لانها "
    "بينما منها منه فيها فيه عليها عليه ده دي كده هاد هادا هيدا هيك هاذا",
)
"""Words that refer to what was said before: a post that did not begin with one should not begin with one."""
_FRAGMENT = vocabulary("who whose whom which that to than as being")
"""Words that begin no sentence by themselves, where a longer one was cut."""
_TAGS = ("#", "@")
_BROKEN = re.compile(
    r"[:;,،؛]\s*[.!?؟\n]|\b(?:with|by|of|to|from|for|at|in|on|and|or|but|the|an?|via|as|is|are|was|were|than)\s*[.!?\n]"
    r"|(?<!\w)(?:مع|من|في|على|الى|إلى|عن|او|أو|هو|هي|بين)\s*[.!?؟\n]",
    re.IGNORECASE,
)
"""What a sentence leaves that was moved from its link or handle: marks side by side, a word that waits for more."""


def wordings(drafts: Sequence[Source], scorer: Scorer, gates: Context, most: int, seed: int) -> list[list[str]]:
    """Up to `most` wordings of each draft that pass the gates and still hang together, the likeliest first.

    They are chains of edits, found by a search that the scorer leads (`train.search`).
    """
    found = search(drafts, scorer.probability, gates, most=2 * most, seed=seed, least_edit=gates.min_edit)
    return [
        [one.text for one in mine if _hangs_together(draft.text, one.text)][:most]
        for draft, mine in zip(drafts, found, strict=True)
    ]


def _hangs_together(draft: str, text: str) -> bool:
    starts, before = _starts(text), _starts(draft)
    if starts[:1] != before[:1] and not _POINTS_BACK.isdisjoint(starts[:1]):
        return False
    if any(word in _FRAGMENT or word.endswith("ing") for word in starts if word not in before):
        return False
    if text[:1] in _TAGS and draft[:1] not in _TAGS:
        return False
    return len(_BROKEN.findall(f"{text}\n")) <= len(_BROKEN.findall(f"{draft}\n"))


def _starts(text: str) -> list[str]:
    """The first word of each sentence, in lower case."""
    return [found[0].lower().replace("’", "'") for part in sentences(text) if (found := words(part))]
