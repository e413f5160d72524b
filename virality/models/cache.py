"""A key-value cache with room to grow: a decoding step writes one position instead of copying all of them.

transformers' `DynamicLayer` concatenates at every step; on a processor that copying is a third of the time when many
short posts are decoded side by side.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicLayer


class RoomyLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # transformers' __init_subclass__ has no types
    """A `DynamicLayer` whose keys and values, (B, H, T, D), are views of buffers with room for more positions."""

    _keys: torch.Tensor
    _values: torch.Tensor
    _length: int

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, room: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.room = room
        self.lazy_initialization(keys, values)
        self._hold(keys, values)

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new positions behind the old ones, in place while there is room."""
        end = self._length + key_states.shape[-2]
        if end > self._keys.shape[-2]:
            self._hold(*self._held())
        self._keys[..., self._length : end, :] = key_states
        self._values[..., self._length : end, :] = value_states
        self._length = end
        self.keys, self.values = self._held()
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep the rows `indices`; where most stay in their places, only the others are copied."""
        at = torch.arange(len(indices), device=indices.device)
        moved = (indices != at).nonzero().squeeze(-1)
        if bool((indices[moved] < len(indices)).any()):  # a row that is written over may be one that is read
            self._keys, self._values = self._keys[indices], self._values[indices]
        else:
            self._keys[moved] = self._keys[indices[moved]]
            self._values[moved] = self._values[indices[moved]]
            self._keys, self._values = self._keys[: len(indices)], self._values[: len(indices)]
        self.keys, self.values = self._held()

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row."""
        keys, values = self._held()
        self._hold(keys.repeat_interleave(repeats, 0), values.repeat_interleave(repeats, 0))

    def _held(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self._keys[..., : self._length, :], self._values[..., : self._length, :]

    def _hold(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        self._length = keys.shape[-2]
        wider = [(one.shape[0], one.shape[1], self._length + self.room, one.shape[3]) for one in (keys, values)]
        self._keys, self._values = keys.new_empty(wider[0]), values.new_empty(wider[1])
        self._keys[..., : self._length, :] = keys
        self._values[..., : self._length, :] = values
        self.keys, self.values = self._held()


def give_room(cache: Any, room: int) -> None:
    """Let full-attention layers of `cache` grow by `room` positions without copying; other layers stay as they are."""
    for at, layer in enumerate(cache.layers):
        if type(layer) is DynamicLayer and layer.is_initialized and layer.keys is not None and layer.values is not None:
            cache.layers[at] = RoomyLayer(layer.keys, layer.values, room)
