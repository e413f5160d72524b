"""Runs under a folder, what each was made of, and the corpora whose rows it may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.audit.sought import Sources
from virality.errors import ViralityError

_KEYS = frozenset(("step", "state", "settings", "inputs", "command"))
_POSTS = ("posts.parquet", "dropped.parquet")


@dataclass(frozen=True, slots=True)
class Lineage:
    """The runs under a folder.

    Fields:
        root: the folder.
        runs: folder -> its run.json, in the order of their paths.
        sources: folder -> names of the corpora that it comes of.
    """

    root: Path
    runs: Mapping[Path, dict[str, Any]]
    sources: Mapping[Path, Sources]

    @property
    def everywhere(self) -> Sources:
        """Every corpus."""
        return frozenset[str]().union(*self.sources.values())

    def of(self, path: Path) -> Path | None:
        """The run in whose folder a file lies; None outside of any."""
        return next((folder for folder in path.parents if folder in self.runs), None)

    def sources_of(self, path: Path) -> Sources:
        """The corpora that a file's rows may come of."""
        folder = self.of(path)
        return (self.sources[folder] if folder is not None else frozenset()) or self.everywhere

    def made_of(self, folder: Path) -> list[Path]:
        """Runs under the same root that a run read."""
        return _inputs(self.runs, self.runs[folder])


def read(root: Path) -> Lineage:
    """Look at every run.json under a folder.

    Raises:
        ViralityError: there is no such folder.
    """
    if not root.is_dir():
        raise ViralityError(f"--runs {root}: no such folder; name the one that holds prepare/, train/ and evaluate/")
    runs: dict[Path, dict[str, Any]] = {}
    for path in sorted(root.rglob("run.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(document, dict) and document.keys() >= _KEYS:
            runs[path.parent] = document
    return Lineage(root, runs, sources(runs))


def sources(runs: Mapping[Path, dict[str, Any]]) -> dict[Path, Sources]:
    """Folder -> names of the corpora that it comes of, of these runs and their run.json."""
    found: dict[Path, Sources] = {}
    for folder in runs:
        _sources(runs, folder, found)
    return found


def in_order(lineage: Lineage) -> list[Path]:
    """Every run behind those that it was made of."""
    done: dict[Path, None] = {}

    def visit(folder: Path, above: tuple[Path, ...]) -> None:
        if folder in done or folder in above:
            return
        for one in lineage.made_of(folder):
            visit(one, (*above, folder))
        done[folder] = None

    for folder in lineage.runs:
        visit(folder, ())
    return list(done)


def _sources(runs: Mapping[Path, dict[str, Any]], folder: Path, known: dict[Path, Sources], above: int = 0) -> Sources:
    if folder in known:
        return known[folder]
    found = set(_own(folder, runs[folder]))
    for one in _inputs(runs, runs[folder]) if above < len(runs) else ():
        found |= _sources(runs, one, known, above + 1)
    known[folder] = frozenset(found)
    return known[folder]


def _own(folder: Path, document: Mapping[str, Any]) -> Iterator[str]:
    """Corpora that a prepared run names in its posts, and in its command where no row is left."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if document["step"] != "prepare":
        return
    words = document["command"]
    if document["settings"].get("source") and len(words) > 2 and words[1] == "prepare":
        yield Path(words[2]).stem
    for path in (*(folder / name for name in _POSTS), *folder.glob("parts/*/posts.parquet")):
        try:
            yield from map(
                str, pq.read_table(path, columns=["source"])["source"].cast(pa.string()).unique().to_pylist()
            )
        except (OSError, KeyError, pa.ArrowException):
            continue


def _inputs(runs: Mapping[Path, Any], document: Mapping[str, Any]) -> list[Path]:
    """Input folders as they are called here: a run may have been moved, the last of its names stay."""
    resolved = {folder.resolve(): folder for folder in runs}
    found = []
    for name in document["inputs"]:
        given = Path(name)
        there = resolved.get(given.resolve())
        for names in range(len(given.parts), 1, -1) if there is None else ():
            like = [folder for folder in runs if folder.parts[-names:] == given.parts[-names:]]
            if like:
                there = like[0] if len(like) == 1 else None
                break
        if there is not None:
            found.append(there)
    return found
