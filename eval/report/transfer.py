"""The transfer matrix on the page: rows are what a scorer was trained on, columns what it was tested on."""

from __future__ import annotations

from eval.records import Figure, Report
from eval.report.figures import value
from eval.report.labels import OWN, TRANSFER, beginning, circumstances, trained_on
from virality.page import bdi, escape, section, table

LEAD = (
    "What a scorer learned of one corpus may say nothing of another. The first row is the scorer of this report. A "
    "scorer's own corpus is set in bold. Read columns downwards: corpora differ in how clear their pairs are."
)
CSS = """
.matrix .scroll td { white-space: normal; min-width: 8.8rem; overflow-wrap: anywhere; }
.matrix td .beside, .matrix tbody th .beside { display: block; }
@media print { .matrix .scroll td { min-width: 0; } .matrix .figure { white-space: normal; } }
"""

Matrix = dict[str, dict[str, Figure]]
"""Trained on -> tested on -> figure."""


def matrix(report: Report) -> tuple[list[str], Matrix]:
    """Columns and rows in the order of the report; both empty where nothing of it was asked for."""
    rows: Matrix = {}
    for figure in beginning(report, TRANSFER):
        rows.setdefault(trained_on(figure), {})[figure.corpus] = figure
    return list(dict.fromkeys(corpus for row in rows.values() for corpus in row)), rows


def is_own(figure: Figure) -> bool:
    """Whether this is what a scorer does on the corpus that it was trained on."""
    return figure.value is not None and figure.note.startswith(OWN)


def family(row: dict[str, Figure]) -> str:
    """Of the scorer of a row; empty where that is not told."""
    return next((one.family for one in row.values() if one.family), "")


def transfer(report: Report) -> str:
    """The matrix, each cell with its interval, n, and what was left out or never seen; empty where there is none."""
    columns, rows = matrix(report)
    if not rows:
        return ""
    drawn = [
        [f'{bdi(name)}<span class="beside">{escape(family(row))}</span>', *(_cell(report, row, one) for one in columns)]
        for name, row in rows.items()
    ]
    title = "How often the better of two posts is named: share of pairs, 95% interval"
    head = ("trained on \N{RIGHTWARDS ARROW} tested on", *columns)
    body = f'<p>{LEAD}</p><div class="matrix">{table(title, head, drawn, len(head))}</div>'
    return section("transfer", "Does it hold on other corpora?", body)


def _cell(report: Report, row: dict[str, Figure], column: str) -> str:
    figure = row.get(column)
    if figure is None:
        return ""
    printed = f"<strong>{value(figure)}</strong>" if is_own(figure) else value(figure)
    beside = (circumstances(report, figure), figure.note)
    return printed + "".join(f'<span class="beside">{escape(one)}</span>' for one in beside if one)
