"""A language model read as a sentence encoder: the mean of the states behind its first layers.

Its middle layers tell more of a text than its last, which are about the next token (Skean et al. 2025,
arXiv:2502.02013); and unlike a sentence encoder, which is taught to hear one thing said in two ways as the same, a
language model hears the wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from virality.errors import ViralityError
from virality.models.base import Found, load_model, load_tokenizer, loaded
from virality.models.precision import choose, device
from virality.progress import bar

MAX_TOKENS = 128
_SIDE_BY_SIDE = 96


class States:
    """The first layers of a language model and its last norm, averaged over a text's tokens but the first.

    The first token is left out because models park what they do not need there (Xiao et al. 2024, arXiv:2309.17453).

    Args:
        found: which language model.
        layers: how many of its layers are read.
    """

    def __init__(self, found: Found, layers: int) -> None:
        self.found = found
        self.layers = layers
        self.device = device()
        self._body: Any = None
        self._tokenizer: Any = None

    @property
    def size(self) -> int:
        """Dimensions of an embedding."""
        self._load()
        return int(self._body.config.hidden_size)

    def encode(self, texts: Sequence[str], label: str) -> NDArray[np.float32]:
        """See `virality.models.encoder.Backend`; not of unit length. Texts are cut after `MAX_TOKENS` tokens."""
        import torch

        self._load()
        read = self._tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS, add_special_tokens=False)
        ids = [[self._tokenizer.eos_token_id, *one] for one in read["input_ids"]] if len(texts) else []
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        out = np.zeros((len(ids), self.size), dtype=np.float32)
        batches = [order[at : at + _SIDE_BY_SIDE] for at in range(0, len(order), _SIDE_BY_SIDE)]
        with torch.inference_mode():
            for batch in bar(batches, label, unit="batches") if len(batches) > 3 else batches:
                lengths = torch.tensor([len(ids[at]) for at in batch], device=self.device)
                mask = (torch.arange(int(lengths.max()), device=self.device)[None] < lengths[:, None]).long()
                tokens = torch.zeros_like(mask)
                tokens[mask.bool()] = torch.tensor([one for at in batch for one in ids[at]], device=self.device)
                states = self._body(input_ids=tokens, attention_mask=mask, use_cache=False).last_hidden_state.float()
                told = mask[:, 1:, None].to(states.dtype)
                out[batch] = ((states[:, 1:] * told).sum(1) / told.sum(1).clamp(min=1)).cpu().numpy()
        return out

    def _load(self) -> None:
        if self._body is not None:
            return
        self._tokenizer = load_tokenizer(self.found)
        model = load_model(self.found, choose("auto"), self.device)
        self.found = loaded(self.found, model)
        body = model.base_model
        stack = next((one for one in body.children() if len(list(one.children())) == _depth(model)), None)
        if stack is None or not 1 <= self.layers <= _depth(model):
            raise ViralityError(f"layers = {self.layers}: {self.found.spec} has {_depth(model)}; read as many or fewer")
        del stack[self.layers :]
        body.config.num_hidden_layers = self.layers
        self._body = body


def _depth(model: Any) -> int:
    return int(model.config.get_text_config().num_hidden_layers)
