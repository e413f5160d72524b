"""A folder of runs in which posts of six accounts have gone everywhere that posts go. None of them is real."""

from __future__ import annotations

import csv
import functools
import gzip
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from safetensors.numpy import save_file

from data_prep.records import Pair, pair_schema
from eval.rate.items import fingerprint, items
from eval.records import Example, GateVerdict
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from eval.steps import RewriteRow, rewrite_schema
from tests import tiny_corpus
from tests.eval.sample_report import sample_report
from tests.publish.forget import trackers
from train import checkpoints, ledgers
from train.launch import tokenised
from train.records import Score, score_schema
from virality import ledger, runs, tables
from virality.atomic import sha256
from virality.cli import main
from virality.gates.corpus import Corpus
from virality.models import tiny

POSTS = 132
DATA: dict[str, Any] = {
    "path": "posts.csv",
    "source": {
        "kind": "table",
        "platform": "x",
        "columns": {"post_id": "id", "author": "account", "text": "text", "posted_at": "time", "likes": "likes",
                    "thread": "thread"},
    },
    "rights": {"basis": "own_export", "opt_out": "people.txt"},
    "pairs": {"kinds": ["neighbour", "paraphrase"]},
    "splits": {"mode": "time", "judge": 0.25, "validation": 0.1, "test": 0.2},
}  # fmt: skip
RIGHTS: dict[str, Any] = {"basis": {"own_export": 1}, "research_only": False}
PREPARED = "runs/prepare/data"


def posts() -> list[dict[str, Any]]:
    """Rows of the raw file: accounts `town0` to `town5` in turn; every post says a number of its own."""
    rows = tiny_corpus.posts(POSTS)
    return [
        row | {"id": f"p{row['id']}", "account": f"Town{at % 6}", "thread": f"p{row['id'] - 1}",
               "text": f"{row['text']} Ask at the small green desk number {at} beside the old clock tower."}
        for at, row in enumerate(rows)
    ]  # fmt: skip


def of(account: str) -> list[dict[str, Any]]:
    """Rows of an account."""
    return [row for row in posts() if row["account"] == account]


def is_draft(row: dict[str, Any]) -> bool:
    """Whether the evaluation rewrote a post."""
    return int(row["id"][1:]) % 3 == 1


