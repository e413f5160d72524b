"""Small worlds for the tests of training: hand-written pairs and rows of token ids."""

from __future__ import annotations

import importlib.metadata
import random
from typing import Any

import pytest

from data_prep.records import Pair
from data_prep.sources.table import identifier

WORDS = ("boat", "harbour", "rain", "five", "ticket", "early", "price", "winter", "road", "school", "news", "light",
         "open", "first", "bread")  # fmt: skip


def pair(worse: str, better: str, **more: Any) -> Pair:
    """A faithful measured pair of the training split; `more` replaces fields."""
    fields: dict[str, Any] = {
        "pair_id": identifier(worse, better),
        "kind": "neighbour",
        "component": identifier("component", worse),
        "split": "train",
        "rights": "own_export",
        "worse_id": identifier(worse),
        "better_id": identifier(better),
        "worse": worse,
        "better": better,
        "lift": 0.5,
        "p_better": 0.9,
        "weight": 1.0,
        "faithful": True,
        "gates_hash": "0" * 12,
        "lang": "en",
    }
    return Pair(**(fields | more))


def rows(count: int, *, preferences: bool, seed: int = 0, instruction: int = 20) -> list[dict[str, Any]]:
    """Rows as `train.layout.collate` takes them: one instruction, drafts and completions of 3 to 15 tokens."""
    draw = random.Random(seed)
    start = [1, *(draw.randrange(10, 250) for _ in range(instruction - 1))]

    def some() -> list[int]:
        return [draw.randrange(10, 250) for _ in range(draw.randrange(3, 16))]

    made = []
    for at in range(count):
        prompt, better, worse = start + some(), [*some(), 2], [*some(), 2] if preferences else []
        made.append({"prompt": prompt, "better": better, "worse": worse, "weight": 0.5 + draw.random(), "row": at,
                     "length": len(prompt) + max(len(better), len(worse))})  # fmt: skip
    return made


def corpus_pairs(count: int, *, split: str = "train", seed: int = 0, kind: str = "neighbour") -> list[Pair]:
    """Measured pairs in which the better post says 'free' where the worse says 'costly', among other words."""
    draw = random.Random(f"{split} {seed}")
    made = []
    for at in range(count):
        words = draw.sample(WORDS, 6)
        place = draw.randrange(6)
        better, worse = ([*words[:place], word, *words[place:]] for word in ("free", "costly"))
        made.append(pair(f"{' '.join(worse)} {split} {at}", f"{' '.join(better)} {split} {at}", split=split, kind=kind,
                         component=f"{split}{at // 2}"))  # fmt: skip
    return made


def installed(package: str) -> None:
    """Skip the test where the package that carries the weights is not installed."""
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"the package {package} is not installed")
