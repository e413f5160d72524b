"""The frozen reference: computed once, kept for the same rows, and equal to each row alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.train.test_exactness import MODEL, alone
from tests.train.worlds import adapted, rows
from train import reference
from virality.models import tiny

MADE = rows(7, preferences=True)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("micro_batch", [1, 3, 16])
def test_every_row_has_its_own_log_probabilities_whatever_stands_beside_it(micro_batch: int, shared: bool) -> None:
    found = reference.logps(MODEL(), MADE, 0, micro_batch, shared=shared)
    for row, values in zip(MADE, found, strict=True):
        expected = [alone(MODEL(), row["prompt"], one) for one in row["completions"]]
        assert values == pytest.approx(expected, rel=1e-5)


def test_the_reference_is_the_model_as_it_comes_with_its_adapter() -> None:
    model = adapted()
    mine = reference.logps(model, MADE, 0, 4, shared=True)
    with model.disable_adapter():
        base = reference.logps(model, MADE, 0, 4, shared=True)
    assert all(one != pytest.approx(other, rel=1e-4) for one, other in zip(mine, base, strict=True))
    assert base == reference.logps(tiny.model("llama"), MADE, 0, 4, shared=True)


def test_no_gradient_is_left_behind() -> None:
    model = adapted()
    reference.logps(model, MADE, 0, 4, shared=True)
    assert all(one.grad is None for one in model.parameters())


class Counted:
    """Answers something else each time, and counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[list[float]]:
        self.times += 1
        return [[-0.1 - self.times, -1 / 3] for _ in MADE]


def keep(path: Path, compute: Callable[[], list[list[float]]], seed: int = 0) -> list[list[float]]:
    return reference.kept(path, rows(7, preferences=True, seed=seed), compute)


def test_it_is_computed_once_and_kept_bit_for_bit(tmp_path: Path) -> None:
    compute, path = Counted(), tmp_path / "work" / "reference.json"
    first = keep(path, compute)
    assert keep(path, compute) == first == [[-1.1, -1 / 3]] * 7
    assert compute.times == 1
    assert [file.name for file in path.parent.iterdir()] == ["reference.json"]


def test_for_other_rows_it_is_computed_again(tmp_path: Path) -> None:
    compute, path = Counted(), tmp_path / "reference.json"
    keep(path, compute)
    assert keep(path, compute, seed=1) != keep(path, compute, seed=0)
    assert compute.times == 3
    other_order = rows(7, preferences=True)[::-1]
    reference.kept(path, other_order, compute)
    assert compute.times == 4


@pytest.mark.parametrize("torn", ["", '{"rows": "', "[]", '{"logps": []}', "\x00\x00\x00"])
def test_a_torn_file_is_passed_over_and_replaced(tmp_path: Path, torn: str) -> None:
    compute, path = Counted(), tmp_path / "reference.json"
    path.write_text(torn)
    found = keep(path, compute)
    assert compute.times == 1
    assert keep(path, compute) == found
    assert compute.times == 1


def test_weights_and_labels_are_not_what_it_is_of(tmp_path: Path) -> None:
    compute, path = Counted(), tmp_path / "reference.json"
    reference.kept(path, MADE, compute)
    reference.kept(path, [row | {"weight": 9.0, "p_better": 0.5} for row in MADE], compute)
    assert compute.times == 1
