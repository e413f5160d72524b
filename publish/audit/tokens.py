"""The tokenizer that a file's token ids were made with, where one is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publish.audit.lineage import Lineage
from publish.audit.pieces import Decode, Tokenizer
from virality.errors import ViralityError


class Tokenizers:
    """Looks in a run's own folder, and then for its base; each is loaded once.

    Args:
        lineage: the runs.
    """

    def __init__(self, lineage: Lineage) -> None:
        self._lineage = lineage
        self._found: dict[str, Decode | None] = {}

    def of(self, path: Path) -> Tokenizer:
        """What finds the tokenizer of a file."""
        return lambda: self._of(self._lineage.of(path))

    def _of(self, folder: Path | None) -> Decode | None:
        if folder is None or self._lineage.runs[folder]["step"] != "train":
            return None
        own = next(iter(sorted(folder.rglob("tokenizer.json"))), None)
        spec = self._lineage.runs[folder]["settings"].get("base")
        name = str(own) if own is not None else spec
        if name is None:
            return None
        if name not in self._found:
            self._found[name] = _from_file(own) if own is not None else _from_base(str(spec))
        return self._found[name]


def _from_file(path: Path) -> Decode | None:
    from tokenizers import Tokenizer as Loaded

    try:
        loaded: Any = Loaded.from_file(str(path))
    except Exception:  # the library has no error of its own
        return None
    return lambda ids: str(loaded.decode(list(ids), skip_special_tokens=False))


def _from_base(spec: str) -> Decode | None:
    from virality.models.base import find, load_tokenizer

    try:
        loaded = load_tokenizer(find(spec))
    except (ViralityError, OSError, ValueError):
        return None

    def decode(ids: Sequence[int]) -> str:
        return str(loaded.decode(list(ids)))

    return decode
