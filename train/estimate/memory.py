"""The memory that training will need at its peak, part by part, from the base's config and the shape of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from train.layout import Batch
from virality.errors import ViralityError
from virality.models.base import Found, Head

Sharding = Literal["none", "fsdp", "zero2", "zero3"]

SHARE = 0.9
"""Share of the available memory that an estimate may fill."""
LIBRARIES = 880 << 20
"""Bytes of the interpreter, torch, transformers, peft, datasets and what they import, on a CPU."""
SLACK = {"cpu": 0.08, "cuda": 0.03}
"""What the allocator holds beside what is asked of it, as a share of activations and head."""
_FOUR_BITS = 0.5 + 0.016
"""Bytes of a number in 4 bits with its doubly quantised constants (Dettmers et al. 2023, section 3)."""
_MOMENTS = {"adamw": 8, "adamw_8bit": 2, "sgd": 0}
"""Bytes that an optimiser keeps of each trained number."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes on one device at the peak of a run; the parts sum to `peak`.

    Fields:
        base: weights and buffers.
        adapter: its weights, and a scorer's head.
        gradients: of them.
        optimiser: its moments.
        activations: what the largest micro-batch leaves for the way back.
        head: log-probabilities over the vocabulary, forward and backward, or one block on the way back if that is more.
        overhead: interpreter and libraries, and what the allocator holds beside; of a GPU: the latter alone.
        loading: what reading the weights takes above all of that, for a moment before training.
    """

    base: int
    adapter: int
    gradients: int
    optimiser: int
    activations: int
    head: int
    overhead: int
    loading: int = 0

    @property
    def peak(self) -> int:
        """Sum of the parts."""
        return sum(self.parts().values())

    def parts(self) -> dict[str, int]:
        """Name -> bytes."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def settled(self, peak: int) -> Memory:
        """These parts around a peak that was measured: what is missing is overhead, what is too much is taken off."""
        apart = peak - self.peak
        parts = self.parts()
        for name in ("overhead", "activations", "head", "loading", "base"):
            parts[name], apart = max(0, parts[name] + apart), min(0, parts[name] + apart)
        return Memory(**parts)

    def line(self) -> str:
        """The parts for people, small ones together."""
        told = {name: size for name, size in self.parts().items() if size >= self.peak / 100}
        if rest := self.peak - sum(told.values()):
            told["other"] = rest
        listed = ", ".join(f"{name} {gigabytes(size)}" for name, size in told.items())
        return f"{gigabytes(self.peak)} at the peak ({listed})"


@dataclass(frozen=True, slots=True)
class Shape:
    """A micro-batch as memory sees it, of one rank.

    Fields:
        examples: side by side.
        tokens: that pass through the model: each shared one once; in the plain layout padding is computed too.
        trained: positions that meet the vocabulary head.
        queries: positions that attend, padding and all.
        keys: positions attended to, those above a row among them, counted for each row.
        scores: of attention: for each row queries times keys.
    """

    examples: int
    tokens: int
    trained: int
    queries: int
    keys: int
    scores: int

    @classmethod
    def of(cls, batch: Batch) -> Shape:
        """Of a batch that `layout.collate` or `collate_scored` laid out."""
        above, queries, keys, scores = 0, 0, 0, 0
        for level in batch["levels"]:
            rows, width = level["ids"].shape
            above += width
            queries, keys, scores = queries + rows * width, keys + rows * above, scores + rows * width * above
        plain = len(batch["levels"]) == 1
        tokens = queries if plain else sum(int(level["mask"].sum()) for level in batch["levels"])
        trained = len(batch["levels"][-1]["ids"])
        if "labels" in batch:
            of_rows = (batch["labels"] >= 0).sum(1)
            trained = len(of_rows) * int(of_rows.max()) if plain else int(of_rows.sum())
        return cls(len(batch["rows"]), tokens, trained, queries, keys, scores)

    @classmethod
    def roughly(cls, examples: int, longest: int, completion: int, *, completions: int = 1, shared: int = 0) -> Shape:
        """Of rows that are not at hand, all as long as the longest.

        Args:
            examples: side by side.
            longest: tokens of a row, prompt and completion.
            completion: of them, tokens that are trained.
            completions: of each example, behind the same prompt.
            shared: tokens that all rows begin with, computed once.
        """
        rows, own = examples * completions, longest - shared
        queries = rows * own + shared
        return cls(examples, queries, rows * completion, queries, rows * longest + shared,
                   rows * own * longest + shared * shared)  # fmt: skip


