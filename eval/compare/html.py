"""A comparison as one HTML page: differences first, then each run's values; it prints what compare.json says."""

from __future__ import annotations

from collections.abc import Sequence

from eval.compare.differing import TRAINED
from eval.compare.records import Comparison, Difference, Measure, Setting
from eval.report.data import definitions
from eval.report.figures import value
from eval.report.labels import value_and_interval
from virality.page import NOT_MEASURED, Axis, Mark, bdi, document, escape, fold, forest, scale, section, table

LEAD = (
    "Every line compares two runs on the very same examples. The interval is that of the paired difference, 95%, "
    "clustered by component; its test counts how many pairs of runs there are. The best of several owes part of its "
    "lead to luck: 'less luck' draws the values towards their mean as far as chance explains their spread."
)


def render_html(comparison: Comparison) -> str:
    """The page, complete in itself."""
    parts = [
        f"<header>\n<h1>{escape(comparison.title)}</h1>\n"
        f'<p class="corpus">{" · ".join(bdi(name) for name in data(comparison))}</p>\n'
        f'<p class="summary">{escape(comparison.summary)}</p>\n</header>',
        f"<p>{escape(LEAD)}</p>",
        *(_measure(at, one) for at, one in enumerate(comparison.measures)),
        _settings(comparison),
        _limits(comparison),
        _provenance(comparison),
    ]
    return document(comparison.title, "\n".join(part for part in parts if part))


def data(comparison: Comparison) -> list[str]:
    """What was measured, each once."""
    return list(dict.fromkeys(run.data for run in comparison.runs))


def on(measure: Measure) -> str:
    """`n = 48 drafts in 31 components`."""
    n = measure.values[0].figure.n
    return f"n = {n:,} {measure.examples} in {measure.components:,} components"


def _measure(at: int, measure: Measure) -> str:
    marks = [_mark(one) for one in measure.differences]
    figures = [one.figure for one in measure.differences]
    ends = [end for one in figures for end in (one.value, one.low, one.high) if end is not None]
    axis = Axis("", scale([0.0, *ends]), figures[0].unit)
    values = table(
        "Each run",
        ("run", "value [95% interval]", "less luck"),
        [(bdi(one.run), value(one.figure), NOT_MEASURED if one.shrunk is None else value(one.shrunk))
         for one in measure.values],
    )  # fmt: skip
    tests = table(
        "Each difference",
        ("difference", "value [95% interval]", "found", "test"),
        [(_named(one), value(one.figure), escape(one.said), escape(one.tested)) for one in measure.differences],
        2,
    )
    body = (
        f'<p class="note">{escape(on(measure))}</p>'
        + forest("Difference of two runs on the same examples", marks, axis, 0.0, "no difference")
        + values
        + fold("The tests", tests)
    )
    return section(f"measure-{at}", measure.title, body)


def _mark(one: Difference) -> Mark:
    title = f"{one.first} less {one.second}: {value_and_interval(one.figure)}"
    label = f'{_named(one)} <span class="beside">{escape(one.said)}</span>'
    return Mark(label, one.figure.value, one.figure.low, one.figure.high, value(one.figure), title,
                one.better is not None)  # fmt: skip


def _named(one: Difference) -> str:
    return f"{bdi(one.first)} less {bdi(one.second)}"


def _settings(comparison: Comparison) -> str:
    trained = [one for one in comparison.settings if one.key.split(":")[0] in TRAINED and ": " in one.key]
    others = [one for one in comparison.settings if one not in trained]
    body = _table(comparison, "Settings and inputs", others) if others else ""
    body += fold("How they were trained", _table(comparison, "Settings of training", trained)) if trained else ""
    return section("settings", "What differs", body) if body else ""


def _table(comparison: Comparison, title: str, settings: Sequence[Setting]) -> str:
    rows = [(f"<code>{escape(one.key)}</code>", *map(_cell, one.values)) for one in settings]
    return table(title, ("key", *(run.name for run in comparison.runs)), rows, len(comparison.runs) + 1)


def _cell(shown: str | None) -> str:
    return "–" if shown is None else bdi(shown)


def _limits(comparison: Comparison) -> str:
    items = "".join(f"<li>{escape(one)}</li>" for one in comparison.warnings)
    return section("limits", "Limits", f"<ul>{items}</ul>") if items else ""


def _provenance(comparison: Comparison) -> str:
    facts = {"created": comparison.created}
    for run in comparison.runs:
        parts = [run.folder, f"commit {run.commit}", f"measured {run.data}"]
        parts += [f"rewrites of {run.system}"] if run.system else []
        parts += [f"judge {run.judge}"] if run.judge else []
        facts[run.name] = ", ".join(parts)
    return section("provenance", "Provenance", f'<div class="provenance">{definitions(facts)}</div>')
