"""Ratings enter the report of their evaluation, written before anybody rated, and are told on the terminal."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from eval.place import Place
from eval.rate.figures import by_rater, figures, ratings
from eval.records import Figure, Report
from eval.report.html import render_html
from eval.report.labels import label, value_and_interval
from eval.report.markdown import render_markdown
from virality import runs
from virality.atomic import aside, sha256
from virality.page import interval, number


def enter(run: Path) -> list[Figure]:
    """Put the raters' figures into the report of a finished evaluation. Returns them.

    The rest of the report stays as it is; run.json gets the hashes of the new files.
    """
    report = Report.model_validate_json((run / "report.json").read_text(encoding="utf-8"))
    like = report.figure("writer.win_rate")
    place = Place(like.corpus, like.source, like.family, like.best_of, like.seed)
    found = figures(run, place)
    others = [one for one in report.figures if not one.name.startswith("raters.")]
    report = report.model_copy(update={"figures": [*others, *found]})
    pages = {
        "report.json": report.model_dump_json(indent=2) + "\n",
        "report.html": render_html(report),
        "report.md": render_markdown(report),
    }
    document = runs.finished(run, "evaluate")
    with contextlib.ExitStack() as all_at_once:  # written aside, and renamed one behind the other when all are there
        last = all_at_once.enter_context(aside(run / "run.json"))
        for name, text in pages.items():
            path = all_at_once.enter_context(aside(run / name))
            path.write_text(text, encoding="utf-8")
            document["outputs"][name] = {"sha256": sha256(path), "bytes": path.stat().st_size}
        last.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return found


def told(run: Path, found: list[Figure]) -> str:
    """The figures and each rater's share, to read."""
    lines = [f"{label(one)}: {value_and_interval(one)}" + (f" ({one.note})" if one.note else "") for one in found]
    for rater, share in by_rater(ratings(run)).items():
        ends = interval(share.low, share.high, "share")
        lines.append(f"{rater}: prefers the rewrite on {number(share.value, 'share')} {ends} of {share.n} items")
    return "\n".join(lines)
