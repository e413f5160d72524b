"""The second judge: what it says is counted as the first judge's word is, and set beside it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from eval.outcomes import Outcome
from eval.place import Place
from eval.second import figures

PLACE = Place(corpus="hand-written", source="rewrites.parquet", family="encoder")


def outcome(at: int, judge: float | None, text: str = "rewrite") -> Outcome:
    back = None if judge is None else 0
    return Outcome(str(at), f"component {at}", "draft", [text], [True], [0.6], back, judge, [judge], {1: judge})


def judge(likes: float) -> Any:
    def probability(first: Sequence[str], second: Sequence[str]) -> Any:
        return np.asarray([likes if "good" in one else 1 - likes for one in first])

    return SimpleNamespace(probability=probability, family="encoder")


def test_its_share_of_drafts_improved_counts_what_was_not_returned_as_a_loss() -> None:
    mine = [outcome(0, 0.9, "good"), outcome(1, 0.9, "poor"), outcome(2, None), outcome(3, 0.2, "good")]
    found = {one.name: one for one in figures({"writer": mine, "base": mine[:2]}, judge(0.8), PLACE, 0)}
    assert found["writer.second_judge.win_rate"].value == pytest.approx(2 / 4)
    assert found["writer.second_judge.win_rate.base"].value == pytest.approx(1 / 2)
    assert found["writer.second_judge.versus_draft"].value == pytest.approx(2.5 / 4)
    assert found["writer.second_judge.agreement"].value == pytest.approx(1 / 3)
    assert found["writer.second_judge.agreement"].n == 3


def test_agreement_on_nothing_is_not_measured() -> None:
    found = {one.name: one for one in figures({"writer": [outcome(0, None), outcome(1, None)]}, judge(0.8), PLACE, 0)}
    assert found["writer.second_judge.agreement"].value is None
    assert found["writer.second_judge.win_rate"].value == 0
