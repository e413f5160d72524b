"""The counts of `benchmarks.gates` as Markdown and as JSON, with 95% intervals (Wilson 1927)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.virality.gates import planted
from virality.gates import GATES
from virality.statistics import ENDS

if TYPE_CHECKING:
    from benchmarks.gates import Kind, Measured

POOLS = ("hard, written", "hard, planted", "hard", "soft")
BARS = {"hard": 0.98, "soft": 0.85, "restatements": 0.95}
"""Least share caught, and of honest restatements the least share passed."""


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Ends of the 95% interval of a share (Wilson 1927); of none, 0 to 1."""
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, ENDS**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = ENDS * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def markdown(found: Mapping[str, Measured]) -> str:
    """The tables: pools, restatements, kinds, false alarms."""
    languages = list(found)
    beside = ("honest ones failed", "alone", "not checked")
    return "\n\n".join(
        (
            _table(("", *languages, "asked"), _summary(found)),
            _table(("kind", "pool", *(cell for one in languages for cell in (one, f"{one}: by"))), _kinds(found)),
            _table(("gate", *(f"{one}: {cell}" for one in languages for cell in beside)), _alarms(found)),
        )
    )


def _summary(found: Mapping[str, Measured]) -> list[list[str]]:
    pools = [[f"caught: {name}", *(share(*one.pool(name)) for one in found.values()), _asked(name)] for name in POOLS]
    whole = ["passed: honest restatements", *(share(*one.restatements()) for one in found.values())]
    named = dict.fromkeys(sort for one in found.values() for sort in one.told)
    sorts = [
        [f"passed: {sort}", *(share(one.passed[sort], one.told[sort]) for one in found.values()), ""] for sort in named
    ]
    return [*pools, [*whole, _asked("restatements")], *sorts]


def _kinds(found: Mapping[str, Measured]) -> list[list[str]]:
    names = list(dict.fromkeys(kind for one in found.values() for kind in one.kinds))
    pool = {None: "apart", True: "hard", False: "soft"}
    return [
        [kind, pool[planted.hard(kind)], *(cell for one in found.values() for cell in _kind(one.kinds.get(kind)))]
        for kind in sorted(names, key=lambda kind: (kind in planted.KINDS, not planted.hard(kind)))
    ]


def _kind(kind: Kind | None) -> tuple[str, str]:
    if kind is None:
        return "none", ""
    return share(kind.caught, kind.n), ", ".join(f"{gate} {count}" for gate, count in kind.gates.most_common(3))


def _alarms(found: Mapping[str, Measured]) -> list[list[str]]:
    return [
        [gate, *(cell for one in found.values() for cell in
                 (share(one.alarms[gate], one.restatements()[1]), str(one.alone[gate]), str(one.unseen[gate])))]
        for gate in GATES
    ]  # fmt: skip


def _asked(name: str) -> str:
    return f"{BARS[name]:.0%}" if name in BARS else ""


def share(hits: int, n: int) -> str:
    """A share with its 95% interval, and the counts; "none" of none."""
    if n == 0:
        return "none"
    low, high = wilson(hits, n)
    return f"{hits / n:.1%} ({low:.1%} to {high:.1%}), {hits:,} of {n:,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(
        [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    )


def document(found: Mapping[str, Measured], named: bool) -> dict[str, Any]:
    """The counts as JSON has them; `named`: with the ids of what was missed."""
    return {
        lang: {
            "drafts": one.drafts,
            "pools": {name: _ends(*one.pool(name)) for name in POOLS},
            "restatements": {"all": _ends(*one.restatements())}
            | {sort: _ends(one.passed[sort], n) for sort, n in one.told.items()},
            "kinds": {
                kind: _ends(mine.caught, mine.n) | {"gates": dict(mine.gates.most_common())}
                | ({"missed": mine.missed} if named else {})
                for kind, mine in one.kinds.items()
            },
            "false_alarms": {
                gate: _ends(one.alarms[gate], one.restatements()[1])
                | {"alone": one.alone[gate], "not_checked": one.unseen[gate]}
                for gate in GATES
            },
        }
        for lang, one in found.items()
    }  # fmt: skip


def _ends(hits: int, n: int) -> dict[str, Any]:
    low, high = wilson(hits, n)
    return {"hits": hits, "n": n, "low": round(low, 4), "high": round(high, 4)}


def by_variety(found: Mapping[str, Mapping[str, Measured]]) -> str:
    """One row a language and variety (standard, a dialect, ...): what was caught and passed."""
    names = ("hard", "soft")
    rows = [
        [lang, variety, *(share(*one.pool(name)) for name in names), share(*one.restatements())]
        for lang, varieties in found.items()
        for variety, one in varieties.items()
    ]
    return _table(("", "variety", *(f"caught: {name}" for name in names), "passed: honest restatements"), rows)
