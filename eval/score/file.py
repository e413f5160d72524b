"""A file of posts, of any size: an answer to every row, out of core, with progress; a stopped command continues."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from eval.score import answers, rows
from eval.score.columns import Columns, choose
from eval.score.work import ENDINGS, Work
from train.scorers import Scorer
from virality.atomic import sha256
from virality.errors import ViralityError
from virality.progress import bar, say, step

_FORMAT = 1
"""Of the answers and the ends of chunks: a new one where the same input would give another output."""


def score_file(
    scorer: Scorer,
    file: Path,
    out: Path | None = None,
    *,
    asked: str | None = None,
    fresh: bool = False,
    name: str = "",
) -> dict[str, Any]:
    """Score every row of a file.

    Args:
        scorer: of any family.
        file: CSV, TSV, JSONL, JSON, parquet or XLSX, plain or packed; with two posts a row, or one.
        out: a .parquet, .csv or .jsonl; `FILE.scores.parquet` by default. Columns as `answers.judged` says.
        asked: which columns are read, see `columns.choose`.
        fresh: replace what is at `out`.
        name: what the scorer is called.

    Returns:
        What stands in `OUT.json`: `key` (what decided the answers), `rows`, `counts` by why, `answered`, `summary`.

    Raises:
        ViralityError: the file cannot be read as a table of posts, or the output not be written; it is of another
            command; or the family has no value for single posts.
    """
    rows.check(file)
    out = file.with_name(f"{file.name}.scores.parquet") if out is None else out
    if out.suffix.lower() not in ENDINGS:
        raise ViralityError(
            f"--out {out}: ends in {out.suffix or 'nothing'}; scores are written as {', '.join(ENDINGS)}"
        )
    if out.resolve() == file.resolve():
        raise ViralityError(f"--out {out}: is the file that is read; name another")
    columns = _columns(file, asked)
    if not columns.pairs:
        scorer.utility(["a"])  # a family that reads two posts together refuses here
    with step(f"reading {file}"):
        key, total = _key(scorer, file, columns), rows.count(file, columns)
    if not total:
        raise ViralityError(f"{file}: holds no row; name a table with one post or two a row")
    work = Work(out, key, fresh=fresh)
    if work.finished is not None:
        say(f"{out}: done already with the same scorer, file and columns; reused")
        return work.finished
    chunks = _score(scorer, file, columns, work, total)
    with step(f"writing {out}"):
        return work.finish(chunks, _facts(work, chunks, columns, name, out))


def _score(scorer: Scorer, file: Path, columns: Columns, work: Work, total: int) -> int:
    """Make the chunks that are not there yet. Returns how many there are then."""
    number, done = work.done()
    if done:
        say(f"{work.out}: continuing after {done:,} of {total:,} rows")
    rest: Iterator[rows.Row] = islice(rows.rows(file, columns), done, None)
    for chunk in answers.chunks(bar(rest, f"score {file.name}", total - done, "rows"), scorer.family):
        work.keep(number, answers.judged(scorer, chunk, done + 1, columns))
        number, done = number + 1, done + len(chunk)
    return number


def _columns(file: Path, asked: str | None) -> Columns:
    try:
        return choose(file, rows.names(file), asked)
    except OSError as error:
        raise ViralityError(f"{file}: cannot be read ({error.strerror or error})") from error


def _key(scorer: Scorer, file: Path, columns: Columns) -> dict[str, Any]:
    """What decides the output, each part by content: where the file lies and what it is called does not matter."""
    decisive = [scorer.family, scorer.version, scorer.calibration.about(), scorer.sure, scorer.languages]
    said = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
    return {"format": _FORMAT, "file": sha256(file), "columns": columns.about(), "scorer": said}


def _facts(work: Work, chunks: int, columns: Columns, name: str, out: Path) -> dict[str, Any]:
    counts: Counter[str | None] = Counter()
    for table in work.chunks(chunks):
        counts.update(table.column("why").to_pylist())
    total, answered = counts.total(), counts.pop(None, 0)
    listed = [f"{answered:,} {'answered' if columns.pairs else 'scored'}"]
    listed += [f"{number:,} {why}" for why, number in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))]
    return {
        "scorer": name,
        "rows": total,
        "answered": answered,
        "counts": dict(counts.most_common()),
        "summary": f"{total:,} row{'s' * (total != 1)}: {', '.join(listed)} -> {out}",
    }
