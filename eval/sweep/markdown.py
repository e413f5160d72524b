"""A sweep as Markdown: the same figures in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.report.labels import value_and_interval
from eval.report.markdown import plain
from eval.sweep.html import HEAD, LEAD, facts, name_of, odds
from eval.sweep.points import shown
from eval.sweep.records import Sweep
from virality.page import NOT_MEASURED, number


def render_markdown(sweep: Sweep) -> str:
    """Text and tables, without plots."""
    ranking = [
        (plain(name_of(one)), value_and_interval(one.figure),
         NOT_MEASURED if one.shrunk is None else value_and_interval(one.shrunk), odds(one),
         "" if one.behind is None else value_and_interval(one.behind), plain(one.said))
        for one in sweep.settings
    ]  # fmt: skip
    beside = [
        (str(one.rank), *(plain(shown(one.values[key])) for key in sweep.scales), value_and_interval(one.figure),
         ", ".join(number(mine, one.figure.unit) for mine in one.by_seed), number(one.seconds, "seconds"))
        for one in sweep.settings
    ]  # fmt: skip
    failed = [(plain(one.run), plain(", ".join(f"{key} = {shown(value)}" for key, value in one.values.items())),
               str(one.seed), plain(one.why)) for one in sweep.failed]  # fmt: skip
    head = ("rank", *map(plain, sweep.scales), plain(sweep.metric), "by seed", "trained in")
    parts = [
        f"# {plain(sweep.title)}",
        plain(f"{sweep.metric_title}: {sweep.on}"),
        plain(sweep.summary),
        plain(LEAD),
        _table("Which is best", ("setting", *HEAD, "found"), ranking),
        _table("The settings side by side", head, beside),
        f"## What is next\n\n{plain(sweep.next)}",
        _table("Runs that failed", ("run", "setting", "seed", "why"), failed),
        "\n".join(["## Limits\n", *(f"- {plain(one)}" for one in sweep.warnings)]),
        _table("Provenance", ("", ""), [(plain(key), plain(value)) for key, value in facts(sweep).items()]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"## {title}\n", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body]) if body else ""
