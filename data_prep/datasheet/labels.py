"""What the sheet calls things, and how it prints counts and shares; the same in every section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_prep.pairing.same_link import STATED_P_BETTER
from data_prep.records import MEASURED, SPLITS
from virality.page import bar, bdi, table

NOT_COUNTED = "not counted"

KINDS = {
    "ab_test": "two wordings shown to readers at random; the one with the higher rate is the better",
    "same_link": "two posts of one account with the same link or image and different words",
    "neighbour": "two posts of one account, near in time and alike in words",
    "paraphrase": "a post that did well and a plain restatement of it: for writers, no reader has compared them",
    "judged": "two wordings that a scorer compared: for writers, no reader has compared them",
}
MINED = ("same_link", "neighbour")
"""Kinds whose label comes from counts of two posts, so from which confounders must be taken out."""

BASES = {
    "own_export": "an account's own export",
    "opt_in": "people signed up for it",
    "own_ab_test": "the owner's own test of wordings",
    "consent": "people agreed to it",
    "x_api": "the X API, whose terms forbid training",
    "unknown": "nobody has said on what ground",
}


def basis_of(basis: str) -> str:
    """What a rights basis means."""
    return f"published under {basis[8:]}" if basis.startswith("licence:") else BASES.get(basis, "")


def count(value: float | None, what: str = "") -> str:
    """A count with thousands separators; 'not counted' where there is none. `what` is its noun in the plural."""
    if value is None:
        return f"{what} {NOT_COUNTED}".strip()
    noun = what if value != 1 or not what.endswith("s") else what[:-1]
    return f"{value:,.0f} {noun}".strip()


def percent(part: float, of: float = 1.0) -> str:
    """A share in percent: whole ones in the middle, more digits near its ends, and never a rounded 0 or 100."""
    share = part / of if of else 0.0
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    if share < 0.0001:
        return "under 0.01%"
    if share > 0.999:
        return "over 99.9%"
    return f"{share:.2%}" if share < 0.01 else f"{share:.1%}" if share < 0.1 or share > 0.9 else f"{share:.0%}"


def listed(title: str, what: str, unit: str, counts: Mapping[str, int], of: int | None = None) -> str:
    """Counts beside bars and shares of their sum (or of `of`); 'None.' where there are none."""
    if not counts:
        return "<p>None.</p>"
    whole = of or sum(counts.values())
    rows = [
        [bdi(name), count(n), percent(n, whole), bar(n, whole, f"{name}: {n:,} of {whole:,}")]
        for name, n in counts.items()
    ]
    return f'<div class="counts">{table(title, [what, unit, "share", ""], rows)}</div>'


def accounts_of(facts: Mapping[str, Any]) -> int | None:
    """How many accounts; None where nobody counted."""
    found = facts.get("accounts")
    if isinstance(found, Mapping):
        found = found.get("count")
    return None if found is None else int(found)


def pairs_in(facts: Mapping[str, Any], split: str | None = None) -> int | None:
    """Measured pairs in a part, or in all; None where pairs were not counted."""
    by_kind = facts.get("pairs")
    if by_kind is None:
        return None
    parts = SPLITS if split is None else (split,)
    measured = [by_split for kind, by_split in by_kind.items() if kind in MEASURED]
    return sum(int(by_split.get(part, 0)) for by_split in measured for part in parts)


def stated(facts: Mapping[str, Any], kind: str) -> bool:
    """Whether all labels of a kind are the corpus's own word, to which one certainty is given."""
    known = (facts.get("certainty") or {}).get(kind) or {}
    ceiling = known.get("ceiling")
    return len(known.get("bins") or {}) == 1 and ceiling is not None and abs(ceiling - STATED_P_BETTER) < 1e-4


def rests_on_model(facts: Mapping[str, Any]) -> list[str]:
    """Kinds of this corpus whose labels change with the model of confounders."""
    return [kind for kind in facts.get("pairs") or {} if kind in MINED and not stated(facts, kind)]
