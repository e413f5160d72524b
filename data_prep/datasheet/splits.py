"""How pairs are kept apart, what leaked, and what makes a test say less than its number of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.labels import NOT_COUNTED, count, listed, pairs_in, percent
from data_prep.records import SPLITS
from virality.page import escape, section

_FEW_COMPONENTS = 30
_LARGE = 0.3
_MODES = {
    "component": "Whole components are dealt to the parts at random.",
    "time": "The latest stretches of each account are the test; the earlier ones are dealt to the other parts.",
    "author": "Whole accounts are dealt to the parts: no account is in two of them.",
    "by_file": "The corpus's own files say which part a pair is in.",
    "test_only": "Everything is test: nothing is learned from this corpus.",
}
_COMPONENTS = {
    "component": "all pairs that share an account's time{days}, a post, a link, a test or nearly the same text",
    "time": "the pairs of one account's stretch of time{days}",
    "author": "all pairs that share an account, a post, a link, a test or nearly the same text",
    "by_file": "all pairs that share a post, a link, a test or nearly the same text",
}


def warnings(facts: Mapping[str, Any]) -> list[str]:
    """What makes a test on these splits say less than its number of pairs; empty where nothing does."""
    said = []
    groups = (facts.get("components_of") or {}).get("test")
    tested = pairs_in(facts, "test")
    if tested and groups is not None and groups < _FEW_COMPONENTS:
        said.append(
            f"Only {count(groups, 'components')} in the test: intervals from fewer than {_FEW_COMPONENTS} are too "
            "narrow."
        )
    largest = facts.get("largest_component")
    if largest is not None and largest > _LARGE:
        said.append(
            f"The largest component holds {percent(largest)} of the pairs: the part that it falls into rests mostly on "
            "it."
        )
    return said


def splits(facts: Mapping[str, Any]) -> str:
    """How pairs are kept apart, what was left out as a leak, and warnings."""
    found = facts.get("splits") or {}
    mode = found.get("mode")
    said = f"<p>Split by {escape(mode)}. {_MODES.get(mode, '')}" if mode else f"<p>How pairs are split: {NOT_COUNTED}."
    shares = ", ".join(f"{part} {percent(found[part])}" for part in SPLITS if found.get(part))
    if shares and mode not in ("by_file", "test_only"):
        said += f" Asked for: {shares}; the rest is train."
    leaks = facts.get("leaks")
    if leaks is None:
        left_out = f"<p>Pairs left out as leaks: {NOT_COUNTED}.</p>"
    elif leaks:
        left_out = listed("Pairs left out, and why", "left out of", "pairs", leaks)
    else:
        left_out = "<p>No pair was left out for a text or link that recurs in a later part.</p>"
    largest = facts.get("largest_component")
    days = f" ({count(found['block_days'], 'days')} at a time)" if found.get("block_days") else ""
    what = _COMPONENTS.get(str(mode), _COMPONENTS["component"])
    gloss = (
        f"<p>A component is {what.format(days=days)}. It is never cut. Pairs of one component are not independent of "
        "each other: intervals count components, not pairs. A pair whose post, link or text also stands in a part that "
        "ranks above its own (test, then validation, then judge) is a leak and is left out.</p>"
    )
    size = f"<p>{count(facts.get('components'), 'components')}; the largest holds "
    size += f"{percent(largest)} of the pairs.</p>" if largest is not None else f"a share that was {NOT_COUNTED}.</p>"
    alarms = "".join(f'<p class="alarm mild">{escape(warning)}</p>' for warning in warnings(facts))
    return section("splits", "Splits", f"{said}</p>{gloss}{size}{alarms}{left_out}")
