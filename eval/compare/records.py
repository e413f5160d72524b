"""What a comparison of evaluation runs states: compare.json is this, and the only source of its pages."""

from __future__ import annotations

from dataclasses import dataclass

from eval.records import Figure


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the runs.

    Fields:
        name: of the run; its folder where two have the same name.
        folder: where it lies.
        data: what it measured.
        system: whose rewrites are compared (writer, base, ...); None where it holds none.
        judge: family and version of the judge; None where it had none.
        commit: of the code that measured.
    """

    name: str
    folder: str
    data: str
    system: str | None
    judge: str | None
    commit: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, or what an input held, that is not the same in all runs; None = not set."""

    key: str
    values: list[str | None]


@dataclass(frozen=True, slots=True)
class Value:
    """What one run reached on the common examples; `shrunk`: less what being the best of several owes to chance."""

    run: str
    figure: Figure
    shrunk: Figure | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One run less another on the same examples, with a test that counts how many pairs of runs were compared.

    Fields:
        first, second: names of runs.
        figure: first less second; shares are in points.
        p_value, p_adjusted: two-sided, that there is no difference; adjusted for the pairs of runs (Holm 1979).
        smallest: the difference that would have been seen in 80 of 100, in the figure's unit.
        better: name of the run that does better (by less, of errors); None where that is not shown.
        said: the same in words.
        tested: the test in words; empty where there is none.
    """

    first: str
    second: str
    figure: Figure
    p_value: float | None
    p_adjusted: float | None
    smallest: float | None
    better: str | None
    said: str
    tested: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure on the examples that all of its runs hold.

    Fields:
        name, title: of the measure.
        examples: what it is measured on, `pairs` or `drafts`.
        components: how many independent groups those fall into.
        values: one a run.
        differences: one a pair of runs.
    """

    name: str
    title: str
    examples: str
    components: int
    values: list[Value]
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the pages show.

    Fields:
        created: ISO 8601, UTC.
        summary: what was found, in plain words.
        warnings: what could not be compared, and what a reader must know.
    """

    title: str
    created: str
    summary: str
    runs: list[Compared]
    settings: list[Setting]
    measures: list[Measure]
    warnings: list[str]
    schema_version: int = 1
