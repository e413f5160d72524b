"""`virality score RUN`: which of two posts wins, how sure, or that it abstains and why; for two texts or for a file."""

from __future__ import annotations

import json
from pathlib import Path

from eval.score.file import score_file
from eval.score.two import as_json, as_text, compare
from train.steps import load_scorer
from virality.errors import ViralityError

__all__ = ["command", "compare", "score_file"]


def command(
    run: Path,
    texts: list[str],
    *,
    file: Path | None,
    out: Path | None,
    columns: str | None,
    reasons: int,
    fresh: bool,
    as_document: bool,
) -> int:
    """`virality score`. Returns the exit code.

    Args:
        run: folder of a scorer's run.
        texts: two posts; none with a file.
        file: a table of posts, or of pairs of posts.
        out: where the file's scores go, see `score_file`.
        columns: which columns of the file are read, see `eval.score.columns.choose`.
        reasons: words a side, and features a side, that are named at most; 0 names none.
        fresh: replace what is at `out`.
        as_document: one JSON document on stdout in place of lines to read.

    Raises:
        ViralityError: neither two texts nor a file, or both; or as what is then asked.
    """
    if file is not None:
        if texts:
            raise ViralityError("--file: gives the posts, so none are named beside it; leave them or --file out")
        document = score_file(load_scorer(run), file, out, asked=columns, fresh=fresh, name=run.name)
        print(json.dumps(document, ensure_ascii=False) if as_document else document["summary"])
        return 0
    if len(texts) != 2:
        raise ViralityError(f"POST: two are compared, and {len(texts)} given; quote each, or name a table: --file F")
    for name, given in (("--out", out), ("--columns", columns), ("--fresh", fresh)):
        if given:
            raise ViralityError(f"{name}: is for a file alone; leave it out, or name a table: --file F")
    if reasons < 0:
        raise ViralityError(f"--reasons = {reasons}: is at least 0")
    found = compare(load_scorer(run), *texts, reasons=reasons)
    print(json.dumps(as_json(found, run.name), ensure_ascii=False) if as_document else as_text(found))
    return 0
