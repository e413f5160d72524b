"""A run's own accounts of itself made to fit its files again: data sheet, report, ratings, checkpoints, run.json.

Each can be done twice: all is told from the files as they are and from the journal.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data_prep import datasheet, facts
from data_prep.engine import DuckDB
from eval.compare.html import render_html as compare_html
from eval.compare.markdown import render_markdown as compare_markdown
from eval.compare.records import Comparison
from eval.rate.items import fingerprint, items
from eval.records import Report
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from publish.audit.lineage import Lineage
from publish.audit.sought import Sought
from publish.forget.journal import Change, Journal
from train import checkpoints
from virality.atomic import aside, sha256
from virality.errors import ViralityError

_TABLES = {"posts.parquet", "pairs.parquet", "dropped.parquet"}


def every(there: Lineage, sought: Sought, journal: Journal) -> None:
    """What each changed run says of itself: those that lie within another before it, which lists their files.

    Where a whole file was one account's, which its config names, that name goes too.
    """
    for folder in sorted(there.runs, key=lambda folder: (-len(folder.parts), folder)):
        within = [one for one in there.runs if folder in one.parents and journal.below(one)]
        _run(folder, _unnamed(there.runs[folder], sought), journal, within)


def _unnamed(document: Mapping[str, Any], sought: Sought) -> dict[str, Any]:
    """A run.json without the name of the account that was its one author, where that is looked for."""
    source = (document["settings"].get("source") or {}) if isinstance(document["settings"], dict) else {}
    name = source.get("account") if isinstance(source, dict) else None
    if not isinstance(name, str) or not sought.is_account(name):
        return dict(document)
    settings = document["settings"] | {"source": source | {"account": None}}
    command = [word for word in document["command"] if not word.startswith("source.account=")]
    return {**document, "settings": settings, "command": command}


def _run(folder: Path, document: Mapping[str, Any], journal: Journal, within: Sequence[Path]) -> None:
    changes = journal.below(folder)
    if not changes:
        return
    told = dict(document)
    made: set[str] = set()
    if told["state"] == "done":
        made |= _pages(folder, told, changes)
    made |= _marks(folder, changes)
    for name in changes:
        _sidecar(folder / name, journal)
    outputs = dict(told.get("outputs", {}))
    inside = {name for name in outputs if any(one in (folder / name).parents for one in within)}
    for name in {*changes, *made, *inside} & outputs.keys():
        outputs.pop(name)
        if (folder / name).is_file():
            outputs[name] = {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size}
    if "outputs" in told:
        told["outputs"] = dict(sorted(outputs.items()))
    note = {"at": journal.at, "files": {name: {"rows": one.rows, "act": one.act} for name, one in changes.items()}}
    told["forgotten"] = [*(one for one in told.get("forgotten", []) if one["at"] != journal.at), note]
    journal.step(f"run.json of {folder.name}")
    _write_json(folder / "run.json", told)


def alone(journal: Journal, inside: Callable[[Path], bool]) -> None:
    """What stands beside changed files that are of no run, such as answers to a file of drafts."""
    for name in journal.changes:
        if not inside(journal.root / name):
            _sidecar(journal.root / name, journal)


def _pages(folder: Path, told: dict[str, Any], changes: Mapping[str, Change]) -> set[str]:
    """Made anew of what is left: names of the files."""
    step = told["step"]
    if step == "prepare" and (_TABLES & changes.keys() or "datasheet.html" in changes):
        return _datasheet(folder, told)
    if step == "improve" and "pairs.parquet" in changes:
        told["pairs"] = _rows(folder / "pairs.parquet")
    if step == "evaluate":
        if {"rewrites.parquet", "scores.parquet"} & changes.keys():
            _ratings(folder)
        if {"report.json", "report.html", "report.md"} & changes.keys():
            source = Report.model_validate_json
            return _rendered(folder, "report", source, {"html": render_html, "md": render_markdown})
    if step == "compare" and {"compare.json", "compare.html", "compare.md"} & changes.keys():
        return _rendered(folder, "compare", _comparison, {"html": compare_html, "md": compare_markdown})
    return set()


def _datasheet(folder: Path, told: dict[str, Any]) -> set[str]:
    """Counts of posts and pairs as they are now; distributions and the model stay those of the run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "datasheet.json"
    if not path.is_file():
        return set()
    said = json.loads(path.read_text(encoding="utf-8"))
    rights = pq.read_table(folder / "posts.parquet", columns=["rights"])["rights"].cast(pa.string())
    reasons = pq.read_table(folder / "dropped.parquet", columns=["reason"])["reason"].cast(pa.string())
    said["rights"] = told["rights"]["basis"] = _counts(rights)
    said["dropped"] = _counts(reasons)
    said["kept"] = len(rights)
    said["rows"] = len(rights) + len(reasons)
    with tempfile.TemporaryDirectory(prefix="virality-forget-") as work:
        engine = DuckDB(Path(work), threads=1)
        try:
            pairs = engine.read([folder / "pairs.parquet"])
            said |= facts.of_pairs(engine, pairs)
            shown = said | {"examples": facts.examples(engine, pairs)}
        finally:
            engine.close()
    told["expectations"] = said["expectations"]
    _write_json(path, said)
    with aside(folder / "datasheet.html") as page:
        page.write_text(datasheet.render(told["name"], shown), encoding="utf-8")
    return {"datasheet.json", "datasheet.html"}


