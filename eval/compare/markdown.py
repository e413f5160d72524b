"""A comparison as Markdown: the same figures in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.compare.html import LEAD, data, on
from eval.compare.records import Comparison, Measure
from eval.report.labels import value_and_interval
from eval.report.markdown import plain
from virality.page import NOT_MEASURED


def render_markdown(comparison: Comparison) -> str:
    """Text and tables, without plots."""
    names = [run.name for run in comparison.runs]
    settings = [[plain(one.key), *("–" if shown is None else plain(shown) for shown in one.values)]
                for one in comparison.settings]  # fmt: skip
    runs = [[plain(part) for part in (run.name, run.folder, run.data, run.system or "", run.judge or "", run.commit)]
            for run in comparison.runs]  # fmt: skip
    parts = [
        f"# {plain(comparison.title)}",
        " · ".join(plain(one) for one in data(comparison)),
        plain(comparison.summary),
        plain(LEAD),
        *(_measure(one) for one in comparison.measures),
        _table("## What differs", ("key", *map(plain, names)), settings) if settings else "",
        "\n".join(["## Limits\n", *(f"- {plain(one)}" for one in comparison.warnings)]) if comparison.warnings else "",
        _table("## Provenance", ("run", "folder", "data", "rewrites of", "judge", "commit"), runs),
        f"Created {plain(comparison.created)}.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _measure(measure: Measure) -> str:
    values = [(plain(one.run), value_and_interval(one.figure), NOT_MEASURED if one.shrunk is None
               else value_and_interval(one.shrunk)) for one in measure.values]  # fmt: skip
    differences = [
        (plain(f"{one.first} less {one.second}"), value_and_interval(one.figure), plain(one.said), plain(one.tested))
        for one in measure.differences
    ]
    return "\n\n".join([
        f"## {plain(measure.title)}",
        plain(on(measure)),
        _table("", ("run", "value", "less luck"), values),
        _table("", ("difference", "value", "found", "test"), differences),
    ])  # fmt: skip


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return "\n".join([*([f"{title}\n"] if title else []), lines[0], f"|{' --- |' * len(head)}", *lines[1:]])
