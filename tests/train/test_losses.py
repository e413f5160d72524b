"""Losses as one computes them by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from train import losses

Loss = Callable[[Any, Any, Any, Any], Any]
OF_TWO: dict[str, Loss] = {
    "pairwise": lambda better, worse, p, offset: losses.pairwise_loss(better - worse, p, offset),
    "dpo": lambda better, worse, p, offset: losses.dpo_loss(better, worse, p, offset, 0.3),
    "ipo": lambda better, worse, p, offset: losses.ipo_loss(better, worse, p, offset, 0.5),
    "simpo": lambda better, worse, p, offset: losses.simpo_loss(better, worse, p, offset, 2.0, 0.5),
    "orpo": losses.orpo_loss,
}
NEGATIVE = st.floats(-6, -0.05)


def tensor(*values: float) -> Any:
    return torch.tensor(values, dtype=torch.float64)


def log1pexp(x: float) -> float:
    """-log sigma(-x)."""
    return math.log1p(math.exp(x))


def test_imitation_is_the_negative_log_likelihood() -> None:
    assert losses.imitation_loss(tensor(-3.0, -1.5)).tolist() == [3.0, 1.5]


def test_pairwise_by_hand() -> None:
    # margins 1, 0, 1: log(1 + 1/e) = 0.3133; log 2; 0.75 * 0.3133 + 0.25 * log(1 + e) = 0.5633
    found = losses.pairwise_loss(tensor(1, 0, 1), tensor(1, 0.9, 0.75)).tolist()
    assert found == pytest.approx([0.313262, math.log(2), 0.563262], abs=1e-6)
    # an offset of 0.5 is asked of whichever wins: 0.75 * log(1 + e^-(1 - 0.5)) + 0.25 * log(1 + e^(1 + 0.5))
    (asked,) = losses.pairwise_loss(tensor(1), tensor(0.75), tensor(0.5)).tolist()
    assert asked == pytest.approx(0.75 * log1pexp(-0.5) + 0.25 * log1pexp(1.5))


def test_dpo_by_hand() -> None:
    # log-ratios: better -10 + 12 = 2, worse -11 + 10 = -1; 0.5 * 3 = 1.5; log(1 + e^-1.5) = 0.2014
    (found,) = losses.dpo_loss(tensor(-10 + 12), tensor(-11 + 10), tensor(1), tensor(0), 0.5).tolist()
    assert found == pytest.approx(0.201413, abs=1e-6)
    # soft: 0.8 * 0.2014 + 0.2 * (0.2014 + 1.5); an offset of 1.5 eats the margin: log 2
    found, asked = losses.dpo_loss(tensor(2, 2), tensor(-1, -1), tensor(0.8, 1), tensor(0, 1.5), 0.5).tolist()
    assert found == pytest.approx(0.201413 + 0.2 * 1.5, abs=1e-6)
    assert asked == pytest.approx(math.log(2))


def test_ipo_by_hand() -> None:
    # distance 0.4 - 0.1 = 0.3, aim 1 / (2 * 0.5) = 1: (0.3 - 1)^2 = 0.49, the other way round (0.3 + 1)^2 = 1.69
    found = losses.ipo_loss(tensor(0.4, 0.4, 0.4), tensor(0.1, 0.1, 0.1), tensor(1, 0, 0.75), tensor(0, 0, 0), 0.5)
    assert found.tolist() == pytest.approx([0.49, 1.69, 0.75 * 0.49 + 0.25 * 1.69])
    # with an offset of 0.2 the aim is 1.2
    assert losses.ipo_loss(tensor(0.4), tensor(0.1), tensor(1), tensor(0.2), 0.5).tolist() == pytest.approx([0.81])


def test_simpo_by_hand() -> None:
    # 2 * (-1 + 1.5) = 1 against a margin of 0.4, and of 0.4 + 0.6 with an offset
    found = losses.simpo_loss(tensor(-1, -1), tensor(-1.5, -1.5), tensor(1, 1), tensor(0, 0.6), 2.0, 0.4).tolist()
    assert found == pytest.approx([log1pexp(-0.6), math.log(2)])
    # the worse one, should it win, is asked for the same: log(1 + e^(1 + 0.4))
    (other,) = losses.simpo_loss(tensor(-1), tensor(-1.5), tensor(0), tensor(0), 2.0, 0.4).tolist()
    assert other == pytest.approx(log1pexp(1.4))


def test_orpo_by_hand() -> None:
    # probabilities per token 0.5 and 0.2: odds 1 and 1/4, ratio 4: -log(4 / (1 + 4)) = log(1.25)
    better, worse = tensor(math.log(0.5)), tensor(math.log(0.2))
    assert losses.orpo_loss(better, worse, tensor(1), tensor(0)).tolist() == pytest.approx([math.log(1.25)])
    assert losses.orpo_loss(worse, better, tensor(1), tensor(0)).tolist() == pytest.approx([math.log(5)])
    assert torch.isfinite(losses.orpo_loss(tensor(0), worse, tensor(1), tensor(0))).all()  # a certain completion


def test_kto_by_hand() -> None:
    # 0.5 * (3 - 1) = 1: a good one loses 1 - sigma(1) = 0.2689, a bad one 1 - sigma(-1) = 0.7311
    found = losses.kto_loss(tensor(3, 3, 3), tensor(1, 0, 0.75), tensor(1)[0], 0.5).tolist()
    assert found == pytest.approx([0.268941, 0.731059, 0.75 * 0.268941 + 0.25 * 0.731059], abs=1e-6)
    assert losses.kto_loss(tensor(1, 1), tensor(1, 0), tensor(1)[0], 0.5).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", OF_TWO)
@given(better=NEGATIVE, worse=NEGATIVE, p=st.floats(0, 1), offset=st.floats(0, 2))
def test_exchanging_the_two_with_the_label_changes_nothing(
    name: str, better: float, worse: float, p: float, offset: float
) -> None:
    loss = OF_TWO[name]
    one = loss(tensor(better), tensor(worse), tensor(p), tensor(offset))
    other = loss(tensor(worse), tensor(better), tensor(1 - p), tensor(offset))
    assert one.tolist() == pytest.approx(other.tolist())


@pytest.mark.parametrize("name", OF_TWO)
@given(better=NEGATIVE, worse=NEGATIVE, p=st.floats(0, 1), offset=st.floats(0, 2))
def test_a_soft_label_is_the_mixture_of_the_hard_ones(
    name: str, better: float, worse: float, p: float, offset: float
) -> None:
    mixed, sure, wrong = OF_TWO[name](tensor(*[better] * 3), tensor(*[worse] * 3), tensor(p, 1, 0),
                                      tensor(*[offset] * 3)).tolist()  # fmt: skip
    assert mixed == pytest.approx(p * sure + (1 - p) * wrong)


@pytest.mark.parametrize("name", ["pairwise", "dpo", "orpo"])
def test_with_hard_labels_exchanging_the_two_mirrors_the_margin(name: str) -> None:
    better, worse, sure, none = tensor(-0.5, -3), tensor(-1, -0.3), tensor(1, 1), tensor(0, 0)
    loss, mirrored = (OF_TWO[name](*sides, sure, none) for sides in ((better, worse), (worse, better)))
    # sigma(x) + sigma(-x) = 1
    assert (torch.exp(-loss) + torch.exp(-mirrored)).tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("name", ["pairwise", "dpo", "orpo"])
def test_two_alike_lose_log_2_whatever_the_label(name: str) -> None:
    alike = tensor(-2, -2, -0.1)
    found = OF_TWO[name](alike, alike, tensor(1, 0, 0.7), tensor(0, 0, 0)).tolist()
    assert found == pytest.approx([math.log(2)] * 3)


@pytest.mark.parametrize("name", OF_TWO)
def test_a_larger_margin_is_asked_with_a_larger_offset(name: str) -> None:
    better, worse, sure = tensor(-1, -1), tensor(-1.2, -1.2), tensor(1, 1)
    little, much = OF_TWO[name](better, worse, sure, tensor(0, 1)).tolist()
    assert much > little


@pytest.mark.parametrize("name", OF_TWO)
def test_large_margins_are_finite_in_fp32(name: str) -> None:
    far = torch.tensor([-1e-6, -900.0], requires_grad=True)
    loss = OF_TWO[name](far, far.flip(0).detach(), torch.tensor([0.9, 0.9]), torch.tensor([0.0, 0.0])).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert far.grad is not None
    assert torch.isfinite(far.grad).all()
