"""Room in the cache changes nothing but the copying."""

from __future__ import annotations

import pytest
import torch
from transformers import DynamicCache

from virality.models import tiny
from virality.models.cache import RoomyLayer, give_room


def decoded(room: int | None) -> torch.Tensor:
    model = tiny.model("llama")
    cache = DynamicCache(config=model.config)
    tokens = torch.tensor([[5, 9, 7], [8, 5, 6]])
    with torch.inference_mode():
        logits = model(input_ids=tokens, past_key_values=cache, use_cache=True).logits
        cache.batch_repeat_interleave(2)
        if room is not None:
            give_room(cache, room)
        steps = [logits[:, -1].repeat_interleave(2, 0)[torch.tensor([0, 3])]]
        cache.batch_select_indices(torch.tensor([0, 3]))
        for _ in range(5):
            found = model(input_ids=steps[-1].argmax(-1, keepdim=True), past_key_values=cache, use_cache=True)
            steps.append(found.logits[:, -1])
    if room is not None:
        assert all(isinstance(layer, RoomyLayer) for layer in cache.layers)
        assert cache.get_seq_length() == 8
    return torch.stack(steps)


def test_a_cache_with_room_gives_the_same_logits_as_one_that_concatenates() -> None:
    torch.testing.assert_close(decoded(8), decoded(None), rtol=1e-6, atol=1e-6)


def test_a_cache_that_runs_out_of_room_makes_more() -> None:
    torch.testing.assert_close(decoded(2), decoded(None), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kept", [[0, 3, 2], [0, 1], [3, 1], [1, 2, 3], [2, 0], [1, 0, 2, 3]])
def test_rows_are_kept_in_the_order_that_is_asked_for(kept: list[int]) -> None:
    keys = torch.arange(4 * 2 * 3 * 5.0).reshape(4, 2, 3, 5)
    layer = RoomyLayer(keys, -keys, 2)
    layer.batch_select_indices(torch.tensor(kept))
    assert layer.keys is not None
    assert layer.values is not None
    assert torch.equal(layer.keys, keys[kept])
    assert torch.equal(layer.values, -keys[kept])
    one = torch.ones(len(kept), 2, 1, 5)
    grown, _ = layer.update(one, one)
    assert torch.equal(grown, torch.cat([keys[kept], one], dim=2))
