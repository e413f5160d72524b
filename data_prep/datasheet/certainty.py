"""How sure the labels are: probabilities by kind, and the accuracy that nothing can beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.labels import MINED, NOT_COUNTED, count, percent, stated
from virality.page import Axis, Column, bars, bdi, escape, fold, scale, section, table


def ceiling_of(facts: Mapping[str, Any]) -> float | None:
    """Mean probability that a label is right, over all measured pairs that have one; None where none has."""
    known = [
        (found["ceiling"], sum((found.get("bins") or {}).values()))
        for found in (facts.get("certainty") or {}).values()
        if found and found.get("ceiling") is not None
    ]
    pairs = sum(n for _, n in known)
    return sum(ceiling * n for ceiling, n in known) / pairs if pairs else None


def certainty(facts: Mapping[str, Any]) -> str:
    """A histogram for each measured kind with its ceiling, and what the corpus says of chance."""
    found = facts.get("certainty") or {}
    title = "How certain the labels are"
    if not found:
        none = "No measured pair, so no label whose certainty could be stated."
        said = none if "certainty" in facts else f"The certainty of labels: {NOT_COUNTED}."
        return section("certainty", title, f"<p>{said}</p>")
    kinds = [_kind(facts, kind, each or {}) for kind, each in found.items()]
    words = "".join(f"<p>{said}</p>" for said, _ in kinds if said)
    drawn = "".join(plot for _, plot in kinds)
    text = (
        "<p>Which of two posts did better is itself uncertain: part of the difference is chance. Each pair carries the "
        "probability that its label is right. Their mean is the ceiling: no scorer can be expected to be right more "
        "often, if the probabilities are right.</p>"
    )
    body = f'{text}{words}<div class="plots">{drawn}</div>{_chance(facts)}'
    return section("certainty", title, body)


def _kind(facts: Mapping[str, Any], kind: str, found: Mapping[str, Any]) -> tuple[str, str]:
    """What is said of a kind, and its plot where there is anything to draw."""
    bins, ceiling = found.get("bins") or {}, found.get("ceiling")
    if not bins or ceiling is None:
        return f"{bdi(kind)}: no pair has a probability.", ""
    if stated(facts, kind):
        said = (
            f"{bdi(kind)}: the corpus says which post did better and gives no counts, so how sure each label is is not "
            f"known. {percent(ceiling)} is assumed for all {sum(bins.values()):,} pairs."
        )
        return said, ""
    edges = {float(low): pairs for low, pairs in bins.items()}
    columns = [
        Column(low, low + 0.05, n, f"{low:.0%} to {low + 0.05:.0%} sure: {n:,} pairs") for low, n in edges.items()
    ]
    first = min(0.5, *edges)
    x = Axis("probability that the label is right", [t / 10 for t in range(math.floor(first * 10), 11)], "share")
    y = Axis("pairs", scale([0.0, *map(float, edges.values())]), "count")
    rows = [[f"{low:.0%} to {low + 0.05:.0%}", count(n)] for low, n in edges.items()]
    said = f"a perfect scorer would be right on {percent(ceiling)} of the pairs"
    drawn = bars(kind, f"{sum(bins.values()):,} pairs; {said}.", columns, x, y)
    numbers = table(f"Certainty of {kind} pairs", ["probability", "pairs"], rows)
    return "", f"<div>{drawn}{fold('The bars as numbers', numbers)}</div>"


def _chance(facts: Mapping[str, Any]) -> str:
    rows, guessed = [], False
    for kind, each in (facts.get("chance") or {}).items():
        if kind not in (facts.get("pairs") or {}) or stated(facts, kind):
            continue
        noise, effect, repeats = each.get("noise"), each.get("effect"), each.get("repeats")
        mined = kind in MINED
        guessed |= mined and not repeats
        source = f"{repeats:,} repeats of the same words" if repeats else "taken: half of the usual spread"
        rows.append(
            [bdi(kind), _deviation(noise) if mined else "known pair by pair from its counts", _deviation(effect),
             escape(source) if mined else "counts"]
        )  # fmt: skip
    if not rows:
        return ""
    head = ["kind", "by chance", "beyond chance", "chance is known from"]
    note = (
        "<p>Too few posts of this corpus repeat the same words, so the part of chance is an assumption here, and with "
        "it every probability above.</p>"
        if guessed
        else ""
    )
    return (
        note
        + "<p>What lies beyond chance is the wording, but also the subject and all that nobody took out.</p>"
        + table("Typical difference of two posts (one standard deviation)", head, rows, 4)
    )


def _deviation(variance: float | None) -> str:
    if variance is None:
        return NOT_COUNTED
    nats = math.sqrt(max(variance, 0.0))
    return f"{nats:.2f} nats, {math.exp(min(nats, 50)):.2f} times"
