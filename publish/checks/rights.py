"""Rights of the rows, opt-outs and forgotten rows: what nothing overrides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from data_prep import privacy, register
from data_prep.rights import NOT_FOR_TRAINING, is_basis, read_named
from publish.audit import lineage
from publish.audit.sought import Sought
from publish.checks import Refusal
from publish.evidence import Evidence
from publish.forget.requests import Requests
from virality import ledger, tables
from virality.models.terms import terms


def of_rows(evidence: Evidence) -> Iterator[Refusal]:
    """Rows that were marked, or whose rights do not allow to publish what was trained on them."""
    for folder in evidence.missing():
        what = "is not here, so neither the rights of its rows nor who opted out of them can be looked up"
        yield Refusal(folder, what, "restore it, or publish from where the writer was trained", firm=True)
    mine = {str(evidence.folder): evidence.writer}
    for folder, document in (mine if _marked(evidence.writer) else mine | evidence.learned_from()).items():
        where, bases = f"{folder}/run.json", (document.get("rights") or {}).get("basis", {})
        if _marked(document):
            named = ", ".join(bases) or "none named"
            what = f"comes of rows marked research_only (rights basis {named}), to be measured with, never published"
            yield Refusal(where, what, "export it for yourself with to=FOLDER", firm=True)
        else:
            yield from _of_bases(where, bases, learned=folder in mine)
    if evidence.research_only and not any(_marked(one) for one in (evidence.writer, *evidence.learned_from().values())):
        what = "was measured on rows marked research_only, and its card would tell of them"
        yield Refusal(f"{evidence.measured}/run.json", what, "measure it on rows of your own, or to=FOLDER", firm=True)


def _marked(document: Mapping[str, Any]) -> bool:
    return bool((document.get("rights") or {}).get("research_only"))


def _of_bases(where: str, bases: Mapping[str, int], *, learned: bool) -> Iterator[Refusal]:
    if learned and not sum(bases.values()):
        yield Refusal(where, "names no rights of the rows it learned from", "train it again", firm=True)
    for basis, rows in bases.items():
        if basis in NOT_FOR_TRAINING or not is_basis(basis):
            what = f"{rows:,} rows with rights basis {basis}, which allows no publishing of what is trained on them"
            yield Refusal(where, what, "train on rows whose basis you can name, or to=FOLDER", firm=True)
        elif basis.startswith("licence:") and (why := terms(basis.removeprefix("licence:")).forbidden):
            what = f"{rows:,} rows with rights basis {basis}: {why}"
            yield Refusal(where, what, "train on other rows, or to=FOLDER", firm=True)


def of_people(evidence: Evidence, lists: Sequence[Path]) -> Iterator[Refusal]:
    """Forgotten rows, of writer, report and all behind them; rows of those who opted out since, in the writer's ledger.

    Args:
        evidence: what is to be published.
        lists: opt-out lists beside those of the data.
    """
    for folder in dict.fromkeys(map(str, (evidence.folder, evidence.measured, *evidence.ancestors))):
        if (Path(folder) / ledger.FORGOTTEN).is_file():
            what = "it comes of rows that were asked to be forgotten"
            yield Refusal(f"{folder}/{ledger.FORGOTTEN}", what, "make it again without them", firm=True)
    named = [Path(one) for document in evidence.learned_from().values()
             for one in ((document["settings"].get("rights") or {}).get("opt_out") or ())]  # fmt: skip
    there = [path for path in dict.fromkeys([*named, *lists]) if path.is_file() or path in lists]
    yield from (Refusal(str(path), "this opt-out list is not here, so nobody can be looked up in it", "restore it",
                        firm=True) for path in dict.fromkeys(named) if path not in there)  # fmt: skip
    opted_out = read_named(there)
    if opted_out or register.path().is_file():
        yield from _opted_out(evidence, opted_out)


def _opted_out(evidence: Evidence, names: frozenset[str]) -> Iterator[Refusal]:
    path = evidence.folder / "ledger.parquet"
    if not path.is_file():
        yield Refusal(str(path), "is not here, so nobody who opted out can be looked up", "train it again", firm=True)
        return
    key = privacy.author_key()
    runs = {Path(folder): document for folder, document in evidence.learned_from().items()}
    sources = frozenset[str]().union(*lineage.sources(runs).values())
    listed = Requests(tuple(names), tuple(names)).register(key, sources)
    sought = Sought(register.read(key).without_texts() | listed, key, sources)

    def asked(*named: str | None) -> bool:
        spelt = {one for name in named if name is not None for one in (name, name.casefold())}
        return any(sought.is_id(one, sources) for one in spelt)

    rows = [one for one in tables.read(path, ledger.schema(), ledger.Entry)
            if asked(one.author_id, one.worse_id, one.better_id)]  # fmt: skip
    if rows:
        what = f"{len(rows):,} rows that it learned from are of people who opted out since"
        yield Refusal(str(path), what, "prepare and train again, without them", firm=True)
