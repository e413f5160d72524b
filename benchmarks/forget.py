"""Seconds and counts of `virality forget` and `virality audit` on simulated posts, and whether anything is left.

`python -m benchmarks.forget [--posts 100000] [--authors 100] [--single 1000] [--kills 3] [--out FILE.json]`

A corpus is prepared, a scorer trained on it, and posts are put where people and trackers keep them: answers to a file
of drafts, a batch that stopped a training, a cache of examples, a DuckDB file, logs of W&B and TensorBoard. Then so
many authors and single posts are forgotten, in one copy undisturbed and in another killed (SIGKILL) at moments that a
seed draws and run again; both must end with the same files. What is left is searched for plainly, in the decoded
files, by names, ids and texts; the next `prepare` and the audit follow.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.prepare import CONFIG
from data_prep import privacy, simulation
from data_prep.sources.cells import identifier
from publish import audit
from publish.audit import decode, lineage
from publish.audit.tokens import Tokenizers
from tests.publish.forget import trackers
from virality.circumstances import circumstances
from virality.text.normalise import normalise

ROOT = Path("runs")
_KEPT = 2000
_TIMES = ("at", "started", "finished", "seconds", "peak_memory_mb")


def main() -> None:
    """Run it in a folder of its own and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--authors", type=int, default=100)
    parser.add_argument("--single", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    out = None if given.out is None else given.out.resolve()
    code = str(Path(__file__).resolve().parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join([code, *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryDirectory(prefix="virality-forget-") as folder:
        _into(Path(folder) / "one")
        told = measure(given)
    print(json.dumps(told, indent=2))
    if out is not None:
        out.write_text(json.dumps(told | circumstances(), indent=2) + "\n", encoding="utf-8")


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Seconds by step, counts, and what was left: in the working directory."""
    seconds: dict[str, float] = {}
    rows = [row for batch in simulation.generate(simulation.world(0, "confounded"), given.posts)
            for row in batch.to_pylist()]  # fmt: skip
    draw = random.Random(given.seed)
    accounts = sorted({str(row["account"]) for row in rows})
    authors = set(draw.sample(accounts, min(given.authors, len(accounts) // 2)))
    others = [str(row["id"]) for row in rows if str(row["account"]) not in authors]
    single = set(draw.sample(others, min(given.single, len(others) // 2)))
    with Path("requests.csv").open("w", newline="", encoding="utf-8") as stream:
        asked = [*((one, "") for one in sorted(authors)), *(("", one) for one in sorted(single))]
        csv.writer(stream).writerows([("author", "post"), *asked])
    prepare = ["prepare", str(CONFIG), f"posts={given.posts}"]
    seconds["prepare"] = run(prepare)
    Path("scorer.yaml").write_text(
        "task: scorer\nfamily: linear\nmax_pairs: 20000\ndata: runs/prepare/simulated\n", encoding="utf-8"
    )
    seconds["train a linear scorer"] = run(["train", "scorer.yaml"])
    gone = [row for row in rows if str(row["account"]) in authors or str(row["id"]) in single]
    spread([*gone[: _KEPT // 2], *rows[: _KEPT // 2]])
    here, other = Path.cwd(), Path.cwd().parent / "other"
    before = found_plainly(gone, rows)
    shutil.copytree(here, other)
    forget = ["forget", "--file", "requests.csv"]
    seconds["forget"] = run(forget)
    undisturbed = comparable(here)
    _into(other)
    kills = killed(forget, seconds["forget"], given.kills, draw)
    seconds["forget, after it was killed"] = run(forget)
    same = comparable(other) == undisturbed
    _into(here)
    after = found_plainly(gone, rows)
    seconds["audit"], first = audited()
    seconds["prepare again"] = run([*prepare, "--fresh"])
    again = found_plainly(gone, rows)
    seconds["audit again"], second = audited()
    return {
        "posts": given.posts, "authors": len(authors), "single posts": len(single), "rows asked for": len(gone),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "killed after seconds": kills, "killed and run again: the same files": same,
        "files with theirs before": len(before), "after": len(after), "after the next prepare": len(again),
        "left in": sorted({*after, *again})[:20],
        "audit": {key: first[key] for key in ("green", "files", "decoded", "texts")}, "audit again": second["green"],
    }  # fmt: skip


def spread(rows: Sequence[dict[str, Any]]) -> None:
    """Put posts where they are kept beside prepared sets."""
    import duckdb
    import pyarrow as pa

    texts = [normalise(str(row["text"])) for row in rows]
    answers = [{"draft": one, "suggestions": [{"text": f"Hear this: {one}"}]} for one in texts]
    lines = "".join(f"{json.dumps(one)}\n" for one in answers)
    (ROOT / "drafts.suggestions.jsonl").write_text(lines, encoding="utf-8")
    folder = ROOT / "train" / "scorer"
    (folder / "tracking").mkdir(exist_ok=True)
    batch = {"what": "a loss", "rows": [{"row": at, "texts": [one]} for at, one in enumerate(texts)]}
    (folder / "bad_batch.json").write_text(json.dumps(batch), encoding="utf-8")
    (folder / "tracking" / "run-1.wandb").write_bytes(trackers.wandb_log(*map(json.dumps, texts)))
    (folder / "tracking" / "events.out.tfevents.1").write_bytes(trackers.event_file(*texts))
    table = pa.table({"post_id": [str(row["id"]) for row in rows], "text": texts})
    with pa.ipc.new_file(str(ROOT / "cache.arrow"), table.schema) as writer:
        writer.write_table(table)
    with duckdb.connect(str(ROOT / "kept.duckdb")) as connection:
        connection.register("rows", table)
        connection.execute("CREATE TABLE kept AS SELECT * FROM rows")


def found_plainly(gone: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> list[str]:
    """Files that hold a name, an id or a text of those who asked, told without any hash of the project's.

    A text that somebody else wrote too is nobody's, and is left out.
    """
    key = privacy.author_key()
    asked = {str(row["id"]) for row in gone}
    names = {str(row["account"]) for row in gone}
    names -= {str(row["account"]) for row in rows if str(row["id"]) not in asked}  # one post of many was asked for
    hashes = {privacy.hash_author(one, key) for one in names}
    texts = {normalise(str(row["text"])) for row in gone} - {
        normalise(str(row["text"])) for row in rows if str(row["id"]) not in asked
    }
    wanted = asked | hashes | names | {identifier("simulated", one) for one in asked if "://" in one}
    there = lineage.read(ROOT)
    tokenizers = Tokenizers(there)
    return [
        str(path) for path in audit.files(ROOT)
        if any(_holds(piece.values, wanted, texts) for piece in decode.pieces(path, tokenizers.of(path)))
    ]  # fmt: skip


def _holds(values: Iterable[str | None], ids: set[str], texts: set[str]) -> bool:
    for value in values:
        if value is None:
            continue
        if value in texts or value in ids or any(part in ids for part in value.split(":")):
            return True
        if len(value) > 300 and any(one in value for one in texts):
            return True
    return False


def killed(words: Sequence[str], seconds: float, times: int, draw: random.Random) -> list[float]:
    """Begin a command and kill it, so many times; after how many seconds each time."""
    moments = sorted(round(draw.uniform(0.3, 1.0) * seconds, 2) for _ in range(times))
    for moment in moments:
        process = subprocess.Popen(_command(words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
    return moments


def run(words: Sequence[str]) -> float:
    """Seconds of a command.

    Raises:
        SystemExit: it failed; its last lines are shown.
    """
    begun = time.monotonic()
    done = subprocess.run(_command(words), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"virality {' '.join(words)}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - begun


def audited() -> tuple[float, dict[str, Any]]:
    """Seconds of an audit, and its answer."""
    begun = time.monotonic()
    done = subprocess.run(_command(["audit", "--json"]), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    if not found["green"]:
        print(json.dumps(found["found"] or found["unopened"], indent=1), file=sys.stderr)
    return time.monotonic() - begun, found


def comparable(folder: Path) -> dict[str, Any]:
    """Every file below a folder by its hash, run.json and marks without times."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.name in ("run.json", "forgotten.json") and "config" not in path.parts:
            document = json.loads(path.read_text(encoding="utf-8"))
            notes = [one | {"at": ""} for one in document.get("forgotten", [])]
            found[name] = {key: value for key, value in document.items() if key not in _TIMES} | {"forgotten": notes}
        elif path.is_file():
            found[name] = identifier(path.read_bytes())
    return found


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "virality", *words]


def _into(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")


if __name__ == "__main__":
    main()
