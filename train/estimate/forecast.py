"""What a run will need, told before it is started: memory, time and disk, and whether it fits here."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from train.estimate import ahead, available, probe
from train.estimate.memory import SHARE, Memory, Shape, from_config, gigabytes, largest_micro_batch, reaches, refusal
from train.examples import Example
from train.fit import Recipe, rows_of
from train.layout import collate, collate_scored
from train.objectives import REFERRED, Objective
from train.paths import spread
from virality.models.base import Found
from virality.models.precision import device

_WRITING = 150e6
"""Bytes a second at which a checkpoint is written, synced and hashed."""
_FILES = 12 << 20
"""Bytes of a run beside adapters and moments: tokenizer, ledger, curves."""
_KEPT = 4
"""Checkpoints on the disk at once: the newest two, the best one, and the one that is being written."""
_READ_SIDE_BY_SIDE = 32
"""Posts that a scorer reads side by side when it is calibrated (`train.scorers.lora`)."""
_AROUND = 3.0
"""Seconds of what is around the steps: the trainer made ready, files written and hashed, the process left."""


@dataclass(frozen=True, slots=True)
class Base:
    """What of a base and its adapter decides on memory.

    Fields:
        found: which base.
        precision: of its weights.
        head: lm or score.
        bits: 4, or None.
        kind, rank, targets: of the adapter.
        shared: whether the shared path may be taken; not with dropout, nor with activation checkpointing.
    """

    found: Found
    precision: Literal["fp32", "bf16"]
    head: Literal["lm", "score"] = "lm"
    bits: Literal[4] | None = None
    kind: str = "lora"
    rank: int = 16
    targets: tuple[str, ...] = ("all-linear",)
    shared: bool = True

    def memory(self, shape: Shape, where: str, **more: Any) -> Memory:
        """The estimate for a micro-batch of this shape on a device."""
        given = asdict(self) | {"found": self.found, "device": where} | more
        return from_config(given.pop("found"), shape, **given)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will need.

    Fields:
        memory: at its peak, on one device.
        available: bytes that it may have there.
        seconds: part of the run -> seconds.
        disk: bytes at most.
        steps: of the optimiser.
        tokens: that are trained on, each shared one once, on one rank.
        micro_batch: examples side by side.
        measured: a probe has measured memory and pace.
        way_out: the line for a run that does not fit; None where it does.
    """

    memory: Memory
    available: int
    seconds: Mapping[str, float]
    disk: int
    steps: int
    tokens: int
    micro_batch: int
    measured: bool
    way_out: str | None = None

    @property
    def total_seconds(self) -> float:
        """Of the whole run, from its start to its end."""
        return sum(self.seconds.values())

    def fits(self, available: int | None = None) -> bool:
        """Whether the peak stays within `SHARE` of the memory that there is."""
        return self.memory.peak <= SHARE * (self.available if available is None else available)

    def lines(self) -> list[str]:
        """For the terminal."""
        parts = ", ".join(f"{name} {duration(one)}" for name, one in self.seconds.items() if one >= 1)
        how = "measured by a probe" if self.measured else "from the base's config"
        return [
            f"  memory: {self.memory.line()}; {gigabytes(self.available)} available; {how}",
            f"  time: about {duration(self.total_seconds)} ({parts})",
            f"  work: {self.steps:,} steps, {self.tokens:,} tokens computed, {self.micro_batch} examples side by side",
            *([] if self.way_out is None else [f"  {self.way_out}"]),
        ]


