"""The scorer's part of the page: accuracy on clear pairs, gain over baselines, calibration, abstention."""

from __future__ import annotations

from eval.place import ACCURACY
from eval.records import Report
from eval.report.figures import curve, interval_plot, listing
from eval.report.labels import GAIN, LANGUAGE, SLICES, TRANSFER, beginning, named
from eval.report.words import controls_of, of_curves
from virality.page import section

_CLEAR = (
    ACCURACY,
    f"{ACCURACY}.p05",
    f"{ACCURACY}.p05.ceiling",
    f"{ACCURACY}.p01",
    f"{ACCURACY}.p01.ceiling",
    f"{ACCURACY}.confident_half",
    f"{ACCURACY}.confident_quarter",
    f"{ACCURACY}.answered",
)


def scorer(report: Report) -> str:
    """What the first screen leaves out of the scorer; empty where the report has no scorer."""
    clear = named(report, *_CLEAR)
    gains = beginning(report, GAIN)
    languages = beginning(report, LANGUAGE)
    slices = [one for one in beginning(report, f"{ACCURACY}.") if one.subset.startswith(SLICES)]
    first_screen = named(report, *(f"{ACCURACY}.{word}" for word in controls_of(report)))
    told = clear + gains + languages + slices + first_screen + beginning(report, TRANSFER)
    rest = [figure for figure in beginning(report, "scorer.") if figure not in told]
    said = of_curves(report)
    curves = "".join(curve(one, said.get(one.name, "")) for one in report.curves if one.name.startswith("scorer."))
    parts = [
        interval_plot(report, "Accuracy where the answer is clear, or the scorer is sure", clear, 0.5, "chance",
                      lead=ACCURACY),
        interval_plot(report, "What the model adds, on the same pairs", gains, 0.0, "no gain", lead=""),
        interval_plot(report, "By language", [*named(report, ACCURACY), *languages] if languages else [], 0.5, "chance",
                      lead=ACCURACY),
        interval_plot(report, "By platform, year, time between, audience and size of the difference",
                      [*named(report, ACCURACY), *slices] if slices else [], 0.5, "chance", lead=ACCURACY),
        f'<div class="curves">{curves}</div>' if curves else "",
        listing(report, "Calibration and the rest", rest),
    ]  # fmt: skip
    body = "\n".join(part for part in parts if part)
    return section("scorer", "How good is the scorer?", body) if body else ""