def from_config(
    found: Found,
    shape: Shape,
    *,
    head: Head = "lm",
    precision: Literal["fp32", "bf16"] = "fp32",
    bits: Literal[4] | None = None,
    kind: str = "lora",
    rank: int = 16,
    targets: Sequence[str] = ("all-linear",),
    shared: bool = True,
    optimiser: str = "adamw",
    activation_checkpointing: bool = False,
    world: int = 1,
    sharding: Sharding = "none",
    device: str = "cpu",
) -> Memory:
    """The peak of a rank's memory, from the base's config alone.

    Args:
        found: which base; its weights are not read.
        shape: of the largest micro-batch. The reference pass needs less: it keeps nothing for a way back.
        head: lm, or score.
        precision: of the base.
        bits: 4: linear layers are held in 4 bits.
        kind: lora, rslora, dora or pissa.
        rank: of the adapter.
        targets: module names, or all-linear.
        shared: the shared path is used, and LoRA layers are fused.
        optimiser: adamw, adamw_8bit or sgd.
        activation_checkpointing: blocks keep their input and are computed again.
        world: ranks.
        sharding: what is spread over the ranks: fsdp: the base; zero2: gradients and moments; zero3: all.
        device: cpu or cuda.

    Raises:
        ViralityError: the base is unknown, or cannot take the adapter.
    """
    import torch

    from train.estimate.anatomy import anatomy

    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    body = anatomy(found, head, dtype, kind, rank, tuple(targets), shared and bits is None and kind != "dora")
    size = dtype.itemsize
    # fsdp spreads the frozen base alone (`train.launch.sharding`); blocks at work are whole, the next one on its way
    whole, own, parted = (world if sharding in chosen else 1
                          for chosen in (("fsdp", "zero3"), ("zero3",), ("zero2", "zero3")))  # fmt: skip
    light = body.in_linear if bits else 0
    base = (body.parameters - light) * size + light * _FOUR_BITS
    gathered = 2 * base / max(1, body.layers) if whole > 1 else 0
    copies = (
        2 if world > 1 and sharding in ("none", "fsdp") else 1
    )  # data parallelism sums gradients in buckets of their own
    attention = _attention_bytes(body, shape, size)
    activations = body.of_model + body.of_token * shape.tokens + attention
    if activation_checkpointing:
        kept = shape.tokens * body.hidden * size
        activations = kept * body.layers + activations / max(1, body.layers)
    back = max(_head_bytes(body.vocabulary, shape, size), 3 * shape.tokens * body.widest * 4)
    made = Memory(
        base=int(base / whole + gathered) + body.buffers,
        adapter=4 * body.trained // own,
        gradients=copies * 4 * body.trained // parted,
        optimiser=_MOMENTS[optimiser] * body.trained // parted,
        activations=int(activations),
        head=int(back),
        overhead=int((LIBRARIES if device == "cpu" else 0) + SLACK[device] * (activations + back)),
    )
    if device == "cpu" and body.stored != size and not bits:  # pages of the files stand beside what is made of them
        reading = LIBRARIES + base + body.parameters * body.stored
        return replace(made, loading=max(0, int(reading) - made.peak))
    return made


def reaches(found: Found, longest: int, head: Head = "lm") -> bool:
    """Whether rows of up to `longest` tokens may share a prefix with this base (`train.paths`)."""
    import torch

    from train.estimate.anatomy import anatomy

    most = anatomy(found, head, torch.float32).reach
    return most is None or longest <= most


def _attention_bytes(body: Any, shape: Shape, size: int) -> float:
    """What attention keeps: queries, keys and values of every head, and its output; eager: scores too."""
    total = 0.0
    for heads, wide, value in body.attention:
        total += heads * size * (shape.queries * wide + shape.keys * (wide + value))
        if body.eager:
            total += heads * shape.scores * (4 + size)
        else:
            total += heads * shape.queries * (value * size + 4) + shape.scores * size  # sums of rows; the mask
    return total


def _head_bytes(vocabulary: int, shape: Shape, size: int) -> float:
    """Powers and their gradient in fp32 (`train.softmax`), and logits in a smaller precision on their way back."""
    return vocabulary * shape.trained * (8 + (2 * size if size < 4 else 0))


def largest_micro_batch(of_rank: int, memory: Callable[[int], Memory], available: int, what: str = "") -> int:
    """The most examples side by side whose estimate fills at most `SHARE` of the memory.

    Args:
        of_rank: examples of a rank in one optimiser step, which the answer divides.
        memory: micro-batch -> estimate.
        available: bytes.
        what: the base, for the error.

    Raises:
        ViralityError: not even one example fits.
    """
    for part in (part for part in range(of_rank, 0, -1) if of_rank % part == 0):
        if memory(part).peak <= SHARE * available:
            return part
    raise ViralityError(refusal(memory(1), available, 1, what=what))


def refusal(
    memory: Memory, available: int, micro_batch: int, *, smaller: int | None = None, four_bits: Memory | None = None,
    what: str = "", bytes_of_number: int = 4,
) -> str:  # fmt: skip
    """The line for a run that does not fit, with the way out.

    Args:
        memory: that it would take.
        available: bytes.
        micro_batch: examples side by side.
        smaller: a micro-batch that fits, if there is one.
        four_bits: the estimate with the base in 4 bits, where that can be had.
        what: the base.
        bytes_of_number: of the base; 4 leaves bf16 to be tried.
    """
    start = (f"{f'base: {what}' if what else 'memory'}: needs {gigabytes(memory.peak)} at micro_batch = {micro_batch}, "
             f"and {gigabytes(available)} are free")  # fmt: skip
    if smaller is not None:
        return f"{start}; set micro_batch={smaller} (the same gradients, in more passes)"
    if four_bits is not None and four_bits.peak <= SHARE * available:
        return f"{start}; set bits=4 ({gigabytes(four_bits.peak)})"
    if bytes_of_number == 4 and memory.peak - (memory.base + memory.loading) // 2 <= SHARE * available:
        return f"{start}; set precision=bf16, or take a smaller base"
    return f"{start}; take a smaller base, or a machine with more (an overlay for one larger GPU, or for several)"


def gigabytes(size: float) -> str:
    """Bytes for people: GB of 2^30, or MB."""
    return f"{size / 2**30:.1f} GB" if size >= 0.95 * 2**30 else f"{size / 2**20:.0f} MB"
