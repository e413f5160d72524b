"""The gates a rewrite must pass, one file a gate: pass, fail or not_checked, with reason and evidence.

They multiply: a rewrite that fails one is worth nothing, however engaging. Both texts are normalised posts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from types import ModuleType

from virality.gates import (
    bait,
    changed,
    claims,
    clickbait,
    handles,
    language,
    length,
    links,
    names,
    negation,
    numbers,
    omission,
    toxicity,
    wording,
)
from virality.gates.verdict import Context, State, Verdict

__all__ = [
    "FACT_GATES",
    "GATES",
    "VERSION",
    "Context",
    "State",
    "Verdict",
    "check_all",
    "gates_hash",
    "keeps_facts",
    "passed",
]

Gate = Callable[[str, str, Context], Verdict]

VERSION = 1
"""Raised by hand when a gate decides differently without a change of its lists or thresholds."""

_MODULES: dict[str, ModuleType] = {
    "changed": changed,
    "length": length,
    "language": language,
    "numbers": numbers,
    "links": links,
    "handles": handles,
    "names": names,
    "omission": omission,
    "claims": claims,
    "bait": bait,
    "clickbait": clickbait,
    "toxicity": toxicity,
}
GATES: dict[str, Gate] = {name: module.check for name, module in _MODULES.items()}
"""Every gate by name, in the order they are asked."""

FACT_GATES: tuple[str, ...] = ("numbers", "links", "handles", "names", "omission", "claims")
"""The gates that decide whether one post says the same as another (the `faithful` of a pair)."""

_SHARED: dict[str, ModuleType] = {"negation": negation, "wording": wording}
_PER_POST = ("platform", "lang")


def check_all(draft: str, rewrite: str, context: Context, gates: tuple[str, ...] = tuple(GATES)) -> tuple[Verdict, ...]:
    """The verdicts of the named gates, in that order; a name that is not in `GATES` is a KeyError."""
    return tuple(GATES[name](draft, rewrite, context) for name in gates)


def passed(verdicts: tuple[Verdict, ...]) -> bool:
    """Whether no gate failed; 'not_checked' does not fail."""
    return all(verdict.state != "fail" for verdict in verdicts)


def keeps_facts(draft: str, rewrite: str, context: Context) -> bool:
    """Whether the rewrite passes every fact gate against the draft; stops at the first that fails."""
    return all(GATES[name](draft, rewrite, context).state != "fail" for name in FACT_GATES)


def gates_hash(context: Context) -> str:
    """12 hex digits over gates, word lists, thresholds and version; not over platform and language."""
    thresholds = {key: value for key, value in asdict(context).items() if key not in _PER_POST}
    lists = {name: getattr(module, "LISTS", ()) for name, module in (_MODULES | _SHARED).items()}
    content = json.dumps([VERSION, list(GATES), FACT_GATES, thresholds, lists], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
