"""A finished evaluation made by hand: drafts, what a writer and a base model made of them, who the judge prefers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.rate.answers import Ratings
from eval.rate.items import Item, chosen, fingerprint, items
from eval.rate.server import Server
from eval.rate.session import Session
from eval.steps import RewriteRow, rewrite_schema
from tests.eval.sample_report import sample_report
from tests.serving import running
from train.records import Score, score_schema
from virality import runs, tables

PLAIN = "The harbour café opens at {} on Sunday, and the ferry waits."
LIVELY = "Sunday at {}: coffee in the harbour, and the ferry waits for you."
POSTS = [(PLAIN.format(hour), LIVELY.format(hour)) for hour in range(6, 12)]


def evaluated(
    folder: Path,
    posts: Sequence[tuple[str, str]] = POSTS,
    *,
    judge: Sequence[float] | None = None,
    returned: Sequence[bool] | None = None,
    components: Sequence[str] | None = None,
    writer: str | None = "runs/train/writer",
    finish: bool = True,
) -> Path:
    """An evaluate run of (draft, returned rewrite) pairs. The writer made two rewrites a draft, the base model one.

    The returned rewrite is the second of the writer's; the first passed as well, and the guide likes it less.
    """
    run = runs.start("evaluate", "rated", settings={}, inputs={}, out=folder)
    rows: list[RewriteRow] = []
    scores = [Score("some pair:of a test", "scorer", "v1", 0.7, None)]
    for system, count in (("writer", 2), ("base", 1)):
        for at, (draft, rewrite) in enumerate(posts):
            name, component = f"post:{at}", components[at] if components else f"c{at}"
            back = returned is None or returned[at]
            texts = [f"{draft} Not this one.", rewrite] if system == "writer" else [f"{draft} Asked nicely."]
            rows += [_row(name, component, draft, text, system) for text in texts[:count]]
            values: list[float | None] = [0.6 if back else None, 0.9 if back else 0.4]
            scores += [Score(f"{name}:{system}:{k}", "scorer", "v1", value, None)
                       for k, value in enumerate(values[:count])]  # fmt: skip
            said = (judge[at] if judge else 0.8) if back else None
            scores.append(Score(f"{name}:{system}:returned", "judge", "v1", said, None))
    with run.file("rewrites.parquet") as path:
        tables.write(rows, rewrite_schema(), path)
    with run.file("scores.parquet") as path:
        tables.write(scores, score_schema(), path)
    with run.file("report.json") as path:
        path.write_text(sample_report().model_dump_json(), encoding="utf-8")
    if finish:
        run.finish(rights={"basis": {}, "research_only": False}, writer=writer)
    return folder


def _row(name: str, component: str, draft: str, text: str, system: str) -> RewriteRow:
    return RewriteRow(
        example_id=name, component=component, draft=draft, rewrite=text, model=system, revision="1", prompt="rewrite",
        prompt_hash="0", seed=0, temperature=0.7, stopped="end",
    )  # fmt: skip


@contextmanager
def session(run: Path, rater: str, most: int = 1000) -> Iterator[Session]:
    """What `virality rate` serves, without the server."""
    there = items(run)
    opened = Session(rater, chosen(there, most, rater), Ratings(run, rater, fingerprint(there)))
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def serving(run: Path, rater: str) -> Iterator[Server]:
    """What `virality rate` serves, on a free port."""
    with session(run, rater) as opened, Server(opened) as server, running(server):
        yield server


def ask(address: str, sent: object = None, **headers: str) -> tuple[int, bytes]:
    """Status and body that an address answers with; `sent` is posted as JSON."""
    data = None if sent is None else json.dumps(sent).encode()
    kind = {} if sent is None else {"Content-Type": "application/json"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, {**kind, **given}), timeout=20) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def told(address: str, sent: object = None) -> dict[str, Any]:
    """The JSON that an address answers with."""
    status, body = ask(address, sent)
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


def shown(opened: Session) -> list[tuple[str, str]]:
    """All pairs of a session, in order: what stands first, what second."""
    views = [opened.view(number) for number in range(1, len(opened) + 1)]
    return [(view.first, view.second) for view in views]


def rewrites(run: Path) -> set[str]:
    """The texts that the writer returned."""
    return {item.rewrite for item in items(run)}


def number_of(opened: Session, item: Item) -> int:
    """Where an item stands in a session."""
    return next(at for at, pair in enumerate(shown(opened), 1) if item.draft in pair)
