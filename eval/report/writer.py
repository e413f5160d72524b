"""The writer's part of the page: win rates, gains, best-of curve, and which gates its rewrites failed."""

from __future__ import annotations

from eval.records import GateCount, Report
from eval.report.figures import curve, interval_plot, listing
from eval.report.labels import LEAD, beginning, named
from eval.report.memory import PREFIX as MEMORY
from eval.report.texts import PREFIXES
from virality.page import bar, bdi, fold, scale, section, table

_WINS = ("writer.win_rate.versus_draft", "writer.win_rate.versus_base", "writer.win_rate.returned")
_JUDGE = "Preferences are those of a judge that trained neither the writer nor the scorer that chooses for it."
_PASSES = ("writer.drafts_with_suggestion", "writer.gate_pass_rate")


def writer(report: Report) -> str:
    """Win rates, passing rewrites, gains and curves; empty where the report has no writer."""
    wins = named(report, *_WINS)
    shrunk = beginning(report, "writer.win_rate.shrunk.")
    improved = [one for one in beginning(report, "writer.win_rate") if one not in [*wins, *shrunk]]
    leads = beginning(report, LEAD)
    passes = [figure for prefix in _PASSES for figure in beginning(report, prefix)]
    shown = [*wins, *improved, *shrunk, *leads, *passes]
    elsewhere = (*PREFIXES, MEMORY)
    rest = [one for one in beginning(report, "writer.") if one not in shown and not one.name.startswith(elsewhere)]
    curves = "".join(curve(one) for one in report.curves if one.name.startswith("writer."))
    parts = [
        f"<p>{_JUDGE}</p>" if any(figure.value is not None for figure in wins) else "",
        interval_plot(report, "How often the judge prefers the rewrite", wins, 0.5, "no better", lead=_WINS[0]),
        interval_plot(report, "Drafts improved, of all drafts", improved, None, "", lead="writer.win_rate"),
        interval_plot(report, "Drafts improved, less the luck of choosing among them", shrunk, None, "", lead=""),
        interval_plot(report, "The writer's lead, on the same drafts", leads, 0.0, "no lead", lead=""),
        interval_plot(report, "How much passes the gates", passes, None, "", lead=_PASSES[0]),
        listing(report, "Gain and amount of change", rest),
        listing(report, "What readers of a real test did", beginning(report, "live.")),
        listing(report, "What people said, blind", beginning(report, "raters.")),
        f'<div class="curves">{curves}</div>' if curves else "",
    ]
    body = "\n".join(part for part in parts if part)
    return section("writer", "Does the writer help?", body) if body else ""


def gates(report: Report) -> str:
    """Failures by gate and system, as bars and as a table; empty where no gate was counted."""
    if not report.gates:
        return ""
    by_key = {(count.gate, count.lang, count.system): count for count in report.gates}
    systems = list(dict.fromkeys(count.system for count in report.gates))
    whole = [count for count in report.gates if count.lang is None]
    worst: dict[str, float] = {}
    for count in whole:
        worst[count.gate] = max(_share(count), worst.get(count.gate, 0.0))
    names = sorted(worst, key=lambda gate: -worst[gate])
    top = scale([0.0, *worst.values()])[-1]
    rows = [[bdi(gate), *(_cell(by_key.get((gate, None, system)), top) for system in systems)] for gate in names]
    full = [
        [bdi(c.gate), bdi(c.system), bdi(language(c)), f"{c.failed:,}", f"{c.not_checked:,}", f"{c.n:,}"]
        for c in report.gates
    ]
    intro = (
        "<p>A rewrite that fails one gate is worth nothing, however engaging. Bars are failed rewrites "
        "out of all that the system wrote, on one scale; a rewrite may fail several gates.</p>"
    )
    bars = table("Rewrites that failed, by gate and system", ("gate", *systems), rows, len(systems) + 1)
    counts = table("Rewrites by gate", ("gate", "system", "language", "failed", "not checked", "rewrites"), full, 3)
    return section(
        "gates",
        "What the gates stopped",
        f'{intro}<div class="bars">{bars}</div>{_by_language(by_key, names, systems)}{fold("All counts", counts)}',
    )


def language(count: GateCount) -> str:
    """The language of a count, for a table."""
    return "all" if count.lang is None else count.lang


def _by_language(by_key: dict[tuple[str, str | None, str], GateCount], names: list[str], systems: list[str]) -> str:
    """Gates that failed or did not look at some rewrite, a row for each language; empty where there is only one."""
    langs = sorted({lang for _, lang, _ in by_key if lang is not None})
    told = {gate for (gate, _, _), count in by_key.items() if count.failed or count.not_checked}
    rows = [
        [bdi(gate), bdi(lang), *(_of_all(by_key.get((gate, lang, system))) for system in systems)]
        for gate in names if gate in told
        for lang in langs
    ]  # fmt: skip
    if not rows:
        return ""
    title = "Rewrites that failed, by gate and language of the draft"
    return fold("By language", table(title, ("gate", "language", *systems), rows, len(systems) + 2))


def _share(count: GateCount) -> float:
    """Length of a bar, 0 to 1; drawn and never printed."""
    return count.failed / count.n if count.n else 0.0


def _cell(count: GateCount | None, top: float) -> str:
    if count is None:
        return _of_all(count)
    words = _words(count)
    return f'{bar(_share(count), top, f"{count.gate}, {count.system}: {words}")}<span class="beside">{words}</span>'


def _of_all(count: GateCount | None) -> str:
    return '<span class="missing">not counted</span>' if count is None else _words(count)


def _words(count: GateCount) -> str:
    unseen = f", {count.not_checked:,} not checked" if count.not_checked else ""
    return f"{count.failed:,} of {count.n:,} failed{unseen}"
