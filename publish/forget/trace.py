"""Which checkpoints, adapters and scorers saw forgotten rows, by themselves or through what they were made of."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from publish.audit.lineage import Lineage, in_order
from publish.audit.sought import Sought
from publish.forget import tables

_NEVER = "prepare"
"""A step whose results learn from nothing: rows are taken out of them, and that is all."""


@dataclass(slots=True)
class Touched:
    """A run that forgotten rows went into.

    Fields:
        folder: of the run.
        seen: checkpoint -> keyed hashes of the rows it saw; empty where it came by them through others.
        through: runs that it was made of and that saw them: an adapter it continues, a scorer that ranked its pairs.
        command: that runs it again.
    """

    folder: Path
    seen: dict[str, list[str]] = field(default_factory=dict)
    through: list[Path] = field(default_factory=list)
    command: str = ""

    @property
    def rows(self) -> int:
        """Rows of the largest of its checkpoints."""
        return max(map(len, self.seen.values()), default=0)


def touched(there: Lineage, sought: Sought) -> list[Touched]:
    """Runs that learned from forgotten rows, and those that measured or exported them, each behind what it needs."""
    found: dict[Path, Touched] = {}
    for folder in in_order(there):
        if there.runs[folder]["step"] == _NEVER:
            continue
        seen = _seen(folder, there, sought)
        through = [one for one in there.made_of(folder) if one in found]
        if seen or through:
            found[folder] = Touched(folder, seen, through, command(there, folder))
    return _by_command(found)


def _by_command(found: Mapping[Path, Touched]) -> list[Touched]:
    """Runs of one command (a sweep's, or rounds') one after another, behind all that any of them needs."""
    together: dict[str, list[Touched]] = {}
    for one in found.values():
        together.setdefault(one.command, []).append(one)
    done: dict[str, None] = {}

    def visit(words: str, above: tuple[str, ...]) -> None:
        if words in done or words in above:
            return
        for folder in dict.fromkeys(folder for one in together[words] for folder in one.through):
            visit(found[folder].command, (*above, words))
        done[words] = None

    for words in together:
        visit(words, ())
    return [one for words in done for one in together[words]]


def command(there: Lineage, folder: Path) -> str:
    """The command that makes a run again, in the place of what is there."""
    outermost = [one for one in folder.parents if one in there.runs]  # a round of `improve` is made by its whole
    words = there.runs[outermost[-1] if outermost else folder]["command"]
    return shlex.join([*(word for word in words if word != "--fresh"), "--fresh"])


def script(there: Lineage, every: list[Touched], changed: Sequence[Path]) -> str:
    """A shell script that trains, measures and exports again, in the order in which one needs the other."""
    lines = [
        "#!/bin/sh",
        "# Made by virality forget. Run it where these commands were first given; each replaces what is there.",
    ]
    if changed:
        lines.append("# Rows are gone from these prepared sets already; prepare them again with --fresh for lifts that "
                     "were estimated without them:")  # fmt: skip
        lines += [f"#   {command(there, folder)}" for folder in changed]
    lines.append("set -e")
    given = list[str]()
    for one in every:
        if one.command in given:
            continue
        given.append(one.command)
        why = f"saw {one.rows:,} of the rows" if one.seen else f"made of {', '.join(map(str, one.through))}"
        lines += [f"# {one.folder}: {why}", one.command]
    return "\n".join(lines) + "\n"


def _seen(folder: Path, there: Lineage, sought: Sought) -> dict[str, list[str]]:
    """Checkpoint -> hashes of forgotten rows, by the ledgers of a run; of one not yet rewritten, by its ids."""
    found: dict[str, list[str]] = {}
    for path in (folder / "ledger.parquet", *sorted(folder.glob("checkpoints/checkpoint-*/ledger.parquet"))):
        if path.is_file():
            for name, hashes in tables.seen(path, sought, there.sources[folder]).items():
                found[name] = list(dict.fromkeys([*found.get(name, []), *hashes]))
    return found
