"""The page's parts on what rewrites keep, add and sound like: one table each, a column a system."""

from __future__ import annotations

from collections.abc import Sequence

from eval.records import Report
from eval.report.figures import listing, value
from eval.report.labels import CHANGES, FIGURES, SYSTEMS, WHEN, named
from virality.page import escape, fold, section, table

_KEPT = (
    *(f"writer.facts.{kind}" for kind in ("numbers", "links", "handles", "names")),
    *("writer.meaning.kept", "writer.meaning.added", "writer.new_claims", "writer.language_kept"),
)
_NET = ("writer.harm", "writer.net_gain", "writer.net_gain.regression", "writer.net_gain.matched")
PREFIXES = (
    *(
        "writer.facts.",
        "writer.meaning.",
        "writer.new_claims",
        "writer.language_kept",
        "writer.honesty.",
        "writer.harm",
    ),
    *("writer.voice.", "writer.diversity.", "writer.net_gain"),
)
"""Beginnings of the figures that stand here."""


def preservation(report: Report) -> str:
    """What of a draft its returned rewrite keeps and adds, by system; empty where no writer was measured."""
    systems = _systems(report, _KEPT[0])
    rows = [
        [escape(FIGURES[name]), *(_cell(report, name, system) for system in systems)]
        for name in _KEPT
        if any(named(report, _of(name, system)) for system in systems)
    ]
    if not rows:
        return ""
    head = ("of returned rewrites", *(SYSTEMS.get(one, one) for one in systems))
    notes = [f"<li>{escape(FIGURES[name])}: {escape(one.note)}</li>"
             for name in _KEPT for one in named(report, name) if one.note]  # fmt: skip
    drawn = f'<div class="listing systems">{table("What is kept and what is added", head, rows, len(head))}</div>'
    told = fold("How this was measured, and what it misses", f"<ul>{''.join(notes)}</ul>") if notes else ""
    return section("preservation", "Do the rewrites say the same?", drawn + told)


def honesty(report: Report) -> str:
    """What harm the returned rewrites have that their drafts had not, and what is left of the gain without it."""
    changed = _changes(report, "writer.honesty.", "Before and after, of drafts with a suggestion")
    if not changed:
        return ""
    net = listing(report, "Harm, and the gain net of it", named(report, *_NET))
    return section("honesty", "Is the gain an honest one?", changed + net)


def voice(report: Report) -> str:
    """Whether rewrites sound like their account, like a machine, and like each other."""
    parts = [
        _changes(report, "writer.voice.", "Voice, of drafts with a suggestion"),
        _changes(report, "writer.diversity.", "Diversity, of drafts with a suggestion"),
    ]
    body = "".join(part for part in parts if part)
    return section("voice", "Do they sound like the author?", body) if body else ""


def _changes(report: Report, prefix: str, title: str) -> str:
    """Drafts, rewrites and change of the writer, and the change of each other system."""
    names = [name for name in CHANGES if name.startswith(prefix)]
    systems = _systems(report, f"{names[0]}.difference")
    columns = [(when, "writer") for when in WHEN] + [("difference", one) for one in systems if one != "writer"]
    rows = [
        [escape(CHANGES[name]), *(_cell(report, f"{name}.{when}", system) for when, system in columns)]
        for name in names
        if any(named(report, _of(f"{name}.{when}", system)) for when, system in columns)
    ]
    if not rows:
        return ""
    head = ("", *WHEN.values(), *(f"change, {SYSTEMS.get(one, one)}" for one in systems if one != "writer"))
    return f'<div class="listing systems">{table(title, head, rows, len(head))}</div>'


def _systems(report: Report, name: str) -> Sequence[str]:
    """The writer and those beside it of which there is such a figure."""
    beside = [one.name.removeprefix(f"{name}.") for one in report.figures if one.name.startswith(f"{name}.")]
    return ["writer", *dict.fromkeys(beside)] if beside or named(report, name) else []


def _of(name: str, system: str) -> str:
    return name if system == "writer" else f"{name}.{system}"


def _cell(report: Report, name: str, system: str) -> str:
    found = named(report, _of(name, system))
    if not found:
        return ""
    words = f' title="{escape(found[0].note)}"' if found[0].value is None and found[0].note else ""
    return f"<span{words}>{value(found[0])}</span>"
