"""`virality forget`: the posts of accounts, and single posts, out of everything under a folder of runs, and for good.

In this order, so that it can be killed at any moment and run again: the register is written (`data_prep.register`),
by which everything is found and which `prepare` reads; a journal is opened; files are rewritten, removed or made anew,
each noted before; runs are made to fit their files; those that learned from the rows are marked; the journal is closed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep import privacy, register
from publish.audit import lineage
from publish.audit.lineage import Lineage
from publish.audit.sought import Sought
from publish.forget import journal as journals
from publish.forget import renew, requests, trace
from publish.forget.erase import Hit, erase, features, go_on
from publish.forget.journal import Journal, Step
from publish.forget.requests import Requests
from publish.forget.resolve import resolve
from publish.forget.trace import Touched
from virality import ledger
from virality.atomic import aside
from virality.errors import ViralityError

SCRIPT = "retrain.sh"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done, or would be.

    Fields:
        requests: how many accounts and posts were named.
        unknown: how many of them name nothing here; the register has them all the same.
        posts: how many posts are asked for and are in a prepared run.
        hits: files in which something was found.
        touched: runs that learned from the rows, or measured or exported what did, in the order of their dependence.
        script: that makes these again; None where there are none.
        raw: files that were prepared and still hold the rows: this command changes none of them.
        lists: opt-out lists that data configs name.
        online: runs of `touched` whose curves went to W&B.
    """

    requests: int
    unknown: int
    posts: int
    hits: tuple[Hit, ...]
    touched: tuple[Touched, ...]
    script: Path | None
    raw: tuple[str, ...]
    lists: tuple[str, ...]
    online: tuple[Path, ...]


def command(
    root: Path, *, authors: Sequence[str], posts: Sequence[str], file: Path | None, dry_run: bool = False
) -> int:
    """`virality forget`. Returns the exit code.

    Raises:
        ViralityError: nobody is named, the file is no table of requests or lies among the runs, or there is no such
            folder of runs.
    """
    if file is not None and file.resolve().is_relative_to(root.resolve()):
        raise ViralityError(f"--file {file}: lies in {root}, where what it names is erased; move it out of there first")
    asked = requests.gather(authors, posts, file)
    done = forget(root, asked, dry_run=dry_run)
    print("\n".join(lines(done, asked, dry_run=dry_run)))
    return 0


def forget(root: Path, asked: Requests, *, dry_run: bool = False, step: Step = lambda _: None) -> Forgotten:
    """Take the rows that are asked for out of everything under `root`.

    Args:
        root: the folder of runs.
        asked: whose rows, and which.
        dry_run: search and change nothing.
        step: told before each step that changes something.
    """
    key = privacy.author_key()
    there = lineage.read(root)
    found = resolve(asked, there, key)
    whole = register.read(key) | found.register
    sought = Sought(whole, key, there.everywhere)
    if dry_run:
        hits = erase(there, sought, None)
        every = trace.touched(there, sought)
        hits += features(there, [one.folder for one in every if one.seen], None)
        return _told(asked, found.unknown, found.posts, hits, every, None, there)
    step("register")
    register.write(whole, key)
    opened = journals.begin(root, step)
    go_on(opened)
    hits = erase(there, sought, opened)
    every = trace.touched(there, sought)
    hits += features(there, [one.folder for one in every if one.seen], opened)
    renew.every(there, sought, opened)
    renew.alone(opened, lambda path: there.of(path) is not None)
    for one in every:
        _mark(one, opened)
    script = _write_script(there, every, opened) if every else None
    opened.close()
    return _told(asked, found.unknown, found.posts, hits, every, script, there)


def lines(done: Forgotten, asked: Requests, *, dry_run: bool) -> list[str]:
    """What was done, to read."""
    rows = sum(one.rows for one in done.hits)
    would = "would " if dry_run else ""
    said = [
        f"{len(asked.authors):,} accounts and {len(asked.posts):,} posts named, {done.unknown:,} of them unknown here: "
        f"{done.posts:,} posts",
        f"{would}take out {rows:,} rows and lines of {len(done.hits):,} files" if dry_run
        else f"took {rows:,} rows and lines out of {len(done.hits):,} files",
    ]  # fmt: skip
    said += [f"  {one.act} {one.path}" + (f": {one.rows:,}" if one.rows else "") for one in done.hits]
    if done.touched:
        said.append("these learned from the rows, or were made of what did; they are marked, and these commands make "
                    "them again, in this order:")  # fmt: skip
        said += [line for one in done.touched for line in _of_run(one)]
        said += [f"the same as a script: sh {done.script}"] if done.script is not None else []
    else:
        said.append("no checkpoint here has seen them")
    said += [f"{name} still holds the rows; prepare leaves them out, and this command changes no file that it did not "
             "make" for name in done.raw]  # fmt: skip
    said += [f"{folder} was told to W&B as it ran: remove the run there, which this command cannot"
             for folder in done.online]  # fmt: skip
    names = ", ".join((*asked.authors, *asked.posts)[:10])
    said += [f"{name} is a list of a data config: add a line for each of {names}, for those who prepare elsewhere"
             for name in done.lists]  # fmt: skip
    return said


def _of_run(one: Touched) -> list[str]:
    why = ", ".join(f"{name} saw {len(rows):,}" for name, rows in one.seen.items())
    why = why or f"through {', '.join(map(str, one.through))}"
    return [f"  {one.folder}: {why}", f"    {one.command}"]


def _told(asked: Requests, unknown: int, posts: int, hits: list[Hit], every: list[Touched], script: Path | None,
          there: Lineage) -> Forgotten:  # fmt: skip
    changed = {there.of(hit.path) or hit.path for hit in hits}
    prepared = [one for folder, one in there.runs.items() if folder in changed and one["step"] == "prepare"]
    raw = {name for one in prepared for name in one["inputs"] if Path(name).is_file()}
    lists = {str(name) for one in there.runs.values() if isinstance(rights := one["settings"].get("rights"), dict)
             for name in rights.get("opt_out") or ()}  # fmt: skip
    online = tuple(one.folder for one in every if _tracked(there.runs[one.folder]) == "wandb")
    return Forgotten(len(asked), unknown, posts, tuple(hits), tuple(every), script, tuple(sorted(raw - lists)),
                     tuple(sorted(lists)), online)  # fmt: skip


def _tracked(document: Mapping[str, Any]) -> object:
    said = document["settings"].get("tracking")
    return said.get("to") if isinstance(said, dict) else None


def _mark(one: Touched, opened: Journal) -> None:
    """Leave `forgotten.json` in the folder of a run; one that says the same already stays."""
    document = {
        "format": 1,
        "at": opened.at,
        "rows": one.rows,
        "checkpoints": {name: len(rows) for name, rows in one.seen.items()},
        "hashes": sorted({row for rows in one.seen.values() for row in rows}),
        "through": [folder.relative_to(opened.root).as_posix() for folder in one.through],
        "command": one.command,
    }
    path = one.folder / ledger.FORGOTTEN
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) | {"at": opened.at} == document:
        return
    opened.step(f"mark {one.folder.name}")
    with aside(path) as written:
        written.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _write_script(there: Lineage, every: list[Touched], opened: Journal) -> Path:
    changed = [folder for folder, document in there.runs.items()
               if document["step"] == "prepare" and (opened.below(folder) or "forgotten" in document)]  # fmt: skip
    path = opened.root / SCRIPT
    opened.step("script")
    with aside(path) as written:
        written.write_text(trace.script(there, every, changed), encoding="utf-8")
    return path
