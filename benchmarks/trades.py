"""How many words must go where so many come in: the tables `gone_for_new` and `new_for_gone` of the gates.

`python -m benchmarks.trades` searches both on the open drafts, a fifth of them held out in turn, and prints what each
table catches and stops among those that it was not made with. Seconds on one core.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from tests.virality.gates.labelled import LANGUAGES, SORTS, Row, rows
from virality.gates.alignment import aligned, unmatched
from virality.text.normalise import normalise

_SORTS = SORTS[3]
FOLDS = 5
LONGEST = 5
"""Words that come in (or go out) from which on one entry of a table serves."""

HIGHEST = 4
KINDS = {"gone_for_new": ("claim_added", "cause_added"), "new_for_gone": ("content_lost",)}
STOPPED = {"gone_for_new": 4, "new_for_gone": 2}
"""Restatements of a language that a table may stop among all drafts."""


@dataclass(frozen=True, slots=True)
class Case:
    """One rewrite: its kind, and how many words came in without a synonym, went out without one, came, went."""

    lang: str
    kind: str
    fold: int
    new: int
    lost: int
    came: int
    gone: int


def cases(row: Row, fold: int) -> Iterator[Case]:
    """The restatements of a draft and its distortions."""
    draft = normalise(row.text)
    for kind, text in (*zip(row.sorts, row.restatements, strict=True), *row.distorted.items()):
        rewrite = normalise(text)
        found = aligned(draft, rewrite, row.lang)
        gone, came = unmatched(draft, rewrite, row.lang)
        yield Case(row.lang, kind, fold, len(found.new), len(found.lost), len(came), len(gone))


def stops(table: Sequence[int], name: str, some: Sequence[Case]) -> NDArray[np.bool_]:
    """Which cases a table stops: (N,)."""
    these = [(one.new, one.gone) if name == "gone_for_new" else (one.lost, one.came) for one in some]
    return np.array([other < table[min(count, LONGEST)] for count, other in these], dtype=bool)


def best(name: str, some: Sequence[Case]) -> tuple[int, ...]:
    """The table that catches most and stops no more restatements of a language than `STOPPED` allows."""
    caught = np.array([one.kind in KINDS[name] for one in some])
    honest = [np.array([one.kind in _SORTS and one.lang == lang for one in some]) for lang in LANGUAGES]
    most = STOPPED[name] * (FOLDS - 1) / FOLDS
    tables = ((0, *table) for table in combinations_with_replacement(range(HIGHEST + 1), LONGEST))
    found = [(table, stops(table, name, some)) for table in tables]
    allowed = [(table, hit) for table, hit in found if max((hit & one).sum() for one in honest) <= most]
    return max(allowed, key=lambda item: int((item[1] & caught).sum()))[0]


def main() -> None:
    """Prints each fold's tables, and shares of the held-out cases by language and kind."""
    found = [case for lang in LANGUAGES for at, row in enumerate(rows(lang)) for case in cases(row, at % FOLDS)]
    for name, kinds in KINDS.items():
        held: list[tuple[Case, bool]] = []
        for fold in range(FOLDS):
            table = best(name, [one for one in found if one.fold != fold])
            out = [one for one in found if one.fold == fold]
            held += zip(out, stops(table, name, out).tolist(), strict=True)
            print(f"{name} without fold {fold}: {table}")
        for lang in LANGUAGES:
            for kind in (*kinds, *_SORTS):
                mine = [hit for one, hit in held if (one.lang, one.kind) == (lang, kind)]
                print(f"  {lang} {kind}: {sum(mine)} of {len(mine)} stopped")


if __name__ == "__main__":
    main()
