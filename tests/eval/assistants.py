"""Assistants for tests: tiny writers that say what a test wants, and a scorer that likes the word 'free'."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eval.suggest import Assistant
from eval.suggest.own_words import wordings
from tests.train.worlds import corpus_pairs, pair
from train.candidates import gates_of
from train.scorers import Scorer, fitting
from train.search import Source
from train.steps import Writer, load_base
from virality.models.tiny import tokenizer

DRAFT = "The costly boat leaves the old harbour early, and the school road is open."
RESTATED = "Early the costly boat leaves the old harbour, and the school road is open."


class Says:
    """A model that answers every prompt with one text, byte by byte, then its stop token; it may be interrupted."""

    def __init__(self, like: Any, text: str, stops_at: int | None = None) -> None:
        self.like, self.said, self.stops_at, self.asked = like, 0, stops_at, 0
        self.ids = [*tokenizer()(text)["input_ids"], 2]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.like, name)

    def __call__(self, input_ids: Any, attention_mask: Any = None, **more: Any) -> Any:
        out = self.like(input_ids=input_ids, attention_mask=attention_mask, **more)
        at = 0 if input_ids.shape[1] > 1 else self.said
        self.asked += at == 0
        if self.stops_at is not None and self.asked > self.stops_at:
            raise KeyboardInterrupt
        out.logits[...] = -100.0
        out.logits[..., self.ids[at]] = 100.0
        self.said = at + 1
        return out


def tiny_writer() -> Writer:
    """A base with random weights and a tokenizer of bytes."""
    return load_base("tiny:llama", "rewrite", precision="fp32")


def says(writer: Writer, text: str, stops_at: int | None = None) -> Writer:
    """The writer, with a model that always writes `text`."""
    return replace(writer, model=Says(writer.model, text, stops_at))


def likes_free() -> Scorer:
    """A scorer that learned that 'free' does better than 'costly'."""
    training = fitting.choose([*corpus_pairs(60), *corpus_pairs(20, split="validation")], "train", None, 0)
    return fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]


def likes_spoken() -> Scorer:
    """A scorer that learned that the spoken form does better than the written one."""
    posts = [(split, one.worse) for split, count in (("train", 60), ("validation", 20))
             for one in corpus_pairs(count, split=split)]  # fmt: skip
    made = [pair(f"It is here. {text}", f"It's here. {text}", split=split) for split, text in posts]
    return fitting.fit_linear(fitting.choose(made, "train", None, 0), control=None, strengths=(1.0,), seed=0)[0]


def assistant(writer: Writer, text: str = RESTATED, scorer: Scorer | None = None, **more: Any) -> Assistant:
    """An assistant whose writer always writes `text`."""
    return Assistant(says(writer, text), scorer, name="writer", **more)


def own_words(draft: str, most: int) -> list[str]:
    """Wordings of a draft made of its own words, which a scorer that likes the spoken form found."""
    (found,) = wordings([Source(draft)], likes_spoken(), gates_of(), most, 0)
    return found
