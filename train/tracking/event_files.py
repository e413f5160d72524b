"""Curves and tables as TensorBoard's event files in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from train.tracking import Tracker
from train.tracking.lineage import Artifact
from virality.config import flat


class EventFiles(Tracker):
    """Read them with: tensorboard --logdir FOLDER.

    Args:
        folder: for the files.
        document: run.json.
    """

    def __init__(self, folder: Path, document: Mapping[str, Any]) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(str(folder))
        self._text("settings", flat(dict(document["settings"])))

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Figures at a step."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int) -> None:
        """A table at a step, as markdown."""
        lines = [list(columns), ["---"] * len(columns), *rows]
        self._writer.add_text(name, "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines), step)

    def read(self, artifact: Artifact) -> None:
        """An input."""
        self._text(f"read/{artifact.name}", artifact.about)

    def made(self, artifact: Artifact) -> None:
        """An output."""
        self._text(f"made/{artifact.name}", artifact.about)

    def close(self, code: int) -> None:
        """Write what is left."""
        self._writer.close()

    def _text(self, name: str, value: Mapping[str, Any]) -> None:
        text = json.dumps(value, indent=2, ensure_ascii=False)
        self._writer.add_text(name, "\n".join(f"    {line}" for line in text.splitlines()))


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).replace("|", "\\|").split())
