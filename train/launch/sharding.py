"""FSDP2 for an adapter: the frozen base is split over the ranks; the adapter is whole on each, as it always is.

accelerate's own FSDP2 splits the adapter as well, which saves next to nothing (it is a hundredth of the base) and makes
every checkpoint another kind of file. Here torch's `fully_shard` splits the base's layers alone, and the adapter's
gradients are averaged as in plain data parallelism: so adapter, moments, checkpoints and the first step's comparison
are what they are on one GPU, and a run may continue under another launch. A layer's weights are gathered while it
computes, so fused LoRA layers and trees of shared tokens see plain tensors.

It is asked for by accelerate's config (`use_fsdp`, `fsdp_version: 2`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from train.launch import ranks
from virality.errors import ViralityError
from virality.models.attention import bare

T = TypeVar("T")

_ASKED = "ACCELERATE_USE_FSDP"


def asked() -> bool:
    """Whether the launch asks for FSDP and there is more than one rank to split a base over."""
    return ranks.says_yes(_ASKED) and ranks.world() > 1


def refuse(bits: int | None) -> None:
    """Refuse what cannot be split, or not in the way that the launch asks for.

    Raises:
        ViralityError: FSDP1, offloading, accelerate's own checkpointing of activations, or a 4-bit base.
    """
    if not asked():
        return
    start = "accelerate config:"
    if os.environ.get("FSDP_VERSION", "1") != "2":
        raise ViralityError(f"{start} fsdp_version = {os.environ.get('FSDP_VERSION', '1')}: write fsdp_version: 2")
    for name in ("OFFLOAD_PARAMS", "ACTIVATION_CHECKPOINTING"):
        if ranks.says_yes(f"FSDP_{name}"):
            raise ViralityError(f"{start} fsdp_{name.lower()} = true: is not supported here; leave it out")
    if bits is not None:
        raise ViralityError(f"bits = {bits}: a quantised base cannot be split over ranks; leave bits out, or launch "
                            "with configs/accelerate/ddp.yaml")  # fmt: skip


def shard(model: Any, device: str) -> None:
    """Split what is frozen in `model` over all ranks, in place; the process group must be there.

    Args:
        model: with its adapter, on any device.
        device: `cpu` or `cuda`, where it computes from now on.
    """
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    base = bare(model)
    trained = {one for one in model.parameters() if one.requires_grad}
    for one in trained:
        one.data = one.data.to(device)
    mesh = init_device_mesh(device, (torch.distributed.get_world_size(),))
    reshard = os.environ.get("FSDP_RESHARD_AFTER_FORWARD", "true").lower() != "false"
    layers = set(getattr(base, "_no_split_modules", None) or ())
    for module in [one for one in base.modules() if type(one).__name__ in layers]:
        fully_shard(module, mesh=mesh, ignored_params=trained, reshard_after_forward=reshard)
    fully_shard(base, mesh=mesh, ignored_params=trained)


def is_sharded(model: Any) -> bool:
    """Whether `shard` has split this model."""
    from torch.distributed.fsdp import FSDPModule

    return isinstance(bare(model), FSDPModule)


def reshard(model: Any) -> None:
    """Let go of the others' parts of the base that a forward without a backward has left gathered."""
    bare(model).reshard()


def replicated(model: Any) -> Any:
    """A split model whose adapter learns on every rank from the gradients of all: plain data parallelism for it."""
    from torch.nn.parallel import DistributedDataParallel

    trained = {name for name, one in model.named_parameters() if one.requires_grad}
    every = [*(name for name, _ in model.named_parameters()), *(name for name, _ in model.named_buffers())]
    model._ddp_params_and_buffers_to_ignore = [name for name in every if name not in trained]
    return DistributedDataParallel(model, broadcast_buffers=False)


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """While it lasts, accelerate does not see that FSDP was asked for: it would split the model once more."""
    before = os.environ.pop(_ASKED, None)
    try:
        yield
    finally:
        if before is not None:
            os.environ[_ASKED] = before


def filled_up(items: Sequence[T], times: int) -> list[T]:
    """`items` and their last one again until `times` divides their number: each forward takes every rank."""
    return [*items, *(list(items[-1:]) * (-len(items) % times))]
