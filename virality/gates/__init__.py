"""The gates a rewrite must pass, one file a gate: pass, fail or not_checked, with reason and evidence.

They multiply: a rewrite that fails one is worth nothing, however engaging. Both texts are normalised posts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from types import ModuleType

from virality.gates import (
    accounted,
    bait,
    causes,
    changed,
    claims,
    clickbait,
    contradiction,
    copied,
    dates,
    denial,
    grammar,
    handles,
    hashtags,
    hype,
    kinds,
    language,
    length,
    lexicon,
    links,
    machine_phrases,
    modality,
    names,
    negation,
    numbers,
    omission,
    outrage,
    roles,
    spelling,
    toxicity,
    wording,
)
from virality.gates import format as form
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

VERSION = 18
"""Raised by hand when a gate decides differently without a change of its lists or thresholds."""

_MODULES: dict[str, ModuleType] = {
    "changed": changed,
    "format": form,
    "length": length,
    "language": language,
    "numbers": numbers,
    "dates": dates,
    "links": links,
    "handles": handles,
    "hashtags": hashtags,
    "names": names,
    "omission": omission,
    "claims": claims,
    "negation": denial,
    "modality": modality,
    "contradiction": contradiction,
    "roles": roles,
    "causes": causes,
    "bait": bait,
    "clickbait": clickbait,
    "toxicity": toxicity,
    "outrage": outrage,
    "machine_phrases": machine_phrases,
    "hype": hype,
    "copied": copied,
    "kinds": kinds,
    "spelling": spelling,
    "grammar": grammar,
    "accounted": accounted,
}
GATES: dict[str, Gate] = {name: module.check for name, module in _MODULES.items()}
"""Every gate by name, in the order they are asked."""

FACT_GATES: tuple[str, ...] = (
    "numbers", "dates", "links", "handles", "hashtags", "names", "omission", "claims", "negation",
)  # fmt: skip
"""The gates that decide whether one post says the same as another (the `faithful` of a pair)."""

_SHARED: dict[str, ModuleType] = {"denials": negation, "lexicon": lexicon, "wording": wording}
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
    known = {field.name: getattr(context, field.name) for field in fields(context) if field.name not in _PER_POST}
    thresholds = known | {"aids": context.aids.versions}
    lists = {name: getattr(module, "LISTS", ()) for name, module in (_MODULES | _SHARED).items()}
    content = json.dumps([VERSION, list(GATES), FACT_GATES, thresholds, lists], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
