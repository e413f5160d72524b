"""An assistant whose model says one thing, and the server that serves it, on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from eval.serve.desk import Desk
from eval.serve.server import Server
from eval.suggest.assistant import Assistant
from tests.serving import running
from tests.train.worlds import corpus_pairs
from train.scorers import Scorer, fitting
from train.steps import load_base
from virality.models import tiny

DRAFT = "The costly boat leaves the old harbour early, and the school road is open."
RESTATED = "Early the costly boat leaves the old harbour, and the school road is open."
NAME = "tiny@test"


class Says:
    """A model that answers every prompt with one text, byte by byte, then its stop token."""

    def __init__(self, like: Any, text: str) -> None:
        self.like, self.ids, self.said = like, [*tiny.tokenizer()(text)["input_ids"], 2], 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.like, name)

    def __call__(self, input_ids: Any, attention_mask: Any = None, **more: Any) -> Any:
        out = self.like(input_ids=input_ids, attention_mask=attention_mask, **more)
        at = 0 if input_ids.shape[1] > 1 else self.said
        out.logits[...] = -100.0
        out.logits[..., self.ids[at]] = 100.0
        self.said = at + 1
        return out


def assistant(text: str = RESTATED, scorer: Scorer | None = None) -> Assistant:
    """One whose writer answers every draft with `text`."""
    writer = load_base("tiny:llama", "rewrite", precision="fp32")
    return Assistant(replace(writer, model=Says(writer.model, text)), scorer, name=NAME, probe=False)


def fitted() -> Scorer:
    """A scorer of a small corpus, to whom `free` is better than `costly`."""
    training = fitting.choose([*corpus_pairs(60), *corpus_pairs(20, split="validation")], "train", None, 0)
    return fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]


@contextmanager
def serving(found: Assistant, token: str | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """The assistant behind a server, as `virality serve` has it."""
    with Server(0, host, token) as server, running(server, lambda: server.serve(Desk(found))):
        yield server
