"""What is shown while a run trains: rows, not steps, to the last one; and a run that continues counts on."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.train.test_trainer import FOUR, RECIPE, examples, fit, interrupted_after


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.strip() for line in re.split(r"[\r\n]", capsys.readouterr().err) if "training:" in line]


def test_the_bar_counts_rows_and_ends_at_the_last_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count = len(examples("sft"))
    fit(tmp_path, FOUR["sft"](), replace(RECIPE, epochs=2.0, save_every=0))
    last = shown(capsys)[-1]
    assert f"{2 * count}/{2 * count}" in last
    assert "rows" in last
    assert "loss " in last


def test_a_run_that_continues_begins_its_bar_where_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = replace(RECIPE, epochs=1.0, save_every=1)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, interrupted_after(FOUR["sft"](), 2 * recipe.batch_size // recipe.micro_batch), recipe)
    capsys.readouterr()
    fit(tmp_path, FOUR["sft"](), recipe)
    count = len(examples("sft"))
    lines = shown(capsys)
    assert f"{count}/{count}" in lines[-1]
    assert f" {recipe.batch_size}/{count} " in lines[1]  # as the checkpoint of the first step has it
