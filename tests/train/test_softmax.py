"""Log-probabilities over a large vocabulary keep their digits, forward and backward."""

from __future__ import annotations

import torch

from train.softmax import log_probabilities

VOCABULARY = 49_152


def both(dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    logits = (3 * torch.randn(8, VOCABULARY, generator=draw)).to(dtype).requires_grad_()
    wanted = torch.randint(VOCABULARY, (8,), generator=draw)
    weight = torch.rand(8, generator=draw)
    if dtype == torch.float64:
        found = logits.log_softmax(-1).gather(-1, wanted[:, None])[:, 0]
    else:
        found = log_probabilities(logits, wanted)
    (gradient,) = torch.autograd.grad((found * weight).sum(), logits)
    return found.detach().double(), gradient.double()


def test_value_and_gradient_are_those_of_float64_to_seven_digits() -> None:
    (found, gradient), (expected, exact) = both(torch.float32), both(torch.float64)
    torch.testing.assert_close(found, expected, rtol=2e-7, atol=0)
    assert float((gradient - exact).norm() / exact.norm()) < 2e-6
    assert float(gradient.sum(-1).abs().max()) < 1e-6  # probabilities add up to one


def test_the_gradient_may_be_asked_for_twice() -> None:
    logits = torch.randn(3, 50, requires_grad=True)
    found = log_probabilities(logits, torch.tensor([4, 0, 49])).sum()
    first, second = (torch.autograd.grad(found, logits, retain_graph=True)[0] for _ in range(2))
    assert torch.equal(first, second)
