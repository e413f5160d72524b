"""Run folders that say how they were made and hold nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from virality import ledger, runs


def finished(name: str, step: str = "train", learned: tuple[str, str] = ("w", "b"), **facts: Any) -> Path:
    """A finished run in the current folder, whose ledger knows the posts `learned`."""
    settings = {"data": [], "init": None, "objective": "sft"} | facts.pop("settings", {})
    run = runs.start(step, name, settings=settings, inputs={})
    with run.file("ledger.parquet") as path:
        ledger.write([ledger.Entry("adapter", "train", "pair", *learned, None)], path)
    run.finish(rights={"basis": {}, "research_only": False}, **facts)
    return run.folder


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test lie in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def world() -> dict[str, Path]:
    """A guide, a judge, an imitating writer and one that learned from its rewrites, which the guide ranked."""
    guide = finished("guide", task="scorer", family="encoder", split="train", control=None)
    imitation = finished("imitation", task="writer", settings={"data": []})
    improved = finished("round", "improve", settings={"writer": str(imitation), "scorer": str(guide)})
    return {
        "guide": guide,
        "judge": finished("judge", task="scorer", family="linear", split="judge", control=None),
        "imitation": imitation,
        "writer": finished("writer", task="writer", settings={"data": [str(improved)], "init": str(imitation)}),
    }
