"""Logits of a few tokens are those of the whole head."""

from __future__ import annotations

import pytest
import torch

from virality.models import tiny
from virality.models.head import can_narrow, narrowed

ROWS = torch.tensor([[5, 9, 7], [8, 5, 6]])


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_logits_are_those_of_the_tokens_asked_for_and_the_head_comes_back(family: str) -> None:
    model = tiny.model(family)
    tokens = [11, 3, 40]
    with torch.inference_mode():
        every = model(input_ids=ROWS).logits
        with narrowed(model, tokens):
            few = model(input_ids=ROWS).logits
        again = model(input_ids=ROWS).logits
    torch.testing.assert_close(few, every[..., tokens])
    assert torch.equal(again, every)


def test_the_head_comes_back_after_an_error() -> None:
    model = tiny.model("llama")
    head = model.get_output_embeddings()
    with pytest.raises(RuntimeError), narrowed(model, [1]):
        raise RuntimeError
    assert model.get_output_embeddings() is head


def test_a_head_that_is_no_plain_one_and_most_of_a_vocabulary_are_left_alone() -> None:
    model = tiny.model("llama")
    size = model.get_output_embeddings().out_features
    assert can_narrow(model, 3)
    assert not can_narrow(model, size - 1)
    model.set_output_embeddings(torch.nn.Sequential(model.get_output_embeddings()))
    assert not can_narrow(model, 3)