def _rendered(
    folder: Path, stem: str, read: Callable[[str], Any], pages: Mapping[str, Callable[[Any], str]]
) -> set[str]:
    """Pages of a report's JSON; one that this version cannot show is removed: it may hold what was to go."""
    found: Any = None
    with contextlib.suppress(OSError, ValueError):
        found = read((folder / f"{stem}.json").read_text(encoding="utf-8"))
    for ending, render in pages.items():
        path = folder / f"{stem}.{ending}"
        if found is None:
            path.unlink(missing_ok=True)
            continue
        with aside(path) as page:
            page.write_text(render(found), encoding="utf-8")
    return {f"{stem}.json", *(f"{stem}.{ending}" for ending in pages)}


def _comparison(text: str) -> Comparison:
    from pydantic import TypeAdapter

    return TypeAdapter(Comparison).validate_json(text)


def _ratings(folder: Path) -> None:
    """The first line of each rater's answers names the drafts and rewrites that are left; where none is, they go."""
    try:
        rewrites = fingerprint(items(folder))
    except ViralityError:
        rewrites = None
    for path in sorted((folder / "ratings").glob("*.jsonl")):
        if rewrites is None:
            path.unlink()
            continue
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        with aside(path) as written:
            written.write_text(f"{json.dumps(json.loads(first) | {'rewrites': rewrites})}\n{rest}", encoding="utf-8")


def _marks(folder: Path, changes: Mapping[str, Change]) -> set[str]:
    """The mark of a checkpoint holds the hash of every file in it. Returns the names of marks that were renewed."""
    made = set()
    for name in changes:
        path = folder / name
        mark = path.parent / checkpoints.MARK
        if path.parent.parent != folder / "checkpoints" or not mark.is_file():
            continue
        said = json.loads(mark.read_text(encoding="utf-8"))
        said["files"].pop(path.name, None)
        if path.is_file():
            said["files"][path.name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        with aside(mark) as written:
            written.write_text(json.dumps(said), encoding="utf-8")
        made.add(mark.relative_to(folder).as_posix())
    return made


def _sidecar(path: Path, journal: Journal) -> None:
    """`OUT.json` beside `OUT` names its SHA-256, so that the same command takes it for done."""
    beside = path.with_name(f"{path.name}.json")
    if not beside.is_file() or not path.is_file():
        return
    said = json.loads(beside.read_text(encoding="utf-8"))
    if isinstance(said, dict) and "sha256" in said:
        change = journal.changes[path.relative_to(journal.root).as_posix()]
        _write_json(beside, said | {"sha256": sha256(path), "forgotten": change.rows})


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _counts(column: Any) -> dict[str, int]:
    """Rows by value, most first."""
    found = {str(one["values"]): int(one["counts"]) for one in column.value_counts().to_pylist()}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _write_json(path: Path, value: object) -> None:
    with aside(path) as written:
        written.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
