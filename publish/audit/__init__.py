"""`virality audit`: whether any row of somebody who asked to be forgotten, or was opted out, is in any file here.

Every file under the folder of runs is decoded and asked for keyed hashes of accounts, ids and texts (what that can
miss is told in `publish.audit.sought`). A file that cannot be decoded is named and makes the audit not green.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data_prep import privacy, register, rights
from data_prep.register import Register
from publish.audit import decode, lineage
from publish.audit.lineage import Lineage
from publish.audit.pieces import Undecodable
from publish.audit.sought import Sought
from publish.audit.tokens import Tokenizers
from virality import ledger
from virality.errors import ViralityError
from virality.progress import bar

_SHOWN = 20


@dataclass(slots=True)
class Found:
    """A file in which something was found.

    Fields:
        path: of the file.
        values: how many cells, lines, texts or hashes of it.
        where: columns and keys; `text` where they have no name.
    """

    path: str
    values: int
    where: list[str]


@dataclass(slots=True)
class Audit:
    """What was searched and found.

    Fields:
        root: the folder.
        accounts, posts, rows, texts: how many keyed hashes of each were looked for (see `data_prep.register`).
        files, decoded: how many files were read, and bytes of what came of them.
        unopened: path -> why it could not be decoded.
        found: files in which something is.
        unfinished: a `virality forget` was killed here and not run again.
        unregistered: rows of these runs were forgotten, and this machine's register names nobody.
        marked: runs that learned from what went, or were made of what did, and are not made again.
    """

    root: str
    accounts: int
    posts: int
    rows: int
    texts: int
    files: int = 0
    decoded: int = 0
    unopened: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    unfinished: bool = False
    unregistered: bool = False
    marked: list[str] = field(default_factory=list)

    @property
    def green(self) -> bool:
        """Whether everything was read and nothing found."""
        return not (self.found or self.unopened or self.unfinished or self.unregistered)


def command(root: Path, *, as_json: bool) -> int:
    """`virality audit`. Returns 0 where it is green, else 3.

    Raises:
        ViralityError: there is no such folder, or the register cannot be read.
    """
    found = audit(root)
    if as_json:
        print(json.dumps(asdict(found) | {"green": found.green}, ensure_ascii=False))
    else:
        print("\n".join(lines(found)))
    return 0 if found.green else 3


def audit(root: Path) -> Audit:
    """Search every file under a folder."""
    there = lineage.read(root)
    key = privacy.author_key()
    kept = register.read(key)
    sought = Sought(kept | opted_out(there, key), key, there.everywhere)
    asked = sought.register
    result = Audit(str(root), len(asked.accounts), len(asked.posts), len(asked.rows), len(asked.texts))
    result.unfinished = (root / JOURNAL).is_file()
    result.marked = [str(folder) for folder in there.runs if (folder / ledger.FORGOTTEN).is_file()]
    result.unregistered = not kept and (bool(result.marked) or any("forgotten" in one for one in there.runs.values()))
    result.unopened = dict(closed(root))
    tokenizers = Tokenizers(there)
    for path in bar(list(files(root)), "audit", unit="files"):
        try:
            _search(path, sought, there, tokenizers, result)
        except Undecodable as error:
            result.unopened[str(path)] = str(error)
        result.files += 1
    return result


JOURNAL = "forgetting.json"
"""Lies in the folder of runs from the first change of `virality forget` to the last. No name or text is in it."""


def files(root: Path) -> Iterator[Path]:
    """Every file under a folder but the journal, in the order of their paths; links are not followed."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and path != root / JOURNAL:
            yield path


def closed(root: Path) -> Iterator[tuple[str, str]]:
    """What lies under a folder and is not searched: links that lead out of it, and folders that may not be read."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() and path.exists() and not path.resolve().is_relative_to(root.resolve()):
            yield str(path), f"a link to {path.resolve()}, which --runs can name"
        elif path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
            yield str(path), "a folder that may not be read"


def opted_out(there: Lineage, key: bytes) -> Register:
    """The lists that prepared runs name in `rights.opt_out`, as far as they can be read, as a register."""
    listed: set[str] = set()
    for document in there.runs.values():
        said = document["settings"].get("rights")
        for name in said.get("opt_out") or () if isinstance(said, dict) else ():
            try:
                listed |= rights.read_named([Path(name)])
            except ViralityError:
                continue  # it was moved since: what it said was kept out when the run was made
    return register.asked_for(listed, listed, key, there.everywhere)


def lines(found: Audit) -> list[str]:
    """An audit to read."""
    said = [
        f"looked for {found.accounts:,} spellings of accounts, {found.posts:,} ids and digests that were named, "
        f"{found.rows:,} rows and {found.texts:,} runs of words and texts, all as keyed hashes",
        f"in {found.files:,} files under {found.root}: {found.decoded:,} bytes decoded",
    ]
    said += [f"could not open {path}: {why}" for path, why in found.unopened.items()]
    said += [f"found in {one.path}: {one.values:,} in {', '.join(one.where)}" for one in found.found[:_SHOWN]]
    if len(found.found) > _SHOWN:
        said.append(f"found in {len(found.found) - _SHOWN:,} more files")
    if found.unfinished:
        said.append("a virality forget was stopped half way: give the same command again")
    if found.unregistered:
        said.append(
            f"rows of these runs were forgotten, and {register.path()} names nobody: what to look for is not known"
        )
    if found.marked:
        said.append(f"{len(found.marked):,} runs learned from rows that went, or were made of what did, and are not "
                    "made again yet; what a model learned is not searched")  # fmt: skip
    if found.green:
        nobody = not (found.accounts or found.posts or found.rows)
        return [*said, "green: nobody has asked" if nobody else "green: no row of theirs is in any of these files"]
    ways = ["virality forget with the same request takes out what was found"] if found.found else []
    ways += ["remove the files that could not be opened, or look into them yourself"] if found.unopened else []
    ways += ["restore the register, and the key beside it, of whoever forgot"] if found.unregistered else []
    return [*said, f"red: {'; '.join(ways) or 'not finished'}"]


def _search(path: Path, sought: Sought, there: Lineage, tokenizers: Tokenizers, result: Audit) -> None:
    sources = there.sources_of(path)
    hits: dict[str, int] = {}
    try:
        for piece in decode.pieces(path, tokenizers.of(path)):
            result.decoded += piece.size
            if piece.undecoded:
                result.unopened[str(path)] = f"{piece.name} holds token ids, and their tokenizer is not at hand"
            count = sum(sought.flags(piece.name, piece.values, sources)) if piece.values else 0
            count += sum(sought.hashes(piece.runs)) if piece.runs else 0
            if count:
                where = piece.name or ("hashes of runs of words" if piece.runs else "text")
                hits[where] = hits.get(where, 0) + count
    finally:
        if hits:
            result.found.append(Found(str(path), sum(hits.values()), sorted(hits)))
