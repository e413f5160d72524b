"""What is made of rows carries their rights, through adapters that go on and through what wrote or chose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from train import steps
from virality import runs


def run(name: str, basis: dict[str, int], *, barred: bool) -> str:
    here = runs.start("train", name, settings={}, inputs={})
    here.finish(rights={"basis": basis, "research_only": barred})
    return str(here.folder)


@pytest.mark.parametrize(
    ("given", "basis", "barred"),
    [
        ({}, {"opt_in": 3}, False),
        ({"continues": "clean"}, {"opt_in": 3, "consent": 5}, False),
        ({"continues": "barred"}, {"opt_in": 5, "x_api": 7}, True),
        ({"asks": ["clean"]}, {"opt_in": 3}, False),
        ({"asks": ["clean", "barred"]}, {"opt_in": 3}, True),
    ],
)
def test_rights_travel_through_what_is_continued_and_what_chose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], basis: dict[str, int], barred: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    made = {
        "clean": run("clean", {"consent": 5}, barred=False),
        "barred": run("barred", {"opt_in": 2, "x_api": 7}, barred=True),
    }
    named: dict[str, Any] = {key: made[value] if isinstance(value, str) else [made[one] for one in value]
                             for key, value in given.items()}  # fmt: skip
    found = steps.rights_with(steps.Data([], {"opt_in": 3}, False), **named)
    assert found == {"basis": basis, "research_only": barred}
