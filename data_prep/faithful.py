"""Which pairs are faithful: the fact gates, asked of many pairs, in worker processes where there are many.

Two of the gates count words only, and the sets of words were made at reading: what they refuse is refused here without
looking at the texts again, with the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from data_prep.workers import in_order
from virality.gates import Context, keeps_facts
from virality.gates.wording import KNOWN

Texts = tuple[str, str, str | None]
"""What is said first, what is said instead, and the language of the first."""

_CHUNK = 500
_AHEAD = 8


def may_be_faithful(
    langs: Sequence[str | None],
    other_langs: Sequence[str | None],
    said: NDArray[np.int64],
    instead: NDArray[np.int64],
    shared: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """False where the omission or the claims gate is sure to refuse, by the number of content words alone.

    Args:
        langs: of what is said first; a pair of which a language is not known to the gates is left to them.
        other_langs: of what is said instead.
        said: content words (stems) of the first text.
        instead: of the second.
        shared: those in both.
    """
    context = Context()
    known = np.asarray([one in KNOWN and one == two for one, two in zip(langs, other_langs, strict=True)], dtype=bool)
    lost = (said > 0) & (1 - (said - shared) / np.maximum(said, 1) < context.min_kept_words)
    new = instead - shared
    added = (new > context.max_new_count) | (new > context.max_new_words * instead)
    return ~(known & (lost | added))


def faithful(pairs: Sequence[Texts], pool: Executor | None) -> list[bool]:
    """Whether each pair passes every fact gate."""
    if pool is None or len(pairs) < 2 * _CHUNK:
        return _asked(pairs)
    chunks = (pairs[at : at + _CHUNK] for at in range(0, len(pairs), _CHUNK))
    return [answer for chunk in in_order(pool, _asked, chunks, _AHEAD) for answer in chunk]


def _asked(pairs: Sequence[Texts]) -> list[bool]:
    return [keeps_facts(said, instead, Context(lang=lang)) for said, instead, lang in pairs]
