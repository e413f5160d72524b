"""What a sweep states: sweep.json is this, and the only source of its pages; measured.parquet holds every value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.records import Figure
from eval.sweep.settings import Value

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Measurement:
    """The metric on one validation example of one run."""

    run: str
    example_id: str
    component: str
    value: float


def measurement_schema() -> pa.Schema:
    """Schema of measured.parquet."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("run", pa.dictionary(pa.int32(), pa.string()), nullable=False),
            pa.field("example_id", pa.string(), nullable=False),
            pa.field("component", pa.string(), nullable=False),
            pa.field("value", pa.float64(), nullable=False),
        ]
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination of values, trained with every seed.

    Fields:
        rank: from 1.
        values: dotted key -> value.
        runs: folders, one a seed.
        by_seed: the metric of each run.
        figure: mean over seeds and examples, with its interval over other examples and seeds.
        shrunk: the same less the luck of the choice; None where chance is not known.
        best: probability that it is truly the best of these; None as above.
        behind: the first one less this one, positive where the first does better; None of the first.
        may_be_best: False where another is shown to do better.
        said: the same in words.
        seconds: of training, over all its runs.
    """

    rank: int
    values: dict[str, Value]
    runs: list[str]
    by_seed: list[float]
    figure: Figure
    shrunk: Figure | None
    best: float | None
    behind: Figure | None
    may_be_best: bool
    said: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A run that did not end well, and why."""

    run: str
    values: dict[str, Value]
    seed: int
    why: str


@dataclass(frozen=True, slots=True)
class Final:
    """The winner on the test split, which chose nothing; `figure` None: not measured, and `why`."""

    run: str
    report: str | None
    figure: Figure | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Everything that the pages show.

    Fields:
        created: ISO 8601, UTC.
        summary: what was found, in plain words.
        train, evaluate: the configs.
        search: grid, random, or W&B's.
        metric, metric_title: what ranks.
        lower_is_better: of errors.
        on: on how many examples.
        scales: setting -> how its axis goes: number, log or words.
        settings: the best first.
        failed: runs that could not be ranked.
        kept: share of the spread between the settings that chance does not explain; None where that is not known.
        final: the winner on the test split; None where that was not asked for.
        next: what to do with the winner.
        warnings: what a reader must know.
    """

    title: str
    created: str
    summary: str
    train: str
    evaluate: str | None
    search: str
    seeds: list[int]
    metric: str
    metric_title: str
    lower_is_better: bool
    on: str
    scales: dict[str, str]
    settings: list[Setting]
    failed: list[Failed]
    kept: float | None
    final: Final | None
    next: str
    warnings: list[str]
    schema_version: int = 1
