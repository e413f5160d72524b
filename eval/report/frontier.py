"""The page's part on the choice: gain against meaning against harm, for every checkpoint and system."""

from __future__ import annotations

from eval.records import Report, Standing
from eval.report.labels import SYSTEMS, measures
from virality.page import Axis, bdi, escape, scale, scatter, section, table

_HEAD = ("system", "why", "on the frontier", "drafts improved", "say all", "harm", "proxy gap")
_SAID = (
    "Share of drafts improved by the share of returned rewrites that say all that the draft says. A system on the "
    "frontier has none beside it with more gain, as much kept and as little harm; the chosen one stands out."
)


def frontier(report: Report) -> str:
    """The plot and the table of all systems; empty where no writer was measured."""
    if not report.frontier:
        return ""
    named = [(_name(one), one.kept, one.gain, one.chosen) for one in report.frontier
             if one.kept is not None and one.gain is not None]  # fmt: skip
    drawn = ""
    if named:
        x = Axis("say all that the draft says", scale([kept for _, kept, _, _ in named] + [1.0]), "share")
        y = Axis("drafts improved", scale([0.0, *(gain for _, _, gain, _ in named)]), "share")
        drawn = f'<div class="curve">{scatter("Gain against meaning", _SAID, named, x, y)}</div>'
    rows = [_row(one) for one in report.frontier]
    chosen = next((one for one in report.frontier if one.chosen), None)
    lead = f"Chosen: {bdi(_name(chosen))}." if chosen else "None is chosen: each breaks a level, as told below."
    listed = f'<div class="listing standings">{table("Every system", _HEAD, rows, 3)}</div>'
    return section("frontier", "Which checkpoint, and why?", f"<p>{lead}</p>{drawn}{listed}")


def _row(one: Standing) -> list[str]:
    name = bdi(_name(one))
    lead = f"<strong>{name}</strong>" if one.chosen else name
    return [lead, escape(one.why), "yes" if one.best else "", *measures(one)]


def _name(one: Standing) -> str:
    return SYSTEMS.get(one.system, one.system)
