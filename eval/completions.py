"""Whether a writer that is shown the first half of a post it learned from writes the rest of it, word for word.

That is extraction by a prefix of what it was trained on (Carlini et al. 2022, arXiv:2202.07646): the conversation with
the first half of the draft, and the first half of the rewrite. The whole draft would tell a writer what to say, and one
that learned how to rewrite would do better than its base without remembering a word. A rest that stands in k training
posts is k-eidetic (Carlini et al. 2021, arXiv:2012.07805).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_prep.records import Pair
from data_prep.sources.table import identifier
from eval.metrics import Array
from train.steps import Writer, read_pairs
from virality import ledger, runs, tables
from virality.errors import ViralityError
from virality.models.generate import generate
from virality.models.prompts import completion_ids, prompt_ids
from virality.text.normalise import fold
from virality.text.slots import slot

_WORDS = 12
"""Words of a post, at least: what is shorter says itself."""
_NEW = 3
"""Different words of the rest, at least, that are not shown."""
_REST = 50
"""Tokens of the rest that must be right, at most (as Carlini et al. 2022)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post that was learned from: what is shown of it, what is to come, and in how many posts that stands.

    Fields:
        component: of its pair.
        prompt: token ids of the conversation with the first half of its draft, and of its own first half.
        rest: token ids.
        repeats: how many of the rewrites that were learned hold the rest.
    """

    component: str
    prompt: list[int]
    rest: list[int]
    repeats: int


def learned(run: Path, checkpoint: str = "adapter") -> list[Pair]:
    """The pairs that a writer's run learned from and that are still where they were read; empty where none are.

    Those that the writers before it learned, which it continues, too. What a writer of ours wrote for a round is left
    out beside what people did.
    """
    names = {one.pair_id for one in tables.read(run / "ledger.parquet", ledger.schema(), ledger.Entry)
             if one.checkpoint == checkpoint}  # fmt: skip
    found: dict[str, Pair] = {}
    for folder, digest in dict.fromkeys(_read(run)):
        with suppress(ViralityError):
            if runs.digest(Path(folder)) == digest:
                found |= {pair.pair_id: pair for pair in read_pairs([folder]).pairs if pair.pair_id in names}
    people = [pair for pair in found.values() if pair.kind != "judged"]
    return people or list(found.values())


def _read(run: Path) -> Iterator[tuple[str, str | None]]:
    """The data of a run and of those that it continues: folder, and the digest that it had then."""
    document = runs.finished(run, "train")
    yield from ((folder, document["inputs"].get(folder)) for folder in document["settings"]["data"])
    if before := document["settings"].get("init"):
        with suppress(ViralityError):
            yield from _read(Path(before))


def shown(writer: Writer, pairs: Sequence[Pair], most: int, seed: int) -> list[Shown]:
    """At most so many of the rewrites that were learned, drawn by the seed, each post once.

    Left out are short ones, and those whose rest has fewer than `_NEW` words beyond what is shown: to repeat or to
    rearrange that is no memory.
    """
    texts = {pair.better: pair for pair in pairs if len(pair.better.split()) >= _WORDS}
    every = [fold(slot(text).text) for text in dict.fromkeys(pair.better for pair in pairs)]
    out: list[Shown] = []
    for text in sorted(texts, key=lambda text: identifier(seed, text)):
        draft = slot(texts[text].draft or texts[text].worse)
        words = draft.text.split()
        begun = " ".join(words[: (len(words) + 1) // 2])
        ids = completion_ids(writer.tokenizer, text, draft)[:-1]
        half = len(ids) // 2
        rest = ids[half : half + _REST]
        said = fold(writer.tokenizer.decode(rest))
        known = fold(f"{begun} {writer.tokenizer.decode(ids[:half])}").split()
        if len(set(said.split()) - set(known)) >= _NEW:
            prompt = [*prompt_ids(writer.tokenizer, writer.prompt, begun), *ids[:half]]
            out.append(Shown(texts[text].component, prompt, rest, max(1, sum(said in one for one in every))))
        if len(out) == most:
            break
    return out


def completed(writer: Writer, posts: Sequence[Shown]) -> Array:
    """1 where the model, as it now is, greedily writes the rest of the post, else 0: (N,)."""
    made = generate(writer.model, writer.tokenizer, [one.prompt for one in posts], samples=1, temperature=0,
                    max_new_tokens=[len(one.rest) for one in posts], label="first halves")  # fmt: skip
    wanted = [fold(writer.tokenizer.decode(one.rest)) for one in posts]
    return np.asarray([float(fold(mine[0].text) == text) for mine, text in zip(made, wanted, strict=True)])
