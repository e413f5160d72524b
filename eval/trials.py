"""The counts of a real test as a file holds them: a row an arm, summed to one test of rewrite against draft each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep.sources import Bad, files
from data_prep.sources.cells import BadValue, count, is_null
from virality.errors import ViralityError

_COLUMNS = {
    "test": ("draft_id", "test", "test_id", "experiment"),
    "arm": ("arm", "variant", "group"),
    "impressions": ("impressions", "views", "exposures", "trials"),
    "successes": ("successes", "clicks", "conversions", "engagements"),
}
"""Field -> what its column may be called; the first that is there is read."""
_ARMS = {
    **dict.fromkeys(("draft", "control", "original"), "draft"),
    **dict.fromkeys(("rewrite", "treatment", "writer"), "rewrite"),
}
_ONE = "the test"
"""What the test is called where no column names it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often one arm was shown, and with success."""

    impressions: int
    successes: int


@dataclass(frozen=True, slots=True)
class LiveTest:
    """One draft against its rewrite, or rewrites, before readers."""

    name: str
    draft: Counts
    rewrite: Counts


def read(path: Path) -> list[LiveTest]:
    """The tests of a file.

    CSV, TSV, JSONL, JSON, parquet or XLSX with a row an arm: `draft_id` or `test` (without them all rows are one test),
    `arm` (draft or rewrite), `impressions` and `successes`; rows of one arm of one test are summed. `text` is for
    people. Other usual names are known too (views, clicks, control, treatment).

    Raises:
        ViralityError: names the row (counted from 1, a header is none): a column is missing, a count is missing, broken
            or negative, successes exceed impressions, an arm is unknown, or a test has one arm only.
    """
    if not path.is_file():
        raise ViralityError(f"live = {path}: no such file; name a table with arm, impressions and successes")
    columns = _columns(path, files.columns_of(path))
    found: dict[str, dict[str, list[Counts]]] = {}
    first: dict[str, int] = {}
    for block in files.blocks(path):
        for number, row in files.expand(block):
            if isinstance(row, Bad):
                raise ViralityError(f"live = {path}: row {number}: cannot be read ({row.reason}); mend or remove it")
            test, arm, counts = _row(f"live = {path}: row {number}", row, columns)
            found.setdefault(test, {"draft": [], "rewrite": []})[arm].append(counts)
            first.setdefault(test, number)
    if not found:
        raise ViralityError(f"live = {path}: holds no row; name a table with arm, impressions and successes")
    return [_test(f"live = {path}: row {first[name]}", name, arms) for name, arms in found.items()]


def _columns(path: Path, there: Sequence[str]) -> dict[str, str]:
    lower = {name.strip().lower(): name for name in reversed(there)}
    found = {
        field: lower[name]
        for field, names in _COLUMNS.items()
        if (name := next((one for one in names if one in lower), None)) is not None
    }
    missing = [field for field in ("arm", "impressions", "successes") if field not in found]
    if there and missing:
        raise ViralityError(f"live = {path}: has no column {missing[0]}; it has {', '.join(there)}, and needs arm, "
                            "impressions and successes, and draft_id or test where it holds several")  # fmt: skip
    return found


def _row(where: str, row: dict[str, Any], columns: dict[str, str]) -> tuple[str, str, Counts]:
    test = row.get(columns["test"]) if "test" in columns else _ONE
    if is_null(test) or str(test).strip() == "":
        raise ViralityError(f"{where}: {columns['test']} is empty; each row names its test")
    arm = _ARMS.get(str(row.get(columns["arm"])).strip().lower())
    if arm is None:
        raise ViralityError(f"{where}: {columns['arm']} = {row.get(columns['arm'])!r}: is neither draft nor rewrite; "
                            "write draft for the post as it was")  # fmt: skip
    impressions, successes = (_count(where, row, columns[field]) for field in ("impressions", "successes"))
    if successes > impressions:
        raise ViralityError(f"{where}: {columns['successes']} = {successes}: more than its {impressions} "
                            f"{columns['impressions']}; count each impression once")  # fmt: skip
    return str(test).strip(), arm, Counts(impressions, successes)


def _count(where: str, row: dict[str, Any], column: str) -> int:
    value = row.get(column)
    try:
        found = count(value)
    except BadValue as error:
        raise ViralityError(f"{where}: {column} = {value!r}: is no count; write a whole number, 0 or more") from error
    if found is None:
        raise ViralityError(f"{where}: {column} is not given; write a whole number, or leave the whole test out")
    return found


def _test(where: str, name: str, arms: dict[str, list[Counts]]) -> LiveTest:
    summed = {arm: Counts(sum(one.impressions for one in rows), sum(one.successes for one in rows))
              for arm, rows in arms.items()}  # fmt: skip
    for arm, counts in summed.items():
        if counts.impressions == 0:
            raise ViralityError(f"{where}: {name}: its {arm} was never shown; a lift needs impressions of both arms, "
                                "so add them or leave the test out")  # fmt: skip
    return LiveTest(name, summed["draft"], summed["rewrite"])
