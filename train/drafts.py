"""The drafts that a writer practises on: the worse posts of measured training pairs."""

from __future__ import annotations

from collections.abc import Sequence

from data_prep.records import MEASURED, Pair
from data_prep.sources.table import identifier


def drafts(pairs: Sequence[Pair], most: int, seed: int, turn: int = 0) -> list[Pair]:
    """Up to `most` measured training pairs whose worse posts are rewritten, at most one a draft.

    The seed decides an order, of which the first turn (0) takes the first `most`, the next one those behind them, and
    so on; behind the last comes the first again.
    """
    train = [pair for pair in pairs if pair.kind in MEASURED and pair.split == "train"]
    drawn: dict[str, Pair] = {}
    for pair in sorted(train, key=lambda pair: (identifier(seed, pair.worse_id), pair.pair_id)):
        drawn.setdefault(pair.worse_id, pair)
    every = list(drawn.values())
    if not every:
        return []
    begin = turn * most % len(every)
    return (every[begin:] + every[:begin])[:most]
