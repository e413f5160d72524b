"""The writer's part of the page: win rates, gains, best-of curve, and which gates its rewrites failed."""

from __future__ import annotations

from eval.records import GateCount, Report
from eval.report.figures import curve, interval_plot, listing
from eval.report.labels import LEAD, beginning, named
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
    rest = [one for one in beginning(report, "writer.") if one not in shown and not one.name.startswith(PREFIXES)]
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
        *(curve(one) for one in report.curves if one.name.startswith("writer.")),
    ]
    body = "\n".join(part for part in parts if part)
    return section("writer", "Does the writer help?", body) if body else ""


def gates(report: Report) -> str:
    """Failures by gate and system, as bars and as a table; empty where no gate was counted."""
    if not report.gates:
        return ""
    by_key = {(count.gate, count.system): count for count in report.gates}
    systems = list(dict.fromkeys(count.system for count in report.gates))
    names = sorted(
        dict.fromkeys(count.gate for count in report.gates),
        key=lambda gate: -_failed_share(by_key, gate, systems),
    )
    top = scale([0.0, *(_share(count) for count in report.gates)])[-1]
    rows = [[bdi(gate), *(_cell(by_key.get((gate, system)), top) for system in systems)] for gate in names]
    full = [[bdi(c.gate), bdi(c.system), f"{c.failed:,}", f"{c.not_checked:,}", f"{c.n:,}"] for c in report.gates]
    intro = (
        "<p>A rewrite that fails one gate is worth nothing, however engaging. Bars are failed rewrites "
        "out of all that the system wrote, on one scale; a rewrite may fail several gates.</p>"
    )
    bars = table("Rewrites that failed, by gate and system", ("gate", *systems), rows, len(systems) + 1)
    counts = table("Rewrites by gate", ("gate", "system", "failed", "not checked", "rewrites"), full, numeric=2)
    return section(
        "gates",
        "What the gates stopped",
        f'{intro}<div class="bars">{bars}</div>{fold("All counts", counts)}',
    )


def _share(count: GateCount) -> float:
    """Length of a bar, 0 to 1; drawn and never printed."""
    return count.failed / count.n if count.n else 0.0


def _failed_share(by_key: dict[tuple[str, str], GateCount], gate: str, systems: list[str]) -> float:
    return max(_share(by_key[gate, system]) for system in systems if (gate, system) in by_key)


def _cell(count: GateCount | None, top: float) -> str:
    if count is None:
        return '<span class="missing">not counted</span>'
    words = f"{count.failed:,} of {count.n:,} failed" + (
        f", {count.not_checked:,} not checked" if count.not_checked else ""
    )
    drawn = bar(_share(count), top, f"{count.gate}, {count.system}: {words}")
    return f'{drawn}<span class="beside">{words}</span>'