def write_raw() -> None:
    """The raw file and the config, in the working directory."""
    rows = posts()
    with Path("posts.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    Path("people.txt").write_text("# nobody yet\n", encoding="utf-8")
    Path("data.yaml").write_text(yaml.safe_dump(DATA), encoding="utf-8")


def build() -> None:
    """Every run, in the working directory; nothing is trained."""
    write_raw()
    assert main(["prepare", "data.yaml"]) == 0
    _command(PREPARED, "prepare", "data.yaml")
    pairs = tables.read(Path(PREPARED) / "pairs.parquet", pair_schema(), Pair)
    learned = [pair for pair in pairs if pair.split == "train"]
    _scorer(learned)
    _writer("first", "runs/prepare/data", learned, {})
    _round(pairs)
    judged = tables.read(Path("runs/improve/round/pairs.parquet"), pair_schema(), Pair)
    _writer("second", "runs/improve/round", judged, {"init": "runs/train/first"})
    _trackers(Path("runs/train/second"), judged)
    _evaluation()
    _beside()


def _scorer(pairs: Sequence[Pair]) -> None:
    here = _begin("train", "guide", ["runs/prepare/data"], {"task": "scorer", "family": "encoder"})
    save_file({"weights": _numbers(4)}, _folder(here, "scorer") / "weights.safetensors")
    save_file({"embeddings": _numbers(2 * len(pairs))}, here.folder / "features.safetensors")
    ledger.write(ledgers.entries("scorer", "train", pairs), here.folder / "ledger.parquet")
    here.finish(rights=RIGHTS, task="scorer", family="encoder")
    _command(here.folder, "train", "guide.yaml")


def _writer(name: str, data: str, pairs: Sequence[Pair], more: dict[str, Any]) -> None:
    inputs = [data, *more.values()]
    here = _begin("train", name, inputs, {"task": "writer", "base": "tiny:llama", "data": [data], **more})
    before = ledgers.adapter_entries(more.get("init"))
    with checkpoints.writing(_folder(here, "checkpoints"), 5) as written:
        save_file({"lora": _numbers(4)}, written / "adapter_model.safetensors")
        checkpoints.publish(written, range(len(pairs)), lambda name, _: ledgers.entries(name, "train", pairs, before))
    save_file({"lora": _numbers(4)}, _folder(here, "adapter") / "adapter_model.safetensors")
    _tokenizer().save_pretrained(here.folder / "adapter")
    Corpus.of(text for pair in pairs for text in (pair.worse, pair.better)).write(here.folder / "corpus.npy")
    ledger.write(
        [*ledgers.kept_entries(here.folder), *ledgers.entries("adapter", "train", pairs, before)],
        here.folder / "ledger.parquet",
    )
    here.finish(rights=RIGHTS, task="writer", base={"spec": "tiny:llama", "revision": "1"})
    _command(here.folder, "train", f"{name}.yaml")


def _round(pairs: Sequence[Pair]) -> None:
    here = _begin("improve", "round", ["runs/prepare/data", "runs/train/first", "runs/train/guide"], {})
    drafts = {pair.better_id: pair for pair in pairs}
    made = [
        Pair(pair_id=f"judged-{name}", kind="judged", component=pair.component, split="train", rights=pair.rights,
             worse_id=f"{name}:aaaa", better_id=f"{name}:bbbb", worse=pair.better,
             better=f"Come along, for this is what we heard of it today: {pair.better}", draft=pair.better,
             p_better=0.8, weight=0.6, faithful=True, gates_hash="x")
        for name, pair in drafts.items()
    ]  # fmt: skip
    tables.write(made, pair_schema(), here.folder / "pairs.parquet")
    here.finish(rights=RIGHTS, pairs=len(made))
    _command(here.folder, "improve", "round.yaml")


def _trackers(folder: Path, pairs: Sequence[Pair]) -> None:
    """What a run leaves beside its results: logs of trackers, a batch it stopped at, examples as token ids."""
    texts = [pair.worse for pair in pairs]
    place = folder / "tracking" / "wandb" / "offline-run-1"
    place.mkdir(parents=True)
    (folder / "tracking" / "events.out.tfevents.1").write_bytes(trackers.event_file(*texts))
    (place / "run-1.wandb").write_bytes(trackers.wandb_log(*(json.dumps({"draft": one}) for one in texts)))
    rows = [[one, f"New: {one}"] for one in texts]
    (place / "table.json").write_text(json.dumps({"columns": ["draft", "rewrite"], "data": rows}), encoding="utf-8")
    batch = [{"row": at, "texts": [f"<s>rewrite: {one}</s>"]} for at, one in enumerate(texts)]
    (folder / "bad_batch.json").write_text(json.dumps({"what": "a loss that is none", "rows": batch}), encoding="utf-8")
    encode = _tokenizer()
    ids = [encode(one)["input_ids"] for one in texts]
    table = pa.table({"row": range(len(ids)), "prompt": ids}, schema=pa.schema(
        [("row", pa.int64()), ("prompt", tokenised._SCHEMA.field("prompt").type)]))  # fmt: skip
    path = folder / "examples.arrow"
    with pa.ipc.new_stream(str(path), table.schema) as stream:
        stream.write_table(table)


def _evaluation() -> None:
    here = _begin("evaluate", "report", ["runs/prepare/data", "runs/train/second", "runs/train/guide"], {})
    drafts = [row for row in posts() if is_draft(row)]
    rows = [RewriteRow(row["id"], "c", row["text"], f"Hear this, dear neighbours of ours: {row['text']}", "m", "r", "p",
                       "h", 0, 0.7, "end") for row in drafts]  # fmt: skip
    tables.write(rows, rewrite_schema(), here.folder / "rewrites.parquet")
    scores = [Score(f"{row['id']}:writer:0", "scorer", "g", 0.7, None) for row in drafts]
    scores += [Score(f"{row['id']}:writer:returned", "judge", "j", 0.6, None) for row in drafts]
    tables.write(scores, score_schema(), here.folder / "scores.parquet")
    report = sample_report()
    shown = [
        Example(example_id=one.example_id, component="c", kind="good", lang="en", draft=one.draft, rewrite=one.rewrite,
                base_rewrite=None, judge_p=0.6, scorer_p=0.7,
                verdicts=[GateVerdict(gate="names", state="pass", reason=f"kept {one.draft[:20]}")])
        for one in rows
    ]  # fmt: skip
    report = report.model_copy(update={"examples": shown})
    for name, text in (("report.json", report.model_dump_json(indent=2)), ("report.html", render_html(report)),
                       ("report.md", render_markdown(report))):  # fmt: skip
        (here.folder / name).write_text(text, encoding="utf-8")
    here.finish(rights=RIGHTS, writer="runs/train/second", scorer="runs/train/guide", judge="runs/train/guide")
    _command(here.folder, "evaluate", "report.yaml")
    head = {"ratings": 1, "rater": "jo", "rewrites": fingerprint(items(here.folder))}
    answers = [{"example_id": row["id"], "shown_first": "draft", "choice": "first", "same": True,
                "at": "2026-11-22T10:00:00+00:00"} for row in drafts]  # fmt: skip
    _folder(here, "ratings")
    lines = "".join(f"{json.dumps(one)}\n" for one in (head, *answers))
    (here.folder / "ratings" / "jo.jsonl").write_text(lines, encoding="utf-8")


def _beside() -> None:
    """Files that people keep beside runs."""
    rows = posts()
    answers = [{"draft": row["text"], "suggestions": [{"text": f"Dear all, let us tell you now: {row['text']}"}]}
               for row in rows]  # fmt: skip
    out = Path("runs/drafts.suggestions.jsonl")
    out.write_text("".join(f"{json.dumps(one)}\n" for one in answers), encoding="utf-8")
    about = {"key": {"format": 1}, "drafts": len(rows), "sha256": sha256(out)}
    out.with_name(f"{out.name}.json").write_text(json.dumps(about), encoding="utf-8")
    with duckdb.connect("runs/kept.duckdb") as connection:
        connection.execute("CREATE TABLE kept (text VARCHAR)")
        connection.executemany("INSERT INTO kept VALUES (?)", [[row["text"]] for row in rows[:12]])
    with sqlite3.connect("runs/kept.sqlite") as database:
        database.execute("CREATE TABLE kept (text TEXT)")
        database.executemany("INSERT INTO kept VALUES (?)", [[row["text"]] for row in rows[:12]])
    database.close()
    with gzip.open("runs/notes.txt.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(f"{row['text']}\n" for row in rows[:12])
    with pa.CompressedOutputStream("runs/scored.csv.zst", "zstd") as packed:
        packed.write(b"id,score\n" + "".join(f"{row['id']},0.5\n" for row in rows).encode())
    with Path("runs/scored.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "score"], *([row["id"], "0.5"] for row in rows)])


def _begin(step: str, name: str, inputs: Sequence[str], settings: dict[str, Any]) -> runs.Run:
    return runs.start(step, name, settings=settings, inputs={one: runs.digest(Path(one)) for one in inputs})


def _folder(here: runs.Run, name: str) -> Path:
    (here.folder / name).mkdir(exist_ok=True)
    return here.folder / name


def _command(folder: str | Path, *words: str) -> None:
    """As if a person had given it: under pytest run.json names pytest's own words."""
    path = Path(folder) / "run.json"
    document = json.loads(path.read_text(encoding="utf-8")) | {"command": ["virality", *words]}
    path.write_text(json.dumps(document), encoding="utf-8")


@functools.cache
def _tokenizer() -> Any:
    return tiny.tokenizer()


def _numbers(count: int) -> Any:
    import numpy as np

    return np.arange(count, dtype=np.float32)
