"""The page's part on memory: what the writer gives away of the posts it learned from."""

from __future__ import annotations

from eval.records import Report
from eval.report.figures import interval_plot, listing
from eval.report.labels import beginning
from virality.page import section

PREFIX = "writer.extraction."
"""Beginning of the figures that stand here."""
_LEAD = (
    "<p>A writer should know how posts are written, and recite none. Beside each figure stands that of the base model, "
    "which never saw these posts: what it does as well is no memory.</p>"
)


def memory(report: Report) -> str:
    """Exposure of canaries, runs of words and completed posts; empty where no writer was measured."""
    every = beginning(report, PREFIX)
    exposed = [one for one in every if one.unit == "bits" and one.value is not None]
    parts = [
        interval_plot(report, "Exposure of planted canaries, in bits", exposed, None, "", lead=f"{PREFIX}exposure"),
        listing(report, "What it gives away", every),
    ]
    body = "\n".join(part for part in parts if part)
    return section("memory", "Does it recite what it learned from?", _LEAD + body) if body else ""
