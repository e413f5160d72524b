"""Pairs by kind and part, what the kinds are and what may learn from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.labels import KINDS, NOT_COUNTED, count, percent
from data_prep.records import MEASURED, SPLITS
from virality.page import bdi, escape, section, table


def by_split(facts: Mapping[str, Any]) -> str:
    """Counts of pairs, one row a kind, and how many components hold the measured ones."""
    found = facts.get("pairs")
    if not found:
        return f"<p>Pairs: {NOT_COUNTED if found is None else 'none'}.</p>"
    faithful = facts.get("faithful") or {}
    rows = [
        [bdi(kind), *(count(each.get(split, 0)) for split in SPLITS), _faithful(faithful.get(kind), sum(each.values()))]
        for kind, each in found.items()
    ]
    components = facts.get("components_of")
    if components:
        groups = [count(components.get(split, 0)) for split in SPLITS]
        rows.append(['<span class="beside">components of the measured ones</span>', *groups, ""])
    return table("Pairs by kind and part", ["kind", *SPLITS, "faithful"], rows)


def _faithful(faithful: int | None, pairs: int) -> str:
    return NOT_COUNTED if faithful is None else f"{faithful:,} ({percent(faithful, pairs)})"


def pairs(facts: Mapping[str, Any]) -> str:
    """What each kind is, what may learn from it, and how many of its pairs keep the facts."""
    found = facts.get("pairs")
    title = "Pairs by kind and split"
    if not found:
        return section("pairs", title, by_split(facts))
    text = (
        "<p>Scorers learn from measured kinds alone, those whose label readers made. Writers learn from faithful pairs "
        "alone: those whose better wording says nothing that the worse one does not say, and leaves none of its facts "
        "out, as far as the gates can see. The judge is a scorer kept apart for evaluation; validation chooses among "
        "settings; test is measured on and nothing else.</p>"
    )
    faithful = facts.get("faithful") or {}
    rows = []
    for kind, each in found.items():
        use = "scorers and writers" if kind in MEASURED else "writers only"
        pairs = sum(each.values())
        rows.append([bdi(kind), escape(KINDS.get(kind, "")), use, count(pairs), _faithful(faithful.get(kind), pairs)])
    glossed = table("What the kinds are", ["kind", "which is", "for", "pairs", "faithful"], rows, 3)
    return section("pairs", title, f'{text}<div class="kinds">{glossed}</div>{by_split(facts)}')
