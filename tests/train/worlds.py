"""Small worlds for the tests of training: hand-written pairs and rows of token ids."""

from __future__ import annotations

import importlib.metadata
import random
from typing import Any, Literal

import pytest

from data_prep.records import Pair, pair_schema
from data_prep.sources.table import identifier
from train import adapters
from virality import runs, tables
from virality.cli import main
from virality.models import tiny

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


def rows(
    count: int, *, preferences: bool, seed: int = 0, instruction: int = 20, reference: bool = False
) -> list[dict[str, Any]]:
    """Rows as `train.layout.collate` takes them: one instruction, drafts and completions of 3 to 15 tokens.

    With preferences, a row has two completions; labels are soft and margins are asked. Groups are of two rows.
    """
    draw = random.Random(seed)
    start = [1, *(draw.randrange(10, 250) for _ in range(instruction - 1))]

    def some() -> list[int]:
        return [draw.randrange(10, 250) for _ in range(draw.randrange(3, 16))]

    made = []
    for at in range(count):
        prompt = start + some()
        completions = [[*some(), 2] for _ in range(2 if preferences else 1)]
        weight, label, offset = 0.5 + draw.random(), 0.5 + draw.random() / 2, draw.random() / 2
        made.append(numbered(at, prompt, completions, weight=weight, **({"p_better": label, "offset": offset}
                                                                        if preferences else {})))  # fmt: skip
        if reference:
            made[-1]["reference"] = [-5.5 * len(one) - draw.random() for one in completions]
    return made


def posts(count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Rows as `train.layout.collate_scored` takes them: two rendered posts each, behind one instruction.

    The first post of the second row is the second of the first, as in a test of three wordings.
    """
    made = rows(count, preferences=True, seed=seed)
    for row in made:
        row["completions"] = [row["prompt"] + one for one in row["completions"]]
        row["prompt"] = []
    if count > 1:
        made[1]["completions"][0] = made[0]["completions"][1]
    return made


def unpaired(count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Rows of good and bad completions in turn, each beside another row's; log-ratios to the reference are above 0."""
    made = rows(count, preferences=True, seed=seed)
    for at, row in enumerate(made):
        row["reference"] = [-(6.5 + 0.2 * at) * len(one) for one in row["completions"]]
        row |= {"p_better": float(at % 2), "offset": 0.0}
    return made


def numbered(at: int, prompt: list[int], completions: list[list[int]], **more: Any) -> dict[str, Any]:
    """One row of token ids; `more` replaces or adds fields."""
    return {"prompt": prompt, "completions": completions, "weight": 1.0, "p_better": 1.0, "offset": 0.0, "row": at,
            "length": len(prompt) + max(map(len, completions)), "group": at // 2} | more  # fmt: skip


LORA: dict[str, Any] = {"rank": 4, "alpha": 8.0, "dropout": 0.0, "targets": ("all-linear",)}


def adapted(family: str = "llama", kind: str = "lora", *, head: Literal["lm", "score"] = "lm", dtype: Any = None,
            **more: Any) -> Any:  # fmt: skip
    """A tiny model with an adapter whose B matrices are not zero, so that every tensor has a gradient."""
    import torch

    model = tiny.model(family, head=head).to(dtype or torch.float32)
    task = "SEQ_CLS" if head == "score" else "CAUSAL_LM"
    model = adapters.attach(model, **(LORA | {"kind": kind, "task": task} | more))
    draw = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            with torch.no_grad():
                parameter.add_(torch.empty(parameter.shape).normal_(std=0.1, generator=draw))
    return model.eval()


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


def prepared(name: str, pairs: list[Pair]) -> None:
    """A finished run of `prepare` below the working folder that made these pairs."""
    here = runs.start("prepare", name, settings={}, inputs={})
    with here.file("pairs.parquet") as path:
        tables.write(pairs, pair_schema(), path)
    here.finish(rights={"basis": {"own_export": len(pairs)}, "research_only": False})


def installed(package: str) -> None:
    """Skip the test where the package that carries the weights is not installed."""
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"the package {package} is not installed")


def told(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """The one line that a mistaken command is answered with."""
    capsys.readouterr()
    assert main([*command]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if line.startswith("virality ")]
    return line
