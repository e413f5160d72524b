"""What a person probably meant: the nearest valid word, key or file to one that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

_MOST_NAMED = 10


def nearest(word: str, known: Sequence[str]) -> str:
    """` (did you mean X?)` for the closest of `known`, or an empty string."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return _asked(close[0]) if close else ""


def nearest_key(key: str, known: Sequence[str]) -> str:
    """`nearest` for a dotted key: the same word in another section, or the closest spelling in its own, or anywhere."""
    section, _, leaf = key.rpartition(".")
    moved = [name for name in known if _leaf(name) == leaf]
    if moved:
        return _asked(moved[0])
    own = [name for name in known if name.rpartition(".")[0] == section]
    leaves = {_leaf(name): name for name in reversed(known)}
    elsewhere = difflib.get_close_matches(leaf, leaves, n=1, cutoff=0.7)
    return nearest(key, own) or (_asked(leaves[elsewhere[0]]) if elsewhere else "")


def nearest_path(path: Path, endings: Sequence[str] = ("",)) -> str:
    """`nearest` among the files beside `path` with one of `endings`; where none is close, those that are there."""
    beside = sorted(one.name for one in path.parent.iterdir()) if path.parent.is_dir() else []
    names = [name for name in beside if name.endswith(tuple(endings)) and not name.startswith(".")]
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    if close:
        return _asked(str(path.parent / close[0]))
    more = ", ..." if len(names) > _MOST_NAMED else ""
    listed = ", ".join(str(path.parent / name) for name in names[:_MOST_NAMED])
    return f"; there are {listed}{more}" if names else ""


def _leaf(key: str) -> str:
    return key.rpartition(".")[2]


def _asked(name: str) -> str:
    return f" (did you mean {name}?)"
