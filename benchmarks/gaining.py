"""A writer that gains, from raw posts to its report: every command of docs/improving.md in turn, and a table.

`python -m benchmarks.gaining CORPUS --path FOLDER [--seeds N] [--drafts N] [--samples N] [--ablations]`: CORPUS is
`upworthy` or `tweet_pairs`, FOLDER its files. Each step is a run of the `virality` command named `gain_...`: what is
finished stands, so the same command goes on where it was. Prints Markdown; nothing else may run beside it where its
seconds are to be quoted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.records import Figure, Report
from eval.report.labels import value_and_interval
from virality.circumstances import circumstances

_SHOWN = {
    "drafts with a rewrite that passes": "writer.drafts_with_passing",
    "with a suggestion": "writer.drafts_with_suggestion",
    "that the judge prefers rewritten": "writer.win_rate",
    "of those returned": "writer.win_rate.returned",
    "by the second judge": "writer.second_judge.win_rate",
    "gain": "writer.gain",
    "net of form and noise": "writer.net_gain.regression",
    "proxy gap": "writer.proxy_gap",
    "random legal edit": "writer.win_rate.random_edit",
    "cutting alone": "writer.win_rate.cuts",
    "edits without a writer": "writer.win_rate.edits",
    "gates off": "writer.win_rate.ungated",
    "pair's better post": "writer.win_rate.human",
}
"""Row of the table -> figure of the report."""
_BEGUN = {"tweet_pairs": ["max_pairs=320", "epochs=1"]}
"""What the writer before all rounds learns less of: tweets are twice as long."""
_RAW = {"upworthy": "ab_test", "tweet_pairs": "same_link"}


def scorers(corpus: str, path: Path) -> Iterator[list[str]]:
    """Commands that prepare the corpus, and train who guides and who judges."""
    data = ["prepare", f"configs/data/{corpus}.yaml", f"path={path}", "splits.judge=0.3"]
    yield [*data, f"name=gain_{corpus}"]
    yield [*data, "pairs.restater=edits", f"name=gain_{corpus}_back"]
    prepared = f"data=runs/prepare/gain_{corpus}"
    yield ["train", f"configs/train/guide_{corpus}.yaml", prepared, f"name=gain_{corpus}_guide"]
    yield ["train", "configs/train/demo_judge.yaml", prepared, f"name=gain_{corpus}_judge"]
    yield ["train", "configs/train/scorer_lora.yaml", prepared, "split=judge", "evaluate_every=100",
           f"name=gain_{corpus}_second"]  # fmt: skip


def begun(corpus: str) -> Iterator[list[str]]:
    """Commands that make the writer before all rounds, and the edits that the first round imitates."""
    yield ["train", "configs/train/gain_begin.yaml", f"data=runs/prepare/gain_{corpus}_back",
           *_BEGUN.get(corpus, []), f"name=gain_{corpus}_begin"]  # fmt: skip
    yield ["improve", f"configs/improve/{corpus}.yaml", *_with(corpus), f"writer=runs/train/gain_{corpus}_begin",
           f"name=gain_{corpus}_edits"]  # fmt: skip


def of_seed(corpus: str, seed: int) -> Iterator[list[str]]:
    """Commands of one seed: imitation of the edits, then a round of preferences."""
    first = f"gain_{corpus}_first_{seed}"
    yield ["train", "configs/train/gain_first.yaml", f"data=runs/improve/gain_{corpus}_edits",
           f"init=runs/train/gain_{corpus}_begin", f"seed={seed}", f"name={first}"]  # fmt: skip
    yield ["improve", "configs/improve/rounds.yaml", *_with(corpus), f"judge=runs/train/gain_{corpus}_judge",
           f"writer=runs/train/{first}", f"seed={seed}", f"name=gain_{corpus}_rounds_{seed}"]  # fmt: skip


def ablations(corpus: str) -> Iterator[list[str]]:
    """Commands that train what a writer would be without one of the ingredients; the judge sees them as the others."""
    like = ["train", "configs/train/gain_first.yaml", "init=null", f"data=runs/prepare/gain_{corpus}"]
    yield [*like, f"kinds={_RAW[corpus]}", "unfaithful=true", "max_pairs=1000", f"name=gain_{corpus}_raw"]
    yield [*like, f"kinds={_RAW[corpus]}", "max_pairs=1000", f"name=gain_{corpus}_faithful"]


def evaluation(corpus: str, writer: str, name: str, drafts: int, samples: int, *more: str) -> list[str]:
    """The command that measures a writer on posts of the test split."""
    return ["evaluate", "configs/eval/gain.yaml", f"data=runs/prepare/gain_{corpus}", f"writer={writer}",
            f"scorer=runs/train/gain_{corpus}_guide", f"judge=runs/train/gain_{corpus}_judge",
            f"second_judge=runs/train/gain_{corpus}_second", f"drafts={drafts}", f"samples={samples}", *more,
            f"name={name}"]  # fmt: skip


def table(names: Sequence[str]) -> str:
    """Figures of evaluation runs beside each other."""
    found = {name: _figures(Path("runs/evaluate") / name / "report.json") for name in names}
    lines = [f"| | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for told, figure in _SHOWN.items():
        lines.append(f"| {told} | {' | '.join(_cell(found[name].get(figure)) for name in names)} |")
    return "\n".join(lines)


def _with(corpus: str) -> list[str]:
    return [f"data=runs/prepare/gain_{corpus}", f"scorer=runs/train/gain_{corpus}_guide"]


def _figures(report: Path) -> dict[str, Figure]:
    read = Report.model_validate_json(report.read_text(encoding="utf-8"))
    return {one.name: one for one in read.figures}


def _cell(figure: Figure | None) -> str:
    return "" if figure is None else value_and_interval(figure)


def _do(command: Sequence[str]) -> None:
    begun_at = time.monotonic()
    subprocess.run([sys.executable, "-m", "virality", *command], check=True)
    print(f"{time.monotonic() - begun_at:6.0f} s  virality {' '.join(command)}", flush=True)


def _chosen(corpus: str, seed: int) -> str:
    rounds = Path(f"runs/improve/gain_{corpus}_rounds_{seed}/rounds.json")
    return str(json.loads(rounds.read_text(encoding="utf-8"))["chosen"])


def main() -> None:
    """Read the command line, run what is not finished, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", choices=sorted(_RAW))
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--drafts", type=int, default=320)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--ablations", action="store_true")
    asked = parser.parse_args()
    corpus, names = asked.corpus, []
    for command in (*scorers(corpus, asked.path), *begun(corpus)):
        _do(command)
    for seed in range(asked.seeds):
        for command in of_seed(corpus, seed):
            _do(command)
        names.append(f"gain_{corpus}_{seed}")
        _do(evaluation(corpus, _chosen(corpus, seed), names[-1], asked.drafts, asked.samples))
    if asked.ablations:
        for command in ablations(corpus):
            _do(command)
        for name in ("begin", "raw", "faithful", "first_0"):
            names.append(f"gain_{corpus}_of_{name}")
            writer = f"runs/train/gain_{corpus}_{name}"
            _do(evaluation(corpus, writer, names[-1], asked.drafts // 3, asked.samples, "rivals=[ungated]"))
    here = circumstances()
    print(f"\n{here['machine']}, commit {here['commit']}\n\n{table(names)}")


if __name__ == "__main__":
    main()
