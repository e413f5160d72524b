"""What is not the same in all runs: settings, how writer, scorer and judge were trained, what inputs held, the code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.compare.records import Setting
from virality import runs
from virality.config import flat
from virality.errors import ViralityError

TRAINED = ("writer", "scorer", "judge")
_NAMES = ("name", "out")
_SECTIONS = ("machine.", "tracking.")
_HELD = "sha256 of "


def differing(documents: Sequence[dict[str, Any]]) -> list[Setting]:
    """Keys whose values differ, of evaluation runs as their run.json tell.

    Names, places, machine and tracking are left out. Settings of `TRAINED` stand as `scorer: epochs`, as far as those
    runs are here as they were; what an input held stands there where it held something else in another run.
    """
    facts = [_facts(one) for one in documents]
    found = [
        Setting(key, [one.get(key) for one in facts]) for key in dict.fromkeys(key for one in facts for key in one)
    ]
    return [one for one in found if len(set(one.values) - ({None} if one.key.startswith(_HELD) else set())) > 1]


def _facts(document: dict[str, Any]) -> dict[str, str]:
    out = _settings(document, "")
    for part in TRAINED:
        trained = _trained(document, part)
        out |= {} if trained is None else _settings(trained, f"{part}: ")
    held = {f"{_HELD}{folder}": str(sha)[:16] for folder, sha in document["inputs"].items()}
    return out | held | {"commit": str(document["commit"])}


def _settings(document: dict[str, Any], before: str) -> dict[str, str]:
    return {
        f"{before}{key}": str(value)
        for key, value in flat(document["settings"]).items()
        if value is not None and key not in _NAMES and not key.startswith(_SECTIONS)
    }


def _trained(document: dict[str, Any], part: str) -> dict[str, Any] | None:
    folder = document["settings"].get(part)
    try:
        same = folder is not None and runs.digest(Path(folder)) == document["inputs"].get(folder)
        return runs.finished(Path(folder), "train") if same else None
    except ViralityError:
        return None
