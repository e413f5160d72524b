"""How far candidates are from the voice of the draft's author, told from the author's other training posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data_prep.records import MEASURED, Pair
from train.candidates import Ranked
from virality.gates.style import FEWEST_POSTS, Space, delta, reach
from virality.progress import say
from virality.text.lang import script
from virality.text.normalise import fold


@dataclass(frozen=True, slots=True)
class Heard:
    """Candidates and what they pay for another voice than their author's.

    Fields:
        ranked: the candidates of each draft; those that passed have their penalty.
        drafts: whose author has enough other posts.
        penalty: mean of the candidates that passed, over these drafts, in nats; None where there is none.
    """

    ranked: list[list[Ranked]]
    drafts: int
    penalty: float | None

    def about(self) -> dict[str, Any]:
        """As run.json keeps it."""
        return {"drafts": self.drafts, "penalty": self.penalty}


def listen(chosen: Sequence[Pair], ranked: Sequence[Sequence[Ranked]], pairs: Sequence[Pair], voice: float) -> Heard:
    """Candidates with a penalty: `voice` nats for each unit of distance beyond the reach of the author's own posts.

    The distance is Burrows's Delta to the mean of the author's other posts in the draft's script, as in reports, over
    features of these posts and of the candidates. Without `FEWEST_POSTS` of them there is no penalty.

    Args:
        chosen: measured pairs whose worse posts are the drafts.
        ranked: candidates of each.
        pairs: of the prepared runs; posts of measured pairs of the train split are the authors' histories.
        voice: nats for a unit.
    """
    posts = _posts(pairs, {pair.author_id for pair in chosen if pair.author_id is not None})
    by_script: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for at, pair in enumerate(chosen):
        written = script(pair.worse) or ""
        others = _others(pair, posts.get((pair.author_id, written), {}))
        if written and len(others) >= FEWEST_POSTS:
            by_script[written][at] = others
    out = [list(mine) for mine in ranked]
    taken: list[float] = []
    for histories in by_script.values():
        passed = {at: [one.text for one in ranked[at] if one.passed] for at in histories}
        for at, beyond in _beyond(histories, passed).items():
            penalties = {text: voice * far for text, far in beyond.items()}
            out[at] = [replace(one, penalty=penalties[one.text]) if one.passed else one for one in ranked[at]]
            taken += penalties.values()
    drafts = sum(map(len, by_script.values()))
    say(f"  voice: {drafts} of {len(chosen)} drafts are by an author with {FEWEST_POSTS} other posts to tell it from")
    return Heard(out, drafts, float(np.mean(taken)) if taken else None)


def _posts(pairs: Sequence[Pair], authors: set[str]) -> dict[tuple[str | None, str], dict[str, str]]:
    """Author and script -> the author's different posts of the train split, by their folded text."""
    out: dict[tuple[str | None, str], dict[str, str]] = defaultdict(dict)
    for pair in pairs:
        if pair.kind in MEASURED and pair.split == "train" and pair.author_id in authors:
            for text in (pair.worse, pair.better):
                out[pair.author_id, script(text) or ""].setdefault(_key(text), text)
    return out


def _others(pair: Pair, posts: Mapping[str, str]) -> list[str]:
    """Posts that are neither of the pair's."""
    own = {_key(pair.worse), _key(pair.better)}
    return [text for key, text in posts.items() if key not in own]


def _key(text: str) -> str:
    return fold(text) or text


def _beyond(histories: Mapping[int, Sequence[str]], texts: Mapping[int, Sequence[str]]) -> dict[int, dict[str, float]]:
    """By how much each draft's texts lie beyond the reach of its history, in standard deviations of a text."""
    every = list(dict.fromkeys(text for of in (histories, texts) for mine in of.values() for text in mine))
    vectors = Space.of(every).vectors(every)
    row = {text: at for at, text in enumerate(every)}
    out = {}
    for at, others in histories.items():
        own = vectors[[row[text] for text in others]]
        centre, usual = own.mean(0), reach(own)
        out[at] = {text: max(float(delta(vectors[row[text]], centre)) - usual, 0.0) for text in texts[at]}
    return out
