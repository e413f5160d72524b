"""The controls' part of the page: what each is and what it says of the scorer, in plain words."""

from __future__ import annotations

from eval.records import Report
from eval.report.figures import value
from eval.report.labels import circumstances, label
from eval.report.words import of_controls
from virality.page import escape, section

_LEAD = (
    "A scorer's accuracy means little alone. It lies between what needs no reading and what nobody can know. Labels "
    "that say nothing must teach nothing, and rows split at random show how far a careless test flatters it."
)


CSS = """
.controls li { grid-template-columns: minmax(0, 1fr) auto; }
.controls .answer { max-width: 40rem; }
@media (max-width: 44rem) { .controls li { grid-template-columns: minmax(0, 1fr); } }
"""


def controls(report: Report) -> str:
    """Each control with its accuracy and what it says; empty where the report has none."""
    rows = "".join(
        f'<li><div><p class="question">{escape(label(figure))}</p><p class="answer">{escape(sentence)}</p></div>'
        f'<div class="evidence"><p>{value(figure)}<span class="beside">{escape(circumstances(report, figure))}</span>'
        "</p></div></li>\n"
        for figure, sentence in of_controls(report)
    )
    return (
        section("controls", "What it is worth", f'<p>{_LEAD}</p><ul class="claims controls">\n{rows}</ul>')
        if rows
        else ""
    )