def forecast(
    model: Any,
    base: Base,
    pad: int,
    examples: Sequence[Example],
    objective: Objective,
    recipe: Recipe,
    *,
    validation: Sequence[Example] = (),
    calibration: Sequence[Example] = (),
) -> Estimate:
    """Probe the model and reckon what `train.fit`, and what a run does around it, will need on this machine.

    Call it in a process that has done what the run does before `fit`, and no more: what was loaded is in its memory,
    and its seconds so far are taken for the run's. The model stays as it is.

    Args:
        model: with its adapter.
        base: what it was made of.
        pad: token id.
        examples: what is learned from.
        objective: what is minimised.
        recipe: how.
        validation: pairs that judge checkpoints.
        calibration: pairs that a scorer reads when it is fitted.
    """
    for library in ("datasets", "peft", "train.trainer", "train.callbacks"):  # of which `fit` spends seconds and memory
        importlib.import_module(library)
    loading = available.since_start()
    where = device()
    rows, judged, read = rows_of(examples), rows_of(validation), _posts_of(calibration)
    ahead_ = _look(rows, objective, pad, recipe, shared=base.shared and recipe.shared_prefix)
    found = probe.measure(
        model, objective, rows, pad, recipe.micro_batch,
        typical=ahead_.typical, largest=ahead_.largest, shared=recipe.shared_prefix,
    )  # fmt: skip
    if not found.shared:
        ahead_ = _look(rows, objective, pad, recipe, shared=False)
    peak = max(found.peak, found.before)
    memory = replace(base, shared=found.shared).memory(ahead_.shape, where).settled(peak)
    lay = collate_scored if objective.name == "pairwise" else collate
    of_judged = ahead.tokens_of(judged, lay, pad, recipe.micro_batch, shared=found.shared)
    of_read = ahead.tokens_of(read, collate_scored, pad, _READ_SIDE_BY_SIDE, shared=found.shared)
    referred = 0.0
    if objective.name in REFERRED:
        referred += ahead.tokens_of(rows, collate, pad, recipe.micro_batch, shared=found.shared)
    if objective.name in (*REFERRED, "sft"):
        referred += of_judged
    evaluations = ahead_.steps // recipe.evaluate_every if judged and recipe.evaluate_every else 0
    every = (recipe.evaluate_every if judged else 0) or recipe.save_every
    saves = ahead_.steps // every + (ahead_.steps % every > 0) if every else 0
    checkpoint = memory.adapter * 3 + (4 << 20)

    def forward(tokens: float) -> float:
        return found.forward.seconds(tokens / max(1.0, ahead_.tokens), tokens)

    seconds = {
        "loading": loading,
        "comparison": found.comparison,
        "reference": forward(referred),
        "steps": found.training.seconds(ahead_.micro_batches, ahead_.tokens * ahead_.micro_batches)
        + found.step * ahead_.steps,
        "evaluations": evaluations * forward(of_judged),
        "checkpoints": saves * (checkpoint / _WRITING + 0.2),
        "calibration": forward(of_read),
        "the rest": memory.adapter / _WRITING + _AROUND,
    }
    free = available.available(where)
    way_out = None
    if memory.peak > SHARE * free:
        smaller = _smaller(of_micro_batch(base, pad, examples, objective, recipe, world=1, where=where), recipe, free)
        way_out = refusal(memory, free, recipe.micro_batch, smaller=smaller, what=base.found.spec,
                          bytes_of_number=4 if base.precision == "fp32" else 2)  # fmt: skip
    return Estimate(
        memory=memory,
        available=free,
        seconds=seconds,
        disk=memory.adapter + _FILES + checkpoint * min(saves, _KEPT),
        steps=ahead_.steps,
        tokens=round(ahead_.tokens * ahead_.micro_batches),
        micro_batch=recipe.micro_batch,
        measured=True,
        way_out=way_out,
    )


def from_rows(
    base: Base, pad: int, examples: Sequence[Example], objective: Objective, recipe: Recipe, *, world: int = 1,
    where: str | None = None, free: int | None = None, **more: Any,
) -> tuple[Memory, str | None]:  # fmt: skip
    """The memory of a run whose base is not loaded, and the line to refuse it with, or None where it fits.

    Args:
        base: what the model will be made of.
        pad: token id.
        examples: what is learned from.
        objective: what is minimised.
        recipe: how.
        world: ranks.
        where: cpu or cuda; by default what this machine has.
        free: bytes that a rank may have; by default what this machine has.
        more: `sharding`, `activation_checkpointing`, `optimiser` of `estimate.from_config`.
    """
    where = where or device()
    free = available.available(where, _ranks_here(world)) if free is None else free
    memory = of_micro_batch(base, pad, examples, objective, recipe, world=world, where=where, **more)
    found = memory(recipe.micro_batch)
    if found.peak <= SHARE * free:
        return found, None
    smaller = _smaller(memory, recipe, free)
    in_four = None
    if where == "cuda" and base.bits is None and base.kind not in ("dora", "pissa"):
        in_four = of_micro_batch(replace(base, bits=4), pad, examples, objective, recipe, world=world, where=where,
                                 **more)(recipe.micro_batch)  # fmt: skip
    return found, refusal(found, free, recipe.micro_batch, smaller=smaller, four_bits=in_four,
                          what=base.found.spec, bytes_of_number=4 if base.precision == "fp32" else 2)  # fmt: skip


