"""Figures as HTML: one value with its interval, an interval plot of several, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence

from eval.records import Curve, Figure, Report
from eval.report.labels import CURVES, across, circumstances, curve_axes, label, value_and_interval
from virality.page import (
    NOT_MEASURED,
    Axis,
    Mark,
    Point,
    escape,
    fold,
    forest,
    interval,
    number,
    plot,
    scale,
    table,
)

_COLUMNS = (
    *("name", "value", "95% interval", "n", "unit", "split", "subset", "corpus", "family", "best of", "seed"),
    *("source", "note"),
)


def value(figure: Figure) -> str:
    """The value and its interval, marked with the figure's name so that a test can find it."""
    missing = " missing" if figure.value is None else ""
    ends = interval(figure.low, figure.high, figure.unit) if figure.value is not None else ""
    return (
        f'<span class="figure{missing}" data-figure="{escape(figure.name)}">'
        + number(figure.value, figure.unit)
        + (f' <span class="interval">{ends}</span>' if ends else "")
        + "</span>"
    )


def interval_plot(
    report: Report, title: str, figures: Sequence[Figure], reference: float | None, words: str, lead: str
) -> str:
    """Figures of one unit in rows, `lead` standing out; figures of another unit than the first are left out.

    `reference` is in the figures' unit, `words` say what it is; None draws no line, the axis then holds zero.
    A table where none was measured; empty where there is no figure.
    """
    figures = [figure for figure in figures if figure.unit == figures[0].unit]
    if not figures:
        return ""
    measured = [figure for figure in figures if figure.value is not None]
    if not measured:
        return listing(report, title, figures)
    ends = [end for figure in measured for end in (figure.value, figure.low, figure.high) if end is not None]
    marks = [_mark(report, figure, figure.name == lead) for figure in figures]
    return forest(title, marks, Axis("", scale([reference or 0.0, *ends]), figures[0].unit), reference, words)


def _mark(report: Report, figure: Figure, strong: bool) -> Mark:
    kind, beside = ("note", figure.note) if figure.value is None else ("beside", circumstances(report, figure))
    title = f"{label(figure)}: {value_and_interval(figure)}"
    words = f'{escape(label(figure))} <span class="{kind}">{escape(beside)}</span>'
    return Mark(words, figure.value, figure.low, figure.high, value(figure), title, strong)


def listing(report: Report, title: str, figures: Sequence[Figure]) -> str:
    """A small table: what, value, on what it rests; empty where there is no figure."""
    rows = [
        (escape(label(figure)), value(figure), escape(circumstances(report, figure)), escape(figure.note))
        for figure in figures
    ]
    if not rows:
        return ""
    head = ("figure", "value [95% interval]", "rests on", "note")
    return f'<div class="listing">{table(title, head, rows, len(head))}</div>'


def curve(curve: Curve, said: str = "") -> str:
    """The plot of one curve, what it says, and its points in a table to unfold; empty where it has no points."""
    if not curve.x:
        return ""
    title, description = CURVES.get(curve.name, (curve.name, ""))
    ends = [end for end in curve.low + curve.high if end is not None]
    x, y = curve_axes(curve.name, curve.x, [*curve.y, *ends, *curve.band_low, *curve.band_high])
    bands = dict(enumerate(zip(curve.band_low, curve.band_high, strict=True)))
    points = [
        Point(across(curve.name, at), height, _nth(curve.low, i), _nth(curve.high, i), bands.get(i))
        for i, (at, height) in enumerate(zip(curve.x, curve.y, strict=False))
    ]
    head, rows = curve_table(curve, x, y)
    drawn = plot(title, f"{description} {said}".strip(), points, x, y, diagonal=curve.name == "scorer.reliability")
    numbers = fold("The points as numbers", table(f"{title}: the points", head, rows, numeric=0))
    return f'<div class="curve">{drawn}{numbers}</div>'


def curve_table(curve: Curve, x: Axis, y: Axis) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a curve's points as numbers, all plain text."""
    head = [x.label, y.label, "95% interval", "n", *(["band of chance"] if curve.band_low else [])]
    rows = []
    for i, (at, height) in enumerate(zip(curve.x, curve.y, strict=False)):
        low, high = _nth(curve.low, i), _nth(curve.high, i)
        count = f"{curve.n[i]:,}" if i < len(curve.n) else NOT_MEASURED
        row = [number(at, x.unit), number(height, y.unit), interval(low, high, y.unit) or NOT_MEASURED, count]
        band = [interval(*ends, y.unit) for ends in zip(curve.band_low, curve.band_high, strict=True)]
        rows.append([*row, *band[i : i + 1]])
    return head, rows


def _nth(ends: Sequence[float | None], i: int) -> float | None:
    return ends[i] if i < len(ends) else None


def every_figure(report: Report) -> str:
    """All figures, grouped by the first word of their name, with all that the report says of each."""
    groups: dict[str, list[Figure]] = {}
    for figure in report.figures:
        groups.setdefault(figure.name.partition(".")[0], []).append(figure)
    tables = [table(group, _COLUMNS, [_row(f) for f in figures], len(_COLUMNS)) for group, figures in groups.items()]
    return f'<div class="ledger">{"".join(tables)}</div>' if tables else ""


def _row(figure: Figure) -> list[str]:
    name = f"<code>{escape(figure.name)}</code>"
    missing = figure.value is None
    ends = "" if missing else interval(figure.low, figure.high, figure.unit)
    words = (
        figure.unit,
        figure.split,
        figure.subset,
        figure.corpus,
        figure.family,
        figure.best_of,
        figure.seed,
    )
    plain = f'<span class="figure{" missing" if missing else ""}" data-figure="{escape(figure.name)}">'
    return [
        name,
        f"{plain}{number(figure.value, figure.unit)}</span>",
        f'<span class="interval">{ends}</span>',
        f"{figure.n:,}",
        *("" if word is None else escape(str(word)) for word in words),
        f"<code>{escape(figure.source)}</code>",
        escape(figure.note),
    ]
