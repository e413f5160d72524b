"""Losses as one computes them by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from train.logps import Logps
from train.losses import dpo_loss, imitation_loss
from train.objectives import dpo, sft


def batch(
    weights: list[float], reference: list[float] | None = None, tokens: list[int] | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"weights": torch.tensor(weights)}
    if reference is not None:
        made["reference"] = torch.tensor(reference)
    if tokens is not None:
        made["target"] = torch.stack([torch.arange(max(tokens)) < count for count in tokens]).long()
    return made


def logps(total: list[float], tokens: list[int]) -> Logps:
    return Logps(torch.tensor(total), torch.tensor(tokens))


def test_imitation_is_the_negative_log_likelihood() -> None:
    assert imitation_loss(torch.tensor([-3.0, -1.5])).tolist() == [3.0, 1.5]


def test_preference_loss_by_hand() -> None:
    # margin = (-10 + 12) - (-11 + 10) = 3; log(1 + exp(-0.5 * 3)) = 0.2014
    args = (torch.tensor([-10.0]), torch.tensor([-11.0]), torch.tensor([-12.0]), torch.tensor([-10.0]))
    assert float(dpo_loss(*args, 0.5)[0]) == pytest.approx(math.log1p(math.exp(-1.5)))


def test_preference_loss_is_log_2_where_model_and_reference_agree() -> None:
    values = torch.tensor([-7.0, -20.0])
    other = torch.tensor([-9.0, -2.0])
    assert dpo_loss(values, other, values, other, 0.3).tolist() == pytest.approx([math.log(2)] * 2)


def test_swapping_better_and_worse_mirrors_the_preference_loss() -> None:
    better, worse = torch.tensor([-10.0, -30.0]), torch.tensor([-12.0, -25.0])
    reference_better, reference_worse = torch.tensor([-11.0, -28.0]), torch.tensor([-11.5, -27.0])
    loss = dpo_loss(better, worse, reference_better, reference_worse, 0.2)
    mirrored = dpo_loss(worse, better, reference_worse, reference_better, 0.2)
    # sigma(x) + sigma(-x) = 1
    assert (torch.exp(-loss) + torch.exp(-mirrored)).tolist() == pytest.approx([1.0, 1.0])


def test_imitation_is_averaged_over_tokens_with_the_weight_of_their_example() -> None:
    laid = batch([2.0, 0.5], tokens=[3, 1])
    objective = sft()
    found = float(objective.loss(logps([-6.0, -4.0], [3, 1]), laid)) / objective.mass(laid)
    assert found == pytest.approx((2 * 6 + 0.5 * 4) / (2 * 3 + 0.5 * 1))


def test_preferences_are_averaged_over_pairs_with_their_weights() -> None:
    laid = batch([1.0, 3.0], reference=[-10.0, -10.0, -10.0, -10.0])
    objective = dpo(0.1, imitation=0.5)
    found = float(objective.loss(logps([-8.0, -10.0, -12.0, -10.0], [4, 5, 4, 5]), laid)) / objective.mass(laid)
    first = math.log1p(math.exp(-0.1 * 4)) + 0.5 * 8 / 4
    second = math.log(2) + 0.5 * 10 / 5
    assert found == pytest.approx((first + 3 * second) / 4)


def test_a_pair_of_weight_zero_teaches_nothing() -> None:
    total = torch.tensor([-8.0, -10.0, -12.0, -9.0], requires_grad=True)
    laid = batch([1.0, 0.0], reference=[0.0] * 4)
    dpo(0.1, imitation=0.2).loss(Logps(total, torch.tensor([4, 4, 4, 4])), laid).backward()
    assert total.grad is not None
    assert total.grad[[1, 3]].tolist() == [0.0, 0.0]
    assert (total.grad[[0, 2]] != 0).all()


def test_what_is_logged_says_how_often_the_better_one_wins() -> None:
    laid = batch([1.0, 1.0], reference=[-10.0, -10.0, -10.0, -10.0])
    numbers = dpo(0.1).metrics(logps([-8.0, -11.0, -12.0, -10.0], [4, 5, 4, 5]), laid)
    assert numbers["pair_accuracy"] == 0.5
    assert numbers["margin"] == pytest.approx(0.1 * (4 - 1) / 2)
