"""datasheet.html: what was read, kept and dropped, on what grounds, and which pairs came of it. No text, no names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from virality.page import bar, document, escape, section, table

_SPLITS = ("train", "judge", "validation", "test")


def render(name: str, facts: Mapping[str, Any]) -> str:
    """The data sheet of a prepared run as one page.

    Args:
        name: of the corpus.
        facts: what datasheet.json holds.
    """
    dropped = sum(facts["dropped"].values())
    dates = f"{facts['first_post']} to {facts['last_post']}" if facts["first_post"] else "no dates"
    accounts = f"{facts['accounts']:,}" if facts["accounts"] else "no"
    body = [
        f"<h1>{escape(f'Data sheet: {name}')}</h1>",
        f"<p>{facts['rows']:,} rows read = {facts['kept']:,} kept + {dropped:,} dropped; {accounts} "
        f"account{'s' * (facts['accounts'] != 1)}; {escape(dates)}.</p>",
    ]
    if facts["research_only"]:
        body.append(
            "<p><strong>Research only: not for distribution.</strong> Nothing that comes of it may be published.</p>"
        )
    body += [
        section(
            "dropped", "Dropped, and why", _counts("Dropped rows by reason", "reason", facts["dropped"], facts["rows"])
        ),
        section("languages", "Languages", _counts("Posts by language", "language", facts["languages"], facts["kept"])),
        section("rights", "Rights", _counts("Posts by rights basis", "basis", facts["rights"], facts["kept"])),
        section("pairs", "Pairs", _pairs(facts) + _splits(facts)),
    ]
    return document(f"Data sheet: {name}", "\n".join(body))


def _counts(title: str, what: str, counts: Mapping[str, int], of: int) -> str:
    if not counts:
        return "<p>None.</p>"
    rows = [[escape(key), f"{value:,}", bar(value, of, f"{key}: {value:,} of {of:,}")] for key, value in counts.items()]
    return table(title, [what, "rows", "share"], rows)


def _pairs(facts: Mapping[str, Any]) -> str:
    rows = [
        [escape(kind), *(f"{counts.get(split, 0):,}" for split in _SPLITS), f"{facts['faithful'][kind]:,}"]
        for kind, counts in facts["pairs"].items()
    ]
    return table("Pairs by kind and split", ["kind", *_SPLITS, "faithful"], rows)


def _splits(facts: Mapping[str, Any]) -> str:
    left_out = facts["leaks"]
    leaks = (
        _counts("Pairs left out, and why", "part", left_out, sum(left_out.values()))
        if left_out
        else "<p>No pair was left out for a text or link that recurs in a later part.</p>"
    )
    return (
        f"<p>Split by {escape(facts['splits']['mode'])}; {facts['components']:,} components, the largest with "
        f"{facts['largest_component']:.1%} of the pairs.</p>{leaks}"
    )
