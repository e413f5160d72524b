"""Posts a second and peak memory of `virality prepare`, step by step, on simulated posts.

`python -m benchmarks.prepare [--posts 100000 1000000] [--pandas] [--out FILE.json] [--set key=value ...]`

Each job runs in a process group of its own; steps are timed by when their lines arrive on stderr (the last one holds
the data sheet, too), and memory is the proportional set size (PSS) of the whole group, so that what workers share is
counted once. `--pandas` runs the same job as `benchmarks.prepare_in_pandas` writes it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from virality.circumstances import circumstances

CONFIG = Path(__file__).parent.parent / "configs" / "data" / "simulated.yaml"
SIMULATING = "simulating"
_EVERY = 0.2
"""Seconds between two looks at the memory; a look costs a few milliseconds a process."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, seconds, and peak memory of the process group in MB while it ran (None: too short to see)."""

    name: str
    seconds: float
    memory_mb: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job of so many posts; `steps[0]` is the start of the interpreter and what it imports."""

    name: str
    posts: int
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """All but the making of the simulated posts."""
        return sum(step.seconds for step in self.steps if not step.name.startswith(SIMULATING))

    @property
    def memory_mb(self) -> int:
        """Peak of all steps but the making of the simulated posts."""
        return max(step.memory_mb or 0 for step in self.steps if not step.name.startswith(SIMULATING))


class Memory:
    """The peak memory of a process group, read every so often by a thread."""

    def __init__(self, group: int) -> None:
        self.group = group
        self.peak: int | None = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def taken(self) -> int | None:
        """The peak in MB since the last call."""
        peak, self.peak = self.peak, None
        return peak

    def _look(self) -> None:
        while not self.ended.wait(_EVERY):
            now = proportional_mb(self.group)
            self.peak = max(self.peak or 0, now)


def proportional_mb(group: int) -> int:
    """PSS of all processes of a group, in MB."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):  # it ended meanwhile, or is somebody else's
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(after_name[2]) == group:
                    lines = (folder / "smaps_rollup").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total // 1024


def measured(name: str, posts: int, command: Sequence[str]) -> Job:
    """Run a command that says `  step ...` on stderr when a step begins.

    Raises:
        SystemExit: the command failed; its last lines are shown.
    """
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    memory = Memory(process.pid)
    said: list[str] = []
    steps: list[Step] = []
    step, since = "start", time.monotonic()

    def close(following: str) -> None:
        nonlocal step, since
        now = time.monotonic()
        steps.append(Step(step, round(now - since, 2), memory.taken()))
        step, since = following, now

    try:
        for line in process.stderr or ():
            said.append(line)
            if line.startswith("  ") and line.rstrip().endswith(" ..."):
                close(line.strip().removesuffix(" ..."))
        code = process.wait()
        close("end")
    finally:
        memory.ended.set()
        process.kill()
    if code:
        sys.exit(f"{name}: exit code {code}\n{''.join(said[-20:])}")
    return Job(name, posts, tuple(steps))


def prepare(posts: int, folder: Path, overrides: Sequence[str]) -> Job:
    """`virality prepare` on so many posts, from nothing."""
    command = [sys.executable, "-m", "virality", "prepare", str(CONFIG), f"posts={posts}", f"out={folder / 'run'}"]
    return measured("virality prepare", posts, [*command, *overrides])


def in_pandas(posts: int, folder: Path) -> Job:
    """The same posts and the same job in one process of plain pandas."""
    from data_prep import simulation

    simulation.save(simulation.world(0), folder / "feed.parquet", posts)
    command = [sys.executable, "-m", "benchmarks.prepare_in_pandas", str(folder / "feed.parquet"), str(folder)]
    return measured("plain pandas", posts, command)


def table(job: Job) -> str:
    """The steps as Markdown, with what they come to."""
    head = f"{job.name}, {job.posts:,} posts"
    lines = [f"| {head} | seconds | posts/s | peak memory, MB |", "| --- | ---: | ---: | ---: |"]
    for step in job.steps:
        rate = f"{job.posts / step.seconds:,.0f}" if step.seconds >= 0.05 else ""
        lines.append(f"| {step.name} | {step.seconds:.1f} | {rate} | {step.memory_mb or ''} |")
    rate = f"{job.posts / job.seconds:,.0f}"
    lines.append(f"| **all but the simulating** | **{job.seconds:.1f}** | **{rate}** | **{job.memory_mb}** |")
    return "\n".join(lines)


def run(posts: int, overrides: Sequence[str], *, pandas: bool) -> list[Job]:
    """The jobs of one size, each in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as folder:
        jobs = [prepare(posts, Path(folder), overrides)]
        if pandas:
            jobs.append(in_pandas(posts, Path(folder)))
    return jobs


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.prepare", description="posts/s and peak memory of prepare")
    parser.add_argument("--posts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--pandas", action="store_true", help="the first size in plain pandas, too")
    parser.add_argument("--out", type=Path, help="figures as JSON")
    parser.add_argument("--set", nargs="*", default=[], metavar="key=value", help="laid over the config")
    given = parser.parse_args(arguments)
    jobs: list[Job] = []
    for at, posts in enumerate(given.posts):
        jobs += run(posts, given.set, pandas=given.pandas and at == 0)
        print("\n".join(f"{table(job)}\n" for job in jobs if job.posts == posts), flush=True)
    if given.pandas:
        ours, theirs = jobs[:2]
        times, memory = theirs.seconds / ours.seconds, theirs.memory_mb / max(ours.memory_mb, 1)
        print(f"plain pandas takes {times:.1f} times as long and {memory:.1f} times the memory\n")
    about = circumstances()
    print(f"commit {about['commit']}{' and changes' * bool(about['dirty'])}, {about['machine']}")
    if given.out:
        figures = [asdict(job) | {"seconds": job.seconds, "memory_mb": job.memory_mb} for job in jobs]
        given.out.write_text(json.dumps({"jobs": figures, **about, "cores": os.cpu_count()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
