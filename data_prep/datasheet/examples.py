"""A few pairs as they are, worse beside better, with what is believed of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from data_prep.rights import NOT_FOR_TRAINING
from virality.page import escape, post, section

_AGREED = ("consent", "opt_in")


def examples(facts: Mapping[str, Any]) -> str:
    """The examples, under a line that says whether the page may be passed on; empty where there are none."""
    found = facts.get("examples")
    if not found:
        return ""
    shown = "\n".join(_example(one) for one in found)
    text = f"<p>Drawn by their ids, not by how good they are. {_pass_on(facts)}</p>"
    return section("examples", "Examples", text + shown)


def _pass_on(facts: Mapping[str, Any]) -> str:
    """What the strictest rights of the corpus say of showing its texts to others."""
    bases = facts.get("rights") or {"unknown": 0}
    if facts.get("research_only") or any(basis in NOT_FOR_TRAINING for basis in bases):
        return (
            "<strong>The texts are the corpus's own and nobody has allowed showing them: do not pass this page "
            "on.</strong>"
        )
    if any(basis in _AGREED for basis in bases):
        return (
            "<strong>The texts are the corpus's own. People agreed to their use, not to being shown: do not pass this "
            "page on.</strong>"
        )
    if all(basis.startswith("licence:") for basis in bases):
        licences = escape(", ".join(basis[8:] for basis in bases))
        return f"The texts are the corpus's own, under {licences}: pass them on as that says."
    return "<strong>The texts are the corpus's own: do not pass this page on without their owner's leave.</strong>"


def _example(one: Mapping[str, Any]) -> str:
    kind = str(one.get("kind", ""))
    left, right = ("Plain restatement", "Post") if kind == "paraphrase" else ("Worse", "Better")
    told = "".join(f"<span>{escape(part)}</span> " for part in (kind, str(one.get("split", "")), *_facts(one)) if part)
    return (
        f'<article class="example"><div class="sides"><div><h4>{left}</h4>{_text(one.get("worse"))}</div>'
        f'<div><h4>{right}</h4>{_text(one.get("better"))}</div></div>\n<p class="odds">{told}</p></article>'
    )


def _text(text: str | None) -> str:
    return '<p class="missing">no text</p>' if text is None else post(escape(text))


def _facts(one: Mapping[str, Any]) -> list[str]:
    if one.get("kind") in ("paraphrase", "judged"):
        return ["no reader has compared the two"]
    lift, sure, hours, faithful = (one.get(key) for key in ("lift", "p_better", "hours_apart", "faithful"))
    said = [
        "lift not known"
        if lift is None
        else f"lift {lift:.2f} nats: {math.exp(min(lift, 50)):.1f} times the engagement expected"
    ]
    said.append("certainty not known" if sure is None else f"{sure:.0%} sure")
    if hours is not None:
        said.append(
            "at the same hour"
            if abs(hours) < 0.5
            else f"the better one {_apart(abs(hours))} {'later' if hours > 0 else 'earlier'}"
        )
    if faithful is not None:
        said.append("faithful" if faithful else "not faithful")
    return said


def _apart(hours: float) -> str:
    for size, unit in ((24.0, "days"), (1.0, "hours")):
        if hours >= 2 * size:
            return f"{hours / size:,.0f} {unit}"
    return "an hour"
