"""A tree of shared tokens through a model in one pass: every token once and no padding, but inside attention.

All tokens of all levels stand in one row, so every product of the model sees exactly them; where a layer attends, each
level's rows are laid side by side and see their own past and what is above them in the tree. The model's own attention
computes it, with whatever it adds (sinks, scales, grouped keys), so the families need no code of their own.

Letters: M tokens of the tree; of a level: R rows of T positions behind A positions above; H heads of D.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AttentionInterface

from virality.models.attention import bare

NAME = "virality_tree"
"""What this attention goes by in a model's config while a tree passes through it."""


@dataclass(frozen=True, slots=True)
class _Level:
    """One level as attention needs it.

    Fields:
        shape: (R, T).
        at: places of its tokens in R * T, (n,); None where there is no padding.
        parent: (R,), rows of the level above; None at the root, and where all have the same parent.
        visible: (R, 1, T, A + T), True where a position is seen; for eager attention 0 there and elsewhere the least
            number, which it adds.
    """

    shape: tuple[int, int]
    at: Any
    parent: Any
    visible: Any


@dataclass(frozen=True, slots=True)
class Tree:
    """A batch's levels packed: ids and positions (1, M), and the levels. `usual`: the model's own attention."""

    ids: Any
    positions: Any
    levels: tuple[_Level, ...]
    usual: str


_TREE: ContextVar[Tree] = ContextVar("tree")


def pack(model: Any, levels: Sequence[dict[str, Any]], *, causal: bool = True) -> Tree:
    """The levels of `layout.collate` as one row, for this model; not `causal`: positions of a row see all of it."""
    usual = bare(model).config.get_text_config()._attn_implementation
    dtype = next(model.parameters()).dtype
    ids, positions, made = [], [], []
    seen: Any = None
    for level in levels:
        mask = level["mask"].bool()
        rows, width = mask.shape
        parent = None if seen is None or len(seen) == 1 else level["parent"]
        above = mask.new_zeros(rows, 0) if seen is None else seen[level["parent"]]
        seen = torch.cat([above, mask], dim=1)
        before = torch.arange(width, device=mask.device)
        own = ((before[None, :] <= before[:, None]) if causal else before.new_ones(width, width).bool()) & mask[
            :, None, :
        ]
        own = own | torch.eye(width, dtype=torch.bool, device=mask.device)  # padding sees itself: no row sees nothing
        visible = torch.cat([above[:, None, :].expand(rows, width, -1), own], dim=2)[:, None]
        if usual != "sdpa":
            visible = torch.zeros_like(visible, dtype=dtype).masked_fill(~visible, torch.finfo(dtype).min)
        full = bool(mask.all())
        made.append(_Level((rows, width), None if full else mask.flatten().nonzero()[:, 0], parent, visible))
        ids.append(level["ids"][mask])
        positions.append((seen.cumsum(1) - 1)[:, -width:][mask])
    return Tree(torch.cat(ids)[None], torch.cat(positions)[None], tuple(made), usual)


@contextlib.contextmanager
def passing(model: Any, tree: Tree) -> Iterator[None]:
    """While it lasts, `model` attends along `tree`."""
    config = bare(model).config
    token = _TREE.set(tree)
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = tree.usual
        _TREE.reset(token)


def _attention(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, *args: Any, **kwargs: Any
) -> tuple[Any, None]:
    """Attention of one layer along the tree: query (1, H, M, D), key and value (1, H', M, D) -> (1, M, H, D)."""
    tree = _TREE.get()
    usual = _usual(module, tree.usual)
    start, above, out = 0, None, []
    for level in tree.levels:
        rows, width = level.shape
        count = rows * width if level.at is None else len(level.at)
        q, k, v = (_laid_out(one[0, :, start : start + count], level) for one in (query, key, value))
        if above is not None:
            past = [_continued(one, level) for one in above]
            k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
        found = usual(module, q, k, v, level.visible, *args, **kwargs)[0].flatten(0, 1)
        out.append(found if level.at is None else found.index_select(0, level.at))
        above = (k, v)
        start += count
    return torch.cat(out)[None], None


def _laid_out(one: Any, level: _Level) -> Any:
    """(H, n, D) of a level's tokens -> (R, H, T, D), zeros where there is padding."""
    rows, width = level.shape
    flat = one.transpose(0, 1)
    if level.at is not None:
        flat = flat.new_zeros(rows * width, *flat.shape[1:]).index_copy(0, level.at, flat)
    return flat.reshape(rows, width, *flat.shape[1:]).transpose(1, 2)


def _continued(one: Any, level: _Level) -> Any:
    """Keys or values of the level above, (R', H, A, D), for each row of this one: (R, H, A, D)."""
    return one.expand(level.shape[0], -1, -1, -1) if level.parent is None else one.index_select(0, level.parent)


def _usual(module: Any, name: str) -> Any:
    """The model's own attention; `eager` stands in the module of each family."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    if name == "eager":
        return sys.modules[type(module).__module__].eager_attention_forward
    return ALL_ATTENTION_FUNCTIONS[name]


AttentionInterface.register(NAME, _attention)
