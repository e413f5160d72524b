"""Precision and device by measurement: bf16 only where this processor is faster with it; 4-bit bases on request."""

from __future__ import annotations

import functools
import importlib.util
import time
from typing import Any, Literal

from virality.errors import ViralityError

Precision = Literal["auto", "fp32", "bf16"]

WORTH_IT = 1.2
"""bf16 must be at least this much faster than fp32 to be used on a processor."""


def device() -> str:
    """`cuda` where a GPU is seen, else `cpu`."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def choose(precision: Precision) -> Any:
    """The torch dtype of the base's weights. LoRA weights and log-softmax are fp32 whatever it is.

    `auto` is bf16 on GPUs that have it, and on processors where a product of a layer's shape is at least `WORTH_IT`
    times faster in it (AMX: about 2.5 times; without AMX it is slower, whatever the flags say).
    """
    import torch

    if precision == "fp32":
        return torch.float32
    if precision == "bf16":
        return torch.bfloat16
    if device() == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if bf16_speedup() >= WORTH_IT else torch.float32


def quantisation(bits: Literal[4] | None) -> Any:
    """What `from_pretrained` takes as `quantization_config` for a base of so many bits; None for None.

    4: NormalFloat with doubly quantised constants (Dettmers et al. 2023, arXiv:2305.14314), multiplied in what
    `choose` answers. Such a model is placed by `device_map` and cast by nothing; adapters on it stay fp32.

    Raises:
        ViralityError: no CUDA GPU is seen, or bitsandbytes is not installed.
    """
    if bits is None:
        return None
    if device() != "cuda":
        raise ViralityError(f"bits = {bits}: a 4-bit base needs a CUDA GPU, and none is seen here; leave bits out")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ViralityError(f"bits = {bits}: needs bitsandbytes, not installed here; pip install 'virality[gpu]'")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=choose("auto"),
    )


@functools.cache
def bf16_speedup() -> float:
    """How many times faster a (512, 768) x (768, 2048) product is in bf16 than in fp32 on this processor."""
    import torch

    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        left, right = torch.ones(512, 768, dtype=dtype), torch.ones(768, 2048, dtype=dtype)
        best = float("inf")
        for _ in range(5):
            started = time.perf_counter()
            left @ right
            best = min(best, time.perf_counter() - started)
        seconds[dtype] = best
    return seconds[torch.float32] / seconds[torch.bfloat16]
