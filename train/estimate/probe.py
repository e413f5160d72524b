"""A few passes with the real model, rows and objective: what a run will hold and take. Nothing of it stays.

Weights, gradients, modes and random generators are afterwards what they were, bit by bit: a run with a probe before it
is the same run.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from train import paths, reference
from train.estimate import available
from train.objectives import REFERRED, Objective, moved
from virality.models.precision import device

_TIMED = 2
"""Passes of the typical micro-batch that are timed, after one that is not."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of a pass: so many whatever its size, and so many for each token."""

    fixed: float
    of_token: float

    def seconds(self, passes: float, tokens: float) -> float:
        """Of so many passes over so many tokens in all."""
        return self.fixed * passes + self.of_token * tokens

    @classmethod
    def through(cls, one: tuple[float, float], two: tuple[float, float]) -> Pace:
        """The line through two (tokens, seconds), the first of which is kept where the line makes no sense."""
        (few, short), (many, long) = one, two
        slope = (long - short) / (many - few) if many > few else short / max(1.0, few)
        slope = min(max(slope, 0.0), short / max(1.0, few))
        return cls(short - slope * few, slope)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a probe found.

    Fields:
        shared: the path that the run will take.
        peak: bytes that this process, or its GPU, held at most while it was probed.
        before: bytes that it held at most before: reading the weights is in it.
        comparison: seconds that choosing the path took.
        forward: pace without gradients: reference, evaluation.
        training: pace of forward and backward.
        step: seconds of the optimiser's step.
    """

    shared: bool
    peak: int
    before: int
    comparison: float
    forward: Pace
    training: Pace
    step: float


def measure(
    model: Any,
    objective: Objective,
    rows: Sequence[Mapping[str, Any]],
    pad: int,
    micro_batch: int,
    *,
    typical: Sequence[int],
    largest: Sequence[int],
    shared: bool = True,
) -> Measured:
    """Probe a run of `train.fit`.

    Args:
        model: with its adapter.
        objective: what is minimised.
        rows: as the objective lays them out; those of a reference need not have it.
        pad: token id.
        micro_batch: examples side by side.
        typical: numbers of the rows of a micro-batch of usual size.
        largest: of the largest one.
        shared: whether the shared path is wanted.
    """
    import torch

    from train import fused

    where = device()
    before = available.peak(where)
    with untouched(model) as held:
        available.reset(where)
        model.eval()
        started = time.perf_counter()
        path = paths.choose(model, rows, objective, pad, micro_batch, shared=shared)
        comparison = time.perf_counter() - started
        trained = [one for one in model.parameters() if one.requires_grad]
        optimiser = torch.optim.AdamW(trained, lr=1e-6, weight_decay=0.0, fused=True)
        with fused.fused(model) if path.shared else contextlib.nullcontext():
            usual, large = (_referred(model, objective, rows, some, pad, path.shared) for some in (typical, largest))

            def forward(some: Any) -> None:
                with torch.no_grad():
                    objective.values(model, _laid(model, objective, some, pad, path.shared))

            def training(some: Any) -> None:
                batch = _laid(model, objective, some, pad, path.shared)
                loss = objective.loss(objective.values(model, batch), batch) / max(objective.mass(batch), 1e-9)
                loss.backward()

            def step() -> None:
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimiser.step()
                optimiser.zero_grad()

            tokens = [_tokens(_laid(model, objective, some, pad, path.shared)) for some in (usual, large)]
            for some in (usual, large):
                forward(some)
            of_forward = [_seconds(forward, some) for some in (usual, large)]
            model.train()
            training(usual)
            step()  # the moments stand beside all that follows
            of_large = _seconds(training, large)
            of_step = _seconds(step)
            of_usual = sum(_seconds(training, usual) for _ in range(_TIMED)) / _TIMED
        top = available.peak(where)
    on_cpu = where == "cpu"
    return Measured(
        shared=path.shared,
        peak=top - (held if on_cpu else 0),
        before=before if on_cpu else 0,
        comparison=comparison,
        forward=Pace.through((tokens[0], of_forward[0]), (tokens[1], of_forward[1])),
        training=Pace.through((tokens[0], of_usual), (tokens[1], of_large)),
        step=of_step,
    )


@contextlib.contextmanager
def untouched(model: Any) -> Iterator[int]:
    """While it lasts, the model may be trained; then it, and every random generator, is as it was.

    Gives the bytes of the copies, which lie in main memory.
    """
    import numpy as np
    import torch

    trained = [one for one in model.parameters() if one.requires_grad]
    copies = [one.detach().to("cpu", copy=True) for one in trained]
    gradients = [one.grad for one in trained]
    modes = [(module, module.training) for module in model.modules()]
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    on_gpu = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    for one in trained:
        one.grad = None
    try:
        yield sum(one.numel() * one.element_size() for one in copies)
    finally:
        with torch.no_grad():
            for one, copy, gradient in zip(trained, copies, gradients, strict=True):
                one.copy_(copy)
                one.grad = gradient
        for module, training in modes:
            module.training = training
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        if on_gpu:
            torch.cuda.set_rng_state_all(on_gpu)


def _referred(
    model: Any, objective: Objective, rows: Sequence[Mapping[str, Any]], some: Sequence[int], pad: int, shared: bool
) -> list[dict[str, Any]]:
    """Rows by number, with their reference where the objective has one."""
    picked = [dict(rows[at]) for at in some]
    if objective.name in REFERRED:
        values = reference.logps(model, picked, pad, len(picked), shared=shared)
        picked = [row | {"reference": value} for row, value in zip(picked, values, strict=True)]
    return picked


def _laid(model: Any, objective: Objective, rows: Sequence[Mapping[str, Any]], pad: int, shared: bool) -> Any:
    return moved(objective.lay(rows, pad, shared=shared), next(model.parameters()).device)


def _tokens(batch: Any) -> int:
    from train.estimate.memory import Shape

    return Shape.of(batch).tokens


def _seconds(work: Any, *given: Any) -> float:
    import torch

    started = time.perf_counter()
    work(*given)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - started
