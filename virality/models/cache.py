"""A key-value cache with room to grow: a decoding step writes one position instead of copying all of them.

transformers' `DynamicLayer` concatenates at every step; on a processor that copying is a third of the time of short posts
decoded side by side.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicLayer


class RoomyLayer(DynamicLayer):
    """A `DynamicLayer` whose keys and values, (B, H, T, D), are views of buffers with room for more positions."""

    def __init__(self, layer: DynamicLayer, room: int) -> None:
        super().__init__()
        self.room = room
        self.lazy_initialization(layer.keys, layer.values)
        self._hold(layer.keys, layer.values)

    def update(self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Write the new positions behind the old ones, in place while there is room."""
        begin = self.keys.shape[-2]
        end = begin + key_states.shape[-2]
        if end > self._keys.shape[-2]:
            self._hold(self.keys, self.values)
        self._keys[..., begin:end, :] = key_states
        self._values[..., begin:end, :] = value_states
        self.keys, self.values = self._keys[..., :end, :], self._values[..., :end, :]
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep the rows `indices`."""
        self._hold(self.keys[indices], self.values[indices])

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row."""
        self._hold(self.keys.repeat_interleave(repeats, 0), self.values.repeat_interleave(repeats, 0))

    def _hold(self, keys: Any, values: Any) -> None:
        rows, heads, length, width = keys.shape
        self._keys = keys.new_empty(rows, heads, length + self.room, width)
        self._values = values.new_empty(values.shape[0], values.shape[1], length + self.room, values.shape[-1])
        self._keys[..., :length, :] = keys
        self._values[..., :length, :] = values
        self.keys, self.values = self._keys[..., :length, :], self._values[..., :length, :]


def give_room(cache: Any, room: int) -> None:
    """Let every full-attention layer of `cache` grow by `room` positions without copying; other layers stay as they are."""
    for at, layer in enumerate(cache.layers):
        if type(layer) is DynamicLayer and layer.is_initialized:
            cache.layers[at] = RoomyLayer(layer, room)
