"""One file after another: what is looked for goes by row where that can be, else the file goes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from publish.audit import decode as decoding
from publish.audit import files
from publish.audit.lineage import Lineage
from publish.audit.pieces import Undecodable
from publish.audit.sought import Sought
from publish.audit.tokens import Tokenizers
from publish.forget import documents, tables
from publish.forget.documents import WHOLE
from publish.forget.journal import Journal
from virality import ledger
from virality.atomic import is_partial

_PAGES = {
    "evaluate": {"report.html", "report.md"}, "compare": {"compare.html", "compare.md"}, "prepare": {"datasheet.html"},
}  # fmt: skip
"""Step of a finished run -> its pages, which are made anew from the JSON beside them."""
_WORK = "work"
"""A folder of a run that it would make again; of `virality score`, `OUT.work`."""
_FEATURES = "features.safetensors"
"""Numbers of every text that a scorer learned from, kept for its controls alone."""
_KEPT = {"run.json", "tokenizer.json", ledger.FORGOTTEN}


@dataclass(frozen=True, slots=True)
class Hit:
    """A file in which something was found.

    Fields:
        path: of the file, or of the folder that goes whole.
        rows: how many of its rows, lines or hashes; of a file that goes whole 0.
        act: what is done.
    """

    path: Path
    rows: int
    act: str


def erase(there: Lineage, sought: Sought, journal: Journal | None) -> list[Hit]:
    """Search every file of a folder and take out what is found; without a journal nothing is changed."""
    found: list[Hit] = []
    tokenizers = Tokenizers(there)
    gone: list[Path] = []
    for path in files(there.root):
        if path.name in _KEPT or any(one in path.parents for one in gone):
            continue
        hit = _work_hit(path, there, sought, tokenizers) or _hit(path, there, sought, tokenizers)
        if hit is None:
            continue
        found.append(hit)
        if hit.path.is_dir():
            gone.append(hit.path)
        if journal is not None:
            journal.note(hit.path, hit.rows, hit.act)
            _apply(hit, there, sought, tokenizers)
    return found


def go_on(journal: Journal) -> None:
    """End the removal of folders that a kill stopped half way: what is left of one no longer fits together."""
    for name, change in journal.changes.items():
        if change.act == "removed" and (journal.root / name).is_dir():
            shutil.rmtree(journal.root / name)


def features(there: Lineage, runs: list[Path], journal: Journal | None) -> list[Hit]:
    """Remove the embeddings that runs keep of the texts they learned from."""
    found = [Hit(run / _FEATURES, 0, "removed") for run in runs if (run / _FEATURES).is_file()]
    if journal is not None:
        for one in found:
            journal.note(one.path, 0, one.act)
            one.path.unlink()
    return found


def _work_hit(path: Path, there: Lineage, sought: Sought, tokenizers: Tokenizers) -> Hit | None:
    """A work folder goes whole: its parts fit one another, and whoever made it makes it again."""
    run = there.of(path)
    works = [one for one in path.parents if one.suffix == f".{_WORK}" and there.root in one.parents]
    works += [run / _WORK] if run is not None and path.relative_to(run).parts[0] == _WORK else []
    return Hit(works[0], 0, "removed") if works and _any(path, there, sought, tokenizers) else None


def _hit(path: Path, there: Lineage, sought: Sought, tokenizers: Tokenizers) -> Hit | None:
    if is_partial(path.relative_to(there.root)):  # what was never finished is read by nobody
        return Hit(path, 0, "removed") if _any(path, there, sought, tokenizers, broken=True) else None
    sources = there.sources_of(path)
    rewriter = _rewriter(path)
    if rewriter is None:
        if not _any(path, there, sought, tokenizers):
            return None
        return Hit(path, 0, "made anew" if _is_page(path, there) else "removed")
    try:
        rows = rewriter(path, sought, sources, tokenizers.of(path)(), apply=False)
    except Exception as error:
        if _is_broken(error):
            return None  # the audit names it
        raise
    if rows == 0:
        return None
    return Hit(path, 0, "removed") if rows == WHOLE else Hit(path, rows, "rewritten")


def _is_page(path: Path, there: Lineage) -> bool:
    """Whether a page is one that `renew` makes anew: a copy elsewhere, or of a run that was cut short, is not."""
    run = there.runs.get(path.parent)
    return (run is not None and run["state"] == "done" and path.name in _PAGES.get(run["step"], ())
            and path.with_suffix(".json").is_file())  # fmt: skip


def _apply(hit: Hit, there: Lineage, sought: Sought, tokenizers: Tokenizers) -> None:
    if hit.act == "rewritten":
        rewriter = _rewriter(hit.path)
        if rewriter is not None:
            decode = tokenizers.of(hit.path)()
            rewriter(hit.path, sought, there.sources_of(hit.path), decode, apply=True)
    elif hit.act == "removed":
        if hit.path.is_dir():
            shutil.rmtree(hit.path)
        else:
            hit.path.unlink(missing_ok=True)


def _rewriter(path: Path) -> Callable[..., int] | None:
    """What takes rows out of a file; None for files that go whole or are made anew."""
    if path.name == "ledger.parquet":
        return tables.ledger
    kind = decoding.kind_of(path)
    if kind == "npy":
        return documents.index
    return {"parquet": tables.parquet, "arrow": tables.arrow, "json": documents.document, "lines": documents.lines,
            "table": documents.table}.get(kind)  # fmt: skip


def _any(path: Path, there: Lineage, sought: Sought, tokenizers: Tokenizers, *, broken: bool = False) -> bool:
    """Whether anything is found in what can be read of a file; `broken`: the answer for one that cannot be."""
    try:
        return any(
            any(sought.flags(piece.name, piece.values, there.sources_of(path))) or any(sought.hashes(piece.runs))
            for piece in decoding.pieces(path, tokenizers.of(path))
        )
    except Undecodable:
        return broken


def _is_broken(error: Exception) -> bool:
    import pyarrow as pa

    return isinstance(error, pa.ArrowException | OSError | KeyError | ValueError | RecursionError | csv.Error)
