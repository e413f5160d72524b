"""What is looked for taken out of JSON, lines of JSON, CSV and indexes of a corpus; or the answer that it cannot be."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.audit import plain
from publish.audit.pieces import Decode, Undecodable
from publish.audit.sought import Sought, Sources
from virality.atomic import aside

WHOLE = -1
"""The answer for a file that must go as a whole."""


def document(path: Path, sought: Sought, sources: Sources, decode: Decode | None, *, apply: bool) -> int:
    """Take out of a JSON document the outermost elements of lists in which anything is found.

    Returns how many; `WHOLE` where it stands outside of any list, or the document is broken.
    """
    ask = _Ask(sought, sources, decode)
    try:
        value = plain.parsed(plain.text_of(path))
    except Undecodable:
        return 0
    if not _found(value, None, ask):
        return 0
    left, count = _without(value, None, ask)
    if _found(left, None, ask):
        return WHOLE
    if apply:
        with aside(path) as temporary:
            temporary.write_text(json.dumps(left, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return count


def lines(path: Path, sought: Sought, sources: Sources, decode: Decode | None, *, apply: bool) -> int:
    """Take out the lines in which anything is found. Returns how many."""
    ask = _Ask(sought, sources, decode)
    try:
        every = list(io.StringIO(plain.text_of(path)))  # lines end at LF alone: JSON may hold U+2028 as it is
    except Undecodable:
        return 0
    if not _found([plain.line_value(one) for one in every], None, ask):
        return 0
    left = [one for one in every if not _found(plain.line_value(one), None, ask)]
    if apply and len(left) < len(every):
        with aside(path) as temporary:
            temporary.write_text("".join(left), encoding="utf-8")
    return len(every) - len(left)


def table(path: Path, sought: Sought, sources: Sources, _: Decode | None, *, apply: bool) -> int:
    """Take out the rows of a CSV in which anything is found. Returns how many; `WHOLE` where it stands in the head."""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    csv.field_size_limit(1 << 30)
    try:
        rows = list(csv.reader(io.StringIO(plain.text_of(path), newline=""), delimiter=delimiter))
    except Undecodable:
        return 0
    names = rows[0] if rows else []
    if any(sought.flags(None, names, sources)):
        return WHOLE
    gone = [any(sought.flags(names[at] if at < len(names) else None, [cell], sources)[0] for at, cell in enumerate(row))
            for row in rows[1:]]  # fmt: skip
    if apply and any(gone):
        with aside(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(
                [names, *(row for row, out in zip(rows[1:], gone, strict=True) if not out)]
            )
    return sum(gone)


def index(path: Path, sought: Sought, _: Sources, __: Decode | None, *, apply: bool) -> int:
    """Take runs of words that are looked for out of an index of a corpus. Returns how many."""
    import numpy as np

    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return 0
    if found.dtype != np.uint64 or found.ndim != 1:
        return WHOLE if found.dtype.kind in "US" and sought.texts(map(str, found.reshape(-1).tolist())) else 0
    gone = np.asarray(sought.hashes(found.tolist()), dtype=bool)
    if apply and gone.any():
        with aside(path) as temporary, temporary.open("wb") as stream:
            np.save(stream, found[~gone], allow_pickle=False)
    return int(gone.sum())


@dataclass(frozen=True, slots=True)
class _Ask:
    sought: Sought
    sources: Sources
    decode: Decode | None


def _found(value: Any, name: str | None, ask: _Ask) -> bool:
    by_name: dict[str | None, list[str | None]] = {}
    for key, text in plain.leaves(value, ask.decode, name):
        by_name.setdefault(key, []).append(text)
    return any(any(ask.sought.flags(key, texts, ask.sources)) for key, texts in by_name.items())


def _without(value: Any, name: str | None, ask: _Ask) -> tuple[Any, int]:
    if isinstance(value, list):
        left = [one for one in value if not _found(one, name, ask)]
        return left, len(value) - len(left)
    if isinstance(value, dict):
        count, made = 0, {}
        for key, inner in value.items():
            made[key], more = _without(inner, key, ask)
            count += more
        return made, count
    return value, 0