def fitting(
    base: Base, pad: int, examples: Sequence[Example], objective: Objective, recipe: Recipe, *, world: int = 1,
    **more: Any,
) -> Recipe:  # fmt: skip
    """The recipe with the largest micro-batch that fits this machine: what `micro_batch: auto` means.

    Raises:
        ViralityError: not even one example fits.
    """
    where = device()
    memory = of_micro_batch(base, pad, examples, objective, recipe, world=world, where=where, **more)
    of_rank = max(1, recipe.batch_size // world)
    free = available.available(where, _ranks_here(world))
    return replace(recipe, micro_batch=largest_micro_batch(of_rank, memory, free, base.found.spec))


def of_micro_batch(
    base: Base, pad: int, examples: Sequence[Example], objective: Objective, recipe: Recipe, *, world: int, where: str,
    **more: Any,
) -> Callable[[int], Memory]:  # fmt: skip
    """Micro-batch -> the estimate for the largest one that the run will see, or for the first comparison of the paths.

    That one is of whole rows: of preferences with few examples side by side, it takes more than training.
    """
    rows = rows_of(examples)
    shared = base.shared and recipe.shared_prefix and not more.get("activation_checkpointing")
    shared = shared and reaches(base.found, max(int(row["length"]) for row in rows), base.head)
    base, plain = replace(base, shared=shared), replace(base, shared=False)

    def memory(micro_batch: int) -> Memory:
        ahead_ = _look(rows, objective, pad, replace(recipe, micro_batch=micro_batch), world, shared=shared,
                       weigh=lambda shape: base.memory(shape, where).peak)  # fmt: skip
        training = base.memory(ahead_.shape, where, world=world, **more)
        if not shared:
            return training
        some = objective.lay(spread(rows, micro_batch), pad, shared=False)
        comparison = replace(plain.memory(Shape.of(some), where, world=world, **more), optimiser=0)
        return max(training, comparison, key=lambda one: one.peak)

    return memory


def _smaller(memory: Callable[[int], Memory], recipe: Recipe, free: int) -> int | None:
    """The largest divisor of the micro-batch, itself left out, that fits."""
    divisors = (part for part in range(recipe.micro_batch - 1, 0, -1) if recipe.micro_batch % part == 0)
    return next((part for part in divisors if memory(part).peak <= SHARE * free), None)


def _ranks_here(world: int) -> int:
    """Ranks that share this machine's main memory."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", str(world)))


def _posts_of(examples: Sequence[Example]) -> Sequence[Mapping[str, Any]]:
    """Every post of a scorer's examples once, as a row of its own."""
    posts = dict.fromkeys(tuple(one) for example in examples for one in example.completions)
    return rows_of([Example(str(at), [], [list(post)], 1.0, group=at) for at, post in enumerate(posts)])


def _look(
    rows: Sequence[Mapping[str, Any]], objective: Objective, pad: int, recipe: Recipe, world: int = 1, *,
    shared: bool, weigh: Callable[[Shape], float] | None = None,
) -> ahead.Ahead:  # fmt: skip
    return ahead.look(
        rows, objective, pad, batch_size=recipe.batch_size, micro_batch=recipe.micro_batch, epochs=recipe.epochs,
        seed=recipe.seed, world=world, shared=shared, weigh=weigh,
    )  # fmt: skip


def duration(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
