"""The scorer's part of the page: accuracy on clear pairs, gain over baselines, calibration, abstention."""

from __future__ import annotations

from eval.records import Report
from eval.report.figures import curve, interval_plot, listing
from eval.report.labels import beginning, named
from eval.report.overview import BESIDE
from virality.page import section

_CLEAR = (
    "scorer.pair_accuracy",
    "scorer.pair_accuracy.p05",
    "scorer.pair_accuracy.p05.ceiling",
    "scorer.pair_accuracy.p01",
    "scorer.pair_accuracy.p01.ceiling",
    "scorer.pair_accuracy.confident_quarter",
)
_GAINS = ("scorer.gain_over.length_only", "scorer.gain_over.features_only")


def scorer(report: Report) -> str:
    """What the first screen leaves out of the scorer; empty where the report has no scorer."""
    clear = named(report, *_CLEAR)
    gains = named(report, *_GAINS)
    first_screen = named(report, *(f"{_CLEAR[0]}.{word}" for word in BESIDE))
    rest = [figure for figure in beginning(report, "scorer.") if figure not in clear + gains + first_screen]
    curves = "".join(curve(one) for one in report.curves if one.name.startswith("scorer."))
    parts = [
        interval_plot(report, "Accuracy where the answer is clear", clear, 0.5, "chance", lead=_CLEAR[0]),
        interval_plot(report, "What the model adds, on the same pairs", gains, 0.0, "no gain", lead=""),
        f'<div class="curves">{curves}</div>' if curves else "",
        listing(report, "Calibration and the rest", rest),
    ]
    body = "\n".join(part for part in parts if part)
    return section("scorer", "How good is the scorer?", body) if body else ""
